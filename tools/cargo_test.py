#!/usr/bin/env python3
"""Runs the tests of packages with Cargo and leaves what they counted as JUnit: tools/cargo_test.py SUITE PACKAGE...

Test programs run several at a time, since tests wait for most of their time. The output of each is printed when it ends.
cargo-nextest does this and writes JUnit itself, but is compiled for minutes on a new machine, with a newer Rust than the
library needs, and leaves documentation tests out.
"""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Seconds without a line, after which a test hangs. Compiling one crate, the longest silence there is, takes less.
PATIENCE = 600
AT_ONCE = os.cpu_count() or 1
# How long each test took, which no stable option of the test programs prints.
TIMES = ["-Zunstable-options", "--report-time"]
RUNNING = set()
ENDING = threading.Event()


def junit(program, output, status, seconds=0.0):
    """The element of JUnit for what a test program, or `cargo test`, printed."""
    results = [tuple(map(int, result)) for result in re.findall(r"^test result: .* (\d+) passed; (\d+) failed; (\d+) ignored", output, re.MULTILINE)]
    passed, failed, ignored = (sum(column) for column in zip(*results)) if results else (0, 0, 0)
    if status != 0 and failed == 0:
        failed = 1  # it did not compile, hung or died
    root = ET.Element("testsuite", name=program, tests=str(passed + failed + ignored), failures=str(failed), skipped=str(ignored),
                      time=f"{seconds:.1f}")
    for name, result, reason, took in re.findall(r"^test (.+) \.\.\. (ok|FAILED|ignored)(?:, (.*?))?(?: <(.*)s>)?$", output, re.MULTILINE):
        case = ET.SubElement(root, "testcase", classname=program, name=name, time=took or "0")
        if result != "ok":
            ET.SubElement(case, "failure" if result == "FAILED" else "skipped", message=reason)
    return root


def lines(command, **options):
    """Runs a command in a process group of its own; yields its output as it comes, and its status at the end."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True, **options) as process:
        RUNNING.add(process)
        try:
            while select.select([process.stdout], [], [], PATIENCE)[0]:
                if not (chunk := os.read(process.stdout.fileno(), 1 << 16)):
                    break
                yield chunk.decode(errors="replace")
            else:
                yield f"\nno line for {PATIENCE} s: a test hangs\n"
                kill(process)
        except BaseException:
            kill(process)
            raise
        finally:
            RUNNING.discard(process)
    yield process.returncode


def kill(process):
    """The children too, which hold the other end of the pipe."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def programs(packages):
    """Compiles the tests of packages: what to run, as (name, command, directory), or None."""
    found, has_documentation, rest = [], False, ""
    chosen = ["--locked", *(f"--package={package}" for package in packages)]
    identities = {subprocess.run(["cargo", "pkgid", "--locked", package], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
                  for package in packages}
    for piece in lines(["cargo", "test", *chosen, "--no-run", "--message-format=json-render-diagnostics"]):
        if isinstance(piece, int):
            break
        *whole, rest = (rest + piece).split("\n")
        for message in map(json.loads, whole):
            if message["reason"] != "compiler-artifact" or message["package_id"] not in identities:
                continue
            target, directory = message["target"], Path(message["manifest_path"]).parent
            if message["executable"] and message["profile"]["test"]:
                found.append((Path(target["src_path"]).relative_to(Path.cwd()), [message["executable"], *TIMES], directory))
            elif "rlib" in target["crate_types"]:
                has_documentation = True
    if has_documentation:
        found.append(("documentation", ["cargo", "test", *chosen, "--doc"], Path.cwd()))
    # As Cargo runs them.
    return None if piece != 0 else sorted(found, key=lambda one: str(one[0]))


def run(name, command, directory):
    """Runs a test program, prints its output and returns its JUnit."""
    if ENDING.is_set():
        return None
    started, output = time.monotonic(), ""
    variables = {"CARGO_MANIFEST_DIR": str(directory), "RUSTC_BOOTSTRAP": "1"} if command[0] != "cargo" else {}
    for piece in lines(command, stderr=subprocess.STDOUT, cwd=directory, env={**os.environ, **variables}):
        if isinstance(piece, int):
            status = piece
        else:
            output += piece
    seconds = time.monotonic() - started
    print(f"\n--- {name}: {seconds:.0f} s{'' if status == 0 else f', status {status}'}\n{output}", end="", flush=True)
    return junit(str(name), output, status, seconds)


def main(suite, *packages):
    root = ET.Element("testsuites", name=suite)
    found = programs(packages)
    if found is None:
        root.append(junit(" and ".join(packages), "", 1))
    else:
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            root.extend(pool.map(lambda program: run(*program), found))
        finally:
            # Ctrl-C
            ENDING.set()
            for process in list(RUNNING):
                kill(process)
            pool.shutdown()
    place = Path("target/junit", suite)
    place.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(root).write(place / "cargo.xml", encoding="utf-8", xml_declaration=True)
    return int(any(one.get("failures") != "0" for one in root))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
