"""mypy and pyright check the type hints of the sources, and code of users against the installed wheel."""

import json
import os
import subprocess
import sys

import pytest
from conftest import PACKAGE, ROOT

SOURCES = PACKAGE / "src/libsendsafely"
CHECKS = PACKAGE / "checks"


def mypy(environment, *files):
    """Runs mypy. Returns its errors: {(file name, line): text}."""
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--output", "json", "--cache-dir", ROOT / "target/python/mypy",
                           "--python-executable", environment, *files], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode in (0, 1) and not done.stderr, done.stdout + done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line]
    return {(entry["file"].rpartition("/")[2], entry["line"]): entry["message"] for entry in found if entry["severity"] == "error"}


def pyright(environment, *files):
    """Runs pyright for the oldest supported Python. Returns its errors like mypy()."""
    done = subprocess.run([sys.executable, "-m", "pyright", "--outputjson", "--pythonversion", "3.9", "--pythonpath", environment, *files],
                          stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert done.returncode in (0, 1), done.stdout
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"] > 0
    return {(entry["file"].rpartition("/")[2], entry["range"]["start"]["line"] + 1): entry["message"] for entry in found["generalDiagnostics"]}


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_sources(environment, checker):
    assert checker(environment, SOURCES) == {}


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_code_of_users(environment, checker):
    assert checker(environment, CHECKS / "user_code.py") == {}


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_mistakes_of_users_are_found(environment, checker):
    lines = (CHECKS / "user_mistakes.py").read_text().splitlines()
    wrong = {("user_mistakes.py", number) for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert set(checker(environment, CHECKS / "user_mistakes.py")) == wrong


def test_everything_public_has_a_known_type(environment):
    # --verifytypes uses the Python on PATH.
    path = f"{environment.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run([sys.executable, "-m", "pyright", "--outputjson", "--verifytypes", "libsendsafely", "--ignoreexternal"],
                          stdout=subprocess.PIPE, text=True, cwd=environment.parent, env={**os.environ, "PATH": path})
    found = json.loads(done.stdout)["typeCompleteness"]
    unknown = [symbol["name"] for symbol in found["symbols"] if symbol["isExported"] and not (symbol["isTypeKnown"] and not symbol["isTypeAmbiguous"])
               and not symbol["name"].startswith("libsendsafely.cli")]  # The command line is not imported by users.
    assert found["pyTypedPath"] and found["exportedSymbolCounts"]["withKnownType"] > 0 and unknown == []
