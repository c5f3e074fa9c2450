"""The programs, the parameters of the tests, and the table at the end."""

from collections import Counter

import cases
import programs
import pytest
from libsendsafely import _library

COLUMNS = {
    "ours_reads_parts": "parts", "ours_reads_messages": "messages", "ours_reads_keycodes": "keycodes", "ours_refuses": "refusals",
    "it_reads_parts": "parts", "it_reads_messages": "messages", "it_reads_keycodes": "keycodes",
}


def pytest_addoption(parser):
    parser.addoption("--short", action="store_true", help="fewer cases of each kind")


def pytest_configure(config):
    config.programs = programs.every()
    config.results = Counter()


def every(config):
    return [program for program in config.programs if not program.missing]


def pytest_generate_tests(metafunc):
    """Runs a test that has one of these parameters with each value."""
    short, there = metafunc.config.getoption("short"), every(metafunc.config)
    made = {
        "part": lambda program: cases.parts(program, short),
        "message": lambda program: cases.messages(program, short),
        "damaged": lambda program: cases.damaged(program, short),
        "refused": lambda program: [(cases.Case(program, variant=variant), words) for variant, words in program.REFUSED],
        "size": lambda program: [(program, size) for size in (cases.SHORT_SIZES if short else cases.SIZES)],
        "text_size": lambda program: [(program, size) for size in (cases.TEXT_SIZES[4:5] if short else cases.TEXT_SIZES)],
        # The program's own keys, and the keys that other programs have made for devices.
        "writer": lambda program: [
            (program, maker, kind, compression, variant)
            for maker in there for kind in maker.KEYS if maker is program or (kind == "rsa" and not short)
            for variant in program.KEYCODES
            for compression in (program.COMPRESSIONS if maker is program and not short else program.COMPRESSIONS[-1:])],
        "reader": lambda program: [(program, kind) for kind in program.KEYS],
        "own": lambda program: [(program, program.KEYS[0])],
        "unusable": lambda program: [(program, kind) for kind in program.UNUSABLE_KEYS],
    }
    if "any_program" in metafunc.fixturenames:
        metafunc.parametrize("any_program", metafunc.config.programs, ids=label)
    for name in made.keys() & set(metafunc.fixturenames):
        values = [value for program in there for value in made[name](program)]
        metafunc.parametrize(name, values, ids=label)


def label(value):
    if isinstance(value, tuple):
        return "-".join(filter(None, map(label, value)))
    return cases.words(value) if isinstance(value, dict) else getattr(value, "name", str(value))


def program_of(value):
    return value.program if isinstance(value, cases.Case) else program_of(value[0]) if isinstance(value, tuple) else value


@pytest.fixture(scope="session")
def key():
    """Key pairs by program and kind; each is made once."""
    made = {}

    def get(program, kind):
        if (program, kind) not in made:
            made[program, kind] = program.make_key(kind)
        return made[program, kind]

    return get


@pytest.fixture(autouse=True)
def nothing_left():
    """Checks that every test has freed all objects of the library."""
    yield
    assert _library.function("sendsafely_live_objects")() == 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    column = item.originalname.removeprefix("test_")
    if column in COLUMNS and (report.when == "call" or report.failed):
        values = item.callspec.params.values()
        item.config.results[program_of(next(iter(values))).name, column, report.passed] += 1
    return report


def pytest_terminal_summary(terminalreporter, config):
    for line in table(config):
        terminalreporter.write_line(line)


def table(config):
    """The table: passed and all tests, for each program and kind of data."""
    rows = [["", *COLUMNS.values()]]
    for program in every(config):
        row = [f"{program.name.replace(' ', '')} {program.version}"]
        for column in COLUMNS:
            good, bad = (config.results[program.name, column, passed] for passed in (True, False))
            row.append(f"{good}/{good + bad}" if good + bad else "-")
        rows.append(row)
    first = max(len(row[0]) for row in rows)
    yield ""
    yield f"{'':{first}}  {'it writes, ours reads':38}  ours writes, it reads"
    for name, *cells in rows:
        yield f"{name:{first}}" + "".join(f"{cell:>10}" for cell in cells)
    yield ""


def pytest_unconfigure(config):
    for program in getattr(config, "programs", []):
        program.stop()
