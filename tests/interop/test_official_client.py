"""Packages between the official Python client and the library, in both directions."""

import json
import subprocess

import pytest
from conftest import MESSAGE, RECIPIENT, ROOT, plaintext_sizes, receive_ours, send_ours, sha256, sums
from libsendsafely import Error, Status, crypto
from libsendsafely import load_key_pair as load_ours
from libsendsafely import save_key_pair as save_ours
from sendsafely import utilities
from sendsafely.exceptions import DownloadFileException, GetPackageInformationFailedException
from sendsafely.Package import Package
from sendsafely.pgpy import PGPMessage
from sendsafely.utilities import read_key_pair, save_key_pair

SIZES = [0, 1, 655_360, 655_361, 2_621_440, 2_621_441, 5_242_880, 30_000_000]

# Plaintext sizes of the parts that the official client writes: protocol 4.3 and A.4. Note the empty last ones.
OFFICIAL_PARTS = {
    0: [0], 1: [1], 655_360: [655_360], 655_361: [655_361, 0], 2_621_440: [2_621_440, 0], 2_621_441: [2_621_440, 1],
    5_242_880: [2_621_440, 2_621_440, 0], 30_000_000: [2_621_440] * 11 + [1_164_160, 0],
}



def send_official(sender, paths, message=None, recipient=RECIPIENT):
    package = Package(sender)
    package.add_recipient(recipient)
    for path in paths:
        package.encrypt_and_upload_file(str(path))
    if message is not None:
        package.encrypt_and_upload_message(message)
    response = package.finalize()
    assert response["response"] == "SUCCESS"
    return package, response["message"]


def receive_official(package, directory):
    directory.mkdir(exist_ok=True)
    for file in package.get_info()["files"]:
        package.download_and_decrypt_file(file["fileId"], download_directory=str(directory))
    return {path.name: sha256(path) for path in directory.iterdir()}


@pytest.mark.parametrize("ascii_only", [False, True], ids=["binary", "ascii"])
@pytest.mark.parametrize("size", SIZES)
def test_official_receives_ours(emulator, make_file, tmp_path, size, ascii_only):
    file = make_file(size, ascii_only)
    with emulator.ours("admin") as client:
        _, link = send_ours(client, [file], MESSAGE)
    package = emulator.official("second").load_package_from_link(link)
    assert package.get_package_message() == MESSAGE
    assert receive_official(package, tmp_path / "in") == sums([file])


@pytest.mark.parametrize("size", SIZES)
def test_ours_receives_official(emulator, make_file, tmp_path, size):
    file = make_file(size)
    sent, link = send_official(emulator.official("admin"), [file], MESSAGE)
    # The layout is the expected one.
    assert plaintext_sizes(emulator, sent.package_id, sent.server_secret + sent.client_secret) == OFFICIAL_PARTS[size]
    with emulator.ours("second") as client, client.open_link(link) as package:
        assert package.get_message() == MESSAGE
        [received] = package.get_information().files
        assert (received.size, received.parts) == (size, len(OFFICIAL_PARTS[size]))
        assert receive_ours(package, tmp_path / "in") == sums([file])


def test_ours_receives_the_text_format_of_official(emulator, make_file, tmp_path):
    files = [make_file(1, ascii_only=True), make_file(655_361, ascii_only=True)]
    _, link = send_official(emulator.official("admin"), files)
    with emulator.ours("second") as client, client.open_link(link) as package:
        assert package.get_message() is None
        assert receive_ours(package, tmp_path / "in") == sums(files)


def test_official_receives_several_files(emulator, make_file, tmp_path):
    files = [make_file(1), make_file(655_361), make_file(5_242_880, True), make_file(2_621_441), make_file(70, name="Übersicht 2.txt")]
    with emulator.ours("admin") as client:
        _, link = send_ours(client, files)
    assert receive_official(emulator.official("second").load_package_from_link(link), tmp_path / "in") == sums(files)


def test_ours_receives_several_files(emulator, make_file, tmp_path):
    files = [make_file(1), make_file(655_361), make_file(5_242_880, True), make_file(2_621_441), make_file(70, name="Übersicht 2.txt")]
    _, link = send_official(emulator.official("admin"), files)
    with emulator.ours("second") as client, client.open_link(link) as package:
        assert receive_ours(package, tmp_path / "in") == sums(files)


# URLs come 25 at a time (protocol 4.4.1, 5.3): more parts than that need a second batch.


