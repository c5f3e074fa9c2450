"""The emulator, the users, the files and the last line."""

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sendsafely.SendSafely import SendSafely

from libsendsafely import Client, _core

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import local  # noqa: E402


class Emulator(local.Emulator):
    """The emulator with clients of its users, ours and official ones."""

    def __init__(self, *options):
        super().__init__(*options)
        self.url = self.ready["url"]
        self.users = {user["email"].split("@")[0]: user for user in self.ready["users"]}

    def endpoints(self):
        """Labels of all that arrived since the last call."""
        labels = [request["endpoint"] for request in self.admin("GET", "/requests")]
        self.admin("DELETE", "/requests")
        return labels

    def ours(self, user, **options):
        credentials = self.users[user]
        return Client(self.url, credentials["api_key"], credentials["api_secret"], **{"retry_window_ms": 10_000, **options})

    def official(self, user):
        return SendSafely(self.url, self.users[user]["api_key"], self.users[user]["api_secret"])


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
    """Every test frees what our library gave it."""
    yield
    assert _core.bound("sendsafely_live_objects")[0]() == 0


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


class GnuPG:
    """GnuPG with a home of its own. Sockets have short paths, hence not below pytest's directories."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="ss-gpg-")
        self.environment = {**os.environ, "GNUPGHOME": self.home, "LC_ALL": "C"}

    def run(self, *arguments, data=b"", passphrase=None):
        command = ["gpg", "--batch", "--no-tty", "--quiet", "--yes", "--pinentry-mode", "loopback"]
        if passphrase is not None:
            command += ["--passphrase", passphrase]
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


def _counts(config):
    stats = config.pluginmanager.get_plugin("terminalreporter").stats
    return {word: len(stats.get(word, [])) for word in ("passed", "failed", "error", "skipped", "xfailed", "xpassed")}


def pytest_sessionfinish(session):
    # A test that did not run, or is expected to fail, is a failure of the suite.
    counts = _counts(session.config)
    if session.exitstatus == 0 and counts["passed"] != sum(counts.values()):
        session.exitstatus = 1


def pytest_terminal_summary(config):
    counts = _counts(config)
    config.interop_line = f"interop: {counts['passed']} passed, {sum(counts.values()) - counts['passed']} failed"


def pytest_unconfigure(config):
    # After pytest's own last line.
    if hasattr(config, "interop_line"):
        print(config.interop_line)
