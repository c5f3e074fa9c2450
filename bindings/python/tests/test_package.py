"""Packages: sending and receiving."""

import io
import json
import os
import random
import re
import signal
import sys
import tempfile
import threading
import time
from datetime import timezone
from pathlib import Path

import pytest
from libsendsafely import Action, Error, Existing, PackageState, PackageStatus, PasswordRequired, Status, Stopped, country_codes, find_links, parse_link

LINKS = json.loads((Path(__file__).parents[3] / "tests/vectors/links.json").read_text())


def sent(client, data, file_name, **finalize):
    """The link of a package with one file."""
    with client.create_package() as package:
        package.add_recipient("second@acme.test")
        package.upload_memory(data, file_name)
        return package.finalize(**finalize).link


def test_send_and_receive(client, emulator, tmp_path):
    file = tmp_path / "Größe.bin"
    file.write_bytes(random.Random(1).randbytes(6_000_000))
    reports = []
    with client.create_package() as package:
        recipient = package.add_recipient("second@acme.test", phone_number="(415) 555-0100")
        assert (recipient.email, recipient.sms_auth) == ("second@acme.test", True)
        uploaded = package.upload_file(file, progress=reports.append)
        assert (uploaded.file_name, uploaded.size, uploaded.parts) == ("Größe.bin", 6_000_000, 3)
        package.upload_memory(b"bytes", "memory.txt")
        package.set_message("Grüße")
        finalized = package.finalize()
        assert finalized.link == package.link and finalized.recipients == ("second@acme.test",) and not finalized.needs_approval
        state = emulator.state(package)
    assert sorted(entry["name"] for entry in state["files"]) == ["Größe.bin", "memory.txt"]
    assert "Grüße" not in str(state) and package.closed
    assert reports[-1].bytes_done == reports[-1].bytes_total == 6_000_000
    target = tmp_path / "received"
    target.mkdir()
    with client.open_link(f"<{finalized.link}>") as package:
        assert package.get_message() == "Grüße"
        report = package.download_all(target)
        assert {item.status for item in report} == {Status.OK} and {item.action for item in report} == {Action.DOWNLOADED}
        information = package.get_information()
    assert sorted(item.path for item in report) == ["Größe.bin", "memory.txt"]
    assert (target / "Größe.bin").read_bytes() == file.read_bytes()
    assert (target / "memory.txt").read_bytes() == b"bytes"
    assert information.state in (PackageState.ACTIVE_INCOMPLETE, PackageState.ACTIVE_COMPLETE) and information.status is PackageStatus.ACTIVE
    assert information.created.tzinfo is timezone.utc and information.life == 14 and information.label is None


def test_opened_again_by_id_and_keycode(client, tmp_path):
    with client.create_package() as package:
        package_id, keycode, code = package.id, package.keycode, package.code
    with client.open_package(package_id, keycode) as package:
        assert (package.id, package.code, package.running_uploads) == (package_id, code, 0)
        package.add_recipient("second@acme.test")
        package.upload_memory(b"later", "later.txt")
        with pytest.raises(Error) as early:
            package.link  # noqa: B018
        assert early.value.status is Status.NOT_FINALIZED
        link = parse_link(package.finalize().link)
    assert (link.package_id or package_id, link.package_code, link.keycode) == (package_id, code, keycode)
    assert keycode not in repr(link) and keycode not in str(link)
    assert client.get_package_information(package_id).package_code == code


def test_what_is_bytes_like(package, client):
    given = {"bytes": b"bytes", "array": bytearray(b"array"), "view": memoryview(b"a view")[2:], "strided": memoryview(b"a-b-c")[::2], "empty": b"",
             "writable": memoryview(bytearray(b"xwritable"))[1:]}
    files = {name: package.upload_memory(data, name) for name, data in given.items()}
    for name, data in given.items():
        assert files[name].size == len(data)
        assert package.download_memory(files[name]) == bytes(data)
    with pytest.raises(TypeError):
        package.upload_memory("text", "text")