def test_official_receives_more_parts_than_a_batch(emulator, make_file, tmp_path):
    file = make_file(655_361)
    with emulator.ours("admin", part_size=10_000) as client:
        package_id, link = send_ours(client, [file])
    assert emulator.admin("GET", f"/packages/{package_id}")["files"][0]["parts"] == 66
    assert receive_official(emulator.official("second").load_package_from_link(link), tmp_path / "in") == sums([file])


def test_ours_receives_more_parts_than_a_batch(emulator, make_file, tmp_path):
    file = make_file(25 * 2_621_440 + 1)
    _, link = send_official(emulator.official("admin"), [file])
    with emulator.ours("second") as client, client.open_link(link) as package:
        assert package.get_information().files[0].parts == 26
        assert receive_ours(package, tmp_path / "in") == sums([file])


def test_phone_number_from_ours_is_seen_by_official(emulator):
    with emulator.ours("admin") as client, client.create_package() as package:
        package.add_recipient("us@example.com", phone_number="(415) 555-0100")
        package.add_recipient("germany@example.com", phone_number="+49 30 123456")
        package.add_recipient("korea@example.com", phone_number="+82 2 312 3456", country_code="KR")
        package.add_recipient("britain@example.com")
        [britain] = [recipient for recipient in package.get_information().recipients if recipient.email == "britain@example.com"]
        package.set_recipient_phone(britain.recipient_id, "20 7946 0018", country_code="GB")
        seen = emulator.official("admin").get_package_information(package.id)["recipients"]
    numbers = {recipient["email"]: [(phone["countryCode"], phone["phonenumber"]) for phone in recipient["phonenumbers"]] for recipient in seen}
    # The emulator does not know the dialling code of a country that protocol 6.4.4 does not list, and keeps it in the number.
    assert numbers == {
        "us@example.com": [(1, "4155550100")], "germany@example.com": [(49, "30123456")],
        "korea@example.com": [(0, "8223123456")], "britain@example.com": [(44, "2079460018")],
    }
    assert all(recipient["smsAuth"] for recipient in seen)


def test_phone_number_from_official_is_seen_by_ours(emulator):
    sent = Package(emulator.official("admin"))
    first = sent.add_recipient(RECIPIENT)["recipientId"]
    sent.add_recipient("plain@example.com")
    sent.update_recipient_phone_number(first, "(415) 555-0100")
    with emulator.ours("admin") as client, client.open_package(sent.package_id, sent.client_secret) as package:
        by_email = {recipient.email: recipient for recipient in package.get_information().recipients}
    assert by_email[RECIPIENT].sms_auth and not by_email["plain@example.com"].sms_auth
    [number] = by_email[RECIPIENT].phone_numbers
    assert "".join(filter(str.isdigit, number)).endswith("4155550100")
    assert by_email["plain@example.com"].phone_numbers == ()


def assert_seen_alike(official, record):
    assert record.package_id == official["packageId"]
    assert record.package_code == official["packageCode"]
    assert record.sender == official["packageSender"] == "admin@acme.test"
    assert record.state_name == official["state"]
    assert record.life == official["life"]
    assert [(recipient.recipient_id, recipient.email) for recipient in record.recipients] == \
        [(recipient["recipientId"], recipient["email"]) for recipient in official["recipients"]]
    assert [(file.file_id, file.file_name, file.size, file.parts) for file in record.files] == \
        [(file["fileId"], file["fileName"], int(file["fileSize"]), file["parts"]) for file in official["files"]]
    assert {recipient.email for recipient in record.recipients} == {RECIPIENT, "other@example.com"}
    assert [(file.file_name, file.size) for file in record.files] == [("binary-1.bin", 1), ("binary-655361.bin", 655_361)]


def test_information_of_our_package_is_seen_alike(emulator, make_file):
    with emulator.ours("admin") as client, client.create_package() as package:
        package.add_recipient(RECIPIENT)
        package.add_recipient("other@example.com")
        for size in (1, 655_361):
            package.upload_file(make_file(size))
        for finalize in (False, True):
            if finalize:
                package.finalize()
            assert_seen_alike(emulator.official("admin").get_package_information(package.id), package.get_information())


def test_information_of_an_official_package_is_seen_alike(emulator, make_file):
    sent = Package(emulator.official("admin"))
    sent.add_recipients([RECIPIENT, "other@example.com"])
    for size in (1, 655_361):
        sent.encrypt_and_upload_file(str(make_file(size)))
    with emulator.ours("admin") as client, client.open_package(sent.package_id, sent.client_secret) as package:
        for finalize in (False, True):
            if finalize:
                sent.finalize()
            assert_seen_alike(sent.get_info(), package.get_information())


