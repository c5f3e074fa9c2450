"""The emulator, clients of its users, and nothing left of our library after each test."""

import gc
import json
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from libsendsafely import Client, _core

ROOT = Path(__file__).parents[3]


class Service:
    """The emulator: what it was started with, and its admin interface."""

    def __init__(self, ready):
        self.ready = ready

    def __getitem__(self, name):
        return self.ready[name]

    def admin(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.ready["admin_url"] + path, data, method=method)
        # What is meant for this machine goes through no proxy.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def state(self, package):
        """What the service holds of a package."""
        return self.admin("GET", f"/packages/{package.id}")

    def fault(self, endpoint, action, **rule):
        self.admin("POST", "/faults", {"endpoint": endpoint, "action": action, **rule})

    def credentials(self, name="admin"):
        return next((user["api_key"], user["api_secret"]) for user in self.admin("GET", "/users") if user["email"] == f"{name}@acme.test")

    def client(self, name="admin", **options):
        return Client(self["url"], *self.credentials(name), **{"retry_window_ms": 5000, **options})


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    ready_file = tmp_path_factory.mktemp("emulator") / "ready.json"
    process = subprocess.Popen([ROOT / "target/release/sendsafely-emulator", "--ready-file", ready_file, "--exit-with-stdin"],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while not ready_file.exists():
        assert process.poll() is None and time.monotonic() < deadline, "the emulator did not start"
        time.sleep(0.02)
    yield Service(json.loads(ready_file.read_text()))
    process.stdin.close()
    process.wait(10)


@pytest.fixture
def client(emulator):
    with emulator.client() as client:
        yield client


@pytest.fixture
def faults(emulator):
    """Faults and switches, for one test only."""
    before = emulator.admin("GET", "/settings")
    yield emulator
    emulator.admin("DELETE", "/faults")
    emulator.admin("POST", "/settings", before)


@pytest.fixture
def package(client):
    with client.create_package() as package:
        package.add_recipient("second@acme.test")
        yield package


@pytest.fixture
def workspace(client):
    with client.create_workspace("Team") as workspace:
        yield workspace


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    gc.collect()
    assert _core.bound("sendsafely_live_objects")[0]() == 0


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: runs under the newest and the oldest interpreter")


def pytest_collection_modifyitems(items):
    # It judges what the others have called.
    items.sort(key=lambda item: item.name == "test_every_function_of_the_library_was_called")
