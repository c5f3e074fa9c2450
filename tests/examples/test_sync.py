"""Two machines take turns on one Workspace: one story, with the same outcome from C, Python, C# and the command line."""

import os
import re
import shutil
import subprocess
import sys
import time

import csharp_programs
import pytest
from local import ROOT, SYNC, Emulator

SOURCES = {"PYTHONPATH": f"{ROOT}/bindings/python/src", "LIBSENDSAFELY": f"{ROOT}/target/release/libsendsafely.so"}
COMMAND_LINE = [sys.executable, "-m", "libsendsafely"]
CONFLICT = 8
#: Requests that change the Workspace or carry a file.
CHANGES_AND_TRANSFERS = {"create_file", "upload_complete", "part_put", "part_get", "rename_file", "move_file", "delete_file",
                         "create_directory", "move_directory", "delete_directory"}


def in_csharp(runtime):
    csharp_programs.require(runtime)
    return csharp_programs.command(runtime, "Sync")


#: The command that syncs, from each language.
PROGRAMS = {
    "C": lambda: [SYNC],
    "Python": lambda: [sys.executable, f"{ROOT}/examples/python/sync.py"],
    "C# on mono": lambda: in_csharp("mono"),
    "C# on CoreCLR": lambda: in_csharp("dotnet"),
    "command line": lambda: [*COMMAND_LINE, "workspace", "sync"],
}


