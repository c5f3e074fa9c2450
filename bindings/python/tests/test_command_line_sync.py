"""workspace sync of the command line, run as a process, as people and programs run it: two machines take turns."""

import json
import os
import re
import signal
import time

import pytest
from libsendsafely import Action
from libsendsafely.cli.sync import DONE
from shell import DOCUMENTATION, started
from test_terminal import Terminal, command

# Slow: each command starts Python.
pytestmark = pytest.mark.slow

MARK = r"report \(conflict \d{4}-\d\d-\d\d .+\)\.pdf"


@pytest.fixture
def trees(shell, tmp_path):
    (tmp_path / "link").write_text(shell("send", "--workspace", "Team"))
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    return tmp_path / "one", tmp_path / "other"


def sync(shell, tree, *options, code=0):
    return shell("workspace", "sync", "@link", tree, *options, code=code).splitlines()


def files(tree):
    return {file.relative_to(tree).as_posix(): file.read_text() for file in tree.rglob("*") if file.is_file()}


def test_two_machines_take_turns(shell, trees):
    one, other = trees
    (one / "below").mkdir()
    (one / "a.txt").write_text("one")
    (one / "below/b.txt").write_text("two")
    assert sync(shell, one, "--dry-run") == [">   a.txt", ">   below/b.txt"]
    assert shell.err == "libsendsafely: 2 uploaded (dry run: nothing was changed)\n"
    assert sync(shell, one) == [">   a.txt", ">   below/b.txt"] and shell.err == "libsendsafely: 2 uploaded\n"
    assert sync(shell, other) == ["<   a.txt", "<   below/b.txt"]
    (other / "a.txt").write_text("eno")  # An edit that keeps the size.
    assert sync(shell, other) == [">   a.txt"] and sync(shell, one) == ["<   a.txt"]
    # Nothing goes up and down again.
    for tree in trees:
        assert sync(shell, tree) == [] and shell.err == "libsendsafely: nothing to do\n"
    assert files(one) == files(other) == {"a.txt": "eno", "below/b.txt": "two"}


def test_one_direction_and_a_directory_of_the_workspace(shell, trees, tmp_path):
    one, other = trees
    shell("workspace", "put", "@link", one)
    (one / "up.txt").write_text("up")
    assert sync(shell, other, "one", "--up") == []
    assert sync(shell, one, "one") == [">   up.txt"]
    (other / "mine.txt").write_text("mine")
    assert sync(shell, other, "one", "--down") == ["<   up.txt"] and "mine" not in shell("workspace", "ls", "@link", "one")
    assert sync(shell, tmp_path / "new", "one", "--down", "--quiet") == ["<   up.txt"] and shell.err == ""
    sync(shell, other, "nowhere", code=5)
    sync(shell, tmp_path / "missing", code=6)
    assert "missing: no such directory" in shell.err and "nothing to do" not in shell.err and not (tmp_path / "missing").exists()


def test_a_dry_run_without_a_state_says_what_has_to_be_compared(shell, trees):
    one, other = trees
    for tree in trees:
        (tree / "same.txt").write_text("same")
    sync(shell, one)
    assert sync(shell, other, "--dry-run") == ["?   same.txt: the contents would be compared, and both kept if they differ"]
    assert shell.err == "libsendsafely: 1 to be compared (dry run: nothing was changed)\n"
    assert sync(shell, other) == []


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_conflict_has_its_mark_and_its_exit_code(shell, trees, hours):
    """The toy that this replaces let an older copy take the place of a newer one, with exit code 0."""
    one, other = trees
    (one / "report.pdf").write_text("base")
    sync(shell, one)
    sync(shell, other)
    (other / "report.pdf").write_text("theirs")
    sync(shell, other)
    (one / "report.pdf").write_text("ours")
    os.utime(one / "report.pdf", (time.time() + 3600 * hours,) * 2)
    assert sync(shell, one, "--dry-run") == ["!   report.pdf: both contents would be kept"]
    assert shell.err == "libsendsafely: 1 to be kept twice (dry run: nothing was changed)\n"
    assert any(re.fullmatch(rf"!   report\.pdf: the other content is now {MARK}", line) for line in sync(shell, one, code=8))
    assert "1 kept twice" in shell.err and "conflict: report.pdf: compare the two" in shell.err
    sync(shell, other)
    found = files(one)
    assert found == files(other) and found.pop("report.pdf") == ("ours" if hours > 0 else "theirs")
    [(marked, older)] = found.items()
    assert re.fullmatch(MARK, marked) and older == ("theirs" if hours > 0 else "ours")
    # What the documentation advises.
    (one / marked).unlink()
    assert sync(shell, one, "--delete", "--force") == [f"x>  {marked}"]
    assert sync(shell, other, "--delete", "--force") == [f"<x  {marked}"] and list(files(other)) == ["report.pdf"]


