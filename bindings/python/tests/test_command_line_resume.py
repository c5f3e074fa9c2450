"""Commands that are killed or interrupted in the middle, and the same command again."""

import json
import os
import resource
import signal
import subprocess
import sys
import time

import pytest
from shell import package_ids, raw, started

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="kills processes")]
MEGABYTE = 1_000_000
PARTS = 8  # Of 20 MB.
ODD = "Größe (1) 'x' & $y.bin"


def state(shell):
    """The files that commands go on with."""
    directory = shell.home / ".local/state/libsendsafely/resume"
    return sorted(directory.iterdir()) if directory.exists() else []


def noted(shell, kind="of"):
    """The lines of this kind that the library has noted."""
    lines = [line for path in state(shell) if path.suffix == ".parts" for line in path.read_text().splitlines()]
    return [line for line in lines if f'"{kind}":' in line]


def wait_until(what, process):
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline and process.poll() is None, process.communicate()
        time.sleep(0.02)


def count(shell, endpoint, status=200):
    return sum(entry["endpoint"] == endpoint and entry["status"] == status for entry in shell.emulator.admin("GET", "/requests"))


def running(shell, arguments, cwd, what, **rule):
    """A command that comes to a halt at a request, once it has got so far."""
    shell.emulator.admin("DELETE", "/requests")
    shell.emulator.admin("POST", "/faults", {"times": 0, "action": {"hang_ms": 60_000}, **rule})
    process = started(arguments, shell.environment, cwd=cwd)
    wait_until(what, process)
    return process


def killed(shell, arguments, cwd, what, number=signal.SIGKILL, **rule):
    process = running(shell, arguments, cwd, what, **rule)
    time.sleep(0.3)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    shell.emulator.admin("DELETE", "/faults")
    shell.emulator.admin("DELETE", "/requests")
    return err.decode()


def made(path, size):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(size))
    return path


def contents(directory):
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


# --- receive and workspace get


def test_receive_goes_on_in_the_middle_of_a_file(shell, tmp_path):
    content = made(tmp_path / ODD, 20 * MEGABYTE).read_bytes()
    (tmp_path / "link").write_text(shell("send", "--undisclosed", ODD))
    receive = ["receive", "@link", "--to", "got"]
    killed(shell, receive, tmp_path, lambda: len(noted(shell)) >= 3, endpoint="part_get", part=4)
    before = len(noted(shell))
    assert not (tmp_path / "got" / ODD).exists() and all(path.stat().st_mode & 0o777 == 0o600 for path in state(shell))
    assert shell(*receive) == f"got/{ODD}\n"
    assert count(shell, "part_get") == PARTS - before
    assert contents(tmp_path / "got") == {ODD: content} and state(shell) == []


@pytest.mark.parametrize("options", [[], ["--overwrite"], ["--skip"]])
def test_receive_fetches_no_file_twice(shell, tmp_path, options):
    files = [made(tmp_path / "from" / f"{number} {ODD}", 1000 + number) for number in range(12)]
    (tmp_path / "link").write_text(shell("send", "--undisclosed", *files))
    receive = ["receive", "@link", "--to", "got", *options]
    killed(shell, receive, tmp_path, lambda: len(noted(shell, "done")) >= 5, endpoint="part_get", skip=5)
    before = len(noted(shell, "done"))
    shell(*receive)
    assert count(shell, "part_get") <= 12 - before
    assert contents(tmp_path / "got") == contents(tmp_path / "from") and state(shell) == []
    # It is over: what is there is refused again.
    if not options:
        shell(*receive, code=6)


def test_receive_keeps_what_somebody_else_has_put_there(shell, tmp_path):
    files = [made(tmp_path / "from" / f"{number}.bin", 1000) for number in range(6)]
    (tmp_path / "link").write_text(shell("send", "--undisclosed", *files))
    receive = ["receive", "@link", "--to", "got"]
    killed(shell, receive, tmp_path, lambda: len(noted(shell, "done")) >= 3, endpoint="part_get", skip=3)
    mine = next(path for path in (tmp_path / "got").iterdir() if path.suffix == ".bin")
    mine.write_bytes(b"mine")
    shell(*receive, code=6)
    assert mine.read_bytes() == b"mine" and "exists already" in shell.err