class Machine:
    """A directory, and the state that a machine keeps of its syncs."""

    def __init__(self, place, program, link, environment):
        self.tree, self.program, self.link = place / "tree", program, link
        self.environment = environment | {"XDG_STATE_HOME": str(place / "state")}
        self.tree.mkdir(parents=True)

    def sync(self, *options, status=0):
        """Syncs, and returns the lines of its report."""
        done = subprocess.run([*self.program, *options, self.link, self.tree], env=self.environment, capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == status, done
        return with_one_mark(done.stdout).splitlines()

    def write(self, path, text, hours=0):
        """Writes a file that was last changed so many hours from now."""
        (self.tree / path).parent.mkdir(exist_ok=True)
        (self.tree / path).write_text(text)
        os.utime(self.tree / path, (time.time() + 3600 * hours,) * 2)

    def delete(self, path):
        (self.tree / path).unlink()

    def files(self):
        """What the directory has: files with their texts, and directories, which end with a slash."""
        return {with_one_mark(entry.relative_to(self.tree).as_posix()) + "/" * entry.is_dir(): None if entry.is_dir() else entry.read_text()
                for entry in self.tree.rglob("*")}


def with_one_mark(text):
    return re.sub(r"\(conflict \d{4}-\d\d-\d\d [^)]+\)", "(conflict DAY HOST)", text)


class Story:
    def __init__(self, place, server, program):
        self.server = server
        environment = server.environment() | SOURCES
        sent = subprocess.run([*COMMAND_LINE, "send", "--workspace", "Team"], env=environment, capture_output=True, text=True, timeout=60, check=True)
        self.machines = [Machine(place / name, program, sent.stdout.strip(), environment) for name in ("a", "b", "new")]

    def requests(self):
        """The requests since the last look."""
        requests = [request["endpoint"] for request in self.server.admin("GET", "/requests")]
        self.server.admin("DELETE", "/requests")
        return requests


@pytest.fixture(params=PROGRAMS)
def story(request, tmp_path):
    program = PROGRAMS[request.param]()
    with Emulator() as server:
        yield Story(tmp_path, server, program)


def test_two_machines_take_turns(story):
    a, b, new = story.machines

    # A goes first, B follows.
    a.write("plan.txt", "first plan")
    a.write("report.txt", "draft")
    a.write("notes/monday.txt", "rain")
    (a.tree / "empty").mkdir()
    assert a.sync("--up") == [">   notes/monday.txt", ">   plan.txt", ">   report.txt"]
    assert b.sync("--down") == ["<   notes/monday.txt", "<   plan.txt", "<   report.txt"]
    assert a.files() == b.files() == {
        "empty/": None, "notes/": None, "notes/monday.txt": "rain", "plan.txt": "first plan", "report.txt": "draft"}

    # Each edits another file; one edit keeps the size.
    a.write("plan.txt", "better plan")
    b.write("notes/monday.txt", "snow")
    assert a.sync() == [">   plan.txt"]
    assert b.sync() == [">   notes/monday.txt", "<   plan.txt"]
    assert a.sync() == ["<   notes/monday.txt"]
    assert a.files() == b.files() == {
        "empty/": None, "notes/": None, "notes/monday.txt": "snow", "plan.txt": "better plan", "report.txt": "draft"}

    # Nobody has changed anything: nothing is sent or received.
    story.requests()
    assert a.sync() == b.sync() == []
    assert not CHANGES_AND_TRANSFERS & set(story.requests())

    # Both edit the same files: B is the first to sync. The older content of each gets the marked name.
    b.write("plan.txt", "plan of B")
    b.write("report.txt", "report of B")
    assert b.sync() == [">   plan.txt", ">   report.txt"]
    a.write("plan.txt", "the plan of A", hours=-5)
    a.write("report.txt", "report of A", hours=5)
    assert a.sync("--dry-run") == ["!   plan.txt: both contents would be kept",
                                   "?   report.txt: the contents would be compared, and both kept if they differ"]
    assert a.sync(status=CONFLICT) == [
        ">   plan (conflict DAY HOST).txt", "!   plan.txt: the other content is now plan (conflict DAY HOST).txt",
        ">   report (conflict DAY HOST).txt", "!   report.txt: the other content is now report (conflict DAY HOST).txt"]
    assert b.sync() == ["<   plan (conflict DAY HOST).txt", "<   report (conflict DAY HOST).txt", "<   report.txt"]
    assert a.files() == b.files() == {
        "empty/": None, "notes/": None, "notes/monday.txt": "snow",
        "plan.txt": "plan of B", "plan (conflict DAY HOST).txt": "the plan of A",
        "report.txt": "report of A", "report (conflict DAY HOST).txt": "report of B"}

    # The conflicts are resolved: the marked files are deleted, on both sides.
    a.write("plan.txt", "plan of A and B")
    for marked in a.tree.glob("*(conflict *"):
        marked.unlink()
    assert a.sync("--delete") == ["x>  plan (conflict DAY HOST).txt", ">   plan.txt", "x>  report (conflict DAY HOST).txt"]
    assert b.sync("--delete") == ["<x  plan (conflict DAY HOST).txt", "<   plan.txt", "<x  report (conflict DAY HOST).txt"]
    equal = {"empty/": None, "notes/": None, "notes/monday.txt": "snow", "plan.txt": "plan of A and B", "report.txt": "report of A"}
    assert a.files() == b.files() == equal

    # What was deleted comes back, unless the deletion is asked for; a dry run deletes nothing.
    a.delete("report.txt")
    assert a.sync() == ["<   report.txt"]
    assert a.files() == equal
    a.delete("report.txt")
    story.requests()
    assert a.sync("--delete", "--dry-run") == ["x>  report.txt"]
    assert not CHANGES_AND_TRANSFERS & set(story.requests())
    assert b.sync("--delete") == [], "the Workspace still has it"
    assert a.sync("--delete") == ["x>  report.txt"]
    assert b.sync("--delete", "--dry-run") == ["<x  report.txt"] and b.files() == equal
    assert b.sync("--delete") == ["<x  report.txt"]
    equal = {"empty/": None, "notes/": None, "notes/monday.txt": "snow", "plan.txt": "plan of A and B"}
    assert a.files() == b.files() == equal

    # A change wins over a deletion.
    a.delete("plan.txt")
    b.write("plan.txt", "last plan")
    assert b.sync("--delete") == [">   plan.txt"]
    assert a.sync("--delete") == ["<   plan.txt"]
    equal["plan.txt"] = "last plan"
    assert a.files() == b.files() == equal

    # An empty directory may be one that is not mounted: nothing is deleted for it.
    for entry in a.tree.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    assert a.sync("--delete", status=1) == []
    assert b.sync("--delete") == []
    assert a.sync() == ["<   notes/monday.txt", "<   plan.txt"]
    # A machine that had nothing gets what the Workspace has.
    assert new.sync("--down") == ["<   notes/monday.txt", "<   plan.txt"]
    assert a.files() == b.files() == new.files() == equal
    # With --force everything goes.
    shutil.rmtree(a.tree)
    a.tree.mkdir()
    assert a.sync("--delete", "--force") == ["x>  notes/monday.txt", "x>  plan.txt"]
    assert b.sync("--delete", "--force") == ["<x  notes/monday.txt", "<x  plan.txt"]
    assert a.files() == b.files() == {}