def test_deletions(shell, trees):
    one, other = trees
    for name in "abcd":
        (one / name).write_text(name)
    sync(shell, one)
    sync(shell, other)
    (one / "a").unlink()
    assert sync(shell, one) == ["<   a"]
    (one / "a").unlink()
    assert sync(shell, one, "--delete") == ["x>  a"] and sync(shell, other, "--delete") == ["<x  a"]
    for name in "bcd":
        (one / name).unlink()
    planned = [f"x>  {name}" for name in "bcd"]
    assert sync(shell, one, "--delete", "--dry-run", code=1) == planned and sync(shell, one, "--delete", "--dry-run", "--force") == planned
    assert sync(shell, one, "--delete", code=1) == []
    assert "3 of 3 files in the Workspace would be deleted" in shell.err and "add --force if they are" in shell.err
    lines = shell.json("workspace", "sync", "@link", one, "--delete", code=1)
    assert lines[-1]["status"] == "MANY_DELETIONS" and files(other).keys() == {*"bcd"}
    with Terminal(shell, command("workspace", "sync", "@link", one, "--delete")) as screen:
        screen.wait_for(r"would be deleted\. Delete them\? \[y/N\]")
        screen.run("send-keys", "n", "Enter")
        assert any("add --force" in line for line in screen.end(1))
    with Terminal(shell, command("workspace", "sync", "@link", one, "--delete")) as screen:
        screen.wait_for(r"Delete them\?")
        screen.run("send-keys", "y", "Enter")
        assert {"x>  b", "x>  c", "x>  d"} <= {*screen.end()}
    assert sync(shell, other, "--delete", "--force") == ["<x  b", "<x  c", "<x  d"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_next_sync_goes_on_after_one_that_was_ended(shell, trees, number):
    """An upload that was killed has the right size in the Workspace, and is not whole."""
    one, other = trees
    content = os.urandom(3_000_000)
    (one / "big.bin").write_bytes(content)
    (one / "e\u0301.txt").write_text("in another form of Unicode")
    shell.emulator.admin("POST", "/faults", {"endpoint": "part_put", "times": 0, "action": {"bytes_per_second": 100_000}})
    process = started(["workspace", "sync", "@link", one], shell.environment, cwd=shell.home)
    try:
        deadline = time.monotonic() + 30
        while "big.bin" not in shell("workspace", "ls", "@link"):
            assert time.monotonic() < deadline
        process.send_signal(number)
        process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    shell.emulator.admin("DELETE", "/faults")
    assert ">   big.bin" in sync(shell, one)
    sync(shell, other)
    assert (other / "big.bin").read_bytes() == content
    for tree in trees:
        assert sync(shell, tree) == [] and len(list(tree.iterdir())) == 2


def test_patterns_links_names_and_contents(shell, trees):
    one, _ = trees
    (one / "cache").mkdir()
    for name in ("a.pdf", "a.tmp", "12:30.pdf", "cache/c.pdf"):
        (one / name).write_text("1")
    (one / "link.pdf").symlink_to("a.pdf")
    up = sync(shell, one, "--include", "*.pdf", "--exclude", "cache/", "--exclude", "12*")
    assert up[0] == ">   a.pdf" and re.match(r"-   link\.pdf: .*symbolic link", up[1]) and len(up) == 2
    named = sync(shell, one, "--include", "12*", "--exclude", "cache/", code=2)
    assert len(named) == 1 and named[0].startswith("E   12:30.pdf: the name has") and "--replace-characters" in shell.err
    for expected in (["12_30.pdf", "link.pdf"], []):
        done = sync(shell, one, "--replace-characters", "--follow-links", "--include", "*.pdf", "--exclude", "cache/")
        assert len(done) == len(expected)
    assert sorted(shell("workspace", "ls", "@link").split()[1::2]) == ["12_30.pdf", "a.pdf", "link.pdf"]
    stamp = (one / "a.pdf").stat()
    (one / "a.pdf").write_text("2")
    os.utime(one / "a.pdf", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert ">   a.pdf" in sync(shell, one, "--checksum", "--replace-characters")
    for pattern in ("/", "[", "!a.pdf"):
        sync(shell, one, "--exclude", pattern, code=2)
        assert f'"{pattern}" is not a pattern' in shell.err
    # Such as of a variable that a script has not set.
    sync(shell, one, "--include", "", code=2)
    assert "include has a pattern that is empty" in shell.err


def test_json(shell, trees):
    one, _ = trees
    for name in ("good.txt", "bad.txt"):
        (one / name).write_text(name)
    plan, other, summary = shell.json("workspace", "sync", "@link", one, "--dry-run")
    assert (plan["type"], plan["path"], plan["action"], other["action"]) == ("file", "bad.txt", "UPLOADED", "UPLOADED")
    assert summary["dry_run"] is True and summary["uploaded"] == 2 and shell("workspace", "ls", "@link") == ""
    refused = {"endpoint": "create_file", "times": 1, "action": {"envelope": {"response": "INVALID_FILE_NAME", "message": "no"}}}
    shell.emulator.admin("POST", "/faults", refused)
    lines = shell.json("workspace", "sync", "@link", one, code=5)
    assert [line["type"] for line in lines] == ["file", "file", "summary", "error"]
    assert (lines[2]["uploaded"], lines[2]["failed"], lines[2]["dry_run"]) == (1, 1, False)
    assert len(shell.json("workspace", "sync", "@link", one)) == 2
    assert json.loads(shell("workspace", "sync", "@link", one, "--json"))["uploaded"] == 0


def test_every_mark_is_documented():
    assert set(DONE) == set(Action) - {Action.SKIPPED}
    for mark, member, _ in DONE.values():
        assert f"\n| `{mark}` | " in DOCUMENTATION and f"`{member}`" in DOCUMENTATION