class Pipe(io.RawIOBase):
    """A stream that cannot seek and returns few bytes per read."""

    def __init__(self, data):
        self.rest = data

    def readable(self):
        return True

    def readinto(self, view):
        piece, self.rest = self.rest[:7777], self.rest[7777:7777 + len(self.rest)]
        piece = piece[:len(view)]
        view[:len(piece)] = piece
        return len(piece)


class OnlyRead:
    """A minimal file object."""

    name = "/somewhere/least.bin"

    def __init__(self, data):
        self.stream = io.BytesIO(data)

    def read(self, size):
        return self.stream.read(size)


def test_streams_as_sources(package, tmp_path):
    data = random.Random(2).randbytes(300_000)
    (tmp_path / "named.bin").write_bytes(data)
    with open(tmp_path / "named.bin", "rb") as stream:
        stream.seek(1000)
        file = package.upload_file(stream)
    assert (file.file_name, file.size) == ("named.bin", len(data) - 1000)
    assert package.download_memory(file) == data[1000:]
    assert package.download_memory(package.upload_file(io.BytesIO(data), file_name="memory.bin")) == data
    assert package.download_memory(package.upload_file(OnlyRead(data))) == data
    pipe = package.upload_file(Pipe(data), file_name="pipe.bin")
    assert pipe.size == len(data) and package.download_memory(pipe) == data
    reader, writer = os.pipe()
    os.write(writer, b"through a pipe")
    os.close(writer)
    with open(reader, "rb") as stream:
        assert package.download_memory(package.upload_file(stream, file_name="pipe.txt")) == b"through a pipe"
    with pytest.raises(TypeError, match="file_name"):
        package.upload_file(io.BytesIO(b""))


def test_streams_as_targets(package, tmp_path):
    data = random.Random(3).randbytes(6_000_000)
    file = package.upload_memory(data, "a.bin")
    target = io.BytesIO()
    download = package.download_file(file, target)
    assert target.getvalue() == data and (download.path, download.size) == (None, len(data))
    with open(tmp_path / "raw.bin", "wb", buffering=0) as raw:
        package.download_file(file.file_id, raw)
    assert (tmp_path / "raw.bin").read_bytes() == data

    class Keeps:
        """Keeps the objects that it gets; they must not change afterwards."""

        def __init__(self):
            self.pieces = []

        def write(self, piece):
            self.pieces.append(piece)

    keeps = Keeps()
    package.download_file(file, keeps)
    assert b"".join(keeps.pieces) == data


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_files_that_do_not_say_their_size(package):
    content = Path("/proc/version").read_bytes()
    with open("/proc/version", "rb") as stream:
        sent = package.upload_file(stream, file_name="stream"), package.upload_file("/proc/version")
    for file in sent:
        assert file.size == len(content) > 0 and package.download_memory(file) == content
    empty = package.upload_file(io.BytesIO(), file_name="empty")
    assert empty.size == 0 and package.download_memory(empty) == b""


