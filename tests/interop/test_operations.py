"""The other operations of the official Python client: each client makes them, and the other one sees the result."""

import json

import pytest
from conftest import sha256
from libsendsafely import Error, PackageList, Status, load_key_pair
from libsendsafely import save_key_pair as save_ours
from sendsafely.Package import Package as OfficialPackage
from sendsafely.utilities import read_key_pair, save_key_pair


def rows(client, which):
    with client.list_packages(which, page_size=3) as packages:
        return list(packages)


def test_user_is_seen_alike(emulator):
    seen = emulator.official("admin").get_user_information()
    with emulator.ours("admin") as client:
        assert client.verify_credentials() == seen["email"]
        user = client.get_user()
    assert (user.email, user.first_name, user.last_name, user.user_id) == (seen["email"], seen["firstName"], seen["lastName"], seen["id"])
    assert user.is_administrator == seen["adminUser"]


def test_lists_are_seen_alike(emulator, make_file):
    with emulator.ours("third") as client:
        for number in range(4):
            with client.create_package() as package:
                package.add_recipient("admin@acme.test")
                package.upload_file(make_file(100 + number))
                package.finalize()
        sent, theirs = rows(client, PackageList.SENT), emulator.official("third").get_sent_packages()["packages"]
    assert len(sent) >= 4
    for ours_, official in zip(sent, theirs, strict=True):
        assert (ours_.package_id, ours_.package_code, ours_.state) == (official["packageId"], official["packageCode"], official["packageState"])
        assert list(ours_.file_names) == official["filenames"] and list(ours_.recipients) == official["recipients"]
        assert ours_.updated_text == official["packageUpdateTimestamp"]
    with emulator.ours("admin") as client:
        received = [row.package_id for row in rows(client, PackageList.RECEIVED)]
    assert received == [row["packageId"] for row in emulator.official("admin").get_received_packages()["packages"]]


def test_deleted_by_either_is_gone_for_the_other(emulator):
    with emulator.ours("admin") as client:
        with client.create_package() as package:
            emulator.official("admin").delete_package(package.id)
            with pytest.raises(Error) as gone:
                package.get_information()
            assert gone.value.status == Status.UNKNOWN_PACKAGE
        theirs = OfficialPackage(emulator.official("admin"))
        with client.open_package(theirs.package_id, theirs.client_secret) as package:
            package.delete()
    with pytest.raises(Exception):
        theirs.get_info()


def test_many_recipients_by_both(emulator):
    with emulator.ours("admin") as client, client.create_package() as package:
        results = package.add_recipients(["a@example.com", "b@example.com"])
        assert [(result.email, result.status) for result in results] == [("a@example.com", Status.OK), ("b@example.com", Status.OK)]
        sent = emulator.official("admin").load_package(package.id, package.keycode)
        sent.add_recipients(["c@example.com", "d@example.com"])
        expected = [f"{letter}@example.com" for letter in "abcd"]
        assert sorted(recipient.email for recipient in package.get_information().recipients) == expected
        assert sorted(recipient["email"] for recipient in sent.get_info()["recipients"]) == expected


@pytest.fixture
def device(emulator):
    """A device that the library has registered for the second user."""
    with emulator.ours("second") as client:
        key_pair = client.generate_key_pair("ours")
        yield key_pair
        client.revoke_public_key(key_pair.public_key_id)


def test_official_opens_with_our_device(emulator, device, tmp_path):
    sent = OfficialPackage(emulator.official("admin"))
    sent.add_recipient("second@acme.test")
    sent.encrypt_and_upload_message("for a device")
    assert "#keyCode=" in sent.finalize()["message"]
    official = emulator.official("second")
    assert official.get_package_keycode(sent.package_id, device.public_key_id, device.private_key)["keyCode"] == sent.client_secret
    # Both clients store key pairs in files of the same form.
    save_ours(tmp_path / "ours.json", device, description="laptop")
    assert read_key_pair(tmp_path / "ours.json")["privateKey"] == device.private_key
    save_key_pair(device.public_key_id, device.private_key, tmp_path / "official.json")
    for name in ("ours.json", "official.json"):
        loaded = load_key_pair(tmp_path / name)
        assert (loaded.public_key_id, loaded.private_key) == (device.public_key_id, device.private_key)
    assert oct((tmp_path / "ours.json").stat().st_mode & 0o777) == "0o600"


def test_public_keys_are_seen_alike(emulator, device):
    with emulator.ours("admin") as client, client.create_package() as package:
        recipient = package.add_recipient("second@acme.test")
        sent = emulator.official("admin").load_package(package.id, package.keycode)
        theirs = {key["id"] for key in sent.get_public_keys(recipient.recipient_id)}
        assert device.public_key_id in theirs
        assert theirs == {key.public_key_id for key in package.get_public_keys(recipient.recipient_id)}
        assert {key["id"] for key in sent.get_public_keys()} == {key.public_key_id for key in package.get_public_keys()}


def test_our_device_gets_official_keycodes_in_bulk(emulator, device):
    sent = []
    for _ in range(2):
        package = OfficialPackage(emulator.official("admin"))
        package.add_recipient("second@acme.test")
        package.encrypt_and_upload_message("bulk")
        package.finalize()
        sent.append(package)
    with emulator.ours("second") as client:
        keycodes = client.get_keycodes(device.public_key_id, device.private_key, [package.package_id for package in sent])
        assert [(keycode.package_id, keycode.keycode) for keycode in keycodes] == [(package.package_id, package.client_secret) for package in sent]


