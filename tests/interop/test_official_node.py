"""Packages between the official Node client and the library, in both directions."""

import time
from urllib.parse import unquote

import pytest
from conftest import MESSAGE, RECIPIENT, NodeError, plaintext_sizes, receive_ours, send_ours, sha256, sums
from libsendsafely import Client, Error, PackageList, Status, crypto

S = 2_621_440

# Plaintext sizes of the parts that the official client writes: protocol 4.3 and A.4.
NODE_PARTS = {0: [0], 1: [1], 655_361: [655_361], S + 1: [S, 1], 2 * S + 655_361: [S, S, 655_361]}
NODE_MESSAGE = MESSAGE.replace("\n", "\r\n")


@pytest.fixture
def official(node, emulator):
    return lambda user: node.user(emulator, user)


class NodePackage:
    """A package that the official client has created."""

    def __init__(self, user, workspace=False):
        self.user = user
        created = user.createWorkspace() if workspace else user.createPackage()
        self.id, self.server_secret, self.code, self.keycode = created

    def add_recipient(self, email):
        [response] = self.user.addRecipients(self.id, [email], self.keycode)
        return response["recipients"][0]["recipientId"]

    def upload(self, paths, directory=None, through_api=False):
        [files] = self.user.upload(self.id, directory, self.keycode, self.server_secret, [str(path) for path in paths], through_api)
        return files

    def set_message(self, message):
        self.user.encryptAndUploadMessage(self.id, self.keycode, self.server_secret, message)

    def finalize(self):
        return self.user.finalizePackage(self.id, self.code, self.keycode)[0]


def send_node(user, paths, message=None, through_api=False):
    package = NodePackage(user)
    package.add_recipient(RECIPIENT)
    package.upload(paths, through_api=through_api)
    if message is not None:
        package.set_message(message)
    return package, package.finalize()


def receive_node(user, link, directory, by_code=False):
    """The checksums of the files, and the message, as the official client receives them."""
    directory.mkdir(exist_ok=True)
    keycode = link.split("#keyCode=")[1]
    [information] = user.packageInformationFromLink(link)
    name = information["packageCode" if by_code else "packageId"]
    for file in information["files"]:
        user.download(name, None, file["fileId"], keycode, str(directory), file["fileName"])
    try:
        [response] = user.getPackageMessage(name, information["packageCode"], keycode)
    except NodeError:
        return sums(directory.iterdir()), None
    [message] = user.decryptMessage(name, keycode, information["serverSecret"], response["message"])
    return sums(directory.iterdir()), message


@pytest.mark.parametrize("size", NODE_PARTS)
def test_node_receives_ours(emulator, official, make_file, tmp_path, size):
    file = make_file(size)
    with emulator.ours("admin") as client:
        _, link = send_ours(client, [file], MESSAGE)
    assert receive_node(official("second"), link, tmp_path / "in") == (sums([file]), MESSAGE)


@pytest.mark.parametrize("size", NODE_PARTS)
def test_ours_receives_node(emulator, official, make_file, tmp_path, size):
    file = make_file(size)
    sent, link = send_node(official("admin"), [file], MESSAGE)
    # The layout is the expected one.
    assert plaintext_sizes(emulator, sent.id, sent.server_secret + sent.keycode) == NODE_PARTS[size]
    with emulator.ours("second") as client, client.open_link(link) as package:
        assert package.get_message() == NODE_MESSAGE
        [received] = package.get_information().files
        assert (received.size, received.parts) == (size, len(NODE_PARTS[size]))
        assert receive_ours(package, tmp_path / "in") == sums([file])


def test_ours_receives_the_surplus_part_of_node(emulator, official, make_file, tmp_path):
    """If a file fills its parts, the client stores a further, empty part after `upload-complete`."""
    file = make_file(2 * S)
    with emulator.settings(surplus_parts=True):
        sent, link = send_node(official("admin"), [file])
    assert plaintext_sizes(emulator, sent.id, sent.server_secret + sent.keycode) == [S, S, 0]
    with emulator.ours("second") as client, client.open_link(link) as package:
        [received] = package.get_information().files
        assert (received.size, received.parts) == (2 * S, 2)
        assert receive_ours(package, tmp_path / "in") == sums([file])
    assert receive_node(official("second"), link, tmp_path / "theirs")[0] == sums([file])


