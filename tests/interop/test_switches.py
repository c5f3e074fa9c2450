"""Behaviour of the service that is not known (protocol 9) is a switch of the emulator: the library works with each setting, and is
understood by the official clients.

All other tests run with the defaults; these have the other setting of each."""

import pytest
from conftest import MESSAGE, RECIPIENT, Emulator, receive_ours, sha256, sums
from libsendsafely import Client, Error, PackageList, Status
from test_official_client import receive_official, send_official
from test_official_node import NODE_MESSAGE, receive_node, send_node

SWITCHES = [
    # A client whose clock is behind is refused: the library corrects its clock, the official clients fail.
    {"clock_skew_ms": 300_000, "clock_offset_ms": 3_600_000},
    {"clock_skew_ms": 300_000, "clock_offset_ms": -3_600_000},
    {"storage_ranges": False},
    {"list_incomplete_files": False},
    {"parts_after_complete": False},
    {"surplus_parts": True},
    {"declared_size_offset": 5},
    {"declared_size_offset": -1},
    {"files_after_finalize": True},
    {"refuse_duplicate_files": False},
    {"decode_file_names": True},
    {"undisclosed_by_id": False},
    {"foreign_package_denied": True},
    {"message_without_password": False},
    {"finalize_again": True},
    {"fresh_package_temp": True},
    {"list_packages_in_progress": False},
    {"list_workspaces_as_sent": True},
    {"error_ids": True},
]


@pytest.fixture(scope="module")
def server():
    with Emulator() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def device(server):
    with server.ours("second") as client:
        return client.generate_key_pair("ours")


@pytest.fixture(params=SWITCHES, ids=lambda switches: "-".join(f"{name}={value}" for name, value in switches.items()))
def switched(request, server):
    with server.settings(**request.param):
        yield server


@pytest.fixture
def files(make_file):
    # With parts of 10,000 bytes the first is one part and the second three.
    return [make_file(1), make_file(25_000), make_file(70, name="Übersicht 2.txt")]


def ours(server, user, **options):
    return server.ours(user, part_size=10_000, **options)


def rows(client, which):
    with client.list_packages(which) as packages:
        return [row.package_id for row in packages]


def test_ours_sends_and_receives(switched, device, files, tmp_path):
    with ours(switched, "admin") as sender, ours(switched, "second") as receiver, ours(switched, "third") as stranger:
        with sender.create_package() as package:
            package.add_recipient(RECIPIENT)
            package.upload_file(files[0])
            package.set_message(MESSAGE)
            # Another program continues with the package by its id and keycode.
            with sender.open_package(package.id, package.keycode) as opened:
                for file in files[1:]:
                    opened.upload_file(file)
                assert {file.file_name for file in opened.get_information().files} == {file.name for file in files}
                link = opened.finalize().link
            package_id = package.id
            assert package_id in rows(sender, PackageList.SENT)
        with receiver.open_link(link) as package:
            assert package.get_message() == MESSAGE
            assert receive_ours(package, tmp_path / "link") == sums(files)
        with receiver.open_with_private_key(package_id, device.public_key_id, device.private_key) as opened:
            assert receive_ours(opened, tmp_path / "device") == sums(files)
        assert package_id in rows(receiver, PackageList.RECEIVED)
        with pytest.raises(Error) as refused:
            stranger.open_link(link)
        assert refused.value.status in (Status.UNKNOWN_PACKAGE, Status.DENIED)


