"""Runs the command line as a process, as people and programs run it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import libsendsafely
from libsendsafely import records

ROOT = Path(__file__).parents[3]
DOCUMENTATION = (ROOT / "bindings/python/docs/command-line.md").read_text()
SECRETS = ("SENDSAFELY_", "SS_", "LIBSENDSAFELY_", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
CLEAN = {name: value for name, value in os.environ.items() if not name.upper().startswith(SECRETS)}
CLEAN["PYTHONPATH"] = str(Path(libsendsafely.__file__).parents[1])


def variables(emulator):
    return {"SENDSAFELY_HOST": emulator["url"], "SENDSAFELY_API_KEY": emulator["api_key"], "SENDSAFELY_API_SECRET": emulator["api_secret"]}


def started(arguments, environment, **given):
    given = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **given}
    words = [word if isinstance(word, bytes) else str(word) for word in arguments]
    return subprocess.Popen([sys.executable, "-m", "libsendsafely", *words], env=environment, **given)


class Shell:
    """Runs commands with the credentials in the environment."""

    def __init__(self, emulator, home):
        self.emulator, self.home = emulator, home
        self.environment = {**CLEAN, **variables(emulator), "HOME": str(home), "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""}

    def __call__(self, *arguments, code=0, input=None, environment=None, cwd=None):
        process = started(arguments, self.environment if environment is None else environment, cwd=cwd or self.home)
        try:
            out, err = process.communicate(input, timeout=60)
        finally:
            process.kill()
        assert process.returncode == code, (process.returncode, out, err)
        for secret in (self.emulator["api_secret"], "PRIVATE KEY"):
            assert secret.encode() not in out + err
        assert b"keyCode=" not in err.replace(b"keyCode=...", b"") and b"Traceback" not in err
        self.err = err.decode()
        return out.decode()

    def json(self, *arguments, code=0, **given):
        lines = [json.loads(line) for line in self(*arguments, "--json", code=code, **given).splitlines()]
        assert self.err == ""
        for line in lines:
            check_documented(line)
        return lines


def check_documented(line):
    row = next(row for row in DOCUMENTATION.splitlines() if row.startswith(f"| `{line['type']}` |"))
    members = row.split("|")[3]
    record = re.search(r"those of the record `(\w+)`", members)
    known = getattr(records, record[1]).__dataclass_fields__ if record else re.findall(r"`([a-z_]+)`", members)
    known = {name for name in known if name not in ("link",)} if line["type"] == "package_information" else set(known)
    assert set(line) - {"type"} <= known and line.keys() >= known - {"link"} , (line, known)


def raw(shell, package_id):
    return shell.emulator.admin("GET", f"/packages/{package_id}")


def package_ids(shell):
    return shell.emulator.admin("GET", "/packages")


def send(shell, *arguments):
    link = shell("send", "--to", "second@acme.test", *arguments).strip()
    return link, re.search(r"thread=([^&]+)", link)[1]