def test_ours_receives_a_part_that_is_not_reported(emulator, official, make_file, tmp_path):
    """Node 1.1.3 declared one part too few."""
    file = make_file(S + 1)
    _, link = send_node(official("admin"), [file])
    with emulator.settings(declared_parts_offset=-1), emulator.ours("second") as client, client.open_link(link) as package:
        assert package.get_information().files[0].parts == 1
        assert receive_ours(package, tmp_path / "in") == sums([file])


def test_node_receives_more_parts_than_a_batch(emulator, official, make_file, tmp_path):
    file = make_file(655_361)
    with emulator.ours("admin", part_size=10_000) as client:
        package_id, link = send_ours(client, [file])
    assert emulator.admin("GET", f"/packages/{package_id}")["files"][0]["parts"] == 66
    assert receive_node(official("second"), link, tmp_path / "in")[0] == sums([file])


def test_ours_receives_more_parts_than_a_batch(emulator, official, make_file, tmp_path):
    file = make_file(2 * S + 655_361)
    emulator.endpoints()
    with emulator.settings(upload_urls_per_call=2, download_urls_per_call=2):
        _, link = send_node(official("admin"), [file])
        assert emulator.endpoints().count("upload_urls") == 2
        with emulator.ours("second") as client, client.open_link(link) as package:
            assert receive_ours(package, tmp_path / "in") == sums([file])


@pytest.mark.parametrize("decoded", [False, True], ids=["names as sent", "names decoded"])
def test_names_of_files(emulator, official, make_file, tmp_path, decoded):
    """The client sends names as encodeURI writes them; whether the service decodes them is not known."""
    names = ["Übersicht 2.txt", "機密 #1 & 100%.txt", "plain.bin"]
    files = [make_file(70 + number, name=name) for number, name in enumerate(names)]
    with emulator.settings(decode_file_names=decoded):
        _, link = send_node(official("admin"), files)
        with emulator.ours("second") as client, client.open_link(link) as package:
            received = receive_ours(package, tmp_path / "ours")
            assert (set(received) == set(names)) == decoded
            assert {unquote(name): digest for name, digest in received.items()} == sums(files)
        if not decoded:
            with emulator.ours("admin") as client:
                _, link = send_ours(client, files)
            assert receive_node(official("second"), link, tmp_path / "theirs")[0] == sums(files)


def test_both_directions_through_the_api_server(emulator, official, make_file, tmp_path):
    files = [make_file(0), make_file(S + 1)]
    emulator.endpoints()
    _, link = send_node(official("admin"), files, through_api=True)
    with emulator.ours("second", force_api_route=True) as client, client.open_link(link) as package:
        assert receive_ours(package, tmp_path / "ours") == sums(files)
    with emulator.ours("admin", force_api_route=True) as client:
        _, link = send_ours(client, files, MESSAGE)
    endpoints = emulator.endpoints()
    assert {"part_post", "part_download"} <= set(endpoints) and not {"part_put", "part_get"} & set(endpoints)
    assert receive_node(official("second"), link, tmp_path / "theirs") == (sums(files), MESSAGE)


def test_each_goes_on_with_the_package_of_the_other(emulator, official, make_file, tmp_path):
    files = [make_file(1), make_file(655_361)]
    theirs = NodePackage(official("admin"))
    theirs.add_recipient(RECIPIENT)
    theirs.upload(files[:1])
    with emulator.ours("admin") as client:
        with client.open_package(theirs.id, theirs.keycode) as package:
            package.upload_file(files[1])
            link = package.finalize().link
        assert receive_node(official("second"), link, tmp_path / "theirs")[0] == sums(files)
        with client.create_package() as package:
            package.add_recipient(RECIPIENT)
            package.upload_file(files[0])
            secret = official("admin").packageInformation(package.id)[0]["serverSecret"]
            official("admin").upload(package.id, None, package.keycode, secret, [str(files[1])], False)
            [link, *_] = official("admin").finalizePackage(package.id, package.code, package.keycode)
    with emulator.ours("second") as client, client.open_link(link) as package:
        assert receive_ours(package, tmp_path / "ours") == sums(files)


