#!/usr/bin/env python3
"""Which lines of the core the Rust tests and the C programs run: tools/coverage.py [--report]

The library is built once more, so that it counts (tools/instrumented); --report adds up what an earlier run has left. A table has
each directory of src/ with its goal. What was not run stands in target/coverage/missing.txt, file by file, and in
target/coverage/html.

Lines of tests and of fuzz targets do not count: what is under #[cfg(test)] or #[cfg(any(test, feature = "fuzzing"))], and files and
directories with such names.
"""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "target/coverage"
PROFILES, MERGED, LIBRARY = PLACE / "profiles", PLACE / "merged.profdata", PLACE / "libsendsafely.so"
# Percent of the lines.
CORE, GOALS = 90, {"crypto": 95, "package": 95, "ffi": 95}


def output(*command):
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def llvm(name):
    """A tool of the LLVM that rustc has: other versions cannot read what its programs write."""
    version = output("rustc", "-vV")
    host, major = (re.search(rf"^{field}: ([\w-]+)", version, re.MULTILINE)[1] for field in ("host", "LLVM version"))
    beside = Path(output("rustc", "--print", "sysroot").strip(), "lib/rustlib", host, "bin", name)
    if not beside.exists() and shutil.which("rustup"):
        subprocess.run(["rustup", "component", "add", "llvm-tools"], check=False)
    found = beside if beside.exists() else shutil.which(f"{name}-{major}")
    return found or sys.exit(f"coverage: {name} of LLVM {major} is missing; type: rustup component add llvm-tools (or apt-get install llvm-{major})")


def run_all(environment):
    """Builds and runs everything; the programs that were built for it."""
    run = functools.partial(subprocess.run, cwd=ROOT, env=environment, check=True)

    def built(*command):
        messages = run(["cargo", *command, "--message-format", "json-render-diagnostics"], stdout=subprocess.PIPE).stdout
        return [message for message in map(json.loads, messages.splitlines()) if message["reason"] == "compiler-artifact"]

    tests = ["test", "--locked", "--package", "sendsafely", "--package", "sendsafely-cfb", "--lib", "--tests"]
    programs = [artifact["executable"] for artifact in built(*tests, "--no-run") if artifact["executable"]]
    library = built("rustc", "--locked", "--package", "sendsafely", "--lib", "--crate-type", "cdylib", "--features", "test-hooks")[-1]["filenames"][0]
    shutil.copyfile(library, LIBRARY)
    shutil.rmtree(PROFILES, ignore_errors=True)  # of a run before, and of build scripts
    programs_in_c = [sys.executable, "-m", "pytest", "--quiet", "-o", "faulthandler_timeout=1200", "--build", "coverage", "tests/c/test_programs.py"]
    if sum(run(command, check=False).returncode != 0 for command in (["cargo", *tests, "--no-fail-fast", "--quiet"], programs_in_c)):
        print("coverage: a test failed, so lines may be missing", file=sys.stderr)
    # The library comes first. Each program has the exported functions too, and llvm-cov takes those of the first; only C calls them.
    return [str(LIBRARY), *programs]


def of_tests(text):
    """The numbers of the lines of items that only tests and fuzz targets have. Each ends, thanks to rustfmt, as far in as it begins."""
    found, inside = set(), None
    for number, line in enumerate(text.splitlines(), 1):
        depth = len(line) - len(line.lstrip())
        if line.strip() in ("#[cfg(test)]", '#[cfg(any(test, feature = "fuzzing"))]'):
            inside = depth
        if inside is not None and line:
            found.add(number)
            if depth < inside or (depth == inside and (line.lstrip().startswith("}") or line.endswith(";"))):
                inside = None
    return found


