"""Checks docs/capabilities.md against the header, the C tests and the requests that the emulator recorded while they ran."""

import fnmatch
import glob
import os
import re
from collections import Counter

import exceptions
import header

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CAPABILITIES = [str(number) for number in range(1, 145)]
BEYOND = [f"B{number}" for number in range(1, 12)]
# What is deliberately not covered.
EXCEPTIONS = exceptions.of("row")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def names(cell):
    return [name.strip(" `") for name in cell.split(",") if name.strip(" `-")]


def bodies():
    """The code of each test, with that of the helpers of its file."""
    found = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "tests/c/operations_*.c"))):
        source = read(path)
        helpers = dict(re.findall(r"^static [^;{}]*?(\w+)\([^;{}]*\) \{\n(.*?)^\}", source, re.MULTILINE | re.DOTALL))
        for test, code in re.findall(r"^TEST\((\w+)\) \{\n(.*?)^\}", source, re.MULTILINE | re.DOTALL):
            used = set()
            while new := {name for name in helpers if name not in used and re.search(rf"\b{name}\b", code)}:
                used |= new
                code += "".join(helpers[name] for name in new)
            found[test] = code
    return found


def rows(text):
    """The rows of docs/capabilities.md: number, capability, functions, tests, endpoints."""
    cells = re.findall(r"^\| (B?\d+) \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", text, re.MULTILINE)
    return [(number, title, [name for name in names(functions) if name.startswith("sendsafely_")], names(tests), names(labels))
            for number, title, functions, tests, labels in cells]


def faults(row, api, sources, ran):
    """What is wrong with a row."""
    number, _, functions, tests, labels = row
    if number in EXCEPTIONS:
        if tests or functions or labels:
            yield "it is an exception"
        return
    if not tests:
        yield "no test"
    if not functions and number in CAPABILITIES:
        yield "no function"
    code = "".join(sources.get(test, "") for test in tests)
    for function in functions:
        if function not in api.functions:
            yield f"{function} is not in the header"
        elif not re.search(rf"\b{function}\(", code):
            yield f"{function} is not called by its tests"
    called = set()
    for test in tests:
        if test not in sources:
            yield f"there is no test {test}"
        elif test not in ran:
            yield f"{test} did not run"
        elif not ran[test][0]:
            yield f"{test} failed"
        called |= {request["endpoint"] for request in ran.get(test, (False, []))[1]}
    for label in labels:
        if label not in called:
            yield f"{label} was not called"


def problems(ran):
    """What is wrong with the file, where `ran` has each test: whether it passed, and the emulator's records of its requests."""
    cells, api, sources = rows(read("docs/capabilities.md")), header.read(), bodies()
    counted, expected = Counter(number for number, *_ in cells), Counter(CAPABILITIES + BEYOND)
    for number in counted | expected:
        if counted[number] != expected[number]:
            yield f"row {number} is there {counted[number]} times"
    for row in cells:
        for fault in faults(row, api, sources, ran):
            yield f"row {row[0]}: {fault}"
    in_rows = {function for _, _, functions, _, _ in cells for function in functions}
    patterns = exceptions.of("function of a row")
    for function in api.functions:
        if function not in in_rows and not any(fnmatch.fnmatch(function, pattern) for pattern in patterns):
            yield f"{function} is in no row"
    for pattern in patterns:
        if not fnmatch.filter(api.functions, pattern):
            yield f"{pattern} is not in the header"
