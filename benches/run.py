#!/usr/bin/env python3
"""Where all claims about speed and memory come from.

`make bench` moves packages of many sizes by several clients (clients.py, matrix.py), plain, in TLS and over slow lines; measures what
costs little (costs.py); and keeps the figures in target/bench/results.json, after each cell. `make bench-report` makes docs/performance.md
of them (report.py). `make bench-quick` is a short form, in target/bench/quick.json. `--resume` goes on with a run that was interrupted;
`--only TEXT` measures the cells again whose name contains it.

`make bench-against` compares with another build (against.py): a checkout where `make examples` was run, or a directory with `send`,
`receive` and their `libsendsafely.so.0`. `make bench-large` measures memory with large files (large.py).

Everything runs against one emulator on this machine, client and server sharing its processors. Files lie in memory where /dev/shm has
room, else in target/bench.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import against
import clients
import costs
import large
import matrix
from figures import GIB, MIB, listed, speeds

PLACE = clients.PLACE
SECONDS, ROUNDS = 60, 5  # of a client in a cell: 90 minutes in all


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        return next(line.partition(":")[2].strip() for line in info if line.startswith("model name"))


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def commit():
    """That of the checkout; with a + if files differ from it."""
    return git("rev-parse", "--short", "HEAD") + "+" * bool(git("status", "--porcelain", "--untracked-files=no"))


def machine():
    return {"processor": processor(), "processors": os.cpu_count(), "platform": platform.platform(),
            "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")}


def load(path):
    """The results of runs before; none if there were none."""
    if not os.path.exists(path):
        return machine() | {"cells": {}, "goals": {}}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def save(path, results):
    """In one step, so that an interrupted run leaves whole results."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    os.replace(path + ".new", path)


def installed(names):
    """Those clients that can be installed here, by their names."""
    found = {}
    for name in names:
        try:
            found[name] = clients.ALL[name]()
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"bench: {name} is left out: {error}", flush=True)
    return found


def keep(path, results, name, goals, command):
    """Keeps figures that are no cells under a name."""
    results["goals"][name] = {"date": now(), "commit": commit(), "command": command, "goals": goals}
    save(path, results)
    print(listed(goals), flush=True)


def bench(place, path, seconds, rounds, quick, only, without, resume):
    command = "make bench-quick" if quick else "make bench" if seconds == SECONDS else f"make bench SECONDS={seconds:g}"
    results = load(path) if only or resume else {"cells": {}, "goals": {}}
    results |= machine()
    cells = [cell for cell in matrix.cells(seconds, quick) if only in cell.name and not (resume and cell.name in results["cells"])]
    found = installed(({name for cell in cells for name in cell.clients} | {"Python"}) - set(without))
    for cell in cells:
        print(f"== {cell.name}", flush=True)
        if not matrix.has_room(cell):
            print("   left out: too little memory is free", flush=True)
            continue
        load_before = os.getloadavg()[0]
        measured = matrix.measure(cell, found, seconds, rounds, place) | {
            "date": now(), "commit": commit(), "command": command, "seconds": seconds, "load": load_before}
        for name in cell.clients:
            each = ", ".join(f"{way} {speeds(measured, name, way):.3g} MB/s" for way in cell.ways if speeds(measured, name, way))
            print(f"   {name}: {measured['failed'].get(name) or each}", flush=True)
        results["cells"][cell.name] = measured
        save(path, results)
    others = {"kernels": costs.measure_kernels} if not quick else {}
    if "Python" in found:
        others["small costs"] = lambda: costs.measure(place, found["Python"])
    for name, measure in others.items():
        if only in name and not (resume and name in results["goals"]):
            print(f"== {name}", flush=True)
            keep(path, results, name, measure(), command if name != "kernels" else "make bench-kernel")


def in_memory(work, *arguments):
    """Runs a function with a directory for its files, in memory if there is room."""
    has_room = os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 6 * GIB
    with tempfile.TemporaryDirectory(prefix="sendsafely-bench-", dir="/dev/shm" if has_room else PLACE) as place:
        return work(place, *arguments)


def main():
    parser = argparse.ArgumentParser(description="speed and memory; the words of the Makefile build what it measures")
    parser.add_argument("--quick", action="store_true", help="few cells, in less than three minutes")
    parser.add_argument("--seconds", metavar="S", type=float, help=f"of each client in a cell, by default {SECONDS}")
    parser.add_argument("--only", metavar="TEXT", default="", help="cells whose name contains this; the other results stay")
    parser.add_argument("--without", metavar="CLIENT", action="append", default=[], choices=clients.ALL, help="leave a client out; may be repeated")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was interrupted")
    parser.add_argument("--large", metavar="GIB", type=int, nargs="?", const=100, help="memory with large files, up to so many GiB")
    parser.add_argument("--against", metavar="DIRECTORY", help="another build, by turns in one run")
    parser.add_argument("--size", metavar="MIB", type=int, default=GIB // MIB, help="of the file for --against")
    parser.add_argument("--rounds", type=int, help=f"of a cell, at most; by default {ROUNDS}, of --against 10, so that each build goes first equally often")
    parser.add_argument("--line", metavar=("MBIT_PER_S", "ROUND_TRIP_MS"), nargs=2, type=float, help="a slow line for --against")
    arguments = parser.parse_args()
    os.makedirs(PLACE, exist_ok=True)
    if os.getloadavg()[0] > 0.5:
        print(f"bench: something else loads this machine (load {os.getloadavg()[0]:.1f}); the speeds will be too low", flush=True)
    path = os.path.join(PLACE, "quick.json" if arguments.quick else "results.json")
    if arguments.large is not None:
        keep(path, load(path), "large files", large.measure(arguments.large * GIB), "make bench-large")
    elif arguments.against is not None:
        goals = in_memory(against.measure, arguments.against, arguments.size * MIB, arguments.rounds or 10, arguments.line)
        keep(path, load(path), "another build", goals, "make bench-against")
        if missed := [goal.what for goal in goals if goal.reached is False]:
            sys.exit(f"bench: missed: {', '.join(missed)}")
    else:
        seconds = arguments.seconds or (3 if arguments.quick else SECONDS)
        in_memory(bench, path, seconds, arguments.rounds or ROUNDS, arguments.quick, arguments.only, arguments.without, arguments.resume)


if __name__ == "__main__":
    try:
        main()
    except clients.Failed as error:
        sys.exit(f"bench: {error}")
