"""The header and the library as C programs get them, and what all operations together have shown."""

import os
import subprocess
from pathlib import Path

import capabilities
import pytest
import request_table
from conftest import ROOT, STRICT, TARGET
from test_programs import PROGRAMS


@pytest.mark.parametrize("compiler", ["cc -std=c99 -xc", "cc -std=c11 -xc", "c++ -std=c++17 -xc++"])
def test_header_is_strict(tmp_path, compiler):
    """It compiles alone, twice, and in two files of one program."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("#include <sendsafely.h>\n#include <sendsafely.h>\nint main(void) { return 0; }\n")
    two.write_text("#include <sendsafely.h>\n")
    subprocess.run([*compiler.split(), *STRICT, "-I", ROOT / "include", one, two, "-o", tmp_path / "program"], check=True)


def test_library_is_small(tmp_path):
    """What people get, stripped, takes at most 6 MiB."""
    subprocess.run(["strip", "-o", tmp_path / "stripped.so", TARGET / "release/libsendsafely.so"], check=True)
    assert (tmp_path / "stripped.so").stat().st_size <= 6 << 20


def test_library_names_no_directory_of_its_builder():
    library = (TARGET / "release/libsendsafely.so").read_bytes()
    places = {str(place) for place in (ROOT, Path.home(), os.environ.get("CARGO_HOME", Path.home() / ".cargo"))}
    assert [place for place in places if f"{place}/".encode() in library] == []
    assert library.count(b"/cargo/registry/"), "sources of dependencies are not where tools/cargo_release says"


@pytest.fixture(scope="module")
def operations(ran):
    """Every test of an operation: whether it passed, and the emulator's records of its requests."""
    found, names = {}, [test for tests in PROGRAMS.values() for test in tests]
    assert len(names) == len(set(names)), "several tests have one name"
    for program, tests in PROGRAMS.items():
        if tests:
            found |= ran(program).tests
    return found


def test_capabilities(operations):
    assert list(capabilities.problems(operations)) == []


def test_requests(operations):
    """What was sent is tests/c/requests.txt, which SENDSAFELY_BLESS=1 writes anew, and docs/protocol.md has each call."""
    table = request_table.render(operations, capabilities.rows(request_table.read("docs/capabilities.md")))
    if os.environ.get("SENDSAFELY_BLESS"):
        (ROOT / request_table.TABLE).write_text(table, encoding="utf-8")
    if difference := request_table.difference(table, request_table.read(request_table.TABLE)):
        pytest.fail(f"{difference}\nLook at the difference, and make the table anew with SENDSAFELY_BLESS=1", pytrace=False)
    assert request_table.undocumented(table, request_table.read("docs/protocol.md")) == []
