"""The C programs: each tests/c/*.c is compiled strictly and runs once; each TEST of an operations_*.c is a test here, too."""

import re
from pathlib import Path

import pytest

PROGRAMS = {path.stem: re.findall(r"^TEST\((\w+)\)", path.read_text(), re.MULTILINE)
            for path in sorted(Path(__file__).parent.glob("*.c")) if path.stem != "support"}


def pytest_generate_tests(metafunc):
    # secrets.c searches all memory, so it does not run with a sanitizer or valgrind, which have memory of their own.
    # canaries.c, storm.c and torture.c would take long under valgrind, which runs one thread at a time.
    # surroundings.c takes descriptors away: valgrind then says of a file that it has just created that it could not.
    unfit = {"asan": {"secrets"}, "valgrind": {"canaries", "secrets", "surroundings", "storm", "torture"}}.get(metafunc.config.getoption("build"), set())
    programs = [name for name in PROGRAMS if name not in unfit]
    if "test" in metafunc.fixturenames:
        metafunc.parametrize(("program", "test"), [(program, test) for program in programs for test in PROGRAMS[program]])
    else:
        metafunc.parametrize("program", programs)


def test_program(ran, program):
    run = ran(program)
    if run.status != 0:
        pytest.fail(f"{program} ended with status {run.status}\n{run.output}", pytrace=False)
    assert list(run.tests) == PROGRAMS[program]


def test_operation(ran, program, test):
    passed, _ = ran(program).tests.get(test, (False, []))
    if not passed:
        pytest.fail(f"{test} failed; test_program[{program}] has its output", pytrace=False)
