#!/usr/bin/env python3
"""Runs suites, `make test-<suite>` each, goes on after a failing one, and ends with a table: tools/suites.py SUITE...

A suite leaves JUnit files in target/junit/<suite>/, whose numbers are added up. One that counts nothing has failed. What was
skipped is named.
"""

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

JUNIT = Path("target/junit")


def read(directory):
    """What the JUnit files of a suite count: passed, failed, and the reason of each skipped test."""
    passed = failed = 0
    skipped = []
    for file in sorted(directory.glob("*.xml")):
        tree = ET.parse(file)
        for suite in tree.iter("testsuite"):
            total, failures, errors, left_out = (int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped"))
            failed += failures + errors
            passed += total - failures - errors - left_out
        for case in tree.iter("testcase"):
            for mark in case.iter("skipped"):
                skipped.append(f"{case.get('name')} ({mark.get('message')})" if mark.get("message") else case.get("name"))
    return passed, failed, skipped


def run(suite):
    """Runs one suite: passed, failed, and the lines of the table."""
    print(f"\n=== test-{suite}", flush=True)
    shutil.rmtree(JUNIT / suite, ignore_errors=True)
    started = time.monotonic()
    status = subprocess.run([os.environ.get("MAKE", "make"), f"test-{suite}"], check=False).returncode
    note = ""
    try:
        passed, failed, skipped = read(JUNIT / suite)
    except ET.ParseError as error:
        passed, failed, skipped, note = 0, 1, [], f"  its count cannot be read: {error}"
    if status != 0 and failed == 0:
        failed, note = 1, f"  it ended with status {status}"
    if passed + failed == 0:
        failed, note = 1, "  it counted nothing"
    line = f"{suite:12} {passed:6} passed {failed:6} failed {time.monotonic() - started:6.0f} s{note}"
    return passed, failed, [line, *(f"{'':13}skipped: {what}" for what in skipped)]


def main(suites):
    table, passed, failed = [], 0, 0
    for suite in suites:
        good, bad, lines = run(suite)
        passed, failed, table = passed + good, failed + bad, table + lines
    print("\n=== summary", *table, f"{passed} passed, {failed} failed", sep="\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