def test_workspace_get_goes_on(shell, tmp_path):
    for number in range(6):
        made(tmp_path / "tree/inner" / f"{number}.bin", 1000 + number)
    made(tmp_path / "tree" / ODD, 20 * MEGABYTE)
    (tmp_path / "link").write_text(shell("send", "--workspace", "W", "tree"))
    get = ["workspace", "get", "@link", "tree", "--to", "got"]
    killed(shell, get, tmp_path, lambda: len(noted(shell)) >= 3, endpoint="part_get", part=4)
    before = len(noted(shell))
    shell(*get)
    assert count(shell, "part_get") <= 6 + PARTS - before
    assert contents(tmp_path / "got") == contents(tmp_path / "tree") and state(shell) == []
    one = ["workspace", "get", "@link", f"tree/{ODD}", "--to", "one"]
    killed(shell, one, tmp_path, lambda: len(noted(shell)) >= 3, endpoint="part_get", part=4)
    before = len(noted(shell))
    assert shell(*one) == f"one/{ODD}\n"
    assert count(shell, "part_get") == PARTS - before and state(shell) == []


def test_what_the_service_no_longer_has_leaves_nothing(shell, tmp_path):
    made(tmp_path / "big.bin", 20 * MEGABYTE)
    (tmp_path / "link").write_text(shell("send", "--undisclosed", "big.bin"))
    receive = ["receive", "@link", "--to", "got"]
    killed(shell, receive, tmp_path, lambda: len(noted(shell)) >= 3, endpoint="part_get", part=4)
    assert len(list((tmp_path / "got").iterdir())) == 1
    shell.emulator.admin("POST", "/reset")
    shell(*receive, code=5)
    assert "the service no longer has it" in shell.err and list((tmp_path / "got").iterdir()) == [] and state(shell) == []


# --- send and workspace put


@pytest.mark.parametrize("endpoint, when, skip", [
    ("add_recipient", "after", 0), ("set_message", "after", 0), ("create_file", "after", 0), ("part_put", "before", 5), ("part_put", "after", 5),
    ("upload_complete", "after", 0), ("create_file", "before", 1), ("upload_complete", "after", 2), ("finalize", "before", 0),
    ("finalize", "after", 0)])
def test_send_goes_on_wherever_it_was_killed(shell, tmp_path, endpoint, when, skip):
    files = [made(tmp_path / "from" / ODD, 20 * MEGABYTE), made(tmp_path / "from/a.txt", 10), made(tmp_path / "from/b.txt", 20)]
    people = ["second@acme.test", "third@acme.test"]
    send = ["send", "--to", people[0], "--to", people[1], "--phone", f"{people[1]}=+14155550100", "--life", "5", "--message", "Look", *files]

    def is_there():
        requests = [entry for entry in shell.emulator.admin("GET", "/requests") if entry["endpoint"] == endpoint]
        # What is stored has to be noted too.
        return len(requests) > skip and (endpoint != "part_put" or when == "after" or len(noted(shell)) >= skip)

    process = running(shell, send, tmp_path, is_there, endpoint=endpoint, when=when, skip=skip)
    time.sleep(0.3)
    process.kill()
    process.communicate(timeout=60)
    shell.emulator.admin("DELETE", "/faults")
    stored = {(entry["path"].partition("?")[0], entry["part"]) for entry in shell.emulator.admin("GET", "/requests")
              if entry["endpoint"] == "part_put" and entry["status"] == 200} if endpoint == "part_put" else set()
    shell.emulator.admin("DELETE", "/requests")
    link = shell(*send).strip()
    again = [(entry["path"].partition("?")[0], entry["part"]) for entry in shell.emulator.admin("GET", "/requests") if entry["endpoint"] == "part_put"]
    if endpoint == "part_put" and when == "before":
        assert not stored.intersection(again)
    [package] = [raw(shell, one) for one in package_ids(shell)]
    assert sorted(recipient["email"] for recipient in package["recipients"]) == people
    assert sorted(file["name"] for file in package["files"]) == sorted(file.name for file in files)
    shell("receive", link, "--to", "got")
    assert contents(tmp_path / "got") == contents(tmp_path / "from") and state(shell) == []


