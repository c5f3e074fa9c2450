"""What the demo, the checks of the examples and the benchmarks share: a local server, and programs that are measured."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EMULATOR = os.path.join(ROOT, "target/release/sendsafely-emulator")
SEND = os.path.join(ROOT, "target/examples/c/send")
RECEIVE = os.path.join(ROOT, "target/examples/c/receive")
SYNC = os.path.join(ROOT, "target/examples/c/sync")

# Ended from outside, a program still removes what it made.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))


class Emulator:
    """A server on loopback that ends with this program, however that ends."""

    def __init__(self, *options):
        self._directory = tempfile.TemporaryDirectory()
        ready = os.path.join(self._directory.name, "ready.json")
        self.process = subprocess.Popen(
            [EMULATOR, "--exit-with-stdin", "--ready-file", ready, *options],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        for _ in range(200):
            if os.path.exists(ready):
                break
            if self.process.poll() is not None:
                sys.exit("the emulator did not start")
            time.sleep(0.05)
        else:
            self.close()
            sys.exit("the emulator was not ready within 10 seconds")
        with open(ready, encoding="utf-8") as file:
            self.ready = json.load(file)

    def environment(self):
        """The variables that the examples read."""
        variables = dict(os.environ, SENDSAFELY_HOST=self.ready["url"], SENDSAFELY_API_KEY=self.ready["api_key"],
                         SENDSAFELY_API_SECRET=self.ready["api_secret"])
        if self.ready["ca_file"]:
            variables["SENDSAFELY_CA_BUNDLE"] = self.ready["ca_file"]
        return variables

    def admin(self, method, path, body=None):
        """A call of the admin interface. Bytes are sent and come back as they are, everything else is JSON."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(self.ready["admin_url"] + path, data, method=method)
        # What is meant for this machine goes through no proxy.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as response:
            content = response.read()
            return json.loads(content) if "json" in response.headers.get("Content-Type", "") else content

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._directory.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Run:
    """A program that ran: status, standard output, seconds, processor seconds, peak of resident memory in bytes."""

    def __init__(self, command, environment=None, timeout=600):
        started = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        try:
            # What these programs print fits into the pipe, so it may wait there.
            self.status, usage, peak = _wait(process, started + timeout)
        except BaseException:
            process.kill()
            process.wait()
            raise
        self.seconds = time.monotonic() - started
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.peak = peak or usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        with process.stdout:
            self.output = process.stdout.read().decode()


def _wait(process, deadline):
    # wait4 alone reports the times of one child; a poll every millisecond costs nothing beside it.
    peak = polls = 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage, peak
        if time.monotonic() > deadline:
            os.kill(process.pid, signal.SIGKILL)
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = -signal.SIGKILL
            return process.returncode, usage, peak
        if polls % 16 == 15:
            peak = _peak_so_far(process.pid) or peak
        polls += 1
        time.sleep(0.001)


def _peak_so_far(pid):
    """On Linux, whose ru_maxrss is at least what this interpreter takes: a child begins as a copy of it."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def write_random_file(path, size):
    """A file that neither compresses nor repeats."""
    with open(path, "wb") as file:
        while size:
            size -= file.write(os.urandom(min(size, 1 << 20)))


def megabytes(count):
    return f"{count / 1e6:.0f} MB"


if __name__ == "__main__":
    # Runs a program beside a server, with the variables of the programs of tests/c.
    with tempfile.TemporaryDirectory() as scratch, Emulator("--api-key", "test-api-key", "--api-secret", "test-api-secret") as emulator:
        variables = emulator.environment() | {"EMULATOR_ADMIN_PORT": emulator.ready["admin_url"].rpartition(":")[2],
                                              "DROPZONE_ID": emulator.ready["dropzone_id"], "TEST_DIRECTORY": scratch}
        sys.exit(subprocess.run(sys.argv[1:], env=variables, check=False).returncode)