def test_ours_goes_on_with_an_official_package(emulator, make_file, tmp_path):
    files = [make_file(1), make_file(655_361)]
    sent = Package(emulator.official("admin"))
    sent.add_recipient(RECIPIENT)
    sent.encrypt_and_upload_file(str(files[0]))
    with emulator.ours("admin") as client, client.open_package(sent.package_id, sent.client_secret) as package:
        package.upload_file(files[1])
        link = package.finalize().link
    assert receive_official(emulator.official("second").load_package_from_link(link), tmp_path / "in") == sums(files)


def test_official_goes_on_with_our_package(emulator, make_file, tmp_path):
    files = [make_file(1), make_file(655_361)]
    with emulator.ours("admin") as client:
        with client.create_package() as package:
            package.add_recipient(RECIPIENT)
            package.upload_file(files[0])
            sent = emulator.official("admin").load_package(package.id, package.keycode)
    sent.encrypt_and_upload_file(str(files[1]))
    link = sent.finalize()["message"]
    with emulator.ours("second") as client, client.open_link(link) as package:
        assert receive_ours(package, tmp_path / "in") == sums(files)


@pytest.fixture
def device(emulator):
    """A trusted device of the recipient, whose key the official client made and registered."""
    official = emulator.official("second")
    key = official.generate_trusted_device_key_pair("interop")
    yield official, key["response"]["id"], key["privateKey"]
    official.revoke_trusted_device_key(key["response"]["id"])


def test_official_opens_ours_with_its_device_key(emulator, device, make_file, tmp_path):
    official, public_key_id, private_key = device
    file = make_file(655_361)
    with emulator.ours("admin") as client, client.create_package() as package:
        package.add_recipient(RECIPIENT)
        package.upload_file(file)
        package.set_message(MESSAGE)
        package.finalize()
        package_id, keycode = package.id, package.keycode
    assert official.get_package_keycode(package_id, public_key_id, private_key) == {"keyCode": keycode}
    received = official.load_package(package_id, official.get_package_keycode(package_id, public_key_id, private_key)["keyCode"])
    assert received.get_package_message() == MESSAGE
    assert receive_official(received, tmp_path / "in") == sums([file])


def test_ours_opens_official_with_a_device_key(emulator, device, make_file, tmp_path):
    _, public_key_id, private_key = device
    file = make_file(655_361)
    sent, _ = send_official(emulator.official("admin"), [file], MESSAGE)
    with emulator.ours("second") as client, client.open_with_private_key(sent.package_id, public_key_id, private_key) as package:
        assert package.keycode == sent.client_secret
        assert package.get_message() == MESSAGE
        assert receive_ours(package, tmp_path / "in") == sums([file])


def test_a_key_pair_that_ours_saved_is_read_by_official(emulator, tmp_path):
    with emulator.ours("second") as client, emulator.ours("admin") as sender, sender.create_package() as package:
        pair = client.generate_key_pair("ours")
        save_ours(tmp_path / "pair.json", pair)
        package.add_recipient(RECIPIENT)
        package.set_message(MESSAGE)
        package.finalize()
        read = read_key_pair(tmp_path / "pair.json")
        official = emulator.official("second")
        keycode = official.get_package_keycode(package.id, read["publicKeyId"], read["privateKey"])
        assert keycode == {"keyCode": package.keycode}
        official.revoke_trusted_device_key(read["publicKeyId"])


def test_a_key_pair_that_official_saved_is_read_by_ours(emulator, make_file, tmp_path):
    official = emulator.official("second")
    official.generate_trusted_device_key_pair("official")
    save_key_pair(official.KEY_ID, official.KEY_PAIR, tmp_path / "pair.json")
    sent, _ = send_official(emulator.official("admin"), [make_file(1)])
    pair = load_ours(tmp_path / "pair.json")
    assert pair.public_key_id == official.KEY_ID
    with emulator.ours("second") as client:
        assert client.get_public_key(pair.public_key_id).strip() == str(official.KEY_PAIR.pubkey).strip()
        with client.open_with_private_key(sent.package_id, pair.public_key_id, pair.private_key) as package:
            assert package.keycode == sent.client_secret
        [keycode] = client.get_keycodes(pair.public_key_id, pair.private_key, [sent.package_id])
        assert (keycode.status, keycode.keycode) == (Status.OK, sent.client_secret)
        client.revoke_public_key(pair.public_key_id)