def test_send_begins_anew_when_the_package_is_gone(shell, tmp_path):
    made(tmp_path / "big.bin", 20 * MEGABYTE)
    send = ["send", "--undisclosed", "big.bin"]
    killed(shell, send, tmp_path, lambda: len(noted(shell)) >= 3, endpoint="part_put", skip=3)
    [package] = package_ids(shell)
    with shell.emulator.client() as client:
        [run] = [path for path in state(shell) if not path.suffix]
        keycode = next(json.loads(line)["keycode"] for line in run.read_text().splitlines() if "keycode" in line)
        with client.open_package(package, keycode) as opened:
            opened.delete()
    link = shell(*send).strip()
    assert f"the service no longer has the package {package}" in shell.err
    shell("receive", link, "--to", "got")
    assert (tmp_path / "got/big.bin").read_bytes() == (tmp_path / "big.bin").read_bytes() and state(shell) == []


def test_send_notices_a_source_that_changed(shell, tmp_path):
    files = [made(tmp_path / "from/a.txt", 10), made(tmp_path / "from/b.txt", 20), made(tmp_path / "from/big.bin", 20 * MEGABYTE)]
    send = ["send", "--undisclosed", *files]
    killed(shell, send, tmp_path, lambda: len(noted(shell)) >= 3, endpoint="part_put", skip=5)
    made(files[1], 20)
    data = bytearray(files[2].read_bytes())
    data[5] ^= 1
    files[2].write_bytes(data)
    link = shell(*send).strip()
    shell("receive", link, "--to", "got")
    assert contents(tmp_path / "got") == contents(tmp_path / "from")
    [package] = package_ids(shell)
    assert len(raw(shell, package)["files"]) == 3


def test_an_interrupted_send_goes_on_and_can_be_cleaned(shell, tmp_path):
    made(tmp_path / "big.bin", 20 * MEGABYTE)
    send = ["send", "--to", "second@acme.test", "big.bin"]
    err = killed(shell, send, tmp_path, lambda: len(noted(shell)) >= 3, signal.SIGINT, endpoint="part_put", skip=3)
    assert err == "libsendsafely: interrupted; the same command goes on with what was sent\n"
    [package] = package_ids(shell)
    assert not raw(shell, package)["state"].startswith("PACKAGE_STATE_DELETED")
    [line] = shell.json("resume", "list")
    assert line["command"] == "send" and line["package_id"] == package and line["paths"] == ["big.bin"]
    assert 7 * MEGABYTE < line["size"] < 20 * MEGABYTE
    assert package in shell("resume", "list") and "keycode" not in shell("resume", "list").lower()
    shell("resume", "clean", "--older-than", "1")
    assert len(state(shell)) == 2
    shell("resume", "clean", "nothing", code=2)
    [cleaned] = shell.json("resume", "clean", line["name"])
    assert cleaned["package_id"] == package and state(shell) == []
    assert raw(shell, package)["state"].startswith("PACKAGE_STATE_DELETED")
    assert shell("resume", "list") == "" and shell("resume", "clean") == ""


def test_a_refused_send_leaves_nothing(shell, tmp_path):
    made(tmp_path / "a.txt", 10)
    shell("send", "--to", "second@acme.test", "--group", "nothing", "a.txt", code=5)
    assert "nothing was sent" in shell.err and state(shell) == []


def test_workspace_put_sends_nothing_twice(shell, tmp_path):
    (tmp_path / "link").write_text(shell("send", "--workspace", "W"))
    first = made(tmp_path / "first.bin", 100)
    for number in range(10):
        made(tmp_path / "tree" / f"{number}.txt", 100 + number)
    made(tmp_path / "tree/inner" / ODD, 20 * MEGABYTE)
    put = ["workspace", "put", "@link", first, "tree"]
    killed(shell, put, tmp_path, lambda: len(noted(shell)) >= 6, endpoint="part_put", skip=7)
    killed(shell, put, tmp_path, lambda: len(noted(shell)) >= 10, endpoint="part_put", skip=4)
    shell(*put)
    sent = count(shell, "part_put")
    assert sent <= 10 + PARTS + 1 - 7 - 4
    assert state(shell) == []
    [package] = package_ids(shell)
    assert all(not file["old_versions"] for file in raw(shell, package)["files"])
    shell("workspace", "get", "@link", "--to", "got")
    assert contents(tmp_path / "got/tree") == contents(tmp_path / "tree")
    assert (tmp_path / "got/first.bin").read_bytes() == first.read_bytes()
    # It is over: all gets a further version.
    shell.emulator.admin("DELETE", "/requests")
    shell(*put)
    assert count(shell, "part_put") == 10 + PARTS + 1