def test_undisclosed_recipients(emulator, official, make_file, tmp_path):
    file = make_file(655_361)
    theirs = NodePackage(official("admin"))
    theirs.upload([file])
    theirs.set_message(MESSAGE)
    [link, *_] = official("admin").finalizeUndisclosedPackage(theirs.id, theirs.code, theirs.keycode, "Lösung 42")
    with emulator.ours("admin") as client, client.create_package() as package:
        package.upload_file(file)
        package.set_message(MESSAGE)
        ours = package.finalize(undisclosed_recipients=True).link
    for by_id in (True, False):
        with emulator.settings(undisclosed_by_id=by_id):
            with emulator.ours("third") as client, client.open_link(link) as package:
                assert package.get_information().password_required and package.get_message() == NODE_MESSAGE
                assert receive_ours(package, tmp_path / f"ours {by_id}", password="Lösung 42") == sums([file])
            # The official client accepts the code in place of the id, too.
            received = receive_node(official("third"), ours, tmp_path / f"theirs {by_id}", by_code=not by_id)
            assert received == (sums([file]), MESSAGE)


def test_refusals_are_seen_alike(emulator, official, make_file):
    sent, link = send_node(official("admin"), [make_file(1)])
    with emulator.settings(error_ids=True):
        for setting, code in [(False, "UNKNOWN_PACKAGE"), (True, "DENIED")]:
            with emulator.settings(foreign_package_denied=setting):
                with pytest.raises(NodeError) as theirs:
                    official("third").packageInformation(sent.id)
                with emulator.ours("third") as client, pytest.raises(Error) as ours:
                    client.open_link(link)
            assert theirs.value.args[0] == code
            assert ours.value.status == {"UNKNOWN_PACKAGE": Status.UNKNOWN_PACKAGE, "DENIED": Status.DENIED}[code]


@pytest.fixture
def device(emulator, official):
    """A trusted device of the recipient, whose key the official client made and registered."""
    private_key, public_key = official("second").generateRsaKeyPair("interop")
    yield public_key["id"], private_key
    official("second").removePublicKey(public_key["id"])


def test_keycodes_reach_devices_of_the_other(emulator, official, device, make_file, tmp_path):
    public_key_id, private_key = device
    file = make_file(655_361)
    with emulator.ours("admin") as sender, emulator.ours("second") as client:
        own = client.generate_key_pair("ours")
        with sender.create_package() as package:
            package.add_recipient(RECIPIENT)
            package.upload_file(file)
            package.finalize()
            made = package.id, package.keycode
        sent, _ = send_node(official("admin"), [file])
        for package_id, keycode in [made, (sent.id, sent.keycode)]:
            for key_id, key in [(public_key_id, private_key), (own.public_key_id, own.private_key)]:
                assert official("second").getKeycode(key, key_id, package_id) == [keycode]
                with client.open_with_private_key(package_id, key_id, key) as opened:
                    assert opened.keycode == keycode
                    assert receive_ours(opened, tmp_path / f"{package_id} {key_id}") == sums([file])
        client.revoke_public_key(own.public_key_id)


def test_a_refused_key_ends_nothing_of_ours(emulator, official, device, make_file, tmp_path):
    public_key_id, private_key = device
    late_key, late = official("second").generateRsaKeyPair("late")
    with emulator.settings(refused_keys=[late["id"]]), emulator.ours("admin") as client:
        package_id, link = send_ours(client, [make_file(1)])
    assert official("second").getKeycode(private_key, public_key_id, package_id) == [link.split("#keyCode=")[1]]
    with pytest.raises(NodeError):
        official("second").getKeycode(late_key, late["id"], package_id)
    official("second").removePublicKey(late["id"])


def names(entries, name):
    return sorted(entry[name] for entry in entries)


