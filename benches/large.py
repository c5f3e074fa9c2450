"""Memory with large files: 4 GiB each way, 1 GiB in parts as the Java client writes them, and 100 GiB up, which the server
forgets."""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import threading

from clients import PLACE, RECIPIENT, must
from figures import GIB, MIB, Goal
from local import RECEIVE, SEND, Emulator, Run, write_random_file


class Watch(threading.Thread):
    """The files with content that a program has open for writing while it runs."""

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
        if path.startswith("/") and not path.startswith("/dev/") and flags & os.O_ACCMODE != os.O_RDONLY and os.stat(f"{process}/fd/{fd}").st_size:
            self.seen.add(path)  # marks of uploads stay empty

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


def send(server, path):
    return must(Run([SEND, "--to", RECIPIENT, path], server.environment(), 3600), "send")


def memory(what, run, size):
    return [Goal(f"{what}, peak memory", run.peak / MIB, "MiB", most=64), Goal(f"{what}, speed", size / run.seconds / 1e6, "MB/s")]


def sparse(name, size):
    path = os.path.join(PLACE, name)
    with open(path, "wb") as file:
        file.truncate(size)  # what lies in it makes no difference to an encrypting client
    return path


def both_ways(server, target, size):
    """A file up and down."""
    source = sparse("large.bin", size)
    watch = Watch(SEND)
    watch.start()
    sent = send(server, source)
    extra = watch.files()
    received = must(Run([RECEIVE, sent.output.strip(), target], server.environment(), 1800), "receive")
    if not filecmp.cmp(source, os.path.join(target, "large.bin"), shallow=False):
        sys.exit("bench: other bytes came back")
    os.remove(os.path.join(target, "large.bin"))
    yield from memory(f"upload of {size // GIB} GiB", sent, size)
    yield from memory(f"download of {size // GIB} GiB", received, size)
    yield Goal(" ".join(["files written while uploading", *sorted(extra)]), len(extra), most=0)


def parts_of_java(server, target, count):
    """A file of parts of 10 MiB."""
    small = os.path.join(PLACE, "small.bin")
    write_random_file(small, 1000)
    link = send(server, small).output.strip()
    os.remove(small)
    plaintext = os.urandom(10 * MIB)
    put_java_parts(server, link, plaintext, count)
    run = must(Run([RECEIVE, link, target], server.environment(), 600), "receive")
    with open(os.path.join(target, "java.bin"), "rb") as file:
        if not all(file.read(len(plaintext)) == plaintext for _ in range(count)) or file.read(1):
            sys.exit("bench: other bytes came back from parts of 10 MiB")
    yield from memory("download of 10 MiB parts", run, count * len(plaintext))


def up_alone(size):
    """A sparse file to a server that counts and forgets."""
    with Emulator() as server:
        server.admin("POST", "/settings", {"discard_parts": True})
        yield from memory(f"upload of {size // GIB} GiB", send(server, sparse("large.bin", size)), size)


def measure(size):
    """`size`: of the file that only goes up."""
    if shutil.disk_usage(PLACE).free < 16 * GIB:
        sys.exit("bench: 16 GiB of free disk are needed in target/")
    target, data = os.path.join(PLACE, "in"), os.path.join(PLACE, "data")
    for leftover in (data, target):
        shutil.rmtree(leftover, ignore_errors=True)
    os.mkdir(target)
    goals = []
    try:
        with Emulator("--data-dir", data) as server:
            print("== 4 GiB each way", flush=True)
            goals += both_ways(server, target, 4 * GIB)
            print("== 1 GiB in parts of 10 MiB as the Java client writes them", flush=True)
            server.admin("POST", "/reset")
            goals += parts_of_java(server, target, 102)
        shutil.rmtree(data)
        print(f"== {size // GIB} GiB up", flush=True)
        goals += up_alone(size)
    finally:
        for leftover in (data, target):
            shutil.rmtree(leftover, ignore_errors=True)
        os.remove(os.path.join(PLACE, "large.bin"))
    return goals
