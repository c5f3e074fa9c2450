#!/usr/bin/env python3
"""Runs the tests of a package with Cargo and leaves what they counted as JUnit: tools/cargo_test.py SUITE PACKAGE

cargo-nextest writes JUnit itself, but is compiled for minutes on a new machine, with a newer Rust than the library needs, and
leaves documentation tests out.
"""

import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

# Seconds without a line, after which a test hangs. Compiling one crate, the longest silence there is, takes less.
PATIENCE = 600


def junit(suite, output, status):
    """The JUnit document of what `cargo test` printed."""
    results = [tuple(map(int, result)) for result in re.findall(r"^test result: .* (\d+) passed; (\d+) failed; (\d+) ignored", output, re.MULTILINE)]
    passed, failed, ignored = (sum(column) for column in zip(*results)) if results else (0, 0, 0)
    if status != 0 and failed == 0:
        failed = 1  # it did not compile, or a test program died
    root = ET.Element("testsuite", name=suite, tests=str(passed + failed + ignored), failures=str(failed), skipped=str(ignored))
    for name, result, reason in re.findall(r"^test (.+) \.\.\. (FAILED|ignored)(?:, (.*))?$", output, re.MULTILINE):
        case = ET.SubElement(root, "testcase", name=name)
        ET.SubElement(case, "failure" if result == "FAILED" else "skipped", message=reason)
    return ET.ElementTree(root)


def hangs(_signal, _frame):
    raise TimeoutError(f"no line for {PATIENCE} s: a test hangs")


def main(suite, package):
    # --no-fail-fast: the summary counts what failed, not only the first file that did.
    command = ["cargo", "test", "--locked", "--no-fail-fast", "--package", package]
    lines = []
    signal.signal(signal.SIGALRM, hangs)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True) as cargo:
        try:
            for line in cargo.stdout:
                signal.alarm(PATIENCE)
                print(line, end="", flush=True)
                lines.append(line)
            signal.alarm(0)
        except BaseException:
            # The tests too, which hold the other end of the pipe.
            os.killpg(cargo.pid, signal.SIGKILL)
            raise
    place = Path("target/junit", suite)
    place.mkdir(parents=True, exist_ok=True)
    document = junit(suite, "".join(lines), cargo.returncode)
    document.write(place / "cargo.xml", encoding="utf-8", xml_declaration=True)
    return int(document.getroot().get("failures") != "0")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