def counts(lcov):
    """The files of the core, each with its lines that can run, by number: how often they did."""
    files = defaultdict(dict)
    for record in lcov.split("end_of_record"):
        if not (name := re.search(r"^SF:(.*)$", record, re.MULTILINE)):
            continue
        path = Path(name[1])
        path = path.relative_to(ROOT) if path.is_absolute() and path.is_relative_to(ROOT) else path
        if path.parts[0] not in ("src", "cfb") or {"tests", "fuzz", "fuzzing", "fuzz_input"} & {*path.parts, path.stem}:
            continue
        left_out = of_tests((ROOT / path).read_text(encoding="utf-8"))
        for number, count in re.findall(r"^DA:(\d+),(\d+)", record, re.MULTILINE):
            if int(number) not in left_out:
                files[path][int(number)] = max(int(count), files[path].get(int(number), 0))
    assert files, "no file of the core was counted"
    return files


def directory(path):
    return "cfb" if path.parts[0] == "cfb" else path.parts[1] if len(path.parts) > 2 else "src itself"


def spans(numbers):
    """Line numbers as people write them: 3, 7-9."""
    text, numbers = [], sorted(numbers)
    while numbers:
        first = last = numbers.pop(0)
        while numbers and numbers[0] == last + 1:
            last = numbers.pop(0)
        text.append(str(first) if first == last else f"{first}-{last}")
    return ", ".join(text)


def table(files):
    """The lines of the table, and whether each goal is reached."""
    totals = defaultdict(lambda: [0, 0])
    for path, lines in files.items():
        for name in (directory(path), "core"):
            totals[name][0] += sum(map(bool, lines.values()))
            totals[name][1] += len(lines)
    rows, reached = [f"{'':12} {'lines':>7} {'run':>7}"], True
    for name in [*sorted(name for name in totals if name != "core"), "core"]:
        run, lines = totals[name]
        percent, goal = 100 * run / lines, CORE if name == "core" else GOALS.get(name, 0)
        reached &= percent >= goal
        note = f", below {goal} %" if percent < goal else f", at least {goal} %" if goal else ""
        rows.append(f"{name:12} {lines:7} {percent:5.1f} %{note}")
    return rows, reached


def main(arguments):
    PLACE.mkdir(parents=True, exist_ok=True)
    profdata, cov, programs = llvm("llvm-profdata"), llvm("llvm-cov"), PLACE / "programs.json"
    if arguments != ["--report"]:
        # Each process has a file of its own: one that is killed while it writes spoils its own alone, which does not count then.
        programs.write_text(json.dumps(run_all(os.environ | {
            "RUSTC_WRAPPER": "", "RUSTC_WORKSPACE_WRAPPER": str(ROOT / "tools/instrumented"), "LLVM_PROFILE_FILE": str(PROFILES / "%p-%m.profraw"),
            "CARGO_INCREMENTAL": "0", "PROGRAM_TIMEOUT": "1200"})))
        (PLACE / "profiles.txt").write_text("".join(f"{profile}\n" for profile in sorted(PROFILES.glob("*.profraw"))))
        output(profdata, "merge", "-sparse", "-failure-mode=all", f"-input-files={PLACE / 'profiles.txt'}", "-o", MERGED)
        shutil.rmtree(PROFILES)
    first, *others = json.loads(programs.read_text())
    counted = [f"-instr-profile={MERGED}", first, *(f"-object={program}" for program in others)]
    files = counts(output(cov, "export", "-format=lcov", *counted))
    shutil.rmtree(PLACE / "html", ignore_errors=True)
    output(cov, "show", "-format=html", f"-output-dir={PLACE / 'html'}", *counted, ROOT / "src", ROOT / "cfb/src")
    missing = {path: [number for number, count in lines.items() if not count] for path, lines in sorted(files.items())}
    (PLACE / "missing.txt").write_text("".join(f"{path}: {spans(numbers)}\n" for path, numbers in missing.items() if numbers), encoding="utf-8")
    rows, reached = table(files)
    print("", *rows, f"{PLACE.relative_to(ROOT)}/missing.txt and html have the lines that were not run", sep="\n")
    return int(not reached)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