def test_a_revoked_device_is_forgotten(emulator):
    with emulator.ours("second") as client:
        key_pair = client.generate_key_pair("short-lived")
        emulator.official("second").revoke_trusted_device_key(key_pair.public_key_id)
        with pytest.raises(Error):
            client.get_public_key(key_pair.public_key_id)
        theirs = emulator.official("second").generate_trusted_device_key_pair("theirs")["response"]["id"]
        client.revoke_public_key(theirs)
        with pytest.raises(Error):
            client.get_public_key(theirs)


def names(entries):
    return sorted(entry["name"] if "name" in entry else entry["fileName"] for entry in entries)


def test_official_works_in_our_workspace(emulator, make_file, tmp_path):
    with emulator.ours("admin") as client, client.create_workspace("Team ü") as workspace:
        official = emulator.official("admin").load_package(workspace.id, workspace.keycode)
        assert official.get_info()["label"] == "Team ü"
        docs = workspace.create_directory("Docs")
        workspace.upload_file(make_file(700_000), directory=docs)
        seen = official.get_directory_information(docs)
        assert names(seen["files"]) == ["binary-700000.bin"]
        [file] = seen["files"]
        official.download_and_decrypt_file(file["fileId"], directory_id=docs, download_directory=str(tmp_path))
        assert sha256(tmp_path / "binary-700000.bin") == sha256(make_file(700_000))
        # The library sees the changes of the official client.
        old = official.create_directory("Old", docs)["directoryId"]
        official.move_file(file["fileId"], old)
        official.rename_directory(old, "Older")
        official.update_workspace_name("Team 2")
        assert workspace.get_information().label == "Team 2"
        [older] = workspace.get_directory(docs).directories
        assert (older.directory_id, older.name) == (old, "Older")
        assert [file.file_name for file in workspace.get_directory(old).files] == ["binary-700000.bin"]
        official.move_directory(old, official.get_info()["rootDirectoryId"])
        assert workspace.get_directory(docs).directories == ()
        assert sorted(directory.name for directory in workspace.get_directory(None).directories) == ["Docs", "Older"]
        official.delete_file_from_package(file["fileId"], directory_id=old)
        official.delete_directory(docs)
        assert [directory.name for directory in workspace.get_directory(None).directories] == ["Older"]
        assert workspace.get_directory(old).files == ()


def test_we_work_in_an_official_workspace(emulator, make_file, tmp_path):
    official = OfficialPackage(emulator.official("admin"), workspace=True)
    root = official.get_info()["rootDirectoryId"]
    docs = official.create_directory("Docs")["directoryId"]
    deep = official.create_directory("Deep", docs)["directoryId"]
    official.encrypt_and_upload_file(str(make_file(700_000)), directory_id=deep)
    official.encrypt_and_upload_file(str(make_file(1)))
    with emulator.ours("admin") as client, client.open_package(official.package_id, official.client_secret) as workspace:
        assert workspace.get_information().is_workspace
        [file] = workspace.get_directory(deep).files
        workspace.download_file(file.file_id, tmp_path / "deep.bin", directory=deep)
        assert sha256(tmp_path / "deep.bin") == sha256(make_file(700_000))
        information = workspace.get_file_information(file, directory=deep)
        assert information.file.size == 700_000
        # The official client sees the changes of the library.
        workspace.set_label("Renamed")
        workspace.rename_file(file.file_id, "renamed.bin")
        workspace.move_file(file.file_id, docs)
        workspace.rename_directory(deep, "Empty")
        workspace.move_directory(deep, None)
        assert official.get_info()["label"] == "Renamed"
        assert names(official.get_directory_information(docs)["files"]) == ["renamed.bin"]
        assert names(official.get_directory_information(root)["subDirectories"]) == ["Docs", "Empty"]
        official.download_and_decrypt_file(file.file_id, directory_id=docs, download_directory=str(tmp_path), file_name="theirs.bin")
        assert sha256(tmp_path / "theirs.bin") == sha256(make_file(700_000))
        workspace.delete_file(file, directory=docs)
        workspace.delete_directory(deep)
        assert names(official.get_directory_information(docs)["files"]) == []
        assert names(official.get_directory_information(root)["subDirectories"]) == ["Docs"]


def test_keycodes_of_workspaces_reach_devices(emulator, device):
    """A collaborator's device gets the keycode at once, whichever client adds the collaborator."""
    with emulator.ours("admin") as client:
        with client.create_workspace("Ours") as workspace:
            workspace.add_recipient("second@acme.test")
            theirs = emulator.official("second").get_package_keycode(workspace.id, device.public_key_id, device.private_key)
            assert theirs["keyCode"] == workspace.keycode
    official = OfficialPackage(emulator.official("admin"), workspace=True)
    official.add_recipient("second@acme.test")
    with emulator.ours("second") as client:
        with client.open_with_private_key(official.package_id, device.public_key_id, device.private_key) as workspace:
            assert workspace.keycode == official.client_secret


def test_a_request_that_ours_signs_is_the_official_one(emulator):
    from sendsafely.utilities import make_headers
    user = emulator.users["admin"]
    with emulator.ours("admin") as client:
        body = json.dumps({"email": "jürgen@example.com"})
        theirs = make_headers(user["api_secret"], user["api_key"], "/package/AAAA-BBBB/recipient/", request_body=body)
        mine = client.sign("/package/AAAA-BBBB/recipient/", body, timestamp=theirs["ss-request-timestamp"])
    assert (mine.api_key, mine.signature) == (theirs["ss-api-key"], theirs["ss-request-signature"])
