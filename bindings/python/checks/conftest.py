"""Fixtures of the checks: the wheel, virtual environments, the emulator."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import local  # noqa: E402

PACKAGE = ROOT / "bindings/python"
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="session")
def wheel():
    [file] = (ROOT / "target/wheels").glob("*.whl")
    return file


@pytest.fixture(scope="session")
def sdist():
    [file] = (ROOT / "target/wheels").glob("*.tar.gz")
    return file


@pytest.fixture(scope="session")
def environment(wheel, tmp_path_factory):
    """The Python of a fresh virtual environment with the wheel, installed without any network."""
    return install(tmp_path_factory.mktemp("environment"), wheel)


def install(place, wheel):
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    subprocess.run([place / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", wheel], check=True)
    return place / "bin/python"


def run(*command, **options):
    """Runs a program. Returns its output; if it fails, shows it."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="session")
def emulator():
    with local.Emulator() as server:
        yield server
