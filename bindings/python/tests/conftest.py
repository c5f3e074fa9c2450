"""The emulator, and nothing left of our library after each test."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from libsendsafely import Client, _core

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    ready_file = tmp_path_factory.mktemp("emulator") / "ready.json"
    process = subprocess.Popen([ROOT / "target/release/sendsafely-emulator", "--ready-file", ready_file, "--exit-with-stdin"],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while not ready_file.exists():
        assert process.poll() is None and time.monotonic() < deadline, "the emulator did not start"
        time.sleep(0.02)
    yield json.loads(ready_file.read_text())
    process.stdin.close()
    process.wait(10)


@pytest.fixture
def client(emulator):
    with Client(emulator["url"], emulator["api_key"], emulator["api_secret"], retry_window_ms=5000) as client:
        yield client


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    assert _core.bound("sendsafely_live_objects")[0]() == 0


def pytest_sessionfinish(session):
    stats = session.config.pluginmanager.get_plugin("terminalreporter").stats
    count = lambda *words: sum(len(stats.get(word, [])) for word in words)
    print(f"\npython: {count('passed')} passed, {count('failed', 'error', 'skipped')} failed")
