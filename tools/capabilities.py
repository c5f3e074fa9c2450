#!/usr/bin/env python3
"""Holds docs/capabilities.md against the header, the tests and what the emulator saw:

    tools/python tools/capabilities.py REQUESTS_JSONL...

Each requests.jsonl is written by a program of tests/c/operations_*.c: its tests with the emulator's records.
"""

import fnmatch
import glob
import json
import os
import re
import sys
from collections import Counter

import exceptions
import header

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CAPABILITIES = [str(number) for number in range(1, 145)]
BEYOND = [f"B{number}" for number in range(1, 11)]
# What is deliberately not covered.
EXCEPTIONS = exceptions.of("row")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def names(cell):
    return [name.strip(" `") for name in cell.split(",") if name.strip(" `-")]


def section(text, title):
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def bodies():
    """The tests with their code, that of the helpers in the same file included."""
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


def runs(paths):
    """The tests that ran, by name: whether they passed, and the emulator's records of their requests."""
    found, ended = {}, Counter()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for part in map(json.loads, file):
                name, result = part["test"], part["result"]
                found[name] = result == "passed", found.get(name, (False, []))[1] + part["requests"]
                ended[name] += result != "running"
    if twice := [name for name, count in ended.items() if count > 1]:
        sys.exit(f"capabilities: several tests are called {', '.join(twice)}")
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
    asked = set()
    for test in tests:
        if test not in sources:
            yield f"there is no test {test}"
        elif test not in ran:
            yield f"{test} did not run"
        elif not ran[test][0]:
            yield f"{test} failed"
        asked |= {request["endpoint"] for request in ran.get(test, (False, []))[1]}
    for label in labels:
        if label not in asked:
            yield f"{label} was not asked"


def main(paths):
    text = read("docs/capabilities.md")
    cells = rows(text)
    not_yet = re.findall(r"^- (B?\d+)$", section(text, "Not yet"), re.MULTILINE)
    api, sources, ran = header.read(), bodies(), runs(paths)
    problems, checks = [], 1

    counted, expected = Counter(number for number, *_ in cells), Counter(CAPABILITIES + BEYOND)
    if wrong := [number for number in counted | expected if counted[number] != expected[number]]:
        problems.append(f"not there exactly once: {', '.join(wrong)}")
    covered = []
    for row in cells:
        number = row[0]
        wrong = list(faults(row, api, sources, ran))
        checks += number not in not_yet
        if number in not_yet:
            if not wrong or number in EXCEPTIONS:
                problems.append(f"row {number}: done, so it is no longer for the list of rows not yet")
        elif wrong:
            problems.append(f"row {number}: {'; '.join(wrong)}")
        elif number not in EXCEPTIONS:
            covered.append(number)

    in_rows = {function for _, _, functions, _, _ in cells for function in functions}
    patterns = exceptions.of("function of a row")
    for function in api.functions:
        checks += 1
        if function not in in_rows and not any(fnmatch.fnmatch(function, pattern) for pattern in patterns):
            problems.append(f"{function} is in no row")
    for pattern in patterns:
        if not fnmatch.filter(api.functions, pattern):
            problems.append(f"{pattern} is not in the header")

    for problem in problems:
        print(f"failed: capabilities: {problem}", file=sys.stderr)
    if not_yet:
        print(f"capabilities: not yet: {' '.join(not_yet)}")
    beyond = sum(number in BEYOND for number in covered)
    print(f"capabilities: {len(covered) - beyond} of {len(CAPABILITIES) - len(EXCEPTIONS)} rows, {beyond} of {len(BEYOND)} beyond")
    print(f"capabilities: {checks - min(checks, len(problems))} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
