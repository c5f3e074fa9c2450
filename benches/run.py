#!/usr/bin/env python3
"""`make bench`: speed and memory of the C programs, beside the Rust core called directly, the wrappers, the official Python client,
and the raw speed of the same bytes by parallel curl. `make bench-large`: memory with files of 4 GiB.

`benches/run.py --against DIRECTORY`, or `make bench-against AGAINST=DIRECTORY`: the C programs beside those of another
build, by turns in one run, and what changed in time, processor time and peak memory. DIRECTORY is a checkout where
`make examples` was run, or holds `send`, `receive` and their `libsendsafely.so.0`. Both speak to this checkout's emulator.
`--size` (in MiB) and `--rounds` make it shorter.

Everything runs against one emulator on this machine, client and server sharing its processors; each client receives
what it sent itself. Files lie in memory where /dev/shm has room, else in target/bench, as do those of 4 GiB. Goals
stand beside the figures.
"""

import argparse
import filecmp
import glob
import hashlib
import hmac
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
from local import RECEIVE, SEND, Emulator, Run, write_random_file

PLACE = os.path.join(ROOT, "target/bench")
PART = 2_621_440
MIB = 1 << 20
GIB = 1 << 30
REPEATS = 9
ROUNDS = 10  # even: each build goes first equally often

rows = []
missed = []


def row(what, figure, goal="", reached=True):
    rows.append((what, figure, goal, "" if not goal else "reached" if reached else "MISSED"))
    if not reached:
        missed.append(what)
    print(f"   {what}: {figure}", flush=True)


