"""The command line with signals, and with standard streams that are pipes, closed or full."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from shell import package_ids, raw, send, started

# Slow: each command starts Python.
pytestmark = pytest.mark.slow


def await_request(shell, endpoint):
    deadline = time.monotonic() + 20
    while not any(request["endpoint"] == endpoint for request in shell.emulator.admin("GET", "/requests")):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_at_once_with_one_line(shell, files, number):
    shell.emulator.admin("POST", "/faults", {"endpoint": "part_put", "times": 0, "action": {"hang_ms": 60_000}})
    process = started(["send", "--to", "second@acme.test", *files], shell.environment)
    await_request(shell, "create_file")
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    elapsed = time.monotonic() - began
    assert process.returncode == 128 + number and out == b""
    assert err == b"libsendsafely: interrupted; nothing was sent\n" and elapsed < 5
    print(f"ended {elapsed:.2f} s after the signal")
    assert all(raw(shell, one)["state"].startswith("PACKAGE_STATE_DELETED") for one in package_ids(shell))


def test_signals_that_are_repeated_leave_no_package(shell, files):
    """A service that is not on this machine takes its time to delete a package."""
    shell.emulator.admin("POST", "/faults", {"endpoint": "part_put", "times": 0, "action": {"hang_ms": 60_000}})
    shell.emulator.admin("POST", "/faults", {"endpoint": "delete_temp", "times": 0, "action": {"hang_ms": 500}})
    process = started(["send", "--undisclosed", *files], shell.environment)
    await_request(shell, "create_file")
    for _ in range(3):
        process.send_signal(signal.SIGHUP)
        time.sleep(0.1)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 129 and err == b"libsendsafely: interrupted; nothing was sent\n"
    assert all(raw(shell, one)["state"].startswith("PACKAGE_STATE_DELETED") for one in package_ids(shell))


def test_a_package_that_is_made_when_a_signal_comes_is_deleted(shell, files):
    shell.emulator.admin("POST", "/faults", {"endpoint": "create_package", "when": "after", "action": {"hang_ms": 500}})
    process = started(["send", "--undisclosed", *files], shell.environment)
    await_request(shell, "create_package")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 143 and err == b"libsendsafely: interrupted; nothing was sent\n"
    [package] = package_ids(shell)
    assert raw(shell, package)["state"].startswith("PACKAGE_STATE_DELETED")


def test_a_signal_while_the_package_is_completed_does_not_lose_the_link(shell, files):
    shell.emulator.admin("POST", "/faults", {"endpoint": "finalize", "when": "after", "action": {"hang_ms": 500}})
    process = started(["send", "--undisclosed", files[1]], shell.environment)
    await_request(shell, "finalize")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    [package] = package_ids(shell)
    link, error = err.splitlines()
    assert process.returncode == 130 and out == b"" and raw(shell, package)["finalized"]
    assert error == f"libsendsafely: interrupted; the package {package} was sent; its link is on standard error".encode()
    assert shell("receive", "-", "--to", "got", input=link) == "got/notes.txt\n"


def test_what_recipients_may_have_is_not_deleted(shell, files):
    lost = {"endpoint": "finalize", "when": "after", "action": {"status": 503}}
    shell.emulator.admin("POST", "/faults", lost)
    link, package_id = send(shell, files[1])
    assert raw(shell, package_id)["finalized"] and link
    shell.emulator.admin("POST", "/faults", lost)
    # The response is lost too, so the outcome is unknown.
    shell.emulator.admin("POST", "/faults", {"endpoint": "package_information", "times": 0, "action": {"status": 503}})
    shell("send", "--to", "second@acme.test", "--retry-window", "0", files[1], code=4)
    [other] = [one for one in package_ids(shell) if one != package_id]
    assert raw(shell, other)["finalized"] and not raw(shell, other)["state"].startswith("PACKAGE_STATE_DELETED")
    assert f"recipients may have the package {other}" in shell.err


def test_a_signal_ends_it_though_the_service_is_silent(shell, files):
    process = started(["send", "--to", "second@acme.test", *files], shell.environment)
    shell.emulator.admin("POST", "/faults", {"endpoint": "*", "times": 0, "action": {"hang_ms": 60_000}})
    await_request(shell, "create_package")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and err.count(b"\n") == 1


def test_standard_streams_that_are_closed(shell, files):
    def closed(descriptors, *arguments):
        closing = " ".join(f"{descriptor}>&-" for descriptor in descriptors)
        return subprocess.run(["/bin/sh", "-c", f'exec "$@" {closing}', "sh", sys.executable, "-m", "libsendsafely", *map(str, arguments)],
                              env=shell.environment, capture_output=True, timeout=60)

    # Otherwise the link would go to the connection that gets descriptor 1, or be lost.
    arguments = ["send", "--undisclosed", files[1]]
    for given in ([], ["--json"]):
        for descriptors in ([1], [0, 1]):
            refused = closed(descriptors, *arguments, *given)
            assert refused.returncode == 6 and b"standard output is closed" in refused.stderr and refused.stderr.count(b"\n") == 1
    assert closed([0, 1, 2], *arguments).returncode == 6
    with open(os.devnull) as unwritable:
        process = started(arguments, shell.environment, stdout=unwritable)
        assert b"standard output is closed" in process.communicate(timeout=60)[1] and process.returncode == 6
    assert package_ids(shell) == []

    sent = closed([0, 2], *arguments)
    assert sent.returncode == 0 and sent.stderr == b"" and re.fullmatch(rb"http://\S+#keyCode=\S{43}\n", sent.stdout)
    # Closed standard input must not be sent as an empty file.
    for command in (["send", "--undisclosed", "--name", "empty", "-"], ["send", "--undisclosed", "--message-file", "-"], ["receive", "-"]):
        refused = closed([0], *command)
        assert refused.returncode == 6 and b"standard input is closed" in refused.stderr
    assert len(package_ids(shell)) == 1


def test_a_link_that_cannot_be_printed(shell, files, tmp_path):
    """Printed on the other stream, or else kept in a file. The package stays: recipients may have been notified."""
    def sent(redirections, *given, **variables):
        before, script = package_ids(shell), f'exec "$@" {redirections}'
        process = subprocess.run(["/bin/sh", "-c", script, "sh", sys.executable, "-m", "libsendsafely", "send", "--undisclosed", *given],
                                 env={**shell.environment, **variables}, capture_output=True, cwd=tmp_path, timeout=60)
        [package] = set(package_ids(shell)) - set(before)
        assert raw(shell, package)["finalized"] and not raw(shell, package)["state"].startswith("PACKAGE_STATE_DELETED")
        return process, package

    def opens(link):
        return shell("receive", "-", "--overwrite", input=link) == "./notes.txt\n"

    done, package = sent(">/dev/full", "notes.txt")
    assert done.returncode == 6
    link, error = done.stderr.splitlines()
    assert error == f"libsendsafely: standard output: No space left on device; the package {package} was sent; its link is on standard error".encode()
    assert opens(link)

    for redirections, directory, variables in ((">/dev/full 2>&-", ".local/state", {}), (">/dev/full 2>/dev/full", ".local/state", {}),
                                               (">/dev/full 2>/dev/null", "state", {"XDG_STATE_HOME": str(tmp_path / "state")})):
        done, package = sent(redirections, "notes.txt", **variables)
        kept = tmp_path / directory / f"libsendsafely/{package}.link"
        assert done.returncode == 6 and kept.stat().st_mode & 0o777 == 0o600 and kept.parent.stat().st_mode & 0o777 == 0o700
        assert opens(kept.read_bytes())

    process = started(["send", "--undisclosed", files[1]], shell.environment)
    process.stdout.close()
    link, error = process.stderr.read().splitlines()
    assert process.wait(30) == 141 and error.endswith(b"was sent; its link is on standard error") and opens(link)

    assert sent(">/dev/full", "--message", "hello")[0].stderr.startswith(b"http")
    # A remark that cannot be printed must not stop the command.
    with open("/dev/full", "w") as full:
        process = started(["send", "--to", "ann@approval.test", files[1]], shell.environment, stderr=full)
        assert b"#keyCode=" in process.communicate(timeout=60)[0] and process.returncode == 0


@pytest.mark.parametrize("arguments", [["--help"], ["completion", "bash"], ["list"], ["nonsense", "--json"], ["receive", "-"]])
def test_streams_that_are_closed_or_full_cause_no_traceback(shell, arguments):
    send(shell, "--message", "hello")
    for redirections in ("<&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full"):
        done = subprocess.run(["/bin/sh", "-c", f'exec "$@" {redirections}', "sh", sys.executable, "-m", "libsendsafely", *arguments],
                              env=shell.environment, capture_output=True, input=b"", timeout=60)
        assert b"Traceback" not in done.stderr and b"Exception ignored" not in done.stderr and done.stderr.count(b"\n") <= 1, redirections
        mistaken = {"nonsense": 2, "receive": 2}.get(arguments[0], 0)
        if ">&-" in redirections or (redirections, arguments[0]) == ("<&-", "receive"):
            assert done.returncode == 6
        elif redirections.startswith(">/dev/full"):
            assert done.returncode == (mistaken or 6)
        else:
            assert done.returncode == mistaken, redirections


PRINTING = [
    ["--help"], ["--version"], ["completion", "bash"], ["list"], ["info", "@link"], ["receive", "@link", "--overwrite"], ["doctor"],
    ["doctor", "--transfer"], ["send", "--undisclosed", "notes.txt"], ["send", "--workspace", "W", "notes.txt"],
    ["keys", "generate", "--file", "device.json", "--description", "laptop"], ["workspace", "get", "@workspace", "--to", "got"],
    ["workspace", "ls", "@workspace"]]


@pytest.mark.parametrize("given", [[], ["--json"]])
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_full_standard_output_is_said_once_on_standard_error(shell, files, tmp_path, arguments, given):
    if "@link" in arguments or arguments == ["list"]:
        (tmp_path / "link").write_text(send(shell, "notes.txt")[0])
    if "@workspace" in arguments:
        (tmp_path / "workspace").write_text(shell("send", "--workspace", "W", "notes.txt"))
    with open("/dev/full", "w") as full:
        process = started([*given, *arguments], shell.environment, cwd=tmp_path, stdout=full)
        _, err = process.communicate(timeout=60)
    # A link that was not printed comes first.
    *link, error = err.decode().splitlines()
    assert error.startswith("libsendsafely: standard output: No space left on device") and process.returncode == 6
    assert len(link) <= (arguments[0] == "send")


@pytest.mark.parametrize("arguments", [["list"], ["doctor"]], ids=" ".join)
def test_a_broken_pipe_is_quiet(shell, arguments):
    for number in range(3):
        send(shell, "--message", str(number))
    process = started(arguments, shell.environment)
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait(30) == 141
