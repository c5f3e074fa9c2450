"""Secrets stand in no exception, representation or line of the log, and in no argument or environment of another process."""

import dataclasses
import sys
import time
import traceback
from pathlib import Path

import pytest
from libsendsafely import Client, Error, Existing, records
from shell import started, variables

PASSWORD, PROXY, MESSAGE = "canary password 1", "canary-proxy-password", "the canary's message"
ACTIONS = [{"close": True}, {"garbage": True}, {"status": 500, "body": "oops"}, {"envelope": {"response": "DENIED", "message": "no"}}]


def texts(error):
    """Everything that a program, a debugger's list or a crash report prints of an exception."""
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
        yield "".join(traceback.format_exception(type(error), error, error.__traceback__))
        error = error.__cause__ or error.__context__


def test_no_exception_or_line_of_the_log_has_a_secret(faults, tmp_path):
    lines = []
    key, secret = faults.credentials()
    (tmp_path / "a.txt").write_bytes(b"a")
    with faults.client(retry_window_ms=100, log=lines.append) as client, client.create_package() as package, client.create_workspace("W") as workspace:
        package.add_recipient("second@acme.test")
        sent = package.upload_memory(b"bytes", "b.txt")
        keycode, link = package.keycode, package.finalize().link
        secrets = [secret, keycode, workspace.keycode, PASSWORD, PROXY, MESSAGE, "Signature="]
        calls = [
            lambda: client.create_package(),
            lambda: client.open_link(link),
            lambda: client.open_package(package.id, keycode),
            lambda: client.get_user(),
            lambda: client.generate_api_key("admin@acme.test", PASSWORD, "canary"),
            lambda: client.open_link(f"https://elsewhere.test/#keyCode={keycode}"),
            lambda: package.set_message(MESSAGE),
            lambda: package.download_file(sent, tmp_path, password=PASSWORD, existing=Existing.OVERWRITE),
            lambda: package.download_memory(sent, password=PASSWORD),
            lambda: package.download_all(tmp_path, password=PASSWORD, existing=Existing.OVERWRITE),
            lambda: workspace.upload_all(tmp_path),
            lambda: workspace.sync(tmp_path, state_directory=tmp_path / "state"),
            lambda: package.finalize(undisclosed_recipients=True, password=PASSWORD),
            lambda: package.notify(),
        ]
        failures = 0
        for action in ACTIONS:
            faults.fault("*", action, times=0)
            for call in calls:
                with pytest.raises((Error, TypeError)) as raised:
                    call()
                failures += isinstance(raised.value, Error)
                for text in texts(raised.value):
                    assert not [one for one in secrets if one in text], text
            faults.admin("DELETE", "/faults")
        assert failures >= len(ACTIONS) * (len(calls) - 2) and any("trying again" in line for line in lines)
        for text in [*lines, repr(client), repr(package), repr(workspace), repr(package.get_information())]:
            assert not [one for one in secrets if one in text], text
    for proxy in (f"http://user:{PROXY}@127.0.0.1:9", f"ftp://user:{PROXY}@proxy"):
        with pytest.raises(Error) as raised, Client("https://portal.test", key, secret, proxy=proxy, retry_window_ms=0) as client:
            client.get_user()
        assert not [text for text in texts(raised.value) if PROXY in text or secret in text]


def test_no_record_shows_a_secret():
    """By the names of its members, so that a later one is not forgotten."""
    secret = ("keycode", "api_secret", "password", "private_key", "server_secret", "client_key", "validation_token", "link")
    found = {name: one.repr for record in vars(records).values() if dataclasses.is_dataclass(record)
             for one in dataclasses.fields(record) for name in [one.name] if name in secret}
    assert len(found) >= 5 and not [name for name, shown in found.items() if shown]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc")
def test_the_command_line_gives_secrets_to_no_other_process(shell, emulator, tmp_path):
    """They are in its environment, if the user has put them there, and in nothing else that others can see."""
    (tmp_path / "a.txt").write_bytes(b"a")
    (tmp_path / "password").write_text(PASSWORD)
    emulator.fault("create_file", {"hang_ms": 3000})
    arguments = ["send", tmp_path / "a.txt", "--undisclosed", "--password-file", tmp_path / "password"]
    process = started(arguments, shell.environment)
    try:
        end = time.monotonic() + 20
        while "create_file" not in [request["endpoint"] for request in emulator.admin("GET", "/requests")]:
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.02)
        of_process = Path(f"/proc/{process.pid}")
        seen = (of_process / "cmdline").read_bytes() + b"".join(path.read_bytes() for path in of_process.glob("task/*/comm"))
        children = b"".join(path.read_bytes() for path in of_process.glob("task/*/children"))
        for canary in (*variables(emulator).values(), PASSWORD):
            assert canary.encode() not in seen
        assert children.strip() == b""
        assert process.communicate(timeout=60)[0].startswith(b"http") and process.returncode == 0
    finally:
        process.kill()
        emulator.admin("DELETE", "/faults")
        emulator.admin("DELETE", "/requests")
