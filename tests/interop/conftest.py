"""Fixtures of the tests with official clients: the emulator, its users, files."""

import contextlib
import hashlib
import json
import os
import random
import select
import shutil
import subprocess
import tempfile
from pathlib import Path

import local
import pytest
from libsendsafely import Client, _library
from sendsafely.pgpy import PGPMessage
from sendsafely.SendSafely import SendSafely

ROOT = Path(__file__).parents[2]

MESSAGE = "Grüße aus Zürich — 机密文件, 機密, секрет 🔐\nzweite Zeile, \"quoted\" & <tagged>"
RECIPIENT = "second@acme.test"


class Emulator(local.Emulator):
    """The emulator with clients of its users, ours and official ones."""

    def __init__(self, *options):
        super().__init__(*options)
        self.url = self.ready["url"]
        self.users = {user["email"].split("@")[0]: user for user in self.ready["users"]}

    def endpoints(self):
        """The endpoint labels of the requests since the last call."""
        labels = [request["endpoint"] for request in self.admin("GET", "/requests")]
        self.admin("DELETE", "/requests")
        return labels

    @contextlib.contextmanager
    def settings(self, **switches):
        """Sets switches of the emulator, and resets them at the end."""
        usual = self.admin("GET", "/settings")
        self.admin("POST", "/settings", switches)
        try:
            yield
        finally:
            self.admin("POST", "/settings", {name: usual[name] for name in switches})

    def ours(self, user, **options):
        credentials = self.users[user]
        return Client(self.url, credentials["api_key"], credentials["api_secret"], **{"retry_window_ms": 10_000, **options})

    def official(self, user):
        return SendSafely(self.url, self.users[user]["api_key"], self.users[user]["api_secret"])


class NodeError(Exception):
    """An error of the official Node client: its code and its text."""


class Node:
    """The official Node client in its own process. Its methods are methods of its users: Node.user(...).createPackage()."""

    def __init__(self):
        command = [ROOT / "tools/node", ROOT / "tests/interop/node_client.js"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def user(self, emulator, user):
        credentials = emulator.users[user]
        return NodeUser(self, [emulator.url, credentials["api_key"], credentials["api_secret"]])

    def dropzone(self, emulator):
        return NodeUser(self, [emulator.url, emulator.ready["dropzone_id"], None])

    def call(self, credentials, name, arguments):
        line = json.dumps({"credentials": credentials, "call": name, "arguments": arguments})
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        # Each request line has one response line, so the buffer is empty afterwards. The first one waits for the packages.
        if not select.select([self._process.stdout], [], [], 120)[0]:
            self._process.kill()
            raise NodeError("no answer", name)
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise NodeError(*answer["error"])
        return answer["results"]

    def close(self):
        self._process.stdin.close()
        self._process.wait(20)


class NodeUser:
    def __init__(self, node, credentials):
        self._node, self._credentials = node, credentials

    def __getattr__(self, name):
        return lambda *arguments: self._node.call(self._credentials, name, arguments)


@pytest.fixture(scope="session")
def node():
    client = Node()
    yield client
    client.close()


def send_ours(client, paths, message=None, recipient=RECIPIENT):
    with client.create_package() as package:
        package.add_recipient(recipient)
        for path in paths:
            package.upload_file(path)
        if message is not None:
            package.set_message(message)
        return package.id, package.finalize().link


def receive_ours(package, directory, **options):
    directory.mkdir(exist_ok=True)
    package.download_all(directory, **options)
    return sums(directory.iterdir())


def plaintext_sizes(emulator, package_id, passphrase):
    """The content of the parts of a package's only file, as the official Python client's OpenPGP reads them."""
    file = emulator.admin("GET", f"/packages/{package_id}")["files"][0]
    parts = [emulator.admin("GET", f"/files/{file['id']}/parts/{part}") for part in sorted(map(int, file["stored"]))]
    return [len(PGPMessage.from_blob(bytearray(part)).decrypt(passphrase=passphrase).message) for part in parts]


@pytest.fixture(scope="session")
def emulator():
    with Emulator() as server:
        yield server


@pytest.fixture(scope="session")
def tls_emulator():
    with Emulator("--tls") as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_left():
    """Checks that every test has freed all objects of the library."""
    yield
    assert _library.function("sendsafely_live_objects")() == 0


@pytest.fixture(scope="session")
def make_file(tmp_path_factory):
    """Files by size, the same bytes each time; some pure ASCII, which the official client marks as text."""
    directory = tmp_path_factory.mktemp("files")

    def make(size, ascii_only=False, name=None):
        path = directory / (name or f"{'ascii' if ascii_only else 'binary'}-{size}.bin")
        if not path.exists():
            content = random.Random(size).randbytes(size)
            path.write_bytes(bytes(0x0A + byte % 0x70 for byte in content) if ascii_only else content)
        return path

    return make


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sums(paths):
    return {path.name: sha256(path) for path in paths}


class GnuPG:
    """GnuPG with its own home directory, outside of pytest's directories, because sockets need short paths."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="ss-gpg-")
        self.environment = {**os.environ, "GNUPGHOME": self.home, "LC_ALL": "C"}

    def run(self, *arguments, data=b"", passphrase=None):
        command = ["gpg", "--batch", "--no-tty", "--quiet", "--yes", "--pinentry-mode", "loopback"]
        if passphrase is not None:
            command += [f"--passphrase={passphrase}"]  # It may begin with a hyphen.
        done = subprocess.run([*command, *arguments], input=data, env=self.environment, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def stop(self):
        subprocess.run(["gpgconf", "--kill", "all"], env=self.environment, timeout=20, check=False)
        shutil.rmtree(self.home, ignore_errors=True)


@pytest.fixture(scope="session")
def gnupg():
    program = GnuPG()
    yield program
    program.stop()