def test_clean_removes_incomplete_files_and_temporary_ones(shell, tmp_path):
    (tmp_path / "link").write_text(shell("send", "--workspace", "W"))
    made(tmp_path / "tree/inner/big.bin", 20 * MEGABYTE)
    killed(shell, ["workspace", "put", "@link", "tree"], tmp_path, lambda: len(noted(shell)) >= 3, endpoint="part_put", skip=3)
    [package] = package_ids(shell)
    assert len(raw(shell, package)["files"]) == 1
    shell("resume", "clean")
    assert raw(shell, package)["files"] == [] and state(shell) == []
    shell("workspace", "put", "@link", "tree")
    killed(shell, ["workspace", "get", "@link", "--to", "got"], tmp_path, lambda: len(noted(shell)) >= 3, endpoint="part_get", part=4)
    assert len(contents(tmp_path / "got")) == 1
    shell("resume", "clean")
    assert contents(tmp_path / "got") == {} and state(shell) == []


# --- The state


def test_the_same_command_runs_once_at_a_time(shell, tmp_path):
    made(tmp_path / "big.bin", 20 * MEGABYTE)
    (tmp_path / "link").write_text(shell("send", "--undisclosed", "big.bin"))
    receive = ["receive", "@link", "--to", "got"]
    process = running(shell, receive, tmp_path, lambda: len(noted(shell)) >= 3, endpoint="part_get", part=4)
    shell(*receive, code=1)
    assert "the same command is running" in shell.err and "--no-resume" in shell.err
    [line] = shell.json("resume", "list")
    assert line["is_running"]
    shell("resume", "clean")
    assert "the same command is running, so it stays" in shell.err
    process.kill()
    process.communicate(timeout=60)
    shell.emulator.admin("DELETE", "/faults")
    shell(*receive)
    assert (tmp_path / "got/big.bin").read_bytes() == (tmp_path / "big.bin").read_bytes() and state(shell) == []


@pytest.mark.parametrize("most", [0, 600])
def test_a_full_disk_for_the_state_does_not_matter(shell, tmp_path, most):
    """The limit stands for a full disk, and concerns all files that the command writes."""
    content = made(tmp_path / "big.bin", 20 * MEGABYTE).read_bytes()
    done = subprocess.run([sys.executable, "-m", "libsendsafely", "send", "--undisclosed", "big.bin"], env=shell.environment, cwd=tmp_path,
                          capture_output=True, timeout=60, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    assert done.returncode == 0, done.stderr
    assert (b"would begin anew" in done.stderr) == (most == 0)
    shell("receive", "-", "--to", "got", input=done.stdout)
    assert (tmp_path / "got/big.bin").read_bytes() == content and state(shell) == []


@pytest.mark.parametrize("suffix", ["", ".parts"])
def test_a_state_of_a_later_version_is_left_alone(shell, tmp_path, suffix):
    made(tmp_path / "big.bin", 20 * MEGABYTE)
    (tmp_path / "link").write_text(shell("send", "--undisclosed", "big.bin"))
    receive = ["receive", "@link", "--to", "got"]
    killed(shell, receive, tmp_path, lambda: len(noted(shell)) >= 3, endpoint="part_get", part=4)
    [path] = [path for path in state(shell) if path.suffix == suffix]
    later = path.read_text().replace('"version":1', '"version":2').replace('"version": 1', '"version": 2')
    path.write_text(later)
    shell(*receive)
    assert "version" in shell.err and path.read_text() == later
    assert (tmp_path / "got/big.bin").read_bytes() == (tmp_path / "big.bin").read_bytes()


def test_no_resume_notes_nothing(shell, tmp_path):
    made(tmp_path / "big.bin", 20 * MEGABYTE)
    err = killed(shell, ["send", "--undisclosed", "big.bin", "--no-resume"], tmp_path, lambda: count(shell, "part_put") >= 3,
                 signal.SIGINT, endpoint="part_put", skip=3)
    assert err == "libsendsafely: interrupted; nothing was sent\n" and state(shell) == []
    shell.environment["XDG_STATE_HOME"] = str(tmp_path / "big.bin")
    link = shell("send", "--undisclosed", "big.bin").strip()
    assert "would begin anew" in shell.err and link
