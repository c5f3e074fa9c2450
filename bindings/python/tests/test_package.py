"""A package there and back."""

import random

import pytest

from libsendsafely import Action, Error, Existing, Status, Stopped


def sent(client, source, **upload):
    package = client.create_package()
    package.add_recipient("second@acme.test")
    package.upload_memory(source, **upload)
    return package


def test_a_package_there_and_back(client, tmp_path):
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
        link = package.finalize().link
        assert link == package.link
    assert reports[-1].bytes_done == reports[-1].bytes_total == 6_000_000
    target = tmp_path / "received"
    target.mkdir()
    with client.open_link(link) as package:
        assert package.get_message() == "Grüße"
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
            package.upload_file(tmp_path / "missing")
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
            package.upload_memory(b"x" * 1_000_000, "a.bin", progress=raising)
        with pytest.raises(Stopped):
            package.upload_memory(b"x" * 1_000_000, "a.bin", progress=lambda _: False)
        package.upload_memory(b"x", "a.bin")
        assert [file.file_name for file in package.get_information().files] == ["a.bin"]


def test_what_is_there_is_skipped(client, tmp_path):
    with sent(client, b"content", file_name="a.txt") as package:
        link = package.finalize().link
    (tmp_path / "a.txt").write_bytes(b"content")
    with client.open_link(link) as package:
        with pytest.raises(Error) as refused:
            package.download_all(tmp_path)
        assert refused.value.status is Status.FILE_EXISTS
        assert [item.path for item in refused.value.report] == ["a.txt"]
        [item] = package.download_all(tmp_path, existing=Existing.SKIP)
    assert item.action is Action.SKIPPED


def test_the_client_knows_its_user(client):
    assert client.verify_credentials() == "admin@acme.test"
    assert client.get_user().email == "admin@acme.test"
    with client.create_workspace("Team") as workspace:
        assert workspace.get_information().label == "Team"
        workspace.delete()