def test_ours_sends_to_undisclosed_recipients(switched, files, tmp_path):
    message_needs_none = switched.admin("GET", "/settings")["message_without_password"]
    with ours(switched, "admin") as sender, ours(switched, "third") as stranger:
        with sender.create_package() as package:
            for file in files:
                package.upload_file(file)
            package.set_message(MESSAGE)
            link = package.finalize(undisclosed_recipients=True, password="Lösung 42").link
        with stranger.open_link(link) as package:
            with pytest.raises(Error) as refused:
                package.download_all(tmp_path)
            assert refused.value.status == Status.PASSWORD_REQUIRED
            assert receive_ours(package, tmp_path / "in", password="Lösung 42") == sums(files)
            if message_needs_none:
                assert package.get_message() == MESSAGE
            else:
                # The request has no place for a password (protocol 5.5).
                with pytest.raises(Error) as refused:
                    package.get_message()
                assert refused.value.status == Status.PASSWORD_REQUIRED


def test_ours_works_in_a_workspace(switched, device, files, tmp_path):
    with ours(switched, "admin") as client, ours(switched, "second") as collaborator:
        with client.create_workspace("Team") as workspace:
            docs = workspace.create_directory("Docs")
            workspace.upload_file(files[1], directory=docs)
            workspace.upload_file(files[0])
            recipient = workspace.add_recipient(RECIPIENT)
            workspace.set_recipient_role(recipient, "CONTRIBUTOR")
            with collaborator.open_with_private_key(workspace.id, device.public_key_id, device.private_key):
                pass
            with collaborator.open_workspace(workspace.id, workspace.keycode) as opened:
                # Another version of an existing file.
                opened.upload_file(files[1], directory=docs)
                [file] = opened.get_directory(docs).files
                assert len(opened.get_file_information(file, directory=docs).old_versions) == 1
                opened.download_file(file, tmp_path / "in", directory=docs)
                assert sha256(tmp_path / "in") == sha256(files[1])
            workspace.move_file(file, None)
            assert {file.file_name for file in workspace.get_directory(None).files} == {file.name for file in files[:2]}
            assert workspace.id in rows(collaborator, PackageList.WORKSPACES)
            workspace.delete()


def test_ours_deletes_what_is_not_finalized(switched, files):
    with ours(switched, "admin") as client, client.create_package() as package:
        package.upload_file(files[0])
        package.delete()
        with pytest.raises(Error) as gone:
            client.get_package_information(package.id)
        assert gone.value.status == Status.UNKNOWN_PACKAGE


def test_ours_sends_by_the_dropzone(switched, files, tmp_path):
    with Client.for_dropzone(switched.url, switched.ready["dropzone_id"], part_size=10_000) as client, client.create_package() as package:
        for file in files:
            package.upload_file(file)
        package.set_message(MESSAGE)
        link = package.finalize(unconfirmed_sender="me@home.test").link
    with ours(switched, "admin") as owner, owner.open_link(link) as package:
        assert package.get_message() == MESSAGE
        assert receive_ours(package, tmp_path / "in") == sums(files)


def test_with_the_official_clients(switched, node, files, tmp_path):
    settings = switched.admin("GET", "/settings")
    if settings["clock_offset_ms"] > 0:
        with pytest.raises(Exception):
            node.user(switched, "admin").verifyCredentials()
        return
    # test_official_node.py has tests of names that are not ASCII.
    plain = files[:2]
    with ours(switched, "admin") as sender, ours(switched, "second") as receiver:
        with sender.create_package() as package:
            package.add_recipient(RECIPIENT)
            for file in plain:
                package.upload_file(file)
            package.set_message(MESSAGE)
            link = package.finalize().link
        python = switched.official("second").load_package_from_link(link)
        assert python.get_package_message() == MESSAGE
        assert receive_official(python, tmp_path / "python") == sums(plain)
        assert receive_node(node.user(switched, "second"), link, tmp_path / "node") == (sums(plain), MESSAGE)
        _, by_python = send_official(switched.official("admin"), plain, MESSAGE)
        _, by_node = send_node(node.user(switched, "admin"), plain, MESSAGE)
        for name, link, message in [("from python", by_python, MESSAGE), ("from node", by_node, NODE_MESSAGE)]:
            with receiver.open_link(link) as package:
                assert package.get_message() == message
                assert receive_ours(package, tmp_path / name) == sums(plain)