def test_keycodes_that_ours_hands_on_open_with_an_official_device(emulator, device, make_file):
    """A keycode that the official client has encrypted is decrypted, and passed on."""
    official, older_id, older_key = device
    sent, _ = send_official(emulator.official("admin"), [make_file(1)])
    late = official.generate_trusted_device_key_pair("late")
    late_id, late_key = late["response"]["id"], late["privateKey"]
    with emulator.ours("second") as client:
        result = client.sync_keycodes(older_id, older_key)
    assert result.synchronized >= 1 and result.failures == ()
    assert official.get_package_keycode(sent.package_id, late_id, late_key) == {"keyCode": sent.client_secret}
    official.revoke_trusted_device_key(late_id)


def test_cryptography_alone_is_the_official_one(emulator, make_file):
    keycode, server_secret, package_code = crypto.generate_keycode(), "server-secret", "package-code"
    checksum = crypto.checksum(keycode, package_code)
    assert {"checksum": checksum} == utilities._calculate_package_checksum(package_code, keycode)
    message = utilities._encrypt_message(MESSAGE, server_secret, keycode)
    assert crypto.decrypt_message(server_secret, keycode, message) == MESSAGE
    message = crypto.encrypt_message(server_secret, keycode, MESSAGE)
    assert utilities._decrypt_message(message, server_secret, keycode) == MESSAGE
    data = make_file(655_361).read_bytes()
    part = crypto.encrypt_part(server_secret, keycode, data)
    assert PGPMessage.from_blob(bytearray(part)).decrypt(passphrase=server_secret + keycode).message == data
    part = utilities._encrypt_file_part(data, server_secret, keycode, path=False)
    assert crypto.decrypt_part(server_secret, keycode, bytes(part)) == data
    with emulator.ours("admin") as client:
        user, body = emulator.users["admin"], json.dumps({"name": "Grüße"})
        official = utilities.make_headers(user["api_secret"], user["api_key"], "/package/", request_body=body)
        signed = client.sign("/package/", body, timestamp=official["ss-request-timestamp"])
        assert (signed.api_key, signed.signature) == (official["ss-api-key"], official["ss-request-signature"])


def test_a_device_opens_neither_older_packages_nor_with_another_key(emulator, device, make_file):
    _, older_id, older_key = device
    official = emulator.official("second")
    sent, _ = send_official(emulator.official("admin"), [make_file(1)])
    key = official.generate_trusted_device_key_pair("late")
    late_id, late_key = key["response"]["id"], key["privateKey"]
    with emulator.ours("second") as client:
        for public_key_id, private_key, status in [
            (late_id, late_key, Status.REFUSED),
            (older_id, late_key, Status.DECRYPT_FAILED),
            (older_id, "not a key", Status.INVALID_KEY),
        ]:
            with pytest.raises(Error) as refused:
                client.open_with_private_key(sent.package_id, public_key_id, private_key)
            assert refused.value.status == status
        with client.open_with_private_key(sent.package_id, older_id, older_key) as package:
            assert package.keycode == sent.client_secret
    official.revoke_trusted_device_key(late_id)


def test_a_password_is_asked_of_both(emulator, make_file, tmp_path):
    file = make_file(655_361)
    with emulator.ours("admin") as client, client.create_package() as package:
        package.upload_file(file)
        link = package.finalize(undisclosed_recipients=True, password="Lösung 42").link
    with emulator.ours("third") as client, client.open_link(link) as package:
        [received] = package.get_information().files
        for password in (None, "wrong"):
            with pytest.raises(Error) as refused:
                package.download_file(received.file_id, tmp_path / "refused", password=password)
            assert refused.value.status == Status.PASSWORD_REQUIRED
        assert list(tmp_path.iterdir()) == []
        package.download_file(received.file_id, tmp_path / "ours", password="Lösung 42")
    assert sha256(tmp_path / "ours") == sha256(file)

    # The official client cannot send a password.
    package = emulator.official("third").load_package_from_link(link)
    with pytest.raises(DownloadFileException):
        package.download_and_decrypt_file(received.file_id, download_directory=str(tmp_path), file_name="official")
    # It opens its target before its request, so it leaves an empty file.
    assert (tmp_path / "official").read_bytes() == b""


