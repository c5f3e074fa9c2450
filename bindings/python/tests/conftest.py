"""Fixtures: the emulator and clients of its users. After each test, no object of the library may exist."""

import gc
import os
import sys
from pathlib import Path

import pytest
from libsendsafely import Client, _library

sys.path.insert(0, str(Path(__file__).parents[3] / "tools"))
from local import Emulator
from shell import Shell


class Service(Emulator):
    """The emulator, with shortcuts for the tests."""

    def __getitem__(self, name):
        return self.ready[name]

    def state(self, package):
        """What the emulator stores of a package."""
        return self.admin("GET", f"/packages/{package.id}")

    def fault(self, endpoint, action, **rule):
        self.admin("POST", "/faults", {"endpoint": endpoint, "action": action, **rule})

    def credentials(self, name="admin"):
        return next((user["api_key"], user["api_secret"]) for user in self.admin("GET", "/users") if user["email"] == f"{name}@acme.test")

    def client(self, name="admin", **options):
        return Client(self["url"], *self.credentials(name), **{"retry_window_ms": 5000, **options})


@pytest.fixture(scope="session")
def emulator():
    with Service() as service:
        yield service


@pytest.fixture
def client(emulator):
    with emulator.client() as client:
        yield client


@pytest.fixture
def faults(emulator):
    """Faults and settings of the emulator, for one test only."""
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


@pytest.fixture
def shell(emulator, tmp_path):
    emulator.admin("POST", "/reset")
    yield Shell(emulator, tmp_path)
    emulator.admin("POST", "/reset")


@pytest.fixture
def files(tmp_path):
    (tmp_path / "Größe.bin").write_bytes(os.urandom(3_000_000))
    (tmp_path / "notes.txt").write_bytes(b"notes")
    return [tmp_path / "Größe.bin", tmp_path / "notes.txt"]


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    gc.collect()
    assert _library.function("sendsafely_live_objects")() == 0


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: runs under the newest and the oldest interpreter")


def pytest_collection_modifyitems(items):
    # It runs last, since it checks what the others called.
    items.sort(key=lambda item: item.name == "test_every_function_of_the_library_was_called")
