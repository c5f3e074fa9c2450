"""A package there and back."""

import random

import pytest

from libsendsafely import Error, Existing, Status, Stopped


def sent(client, source, **upload):
    package = client.create_package()
    package.add_recipient("second@acme.test")
    package.upload(source, **upload)
    return package


def test_a_package_there_and_back(client, tmp_path):
    file = tmp_path / "Größe.bin"
    file.write_bytes(random.Random(1).randbytes(6_000_000))
    reports = []
    with client.create_package() as package:
        recipient = package.add_recipient("second@acme.test", phone_number="(415) 555-0100")
        assert (recipient.email, recipient.sms_auth) == ("second@acme.test", 1)
        uploaded = package.upload(file, progress=reports.append)
        assert (uploaded.file_name, uploaded.size, uploaded.parts) == ("Größe.bin", 6_000_000, 3)
        package.upload(b"bytes", name="memory.txt")
        package.set_message("Grüße")
        link = package.finalize().link
        assert link == package.link
    assert reports[-1].bytes_done == reports[-1].bytes_total == 6_000_000
    target = tmp_path / "received"
    target.mkdir()
    with client.open_link(link) as package:
        assert package.message == "Grüße"
        report = package.download_all(target)
    assert sorted(item.path for item in report) == ["Größe.bin", "memory.txt"]
    assert (target / "Größe.bin").read_bytes() == file.read_bytes()
    assert (target / "memory.txt").read_bytes() == b"bytes"


def test_failures_tell_what_to_do(client, tmp_path):
    with client.create_package() as package:
        with pytest.raises(Error) as failed:
            package.finalize()
        assert failed.value.status is Status.NO_RECIPIENT and failed.value.remedy
        with pytest.raises(Error) as failed:
            package.add_recipient("nobody")
        assert failed.value.status is Status.MALFORMED_EMAIL
        with pytest.raises(Error) as failed:
            package.upload(tmp_path / "missing")
        assert failed.value.status is Status.FILE_NOT_FOUND
        package.add_recipient("second@acme.test")
        with pytest.raises(Error) as failed:
            package.add_recipient("second@acme.test")
        assert (failed.value.status, failed.value.server_code) == (Status.DUPLICATE_EMAIL, "DUPLICATE_EMAIL")


def test_a_callback_stops_and_raises(client):
    class Mine(Exception):
        pass

    def raising(_):
        raise Mine("from the callback")

    with client.create_package() as package:
        package.add_recipient("second@acme.test")
        with pytest.raises(Mine, match="from the callback"):
            package.upload(b"x" * 1_000_000, name="a.bin", progress=raising)
        with pytest.raises(Stopped):
            package.upload(b"x" * 1_000_000, name="a.bin", progress=lambda _: False)
        package.upload(b"x", name="a.bin")
        assert [file.file_name for file in package.information().files] == ["a.bin"]


def test_what_is_there_is_skipped(client, tmp_path):
    with sent(client, b"content", name="a.txt") as package:
        link = package.finalize().link
    (tmp_path / "a.txt").write_bytes(b"content")
    with client.open_link(link) as package:
        with pytest.raises(Error) as refused:
            package.download_all(tmp_path)
        assert refused.value.status is Status.FILE_EXISTS
        assert [item.path for item in refused.value.report] == ["a.txt"]
        [item] = package.download_all(tmp_path, existing=Existing.SKIP)
    assert item.action == 3


def test_the_client_knows_its_user(client):
    assert client.verify_credentials() == "admin@acme.test"
    assert client.user().email == "admin@acme.test"
    with client.create_workspace("Team") as workspace:
        assert workspace.information().label == "Team"
        workspace.delete()
