#!/usr/bin/env python3
"""Runs suites, `make test-<suite>` each, goes on after a failing one, and ends with a table: tools/suites.py SUITE...

Two run at a time, since most wait for more than they compute; the output of each is printed when it ends. A suite leaves JUnit
files in target/junit/<suite>/, whose numbers are added up. One that counts nothing has failed. What was skipped is named, and
so are the longest tests: a place to look when `make test` becomes slow.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

JUNIT = Path("target/junit")
AT_ONCE = 2
LONGEST = 12


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


def longest():
    """The tests of all suites that took longest, as lines."""
    cases = []
    for file in JUNIT.glob("*/*.xml"):
        with contextlib.suppress(ET.ParseError):  # its suite has failed
            cases += [(float(case.get("time") or 0), file.parent.name, case) for case in ET.parse(file).iter("testcase")]
    cases.sort(key=lambda case: case[0], reverse=True)
    return [f"{suite:12} {seconds:6.1f} s  {case.get('classname')} {case.get('name')}" for seconds, suite, case in cases[:LONGEST]]


def run(suite):
    """Runs one suite: passed, failed, and the lines of the table."""
    print(f"=== test-{suite} begins", flush=True)
    shutil.rmtree(JUNIT / suite, ignore_errors=True)
    started = time.monotonic()
    done = subprocess.run([os.environ.get("MAKE", "make"), f"test-{suite}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    seconds = time.monotonic() - started
    print(f"\n=== test-{suite}\n{done.stdout}", flush=True)
    note = ""
    try:
        passed, failed, skipped = read(JUNIT / suite)
    except ET.ParseError as error:
        passed, failed, skipped, note = 0, 1, [], f"  its count cannot be read: {error}"
    if done.returncode != 0 and failed == 0:
        failed, note = 1, f"  it ended with status {done.returncode}"
    if passed + failed == 0:
        failed, note = 1, "  it counted nothing"
    line = f"{suite:12} {passed:6} passed {failed:6} failed {seconds:6.0f} s{note}"
    return passed, failed, [line, *(f"{'':13}skipped: {what}" for what in skipped)]


def main(suites):
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(run, suites))
    passed, failed = (sum(result[index] for result in results) for index in (0, 1))
    table = [line for result in results for line in result[2]]
    print("\n=== the longest tests", *longest(), "\n=== summary", *table,
          f"{passed} passed, {failed} failed, {(time.monotonic() - started) / 60:.0f} min", sep="\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