def test_undisclosed_without_password_is_received_by_official(emulator, make_file, tmp_path):
    file = make_file(655_361)
    with emulator.ours("admin") as client, client.create_package() as package:
        package.upload_file(file)
        link = package.finalize(undisclosed_recipients=True).link
    assert receive_official(emulator.official("third").load_package_from_link(link), tmp_path / "in") == sums([file])
    # It reads by id, which the service may refuse for an undisclosed package.
    with emulator.settings(undisclosed_by_id=False), pytest.raises(GetPackageInformationFailedException):
        emulator.official("third").load_package_from_link(link)


@pytest.mark.parametrize("size", [0, 655_361, 5_242_880])
def test_official_receives_what_ours_sent_through_the_api_server(emulator, make_file, tmp_path, size):
    file = make_file(size)
    emulator.endpoints()
    with emulator.ours("admin", force_api_route=True) as client:
        _, link = send_ours(client, [file], MESSAGE)
    endpoints = emulator.endpoints()
    assert "part_post" in endpoints and "part_put" not in endpoints
    package = emulator.official("second").load_package_from_link(link)
    assert package.get_package_message() == MESSAGE
    assert receive_official(package, tmp_path / "in") == sums([file])


@pytest.mark.parametrize("size", [0, 655_361, 5_242_880])
def test_ours_receives_official_through_the_api_server(emulator, make_file, tmp_path, size):
    file = make_file(size)
    _, link = send_official(emulator.official("admin"), [file])
    emulator.endpoints()
    with emulator.ours("second", force_api_route=True) as client, client.open_link(link) as package:
        assert receive_ours(package, tmp_path / "in") == sums([file])
    endpoints = emulator.endpoints()
    assert "part_download" in endpoints and "part_get" not in endpoints


def test_both_directions_over_tls(tls_emulator, make_file, tmp_path, monkeypatch):
    file = make_file(655_361)
    ca_file = tls_emulator.ready["ca_file"]
    assert tls_emulator.url.startswith("https://")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)

    _, link = send_official(tls_emulator.official("admin"), [file], MESSAGE)
    with tls_emulator.ours("second", ca_bundle=ca_file) as client, client.open_link(link) as package:
        assert package.get_message() == MESSAGE
        assert receive_ours(package, tmp_path / "ours") == sums([file])

    with tls_emulator.ours("admin", ca_bundle=ca_file) as client:
        _, link = send_ours(client, [file], MESSAGE)
    package = tls_emulator.official("second").load_package_from_link(link)
    assert package.get_package_message() == MESSAGE
    assert receive_official(package, tmp_path / "official") == sums([file])


def test_tls_without_its_authority_is_refused(tls_emulator):
    # On a machine without any certificates, the client cannot be created.
    with pytest.raises(Error) as refused:
        with tls_emulator.ours("admin") as client, client.create_package():
            pass
    assert refused.value.status in (Status.TLS_FAILED, Status.NO_TRUST_STORE)


def run_example(emulator, user, name, *arguments):
    credentials = emulator.users[user]
    environment = {"SENDSAFELY_HOST": emulator.url, "SENDSAFELY_API_KEY": credentials["api_key"], "SENDSAFELY_API_SECRET": credentials["api_secret"]}
    done = subprocess.run([ROOT / "target/examples/c" / name, "--retry-window", "10", *arguments],
                          env=environment, capture_output=True, timeout=60, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_official_receives_what_the_c_program_sent(emulator, make_file, tmp_path):
    files = [make_file(5_242_880), make_file(70, name="Übersicht 2.txt")]
    link = run_example(emulator, "admin", "send", "--to", f"{RECIPIENT},(415) 555-0100", "--to", "other@example.com",
                       "--message", MESSAGE, "--life", "7", *files)
    assert link.count("\n") == 1 and link.endswith("\n")
    package = emulator.official("second").load_package_from_link(link.strip())
    assert package.get_package_message() == MESSAGE
    information = package.get_info()
    assert information["life"] == 7
    assert {recipient["email"]: recipient["smsAuth"] for recipient in information["recipients"]} == {RECIPIENT: True, "other@example.com": False}
    assert receive_official(package, tmp_path / "in") == sums(files)


def test_the_c_program_receives_official(emulator, make_file, tmp_path):
    files = [make_file(5_242_880), make_file(70, name="Übersicht 2.txt")]
    _, link = send_official(emulator.official("admin"), files, MESSAGE)
    assert run_example(emulator, "second", "receive", link, tmp_path).rstrip("\n") == MESSAGE
    assert sums(tmp_path.iterdir()) == sums(files)