def until(reached):
    end = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_node_works_in_our_workspace(emulator, official, device, make_file, tmp_path):
    public_key_id, private_key = device
    user = official("admin")
    file = make_file(S + 1)
    with emulator.ours("admin") as client, client.create_workspace("Team ü") as workspace:
        [information] = user.packageInformation(workspace.id)
        secret, root = information["serverSecret"], information["rootDirectoryId"]
        docs = workspace.create_directory("Docs")
        # The collaborator's device gets the keycode, whichever client adds the collaborator.
        [added] = user.addRecipients(workspace.id, [RECIPIENT], workspace.keycode)
        assert added["recipients"][0]["response"] == "SUCCESS"
        user.updateRecipientRole(workspace.id, added["recipients"][0]["recipientId"], "CONTRIBUTOR")
        [recipient] = [one for one in workspace.get_information().recipients if one.email == RECIPIENT]
        assert recipient.role == "CONTRIBUTOR"
        theirs = official("second")
        # The first version is Node's, the second one is the library's.
        for _ in range(2):
            [[file_id]] = theirs.upload(workspace.id, docs, workspace.keycode, secret, [str(file)], False)
            [seen] = workspace.get_directory(docs).files
            assert (seen.file_id, seen.file_name, seen.size) == (file_id, file.name, S + 1)
        workspace.download_file(seen.file_id, tmp_path / "ours", directory=docs)
        assert sha256(tmp_path / "ours") == sha256(file)
        again = workspace.upload_file(make_file(1), directory=docs)
        theirs.download(workspace.id, docs, again.file_id, workspace.keycode, str(tmp_path), "theirs")
        assert sha256(tmp_path / "theirs") == sha256(make_file(1))
        user.createSubdirectory(workspace.id, "Old", docs)
        user.createDirectory(workspace.id, "New")
        [old] = workspace.get_directory(docs).directories
        user.renameDirectory(workspace.id, old.directory_id, "Older")
        user.updateDirectory(workspace.id, old.directory_id, root)
        assert sorted(one.name for one in workspace.get_directory(None).directories) == ["Docs", "New", "Older"]
        user.updateFile(workspace.id, again.file_id, "renamed.bin")
        assert sorted(one.file_name for one in workspace.get_directory(docs).files) == [file.name, "renamed.bin"]
        [listed] = user.getDirectory(workspace.id, docs, 0, 0, "name", "asc")
        assert names(listed["files"], "fileName") == [file.name, "renamed.bin"]
        user.deleteFileWithDirectory(workspace.id, again.file_id, docs)
        user.deleteDirectory(workspace.id, old.directory_id)
        assert [one.file_name for one in workspace.get_directory(docs).files] == [file.name]
        until(lambda: public_key_id in emulator.admin("GET", f"/packages/{workspace.id}")["keycodes"])
        assert theirs.getKeycode(private_key, public_key_id, workspace.id) == [workspace.keycode]


def test_we_work_in_a_workspace_of_node(emulator, official, device, make_file, tmp_path):
    public_key_id, private_key = device
    theirs = NodePackage(official("admin"), workspace=True)
    theirs.user.updatePackage(theirs.id, {"label": "Node's"})
    [root] = [theirs.user.packageInformation(theirs.id)[0]["rootDirectoryId"]]
    [file_id] = theirs.upload([make_file(S + 1)])
    theirs.add_recipient(RECIPIENT)
    # The client does not wait for its upload of the keycode.
    until(lambda: public_key_id in emulator.admin("GET", f"/packages/{theirs.id}")["keycodes"])
    with emulator.ours("second") as client, client.open_with_private_key(theirs.id, public_key_id, private_key) as opened:
        assert opened.keycode == theirs.keycode and opened.get_information().label == "Node's"
    with emulator.ours("admin") as client, client.open_workspace(theirs.id, theirs.keycode) as workspace:
        docs = workspace.create_directory("Docs")
        workspace.move_file(file_id, docs)
        workspace.download_file(file_id, tmp_path / "ours", directory=docs)
        assert sha256(tmp_path / "ours") == sha256(make_file(S + 1))
        mine = workspace.upload_file(make_file(655_361))
        theirs.user.download(theirs.id, root, mine.file_id, theirs.keycode, str(tmp_path), "theirs")
        assert sha256(tmp_path / "theirs") == sha256(make_file(655_361))