def print_table(load):
    head = ("", "figure", "goal", "")
    widths = [max(len(line[column]) for line in [head, *rows]) for column in range(4)]
    print(f"\n{platform.platform()}, {os.cpu_count()} processors, load at the start {load:.1f}")
    for line in [head, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def must(run, what):
    if run.status != 0:
        sys.exit(f"bench: {what} ended with status {run.status}")
    return run


def shell(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Client:
    """Measures a program that sends and receives."""

    def __init__(self, name, send, receive):
        self.name, self.send_command, self.receive_command = name, send, receive

    def round_trip(self, server, file, target, line=None):
        """Sends and receives, over a slow line if there is one, and compares the bytes. Returns the two runs."""
        environment = server.environment()
        server.admin("POST", "/reset")
        if line:
            server.admin("POST", "/proxy", {"line": {"mbit_per_s": line[0], "round_trip_ms": int(line[1])}})
        sent = must(Run([*self.send_command, file], environment), f"{self.name} send")
        shutil.rmtree(target, ignore_errors=True)
        os.mkdir(target)
        received = must(Run([*self.receive_command, sent.output.strip(), target], environment), f"{self.name} receive")
        (name,) = os.listdir(target)
        if not filecmp.cmp(file, os.path.join(target, name), shallow=False):
            sys.exit(f"bench: {self.name} brought other bytes back")
        shutil.rmtree(target)
        return sent, received


def speed(runs, size):
    """MB/s of the fastest run, because other load on the machine only slows down."""
    return max(size / run.seconds / 1e6 for run in runs)


def peak(runs):
    """MiB of the largest run."""
    return max(run.peak for run in runs) / MIB


def official_client():
    """The published client, in its own environment."""
    environment = os.path.join(PLACE, "venv")
    python = os.path.join(environment, "bin/python")
    if not os.path.exists(os.path.join(environment, "ready")):
        shutil.rmtree(environment, ignore_errors=True)
        shell(sys.executable, "-m", "venv", environment)
        shell(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement",
              os.path.join(ROOT, "tests/interop/requirements.txt"))
        open(os.path.join(environment, "ready"), "w").close()
    script = os.path.join(ROOT, "benches/official.py")
    return Client("the official Python client", [python, script, "send"], [python, script, "receive"])


def rust_core():
    built = subprocess.run(["tools/cargo_release", "build", "--bench", "core", "--message-format", "json-render-diagnostics"],
                           cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    messages = [json.loads(line) for line in built.splitlines()]
    (program,) = [m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "core"]
    return Client("the Rust core", [program, "send"], [program, "receive"])


def csharp_client():
    """The C# examples on CoreCLR; None if that cannot be installed."""
    tool, programs = os.path.join(ROOT, "tools/csharp"), os.path.join(ROOT, "target/csharp")
    if any(subprocess.run([tool, "has", name], check=False).returncode for name in ("mono", "dotnet")):
        print("bench: C# is left out", flush=True)
        return None
    shell(os.path.join(ROOT, "bindings/csharp/build.sh"))
    return Client("C#", [tool, "dotnet", f"{programs}/Send.exe", "--to", "ann@example.com"], [tool, "dotnet", f"{programs}/Receive.exe"])


def python_wrapper():
    """The wheel of `make wheel`, in its own environment."""
    environment = os.path.join(PLACE, "wrapper")
    python, script = os.path.join(environment, "bin/python"), os.path.join(ROOT, "benches/wrapper.py")
    (wheel,) = glob.glob(os.path.join(ROOT, "target/wheels/*.whl"))
    shell(sys.executable, "-m", "venv", "--clear", environment)
    shell(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", wheel)
    return Client("Python", [python, script, "send"], [python, script, "receive"])


def import_time(python):
    """Milliseconds above those of a bare interpreter, the best of many runs in turns."""
    best = {"pass": 1e9, "import libsendsafely": 1e9}
    for _ in range(20):
        for program in best:
            best[program] = min(best[program], must(Run([python, "-c", program]), program).seconds * 1000)
    return best["import libsendsafely"] - best["pass"]


def started(server, client, file, target):
    """Seconds for a tiny file, sent and received: the start of a runtime, and its compiling."""
    runs = [client.round_trip(server, file, target) for _ in range(5)]
    return [min(run[way].seconds for run in runs) for way in (0, 1)]


def row_against(what, rounds):
    """How much faster the second program of each round is than the first: the median of the rounds, since single ones differ
    by more than the difference of the programs."""
    faster = statistics.median(other / own for other, own in rounds) - 1
    row(what, f"{faster * 100:+.1f} %", "at least -5 %", faster >= -0.05)


def row_of_wrapper(name, way, runs, start, beside):
    """The rate of a program over a wrapper, without its start, compared with the C program of the same round."""
    net = [run[way].seconds - start for run in runs]
    row(f"{name}, 1 GiB, after its start of {start * 1000:.0f} ms", f"{GIB / statistics.median(net) / 1e6:.0f} MB/s")
    row_against(f"{name} against C", [(c[way].seconds, own) for c, own in zip(beside, net)])


# --- The ceiling ---------------------------------------------------------------------------------------------------


def signed(server, method, path, body=""):
    """Sends a signed request to the API."""
    key, secret = server.ready["api_key"], server.ready["api_secret"]
    path, stamp = "/api/v2.0" + path, time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime())
    body = json.dumps(body) if body else ""
    signature = hmac.new(secret.encode(), (key + path + stamp + body).encode(), hashlib.sha256).hexdigest()
    request = urllib.request.Request(server.ready["url"] + path, body.encode() or None, method=method, headers={
        "ss-api-key": key, "ss-request-timestamp": stamp, "ss-request-signature": signature, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        response = json.load(response)
    if response["response"] != "SUCCESS":
        sys.exit(f"bench: {path} returned {response['response']}")
    return response


def curl_ceiling(server, file):
    """MB/s of curl with four connections, up and down, for bytes in parts as ours are."""
    server.admin("POST", "/reset")
    server.admin("POST", "/settings", {"upload_urls_per_call": 100_000, "download_urls_per_call": 100_000})
    size = os.path.getsize(file)
    pieces = os.path.join(os.path.dirname(file), "pieces")
    shutil.rmtree(pieces, ignore_errors=True)
    os.mkdir(pieces)
    shell("split", "-b", str(PART), "-a", "5", file, os.path.join(pieces, "p"))
    names = sorted(os.listdir(pieces))

    package = signed(server, "PUT", "/package/", {"vdr": False})["packageId"]
    signed(server, "PUT", f"/package/{package}/recipient/", {"email": "ann@example.com"})
    created = signed(server, "PUT", f"/package/{package}/file/", {
        "filename": "raw", "filesize": size, "parts": len(names), "uploadType": "BENCH"})
    path = f"/package/{package}/file/{created['fileId']}"
    urls = signed(server, "POST", path + "/upload-urls/", {"part": 1})["uploadUrls"]
    up = curl(f'url="{u["url"]}"\nupload-file="{pieces}/{name}"\noutput=/dev/null\n' for u, name in zip(urls, names))
    signed(server, "POST", path + "/upload-complete/", {"complete": True})

    checksum = "0" * 64
    signed(server, "POST", f"/package/{package}/finalize/", {"checksum": checksum})
    urls = signed(server, "POST", path + "/download-urls/", {
        "checksum": checksum, "startSegment": 1, "endSegment": len(names)})["downloadUrls"]
    down = curl(f'url="{u["url"]}"\noutput=/dev/null\n' for u in urls)
    shutil.rmtree(pieces)
    server.admin("POST", "/settings", {"upload_urls_per_call": 25, "download_urls_per_call": 25})
    return size / up / 1e6, size / down / 1e6


def curl(transfers):
    with tempfile.NamedTemporaryFile("w", suffix=".curl") as config:
        config.write("next\n".join('fail\nheader="Expect:"\n' + one for one in transfers))
        config.flush()
        started = time.monotonic()
        # The progress meter of parallel transfers cannot be turned off: its text is kept for a failure.
        done = subprocess.run(["curl", "--parallel", "--parallel-max", "4", "--parallel-immediate", "--config", config.name],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"bench: curl failed: {done.stderr[-500:]}")
        return time.monotonic() - started


def c_program(name):
    """A C program of this directory, over the library that `make examples` has built."""
    program = os.path.join(PLACE, name)
    shell("cc", "-std=c99", "-D_XOPEN_SOURCE=700", "-Wall", "-Wextra", "-Werror", "-O2", "-I" + os.path.join(ROOT, "include"),
          os.path.join(ROOT, f"benches/{name}.c"), "-o", program, "-L" + os.path.dirname(SEND), "-l:libsendsafely.so.0",
          "-Wl,-rpath," + os.path.dirname(SEND))
    return program


# --- Small costs ---------------------------------------------------------------------------------------------------


def small_costs(server, interpreter, script):
    """What a client, a call without network and the import of the Python wrapper take."""
    of_client, of_call = must(Run([c_program("calls")], server.environment()), "calls").output.split()
    row("a client after the first of a program, C", f"{int(of_client) / 1000:.0f} us")
    row("a call without network, C", f"{of_call} ns", "at most 100 ns", int(of_call) <= 100)
    of_call = must(Run([interpreter, script, "calls"], server.environment()), "calls").output.strip()
    row("a call without network, Python", f"{of_call} ns", "at most 3000 ns", int(of_call) <= 3000)
    importing = import_time(interpreter)
    row("import of libsendsafely, above a bare interpreter", f"{importing:.0f} ms", "at most 40 ms", importing <= 40)


# --- Stopping ------------------------------------------------------------------------------------------------------


def stop_latency(server, file, link):
    """Milliseconds from the request to stop to the return of the call, at 20 moments of a transfer each way."""
    program = c_program("stop")
    moments = random.Random(1)
    for direction, what in (("send", file), ("receive", link)):
        taken = []
        for _ in range(20):
            run = must(Run([program, direction, what, str(moments.randrange(50, 400))], server.environment()), "stop")
            taken.append(float(run.output))
        yield direction, statistics.median(taken), max(taken)


# --- Beside another build ------------------------------------------------------------------------------------------


def build_in(directory):
    """The C programs of a checkout, or those in the directory itself."""
    for place in (os.path.join(directory, "target/examples/c"), directory):
        programs = [os.path.join(place, name) for name in ("send", "receive")]
        if all(os.access(program, os.X_OK) and not os.path.isdir(program) for program in programs):
            send, receive = programs
            return Client(directory, [send, "--to", "ann@example.com"], [receive])
    sys.exit(f"bench: no send and receive in {directory}; run `make examples` there")


def row_of_change(what, unit, rounds):
    """How much more the second program of each round takes than the first: the median of the rounds."""
    before, now = (statistics.median(values) for values in zip(*rounds))
    change = statistics.median(own / other for other, own in rounds) - 1
    row(what, f"{change * 100:+.1f} % ({before:.2f}, now {now:.2f} {unit})", "at most +5 %", change <= 0.05)


def bench_against(place, directory, size, rounds, line):
    file, target = os.path.join(place, "file.bin"), os.path.join(place, "in")
    write_random_file(file, size)
    other, own = build_in(os.path.abspath(directory)), build_in(ROOT)
    pairs = []
    with Emulator() as server:
        over = f" over {line[0]:g} Mbit/s and {line[1]:g} ms" if line else ""
        print(f"== {size // MIB} MiB each way{over}, {rounds} rounds, taking turns with {other.name}", flush=True)
        for client in (other, own):
            client.round_trip(server, file, target)  # warms caches, and the memory of the server
        for number in range(rounds):
            order = (other, own) if number % 2 == 0 else (own, other)
            runs = {client: client.round_trip(server, file, target, line) for client in order}
            pairs.append((runs[other], runs[own]))
    for way, name in ((0, "upload"), (1, "download")):
        both = [(before[way], now[way]) for before, now in pairs]
        row_of_change(f"{name}, time", "s", [[run.seconds for run in pair] for pair in both])
        row_of_change(f"{name}, processor time", "s", [[run.cpu_seconds for run in pair] for pair in both])
        row_of_change(f"{name}, peak memory", "MiB", [[run.peak / MIB for run in pair] for pair in both])


# --- The words -----------------------------------------------------------------------------------------------------


def in_memory(work, *arguments):
    """Runs a function with a directory for its files, in memory if there is room."""
    has_room = os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 4 * GIB
    with tempfile.TemporaryDirectory(prefix="sendsafely-bench-", dir="/dev/shm" if has_room else PLACE) as place:
        work(place, *arguments)


def bench(place):
    big, small, tiny = (os.path.join(place, name) for name in ("1GiB.bin", "100MB.bin", "tiny.bin"))
    target = os.path.join(place, "in")
    write_random_file(big, GIB)
    write_random_file(small, 100_000_000)
    write_random_file(tiny, 1000)
    c, core, official = Client("C", [SEND, "--to", "ann@example.com"], [RECEIVE]), rust_core(), official_client()
    csharp, wrapper = csharp_client(), python_wrapper()

    with Emulator() as server:
        print("== the C programs, the Rust core, Python and C#, 1 GiB, taking turns", flush=True)
        ours, direct, wrapped, dotnet = [], [], [], []
        starts = [started(server, client, tiny, target) for client in (wrapper, csharp) if client]
        for _ in range(REPEATS):
            ours.append(c.round_trip(server, big, target))
            direct.append(core.round_trip(server, big, target))
            wrapped.append(wrapper.round_trip(server, big, target))
            if csharp:
                dotnet.append(csharp.round_trip(server, big, target))
        print("== the official Python client, 100 MB", flush=True)
        theirs = [official.round_trip(server, small, target) for _ in range(2)]
        print("== curl, 1 GiB", flush=True)
        ceiling = curl_ceiling(server, big)

        for way, name, over in ((0, "upload", 20), (1, "download", 20)):
            mine, rust, python = (speed([runs[way] for runs in each], size)
                                  for each, size in ((ours, GIB), (direct, GIB), (theirs, 100_000_000)))
            memory, wrapper_memory = peak(runs[way] for runs in ours), peak(runs[way] for runs in wrapped)
            row(f"{name}, C programs, 1 GiB", f"{mine:.0f} MB/s")
            row(f"{name}, C programs, peak memory", f"{memory:.0f} MiB", "at most 64 MiB", memory <= 64)
            row(f"{name}, processor time of the C program",
                f"{min(runs[way].cpu_seconds for runs in ours) / (GIB / 1e9):.2f} s/GB")
            row(f"{name}, Rust core directly, 1 GiB", f"{rust:.0f} MB/s")
            row_against(f"{name}, C against the Rust core", [(core[way].seconds, runs[way].seconds) for core, runs in zip(direct, ours)])
            row_of_wrapper(f"{name}, Python wrapper", way, wrapped, starts[0][way], ours)
            row(f"{name}, Python wrapper, peak memory", f"{wrapper_memory:.0f} MiB", f"at most {memory + 20:.0f} MiB", wrapper_memory <= memory + 20)
            if csharp:
                row_of_wrapper(f"{name}, C# on CoreCLR", way, dotnet, starts[1][way], ours)
            row(f"{name}, official Python client, 100 MB", f"{python:.1f} MB/s")
            row(f"{name}, official Python client, peak memory", f"{peak(runs[way] for runs in theirs):.0f} MiB")
            row(f"{name}, ours against the official Python client", f"{mine / python:.0f} times", f"at least {over} times",
                mine >= over * python)
            row(f"{name}, raw bytes by parallel curl", f"{ceiling[way]:.0f} MB/s")

        print("== small costs", flush=True)
        small_costs(server, *wrapper.send_command[:2])

        print("== stopping", flush=True)
        server.admin("POST", "/reset")
        link = must(Run([SEND, big], server.environment()), "send").output.strip()
        for direction, median, slowest in stop_latency(server, big, link):
            row(f"stop of {direction}, median of 20 (slowest)", f"{median:.0f} ms ({slowest:.0f} ms)", "at most 300 ms", median <= 300)


class Watch(threading.Thread):
    """The files that a program has open for writing while it runs."""

    def __init__(self, program):
        super().__init__(daemon=True)
        self.program, self.seen, self.ended = os.path.realpath(program), set(), threading.Event()

    def run(self):
        while not self.ended.wait(0.01):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if os.readlink(f"/proc/{pid}/exe") == self.program:
                        for fd in os.listdir(f"/proc/{pid}/fd"):
                            self.look(f"/proc/{pid}", fd)
                except OSError:
                    pass  # it has just ended, or closed that

    def look(self, process, fd):
        path = os.readlink(f"{process}/fd/{fd}")
        with open(f"{process}/fdinfo/{fd}", encoding="utf-8") as info:
            flags = next(int(line.split()[1], 8) for line in info if line.startswith("flags:"))
        if path.startswith("/") and not path.startswith("/dev/") and flags & os.O_ACCMODE != os.O_RDONLY:
            self.seen.add(path)

    def files(self):
        self.ended.set()
        self.join()
        return self.seen - {os.path.realpath("/proc/self/fd/2")}  # standard error is ours


def put_java_parts(server, link, plaintext, count):
    """Adds a file whose parts all contain the same 10 MiB, as the Java client writes them: SHA-1 S2K, no encrypted session
    key, partial lengths. GnuPG writes the same packets from a pipe. Each part is encrypted anew, because a download
    refuses the same message twice."""
    package = server.admin("GET", "/packages/" + server.admin("GET", "/packages")[0])
    passphrase = package["server_secret"] + link.split("keyCode=")[1]
    file = server.admin("PUT", f"/packages/{package['id']}/files", {
        "name": "java.bin", "size": count * len(plaintext), "parts": count})
    with tempfile.TemporaryDirectory(prefix="ss-") as home:
        for number in range(1, count + 1):
            part = subprocess.run(
                ["gpg", "--batch", "--quiet", "--homedir", home, "--pinentry-mode", "loopback", f"--passphrase={passphrase}",
                 "--cipher-algo", "AES256", "--s2k-mode", "3", "--s2k-digest-algo", "SHA1", "--s2k-count", "65536",
                 "--compress-algo", "none", "--symmetric"], input=plaintext, stdout=subprocess.PIPE, check=True).stdout
            server.admin("PUT", f"/files/{file['file_id']}/parts/{number}", part)
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


def bench_large():
    if shutil.disk_usage(PLACE).free < 16 * GIB:
        sys.exit("bench: 16 GiB of free disk are needed in target/")
    size, target = 4 * GIB, os.path.join(PLACE, "in")
    source, data = os.path.join(PLACE, "4GiB.bin"), os.path.join(PLACE, "data")
    with open(source, "wb") as file:
        file.truncate(size)  # what stands in it makes no difference to an encrypting client
    shutil.rmtree(data, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    os.mkdir(target)
    try:
        with Emulator("--data-dir", data) as server:
            environment = server.environment()
            print("== 4 GiB each way", flush=True)
            watch = Watch(SEND)
            watch.start()
            sent = must(Run([SEND, source], environment, 1800), "send")
            extra = watch.files()
            received = must(Run([RECEIVE, sent.output.strip(), target], environment, 1800), "receive")
            if not filecmp.cmp(source, os.path.join(target, "4GiB.bin"), shallow=False):
                sys.exit("bench: other bytes came back")
            for name, run in (("upload", sent), ("download", received)):
                row(f"{name} of 4 GiB, peak memory", f"{run.peak / MIB:.0f} MiB", "at most 64 MiB", run.peak <= 64 * MIB)
                row(f"{name} of 4 GiB, speed", f"{size / run.seconds / 1e6:.0f} MB/s")
            row("files written while uploading", ", ".join(sorted(extra)) or "none", "none", not extra)

            print("== 1 GiB in parts of 10 MiB as the Java client writes them", flush=True)
            server.admin("POST", "/reset")
            small = os.path.join(PLACE, "small.bin")
            write_random_file(small, 1000)
            link = must(Run([SEND, small], environment), "send").output.strip()
            plaintext, count = os.urandom(10 * MIB), 102
            put_java_parts(server, link, plaintext, count)
            shutil.rmtree(target)
            os.mkdir(target)
            run = must(Run([RECEIVE, link, target], environment, 600), "receive")
            with open(os.path.join(target, "java.bin"), "rb") as file:
                if not all(file.read(len(plaintext)) == plaintext for _ in range(count)) or file.read(1):
                    sys.exit("bench: other bytes came back from parts of 10 MiB")
            row("download of 10 MiB parts, peak memory", f"{run.peak / MIB:.0f} MiB", "at most 64 MiB", run.peak <= 64 * MIB)
            row("download of 10 MiB parts, speed", f"{count * len(plaintext) / run.seconds / 1e6:.0f} MB/s")
    finally:
        for leftover in (data, target):
            shutil.rmtree(leftover, ignore_errors=True)
        os.remove(source)


def main():
    parser = argparse.ArgumentParser(description="speed and memory; the words of the Makefile build what it measures")
    parser.add_argument("--large", action="store_true", help="memory with files of 4 GiB")
    parser.add_argument("--against", metavar="DIRECTORY", help="another build, by turns in one run")
    parser.add_argument("--size", metavar="MIB", type=int, default=GIB // MIB, help="of the file for --against")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of --against")
    parser.add_argument("--line", metavar=("MBIT_PER_S", "ROUND_TRIP_MS"), nargs=2, type=float, help="a slow line for --against")
    arguments = parser.parse_args()
    if arguments.size < 1 or arguments.rounds < 1:
        parser.error("--size and --rounds begin at 1")
    os.makedirs(PLACE, exist_ok=True)
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"bench: something else loads this machine (load {load:.1f}); the speeds will be too low", flush=True)
    if arguments.large:
        bench_large()
    elif arguments.against is not None:
        in_memory(bench_against, arguments.against, arguments.size * MIB, arguments.rounds, arguments.line)
    else:
        in_memory(bench)
    print_table(load)
    if missed:
        sys.exit(f"bench: missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
