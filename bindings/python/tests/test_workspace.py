"""A Workspace: directories, collaborators, versions, whole trees."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from datetime import timezone

import pytest
from libsendsafely import Action, Compare, Direction, Error, Existing, Package, Reason, Status, Workspace


def test_a_workspace_is_one_however_it_is_opened(client, workspace, package):
    assert type(workspace) is Workspace and isinstance(workspace, Package)
    id_and_keycode = workspace.id, workspace.keycode
    for opened in client.open_package(*id_and_keycode), client.open_link(workspace.link), client.open_workspace(*id_and_keycode):
        with opened:
            assert type(opened) is Workspace and opened.id == workspace.id
    with client.open_package(package.id, package.keycode) as opened:
        assert type(opened) is Package
    with pytest.raises(Error) as refused:
        client.open_workspace(package.id, package.keycode)
    assert refused.value.status is Status.ONLY_IN_WORKSPACE
    with pytest.raises(Error) as refused:
        workspace.finalize()
    assert refused.value.status is Status.WORKSPACE_NOT_FINALIZABLE


def test_directories(workspace):
    docs = workspace.create_directory("Docs")
    below = workspace.create_directory("Below", parent=docs)
    file = workspace.upload_memory(b"one", "a.txt", directory=docs)
    directory = workspace.get_directory(docs)
    assert (directory.name, [entry.name for entry in directory.directories], [entry.file_name for entry in directory.files]) == ("Docs", ["Below"], ["a.txt"])
    [subdirectory] = directory.directories
    assert subdirectory.created.tzinfo is timezone.utc
    workspace.rename_directory(subdirectory, "Deep")
    workspace.move_directory(below)
    assert sorted(entry.name for entry in workspace.get_directory().directories) == ["Deep", "Docs"]
    workspace.move_file(file, below)
    assert [entry.file_name for entry in workspace.get_directory(below).files] == ["a.txt"]
    assert workspace.download_memory(file, directory=below) == b"one"
    workspace.upload_memory(b"two..", "a.txt", directory=below)
    information = workspace.get_file_information(workspace.get_directory(below).files[0], directory=below)
    assert information.file.version == 2 and [old.size for old in information.old_versions] == [3]
    copied = workspace.copy_file(information.file, workspace, target_directory=docs)
    assert workspace.download_memory(copied, directory=docs) == b"two.."
    workspace.delete_file(information.file, directory=below)
    workspace.delete_directory(below)
    assert [entry.name for entry in workspace.get_directory().directories] == ["Docs"]
    for number in range(3):
        workspace.upload_memory(b"x", f"{number}.txt")
    page = workspace.get_directory(sort_field="name", descending=True, one_page=True, file_index=1)
    assert [entry.file_name for entry in page.files] == ["1.txt", "0.txt"]
    with pytest.raises(Error) as refused:
        workspace.get_directory(file_index=1)
    assert refused.value.status is Status.INVALID_ARGUMENT


def test_collaborators(workspace):
    recipient = workspace.add_recipient("second@acme.test")
    workspace.set_recipient_role(recipient, "MANAGER")
    assert workspace.get_recipient(recipient).role == "MANAGER"
    assert isinstance(json.loads(workspace.get_collaborators()), list)
    with pytest.raises(Error) as refused:
        workspace.set_recipient_role(recipient, "EMPEROR")
    assert refused.value.status is Status.INVALID_INPUT


def test_activity(workspace):
    workspace.create_directory("Docs")
    with workspace.list_activity() as activity:
        first = next(activity)
    assert (first.user_email, first.package_id, first.time.tzinfo) == ("admin@acme.test", workspace.id, timezone.utc)
    with pytest.raises(StopIteration):
        next(activity)
    assert len(list(workspace.list_activity())) >= 2


def test_whole_trees(workspace, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "a/b").mkdir(parents=True)
    target.mkdir()
    (source / "top.txt").write_text("top")
    (source / "a/b/deep.txt").write_text("deep")
    (source / "link").symlink_to("top.txt")
    into = workspace.create_directory("Into")
    reports = []
    report = workspace.upload_all(source, into=into, progress=reports.append)
    assert {item.path: item.action for item in report} == {"top.txt": Action.UPLOADED, "a/b/deep.txt": Action.UPLOADED, "link": Action.IGNORED}
    assert reports[-1].bytes_done == 7
    with pytest.raises(Error) as there:
        workspace.upload_all(source, into=into, existing=Existing.REFUSE)
    assert there.value.status is Status.FILE_EXISTS
    report = workspace.download_all(target, from_directory=into)
    assert (target / "a/b/deep.txt").read_text() == "deep" and {item.status for item in report} == {Status.OK}
    with pytest.raises(Error) as missing:
        workspace.download_all(tmp_path / "nowhere")
    assert missing.value.status is Status.DIRECTORY_NOT_FOUND and missing.value.report == ()


def test_an_edit_that_keeps_the_size(workspace, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    for name in ("edited.txt", "same.txt"):
        (source / name).write_text("old")
    assert {item.reason for item in workspace.upload_all(source)} == {Reason.NEW}
    (source / "edited.txt").write_text("new")
    later = time.time() + 5
    os.utime(source / "edited.txt", (later, later))
    assert {item.action for item in workspace.upload_all(source)} == {Action.SKIPPED}
    for compare, reason in ((Compare.TIME, Reason.TIME), (Compare.CONTENT, Reason.NONE)):
        report = workspace.upload_all(source, compare=compare)
        assert {item.path: item.reason for item in report} == {"edited.txt": reason, "same.txt": Reason.NONE}

    workspace.download_all(target)
    (target / "edited.txt").write_text("own")
    with pytest.raises(Error) as kept:
        workspace.download_all(target, existing=Existing.SKIP, compare=Compare.CONTENT)
    assert kept.value.status is Status.FILE_EXISTS
    assert {(item.action, item.reason) for item in kept.value.report} == {(Action.NONE, Reason.CONTENT), (Action.SKIPPED, Reason.NONE)}
    [edited] = [item for item in kept.value.report if item.path == "edited.txt"]
    with pytest.raises(Error) as kept:
        workspace.download_file(edited.file_id, target / "edited.txt", existing=Existing.SKIP, compare=Compare.CONTENT)
    assert kept.value.status is Status.FILE_EXISTS and (target / "edited.txt").read_text() == "own"
    report = workspace.download_all(target, existing=Existing.OVERWRITE, compare=Compare.CONTENT)
    assert {item.path: item.action for item in report} == {"edited.txt": Action.DOWNLOADED, "same.txt": Action.SKIPPED}
    assert (target / "edited.txt").read_text() == "new"


def test_names_in_another_form_are_the_same_file(workspace, tmp_path):
    (tmp_path / "\u00e9").mkdir()
    (tmp_path / "\u00e9" / "a_b.txt").write_text("a")
    workspace.upload_all(tmp_path)
    [directory] = workspace.get_directory().directories
    workspace.rename_directory(directory, "e\u0301")
    for report in (workspace.upload_all(tmp_path), workspace.download_all(tmp_path, existing=Existing.SKIP)):
        assert [(item.action, item.file_id is None) for item in report] == [(Action.SKIPPED, False)]
    assert len(workspace.get_directory().directories) == 1 and os.listdir(tmp_path) == ["\u00e9"]


def test_a_report_comes_with_a_failure(workspace, faults, tmp_path):
    for name in ("good.txt", "bad.txt"):
        (tmp_path / name).write_text(name)
    faults.fault("create_file", {"envelope": {"response": "INVALID_FILE_NAME", "message": "no such names"}})
    with pytest.raises(Error) as failed:
        workspace.upload_all(tmp_path)
    assert failed.value.status is Status.INVALID_FILE_NAME
    assert sorted((item.action, item.status) for item in failed.value.report) == [(Action.NONE, Status.INVALID_FILE_NAME), (Action.UPLOADED, Status.OK)]


# --- Keeping two directories equal


class Machine:
    """A machine with a directory that it syncs with the Workspace."""

    def __init__(self, workspace, place):
        self.workspace, self.tree, self.state = workspace, place / "tree", place / "state"
        self.tree.mkdir(parents=True)

    def sync(self, **given):
        report = self.workspace.sync(self.tree, state_directory=self.state, **given)
        assert {item.status for item in report if item.action is not Action.IGNORED} <= {Status.OK}
        return {item.path: item.action for item in report}

    def write(self, name, text, *, hours=0):
        file = self.tree / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        os.utime(file, (time.time() + 3600 * hours,) * 2)

    def files(self):
        return {file.relative_to(self.tree).as_posix(): file.read_text() for file in self.tree.rglob("*") if file.is_file()}


@pytest.fixture
def machines(workspace, tmp_path):
    return Machine(workspace, tmp_path / "one"), Machine(workspace, tmp_path / "other")


def test_two_machines_take_turns(machines):
    one, other = machines
    one.write("a.txt", "one")
    one.write("below/b.txt", "two")
    reports = []
    assert one.sync(progress=reports.append) == {"a.txt": Action.UPLOADED, "below/b.txt": Action.UPLOADED}
    assert reports[-1].bytes_done == 6
    assert other.sync() == {"a.txt": Action.DOWNLOADED, "below/b.txt": Action.DOWNLOADED}
    other.write("a.txt", "eno")  # An edit that keeps the size.
    assert other.sync() == {"a.txt": Action.UPLOADED} and one.sync() == {"a.txt": Action.DOWNLOADED}
    assert one.sync() == other.sync() == {} and one.files() == other.files() == {"a.txt": "eno", "below/b.txt": "two"}
    for file in one.state.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600 and one.workspace.keycode.encode() not in file.read_bytes()


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_conflict_keeps_both_contents(machines, hours):
    one, other = machines
    one.write("report.pdf", "base")
    one.sync()
    other.sync()
    other.write("report.pdf", "theirs")
    other.sync()
    one.write("report.pdf", "ours", hours=hours)
    report = one.workspace.sync(one.tree, state_directory=one.state)
    [conflict] = [item for item in report if item.action is Action.KEPT_BOTH]
    marked = os.path.basename(conflict.local_path)
    assert conflict.path == "report.pdf" and marked.startswith("report (conflict 20") and marked.endswith(").pdf")
    newer, older = ("ours", "theirs") if hours > 0 else ("theirs", "ours")
    other.sync()
    assert one.files() == other.files() == {"report.pdf": newer, marked: older}
    assert one.sync() == other.sync() == {}


def test_deletions_follow_only_if_asked_for(machines):
    one, other = machines
    for name in "abcd":
        one.write(name, name)
    one.sync()
    other.sync()
    (one.tree / "a").unlink()
    assert one.sync() == {"a": Action.DOWNLOADED}
    (one.tree / "a").unlink()
    assert one.sync(delete_files=True, dry_run=True) == {"a": Action.DELETED_THERE} == one.sync(delete_files=True)
    other.write("b", "changed")
    assert other.sync(delete_files=True) == {"a": Action.DELETED_HERE, "b": Action.UPLOADED}
    for name in "bcd":
        (one.tree / name).unlink()
    # A change beats a deletion, so that two are left of the three.
    with pytest.raises(Error) as many:
        one.sync(delete_files=True)
    assert many.value.status is Status.MANY_DELETIONS and many.value.report == ()
    assert one.files() == {}
    assert one.sync(delete_files=True, force=True) == {"b": Action.DOWNLOADED, "c": Action.DELETED_THERE, "d": Action.DELETED_THERE}


def test_directions_patterns_and_other_options(machines, tmp_path):
    one, other = machines
    inside = one.workspace.create_directory("inside")
    one.write("a.pdf", "a")
    one.write("a:b.pdf", "ab")
    one.write("a.tmp", "t")
    one.write("cache/c.pdf", "c")
    (one.tree / "link.pdf").symlink_to("a.pdf")
    given = {"remote_directory": inside, "replace_characters": True}
    assert one.sync(direction=Direction.DOWN, **given) == {"link.pdf": Action.IGNORED}
    up = one.sync(direction=Direction.UP, include=["*.pdf"], exclude=iter(["cache/"]), follow_links=True, **given)
    assert up == {"a.pdf": Action.UPLOADED, "a:b.pdf": Action.UPLOADED, "link.pdf": Action.UPLOADED}
    assert {file.file_name for file in one.workspace.get_directory(inside).files} == {"a.pdf", "a_b.pdf", "link.pdf"}
    assert other.sync(direction=Direction.UP, **given) == {} == other.files()
    other.sync(remote_directory=inside.lower())
    stamp = (other.tree / "a.pdf").stat()
    (other.tree / "a.pdf").write_text("A")
    os.utime(other.tree / "a.pdf", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert other.sync(checksum=True, remote_directory=inside) == {"a.pdf": Action.UPLOADED}
    # What both have without a common state is found to be equal.
    other.state.rename(tmp_path / "lost")
    assert other.sync(remote_directory=inside) == {}


@pytest.fixture
def ignoring_case(tmp_path):
    """A directory in which upper and lower case are the same: any, or one of NTFS where that can be mounted."""
    place, image = tmp_path / "ignoring", tmp_path / "image"
    place.mkdir()
    if (tmp_path / "IGNORING").exists():
        yield place
        return
    if not shutil.which("lowntfs-3g") or not shutil.which("mkntfs"):
        pytest.skip("the file system does not ignore case, and there is no lowntfs-3g")
    with image.open("wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["mkntfs", "-F", "-Q", "-q", image], capture_output=True, check=True)
    if subprocess.run(["lowntfs-3g", "-o", "ignore_case", image, place], check=False).returncode:
        pytest.skip("lowntfs-3g may not mount a file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_file_system_that_ignores_case(workspace, tmp_path, ignoring_case):
    here, other = Machine(workspace, ignoring_case / "machine"), Machine(workspace, tmp_path / "other")
    here.state = tmp_path / "state"

    def contents(machine):
        return {name.lower(): content for name, content in machine.files().items()}

    other.write("Report.PDF", "one")
    other.write("Docs/Plan.txt", "plan")
    other.sync()
    assert sorted(here.sync().values()) == [Action.DOWNLOADED] * 2
    # lowntfs-3g lists all names in lower case: the contents show that they are the same files.
    assert here.sync() == {} and contents(here) == contents(other)
    here.write("report.pdf", "edited")
    assert [*here.sync().values()] == [Action.UPLOADED] and [*other.sync().values()] == [Action.DOWNLOADED]
    assert contents(here) == contents(other) == {"report.pdf": "edited", "docs/plan.txt": "plan"}
    # Names of the Workspace that are one here.
    workspace.upload_memory(b"of that name", "report.pdf")
    assert here.sync(delete_files=True) == {"report (2).pdf": Action.DOWNLOADED}
    assert contents(here) == {"report.pdf": "edited", "report (2).pdf": "of that name", "docs/plan.txt": "plan"}
    assert here.sync(delete_files=True) == {} and len(workspace.get_directory().files) == 2
    (here.tree / "report (2).PDF").unlink()
    assert [*here.sync(delete_files=True).values()] == [Action.DELETED_THERE] and len(workspace.get_directory().files) == 1


def test_patterns_of_a_list_are_no_comments(machines):
    one, _ = machines
    for name in ("#a", "e\u0301", "y", "b.pdf"):
        one.write(name, name)
    up = {"direction": Direction.UP}
    assert one.sync(exclude=["#*", "\u00e9"], include=["?", "??"], **up) == {"y": Action.UPLOADED}
    assert one.sync(include=["#a"], **up) == {"#a": Action.UPLOADED}
    for pattern in ("", "  ", "a\nb", "a\r"):
        for name in ("include", "exclude"):
            with pytest.raises(Error, match=f"{name} has a pattern that is empty or has a line break") as failed:
                one.sync(**{name: ["*", pattern]})
            assert failed.value.status is Status.INVALID_ARGUMENT


def test_failures_of_a_sync(machines, faults):
    one, _ = machines
    for call, status in (
            (lambda: one.sync(exclude=["/"]), Status.INVALID_ARGUMENT), (lambda: one.sync(direction=7), Status.INVALID_ARGUMENT),
            (lambda: one.workspace.sync(one.tree / "gone", state_directory=one.state), Status.DIRECTORY_NOT_FOUND)):
        with pytest.raises(Error) as failed:
            call()
        assert failed.value.status is status
    one.write("bad.txt", "bad")
    one.write("good.txt", "good")
    faults.fault("create_file", {"envelope": {"response": "INVALID_FILE_NAME", "message": "no such names"}}, times=1)
    with pytest.raises(Error) as failed:
        one.sync()
    assert failed.value.status is Status.INVALID_FILE_NAME
    assert sorted(item.action for item in failed.value.report) == [Action.NONE, Action.UPLOADED]
    assert len(one.sync()) == 1
    [lock] = one.state.glob("*.lock")
    with lock.open("r+") as another:
        fcntl.flock(another, fcntl.LOCK_EX)
        with pytest.raises(Error) as running:
            one.sync()
    assert running.value.status is Status.SYNC_RUNNING and one.sync() == {}


def test_a_process_that_was_forked_meanwhile_holds_no_lock(machines):
    """As multiprocessing forks: the child has all descriptors for as long as it lives."""
    one, _ = machines
    one.write("a", "a")
    children = []

    def fork(_progress):
        child = os.fork()
        if child == 0:
            time.sleep(60)
            os._exit(0)
        children.append(child)

    try:
        one.sync(progress=fork)
        assert children and one.sync() == {}
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