def test_copies_carry_the_passphrase_of_their_source(emulator, official, make_file, tmp_path):
    """Protocol 3.8: of the official clients only this one copies and reads copies."""
    file = make_file(655_361)
    source, _ = send_node(official("admin"), [file])
    [source_file] = [one["fileId"] for one in official("admin").packageInformation(source.id)[0]["files"]]
    with emulator.ours("admin") as client, client.create_workspace("Copies") as workspace:
        docs = workspace.create_directory("Docs")
        secret = official("admin").packageInformation(workspace.id)[0]["serverSecret"]
        official("admin").copy(source.id, source_file, source.server_secret, source.keycode, workspace.id, docs, secret, workspace.keycode)
        [copy] = workspace.get_directory(docs).files
        workspace.download_file(copy.file_id, tmp_path / "ours", directory=docs)
        assert sha256(tmp_path / "ours") == sha256(file)
        others = workspace.create_directory("Others")
        with client.open_package(source.id, source.keycode) as opened:
            opened.copy_file(source_file, workspace, target_directory=others)
        [copy] = workspace.get_directory(others).files
        official("admin").download(workspace.id, others, copy.file_id, workspace.keycode, str(tmp_path), "theirs")
        assert sha256(tmp_path / "theirs") == sha256(file)


def test_dropzone_of_both(emulator, node, official, device, make_file, tmp_path):
    """Keycodes go by the package code: by the id they are refused, and the owner's devices stay out."""
    public_key_id, private_key = device
    with emulator.ours("admin") as owner:
        owner.add_dropzone_recipient(RECIPIENT)
    file = make_file(655_361)
    visitor = node.dropzone(emulator)
    theirs = NodePackage(visitor)
    visitor.upload(theirs.code, None, theirs.keycode, theirs.server_secret, [str(file)], False)
    visitor.encryptAndUploadMessage(theirs.code, theirs.keycode, theirs.server_secret, MESSAGE)
    with pytest.raises(NodeError) as refused:
        visitor.finalizePackage(theirs.id, theirs.code, theirs.keycode)
    assert refused.value.args[0] == "DENIED"
    [link, *_] = visitor.finalizePackage(theirs.code, theirs.code, theirs.keycode)
    with emulator.ours("second") as client:
        with client.open_with_private_key(theirs.id, public_key_id, private_key) as package:
            assert package.keycode == theirs.keycode and package.get_message() == NODE_MESSAGE
            assert receive_ours(package, tmp_path / "ours") == sums([file])
        with client.list_packages(PackageList.RECEIVED) as rows:
            assert theirs.id in [row.package_id for row in rows]
    with Client.for_dropzone(emulator.url, emulator.ready["dropzone_id"]) as client, client.create_package() as package:
        package.upload_file(file)
        package.set_message(MESSAGE)
        ours = package.finalize(unconfirmed_sender="me@home.test").link
        assert official("second").getKeycode(private_key, public_key_id, package.id) == [package.keycode]
    assert link != ours
    assert receive_node(official("second"), ours, tmp_path / "theirs") == (sums([file]), MESSAGE)
    with emulator.ours("admin") as owner:
        owner.remove_dropzone_recipient(RECIPIENT)


def test_cryptography_alone_is_the_official_one(official, emulator):
    keycode, secret = crypto.generate_keycode(), "s" * 43
    [message] = official("admin").encryptMessage("P", keycode, secret, MESSAGE)
    assert crypto.decrypt_message(secret, keycode, message) == NODE_MESSAGE
    assert official("admin").decryptMessage("P", keycode, secret, crypto.encrypt_message(secret, keycode, MESSAGE)) == [MESSAGE]
    private_key, public_key = official("admin").generateRsaKeyPair("alone")
    with emulator.ours("admin") as client:
        assert client.get_public_key(public_key["id"]).strip().splitlines()[-1] == "-----END PGP PUBLIC KEY BLOCK-----"
        client.revoke_public_key(public_key["id"])
    assert private_key.startswith("-----BEGIN PGP PRIVATE KEY BLOCK-----")