def test_an_empty_stream_needs_no_temporary_file(package, tmp_path, monkeypatch):
    """One that says it is empty is read to find out; only one of unknown size is kept in a temporary file."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nothing"))
    (tmp_path / "empty.bin").touch()
    with open(tmp_path / "empty.bin", "rb") as stream:
        for number, empty in enumerate([io.BytesIO(), stream]):
            assert package.upload_file(empty, file_name=f"empty {number}").size == 0


def test_names_that_cannot_be_sent(package, tmp_path):
    path = tmp_path / "12:30.pdf"
    path.write_bytes(b"minutes")
    for source in (path, io.BytesIO(b"minutes")):
        with pytest.raises(Error, match=r"12:30\.pdf: the name has") as refused:
            package.upload_file(source, file_name=None if source is path else "12:30.pdf")
        assert refused.value.status is Status.MALFORMED_FILE_NAME
    assert package.upload_file(path, replace_characters=True).file_name == "12_30.pdf"
    assert package.upload_memory(b"a", "a:b", replace_characters=True).file_name == "a_b"
    assert package.upload_file(io.BytesIO(b"a"), file_name="a?c", replace_characters=True).file_name == "a_c"


@pytest.mark.slow
def test_a_file_that_grows(client, emulator, tmp_path):
    path = tmp_path / "app.log"
    before = os.urandom(20_000_000)
    emulator.admin("POST", "/faults", {"endpoint": "part_put", "times": 0, "action": {"hang_ms": 300}})

    def append(progress):
        if progress.parts_done and path.stat().st_size == len(before):
            with open(path, "ab") as file:
                file.write(b"one line more")

    path.write_bytes(before)
    file = client.create_package().upload_file(path, allow_growth=True, progress=append)
    assert file.size == len(before) < path.stat().st_size
    path.write_bytes(before)
    with pytest.raises(Error, match="it grew from 20000000 to 20000013 bytes") as changed:
        client.create_package().upload_file(path, progress=append)
    emulator.admin("DELETE", "/faults")
    assert changed.value.status is Status.FILE_CHANGED


def test_an_upload_goes_on_in_another_call(emulator, client, tmp_path):
    path, resume = tmp_path / "large.bin", tmp_path / "resume"
    path.write_bytes(os.urandom(20_000_000))
    emulator.admin("POST", "/faults", {"endpoint": "part_put", "part": 8, "action": {"hang_ms": 60_000}})
    package = client.create_package()
    with pytest.raises(Stopped):
        package.upload_file(path, resume_file=resume, progress=lambda progress: progress.parts_done == 0)
    emulator.admin("DELETE", "/faults")
    assert resume.stat().st_mode & 0o777 == 0o600
    emulator.admin("DELETE", "/requests")
    file = package.upload_file(path, resume_file=resume)
    sent = [entry for entry in emulator.admin("GET", "/requests") if entry["endpoint"] == "part_put"]
    assert len(sent) < 8 == file.parts
    assert not resume.exists()
    for wrong in (path, tmp_path):
        with pytest.raises(Error) as refused:
            package.upload_all(tmp_path, resume_file=wrong)
        assert refused.value.status in (Status.INVALID_ARGUMENT, Status.NOT_A_FILE)


def test_a_download_goes_on_in_another_call(emulator, client, tmp_path):
    content = os.urandom(20_000_000)
    package = client.create_package()
    file = package.upload_memory(content, "large.bin")
    to, resume = tmp_path / "to", tmp_path / "resume"
    to.mkdir()
    emulator.admin("POST", "/faults", {"endpoint": "part_get", "part": 8, "times": 0, "action": {"hang_ms": 60_000}})
    with pytest.raises(Stopped):
        package.download_file(file, to, resume_file=resume, progress=lambda progress: progress.parts_done == 0)
    emulator.admin("DELETE", "/faults")
    assert resume.stat().st_mode & 0o777 == 0o600 and len(os.listdir(to)) == 1
    emulator.admin("DELETE", "/requests")
    assert package.download_all(to, existing=Existing.SKIP, resume_file=resume)[0].size == len(content)
    assert len([entry for entry in emulator.admin("GET", "/requests") if entry["endpoint"] == "part_get"]) < 8 == file.parts
    assert os.listdir(to) == ["large.bin"] and (to / "large.bin").read_bytes() == content and not resume.exists()
    (to / "large.bin").unlink()
    resume.write_text("a letter")
    for target in (to, io.BytesIO()):
        with pytest.raises(Error) as refused:
            package.download_file(file, target, resume_file=resume)
        assert refused.value.status is Status.INVALID_ARGUMENT and resume.read_text() == "a letter"


def test_exceptions_of_a_stream_are_raised_unchanged(package):
    class Broken:
        name = "broken.bin"

        def read(self, size):
            raise EOFError("unplugged")

        def write(self, data):
            raise EOFError("full")

    with pytest.raises(EOFError, match="unplugged"):
        package.upload_file(Broken())
    file = package.upload_memory(b"bytes", "a.bin")
    with pytest.raises(EOFError, match="full"):
        package.download_file(file, Broken())
    with pytest.raises(TypeError):
        package.upload_file(io.StringIO("not binary"), file_name="a.txt")
    with pytest.raises(Error) as cut:
        package.upload_file(Shrinking(), file_name="short.bin")
    assert cut.value.status is Status.SIZE_MISMATCH
    assert [entry.file_name for entry in package.get_information().files] == ["a.bin"]


def test_text_streams_are_refused_before_anything_is_sent(package, tmp_path, emulator):
    (tmp_path / "a.txt").write_text("text")
    with open(tmp_path / "a.txt") as text, tempfile.NamedTemporaryFile("w+") as temporary:
        for stream in (text, io.StringIO("text"), temporary):
            with pytest.raises(TypeError, match=r'source is a text stream; open the file in binary mode, such as "rb"'):
                package.upload_file(stream, file_name="a.txt")
            with pytest.raises(TypeError, match="target is a text stream; open the file in binary mode"):
                package.download_file("id", stream)

    class Texts:
        def read(self, size):
            return "text"

    with pytest.raises(TypeError, match=r"returned str from read.*; open it in binary mode"):
        package.upload_file(Texts(), file_name="a.txt")
    assert emulator.state(package)["files"] == []


def test_odd_streams(package, tmp_path):
    import mmap

    class Gives:
        def __init__(self, result):
            self.result = result

        def read(self, size):
            return self.result

        def write(self, data):
            assert type(data) is bytes
            return self.result

    for result, error in (("text", TypeError), (7, TypeError), (None, BlockingIOError), (b"x" * 10_000_000, ValueError)):
        with pytest.raises(error):
            package.upload_file(Gives(result), file_name="odd.bin")
    file = package.upload_memory(b"0123456789", "a.bin")
    for result, error in ((0, BlockingIOError), (-1, ValueError), (11, ValueError), ("text", TypeError)):
        with pytest.raises(error):
            package.download_file(file, Gives(result))
    package.download_file(file, Gives(None))
    (tmp_path / "mapped.bin").write_bytes(b"a mapped file")
    with open(tmp_path / "mapped.bin", "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        mapped.seek(2)
        assert package.download_memory(package.upload_file(mapped, file_name="m.bin")) == b"mapped file"
        assert package.download_memory(package.upload_memory(mapped, "n.bin")) == b"a mapped file"
    beyond = io.BytesIO(b"short")
    beyond.seek(100)
    assert package.upload_file(beyond, file_name="empty.bin").size == 0

    class PathWithMethods:
        """Like py.path.local."""

        def __fspath__(self):
            return str(tmp_path / "mapped.bin")

        def read(self, mode="r"):
            raise AssertionError("is a path")

        write = read

    assert package.upload_file(PathWithMethods()).file_name == "mapped.bin"
    assert package.download_file(file, PathWithMethods(), existing=Existing.OVERWRITE).path == str(tmp_path / "mapped.bin")


def test_memory_is_the_callers_again_when_the_call_returns(package):
    import gc

    gc.disable()
    try:
        data = bytearray(b"x" * 1000)
        package.upload_memory(data, "a.bin")
        data.extend(b"more")
    finally:
        gc.enable()


class Shrinking(io.BytesIO):
    """Announces more bytes than it returns."""

    def __init__(self):
        super().__init__(b"x" * 1000)

    def read(self, size=-1):
        return b""


def test_existing_files_are_not_overwritten(client, tmp_path):
    link = sent(client, b"content", "a.txt")
    (tmp_path / "a.txt").write_bytes(b"other..")
    with client.open_link(link) as package:
        [file] = package.get_information().files
        with pytest.raises(Error) as refused:
            package.download_all(tmp_path)
        assert refused.value.status is Status.FILE_EXISTS
        assert [item.path for item in refused.value.report] == ["a.txt"]
        with pytest.raises(Error) as refused:
            package.download_file(file, tmp_path)
        assert refused.value.status is Status.FILE_EXISTS and (tmp_path / "a.txt").read_bytes() == b"other.."
        [item] = package.download_all(tmp_path, existing=Existing.SKIP)
        assert item.action is Action.SKIPPED
        assert package.download_file(file, tmp_path, existing=Existing.SKIP).skipped
        download = package.download_file(file, tmp_path, existing=Existing.OVERWRITE, sync=True)
    assert download.path == str(tmp_path / "a.txt") and (tmp_path / "a.txt").read_bytes() == b"content"


def test_what_a_download_leaves_on_the_disk(client, tmp_path):
    def mode(name):
        return (tmp_path / name).lstat().st_mode & 0o7777

    link = sent(client, b"content", "a.txt")
    (tmp_path / "ordinary").write_bytes(b"")
    (tmp_path / "link").symlink_to("ordinary")
    os.mkfifo(tmp_path / "pipe")
    with client.open_link(link) as package:
        [file] = package.get_information().files
        for name in ("new", "link"):
            package.download_file(file, tmp_path / name, existing=Existing.OVERWRITE)
            assert mode(name) == mode("ordinary") and (tmp_path / name).read_bytes() == b"content"
        (tmp_path / "new").chmod(0o604)
        package.download_file(file, tmp_path / "new", existing=Existing.OVERWRITE)
        assert mode("new") == 0o604 and (tmp_path / "ordinary").read_bytes() == b""
        with pytest.raises(Error) as refused:
            package.download_file(file, tmp_path / "pipe", existing=Existing.OVERWRITE)
        assert refused.value.status is Status.NOT_A_FILE and (tmp_path / "pipe").is_fifo()
    assert sorted(os.listdir(tmp_path)) == ["link", "new", "ordinary", "pipe"]


@pytest.mark.parametrize("offset", [-1, 1])
def test_sizes_that_were_declared_wrongly(client, faults, tmp_path, offset):
    with client.create_package() as package:
        package.add_recipient("second@acme.test")
        file = package.upload_memory(b"some bytes", "a.bin")
        link = package.finalize().link
    faults.admin("POST", "/settings", {"declared_size_offset": offset})
    with client.open_link(link) as package:
        got, stream = package.download_file(file, tmp_path / "b.bin"), io.BytesIO()
        assert (got.size, got.declared_size) == (10, 10 + offset) and (tmp_path / "b.bin").read_bytes() == b"some bytes"
        assert package.download_file(file, stream).declared_size == 10 + offset and stream.getvalue() == b"some bytes"
        assert package.download_memory(file) == b"some bytes"
        [item] = package.download_all(tmp_path)
        assert (item.size, item.declared_size, item.status) == (10, 10 + offset, Status.OK)
        target = tmp_path / "strict"
        target.mkdir()
        for refused in (
            lambda: package.download_file(file, target, strict_size=True),
            lambda: package.download_file(file, io.BytesIO(), strict_size=True),
            lambda: package.download_memory(file, strict_size=True),
            lambda: package.download_all(target, strict_size=True),
        ):
            with pytest.raises(Error) as mismatch:
                refused()
            assert mismatch.value.status is Status.SIZE_MISMATCH and mismatch.value.remedy
        assert list(target.iterdir()) == []
        faults.admin("POST", "/settings", {"declared_size_offset": 0})
    with client.open_link(link) as package:
        assert package.download_memory(file, strict_size=True) == b"some bytes"


def test_what_the_service_does_not_say_of_a_file(client, faults, tmp_path):
    """Nobody knows the size or the number of parts: both are None, no strict check believes a 0, and the file arrives."""
    with client.create_package() as package:
        file_id = package.upload_memory(b"content", "a.bin").file_id
        known = package.get_information().files[0]
        assert (known.size, known.parts) == (7, 1)
        for unknown in ({}, {"fileSize": None, "parts": None, "fileParts": None}, {"fileSize": "0", "parts": 0, "fileParts": 0}):
            file = {"fileId": file_id, "fileName": "a.bin", **unknown}
            for endpoint, changed in (("package_information", {"files": [file]}), ("file_information", {"file": file})):
                faults.admin("POST", "/faults", {"endpoint": endpoint, "times": 0, "action": {"replace_json": changed}})
            (listed,) = package.get_information().files
            assert (listed.size, listed.parts) == (None, None)
            assert package.download_memory(file_id, strict_size=True) == b"content"
            assert package.download_all(tmp_path, existing=Existing.OVERWRITE, strict_size=True)[0].declared_size is None
            faults.admin("DELETE", "/faults")


def test_passwords(client, emulator):
    with client.create_package() as package:
        package.upload_memory(b"secret", "a.txt")
        link = package.finalize(undisclosed_recipients=True, password="open, please", allow_reply_all=True, read_only_pdf=True).link
        assert emulator.state(package)["password"] == "open, please"
    with client.open_link(link) as package:
        [file] = package.get_information().files
        with pytest.raises(PasswordRequired) as refused:
            package.download_memory(file)
        assert refused.value.status is Status.PASSWORD_REQUIRED and refused.value.server_code == "PASSWORD_REQUIRED"
        with pytest.raises(PasswordRequired):
            package.download_memory(file, password="wrong")
        assert package.download_memory(file, password="open, please") == b"secret"


def test_recipients(client, package, emulator):
    results = package.add_recipients(["a@customer.test", "second@acme.test", "a@customer.test"])
    assert [(result.email, result.status) for result in results] == [
        ("a@customer.test", Status.OK), ("second@acme.test", Status.DUPLICATE_EMAIL), ("a@customer.test", Status.DUPLICATE_EMAIL)]
    recipient = results[0].recipient
    package.set_recipient_phone(recipient, "(415) 555-0100", country_code="US")
    assert package.get_recipient(recipient).phone_numbers == ("+1 4155550100",)
    package.remove_recipient(recipient.recipient_id)
    with pytest.raises(Error) as gone:
        package.get_recipient(recipient)
    assert gone.value.status is Status.RECIPIENT_NOT_ON_PACKAGE
    with pytest.raises(TypeError, match="list"):
        package.add_recipients("a@customer.test")
    package.remove_all_recipients()
    assert emulator.state(package)["recipients"] == []
    assert ("US", 1) in {(country.country_code, country.dialling_code) for country in country_codes()}
    assert package.get_permissions().startswith("[")


def test_contact_groups(client, package):
    group = client.create_contact_group("Board")
    member = client.add_contact_group_member(group, "ann@customer.test")
    assert (group.name, group.is_organization_group, member.email) == ("Board", False, "ann@customer.test")
    assert [entry.email for entry in client.get_contact_group(group).members] == ["ann@customer.test"]
    package.add_contact_group(group)
    assert [entry.name for entry in package.get_information().contact_groups] == ["Board"]
    package.remove_contact_group(group.contact_group_id)
    assert package.get_information().contact_groups == ()
    client.remove_contact_group_member(group, member)
    assert group.contact_group_id in {entry.contact_group_id for entry in client.get_contact_groups()}
    everybody = client.create_contact_group("All", is_organization_group=True)
    assert everybody.contact_group_id in {entry.contact_group_id for entry in client.get_contact_groups(whole_organization=True)}
    for entry in group, everybody:
        client.delete_contact_group(entry)
    assert group.contact_group_id not in {entry.contact_group_id for entry in client.get_contact_groups()}


def test_files_are_managed(package):
    file = package.upload_memory(b"one", "one.txt")
    package.rename_file(file, "two.txt")
    information = package.get_file_information(file)
    assert (information.file.file_name, information.file.size, information.old_versions) == ("two.txt", 3, ())
    assert information.file.uploaded.tzinfo is timezone.utc
    package.delete_file(file)
    with pytest.raises(Error) as gone:
        package.download_memory(file)
    assert gone.value.status is Status.FILE_NOT_ON_PACKAGE


def test_settings(package, emulator):
    package.set_life(30)
    package.set_label("Quarterly")
    assert emulator.state(package)["life"] == 30 and package.get_information().label == "Quarterly"
    package.update('{"life": 20}')
    assert emulator.state(package)["life"] == 20
    package.update({"life": 21})
    assert emulator.state(package)["life"] == 21
    for days in (-1, 366, 2**31 - 1):
        with pytest.raises(Error) as refused:
            package.set_life(days)
        assert refused.value.status is Status.LIFE_OUT_OF_RANGE
    package.set_message("hello")
    package.finalize(notify_recipients=True)
    package.notify()
    package.delete()
    with pytest.raises(Error) as gone:
        package.get_information()
    assert gone.value.status is Status.PACKAGE_DELETED


def test_what_recipients_may_have_is_not_deleted_as_unfinished(emulator, faults):
    with emulator.client(retry_window_ms=0) as client, client.create_package() as package, client.create_package() as begun:
        begun.delete_unfinished()
        package.set_message("hello")
        faults.fault("finalize", {"status": 503}, when="after")
        faults.fault("package_information", {"status": 503}, times=1)
        for call, status in (
                (lambda: begun.delete_unfinished(), Status.PACKAGE_DELETED),
                (lambda: package.finalize(undisclosed_recipients=True), Status.OUTCOME_UNKNOWN),
                (lambda: package.delete_unfinished(), Status.OUTCOME_UNKNOWN)):
            with pytest.raises(Error) as refused:
                call()
            assert refused.value.status is status
        assert package.finalize(undisclosed_recipients=True).link == package.link
        with pytest.raises(Error) as refused:
            package.delete_unfinished()
        assert refused.value.status is Status.ALREADY_FINALIZED


def failed(make, use=lambda package: None, error=ZeroDivisionError):
    """Raises an exception in the `with` block of a package. Returns the package, and the notes of the exception."""
    with pytest.raises(error) as raised:
        with make() as package:
            use(package)
            raise error
    assert package.closed
    return package, getattr(raised.value, "__notes__", [])


def exists(client, package):
    try:
        return client.get_package_information(package.id).package_id == package.id
    except Error as error:
        assert error.status is Status.UNKNOWN_PACKAGE
        return False


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_an_exception_in_its_block_deletes_a_package_that_nobody_could_open(client, error):
    for make in (client.create_package, lambda: client.create_package_for_user("second@acme.test")):
        package, notes = failed(make, lambda package: package.upload_memory(b"x", "a.txt"), error)
        assert notes == [f"the unfinished package {package.id} was deleted"]
        assert package.id in repr(package) and not exists(client, package)


def test_an_exception_keeps_what_somebody_may_have_and_says_what_it_is(client, faults):
    def send(package):
        package.upload_memory(b"x", "a.txt")
        package.finalize(undisclosed_recipients=True)

    package, notes = failed(client.create_package, send)
    assert len(notes) == 1 and re.match(f"the package {package.id} stays on the service: .*finalized", notes[0])
    assert faults.state(package)["finalized"]
    package, notes = failed(client.create_package, lambda package: package.keycode)
    assert notes == [f"the package {package.id} stays on the service"] and exists(client, package)
    package, notes = failed(lambda: client.create_workspace("Team"))
    assert notes == [f"the package {package.id} stays on the service"] and exists(client, package)
    with client.create_package() as kept:
        again = kept.id, kept.keycode
    assert failed(lambda: client.open_package(*again))[1] == []
    assert exists(client, kept)
    for clean in ("delete", "delete_unfinished"):
        assert failed(client.create_package, lambda package: getattr(package, clean)())[1] == []

    def forbid(package):
        faults.fault("delete_temporary_package", {"status": 403}, times=9)
        faults.fault("delete_package", {"status": 403}, times=9)

    package, notes = failed(client.create_package, forbid)
    assert len(notes) == 1 and notes[0].startswith(f"the package {package.id} stays on the service: ")


def die(faults):
    """Makes the service unable to delete packages."""
    faults.fault("delete_temporary_package", {"status": 503}, times=0)
    faults.fault("package_information", {"status": 503}, times=0)


@pytest.mark.slow
def test_a_dead_service_does_not_hold_an_exception_up(emulator, faults):
    with emulator.client(retry_window_ms=300_000) as client:
        for error, most in ((ZeroDivisionError, 7), (KeyboardInterrupt, 5)):
            began = time.monotonic()
            package, notes = failed(client.create_package, lambda package: die(faults), error)
            assert time.monotonic() - began < most
            assert notes == [f"the package {package.id} may still be on the service: its deletion was not confirmed in time"]


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_a_distant_service_deletes_an_unfinished_package_all_the_same(client, faults, error):
    package, notes = failed(client.create_package, lambda package: faults.fault("*", {"hang_ms": 350}, times=0), error)
    faults.admin("DELETE", "/faults")
    assert notes == [f"the unfinished package {package.id} was deleted"] and not exists(client, package)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_second_ctrl_c_does_not_wait_for_the_deletion(emulator, faults):
    with emulator.client(retry_window_ms=300_000) as client:
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt) as raised:
            with client.create_package() as package:
                die(faults)
                threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
                raise KeyboardInterrupt("the first")
        assert time.monotonic() - began < 2 and package.closed and str(raised.value.__context__) == "the first"
        assert raised.value.__notes__ == [f"the package {package.id} may still be on the service: its deletion was not confirmed in time"]


def test_links_in_a_text(client):
    link = sent(client, b"x", "a.txt")
    assert find_links(f"See {link}, and <{link}>.") == (link,)
    assert find_links("none") == ()
    with pytest.raises(Error) as malformed:
        parse_link("https://example.com/")
    assert malformed.value.status is Status.MALFORMED_LINK
    with pytest.raises(Error):
        client.open_link(link.replace("packageCode=", "packageCode=x"))


@pytest.mark.parametrize("row", LINKS, ids=[row["what"] for row in LINKS])
def test_links_in_texts_of_other_programs(row):
    assert list(find_links(row["text"])) == row["links"]
    if len(row["links"]) == 1:
        link = parse_link(row["text"])
        thread, keycode = link.package_id and f"thread={link.package_id}&", link.keycode and f"#keyCode={link.keycode}"
        assert row["links"] == [f"{link.host}/receive/?{thread or ''}packageCode={link.package_code}{keycode or ''}"]
    else:
        with pytest.raises(Error) as caught:
            parse_link(row["text"])
        assert caught.value.status is Status.MALFORMED_LINK and "AAECAwQFBgcICQoL" not in str(caught.value)


def test_trees(package, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir(), target.mkdir()
    for name in ("a.txt", "b.txt"):
        (source / name).write_text(name)
    report = package.upload_all(source)
    assert [(item.path, item.action) for item in report] == [("a.txt", Action.UPLOADED), ("b.txt", Action.UPLOADED)]
    assert {item.action for item in package.upload_all(source)} == {Action.SKIPPED}
    (source / "below").mkdir()
    with pytest.raises(Error) as refused:
        package.upload_all(source)
    assert refused.value.status is Status.ONLY_IN_WORKSPACE
    package.download_all(target)
    assert (target / "b.txt").read_text() == "b.txt"
