"""The client: account, lists, devices, Dropzone, and the functions that need no package."""

import hashlib
import hmac
import json
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import libsendsafely
import pytest
from libsendsafely import (
    AuthenticationFailed,
    Client,
    DeadlineExceeded,
    Error,
    NetworkError,
    PackageList,
    PackageStatus,
    Status,
    crypto,
    generate_key_pair,
    load_key_pair,
    save_key_pair,
)

VECTORS = Path(__file__).parents[3] / "tests/vectors"


def test_the_account(client, emulator):
    assert client.verify_credentials() == "admin@acme.test" and client.verify_version() == "OK"
    user = client.get_user()
    assert (user.email, user.is_administrator, user.package_life) == ("admin@acme.test", True, 14)
    assert user.client_key is None or user.client_key not in repr(user)
    enterprise = client.get_enterprise()
    assert enterprise.allow_undisclosed_recipients is True
    assert json.loads(client.get_audit_log(event_type="LOGIN", page_size=10)) is not None
    assert emulator["api_secret"] not in repr(client) and emulator["url"] in repr(client)


def test_audit_log(client, emulator):
    made = [client.create_package().id for _ in range(3)]
    rows = client.list_audit_log(event_type="PACKAGE_EVENT", authenticated_user="admin@acme.test", page_size=2)
    newest = [next(rows) for _ in range(3)]
    assert [json.loads(entry.details)["packageId"] for entry in newest] == made[::-1]
    first = newest[0]
    assert (first.event_type, first.action, first.authenticated_user) == ("PACKAGE_EVENT", "PACKAGE_CREATED", "admin@acme.test")
    assert first.impersonated_user is None and first.time.tzinfo is timezone.utc and first.event_id and first.ip_address
    assert list(client.list_audit_log(event_type="LOGIN")) == []
    second = next(user for user in emulator["users"] if user["email"].startswith("second"))
    with Client(emulator["url"], second["api_key"], second["api_secret"]) as other, pytest.raises(Error) as refused:
        next(other.list_audit_log())
    assert refused.value.status is Status.DENIED


def test_wrong_credentials(emulator):
    with Client(emulator["url"], emulator["api_key"], "wrong") as client, pytest.raises(AuthenticationFailed) as refused:
        client.verify_credentials()
    error = refused.value
    assert (error.status, error.server_code, error.http_status, error.retryable) == (Status.AUTHENTICATION_FAILED, "AUTHENTICATION_FAILED", 200, False)
    assert error.remedy and error.remedy in str(error) and emulator["api_secret"] not in str(error)


def test_a_refusal_is_not_retryable(client, faults):
    faults.fault("user_information", {"status": 403}, times=1)
    with pytest.raises(NetworkError) as refused:
        client.get_user()
    assert (refused.value.status, refused.value.http_status, refused.value.retryable) == (Status.HTTP_ERROR, 403, False)


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", ["create_package", "part_put", "part_get", "finalize"])
def test_no_call_takes_longer_than_its_deadline(faults, emulator, tmp_path, endpoint):
    """Whatever it waits for; nothing half-done stays."""
    with emulator.client() as client, client.create_package() as package:
        package.upload_memory(b"first", "first.txt")
        with emulator.client(deadline_ms=1000, retry_window_ms=60_000) as hasty:
            faults.fault(endpoint, {"hang_ms": 60_000}, times=0)
            began = time.monotonic()
            with pytest.raises(DeadlineExceeded) as late, hasty.open_package(package.id, package.keycode) as opened:
                if endpoint == "create_package":
                    hasty.create_package()
                elif endpoint == "part_put":
                    opened.upload_memory(b"second", "second.txt")
                elif endpoint == "part_get":
                    opened.download_all(tmp_path)
                else:
                    opened.finalize(undisclosed_recipients=True)
            assert late.value.status is Status.DEADLINE_EXCEEDED and late.value.remedy
            assert 1 <= time.monotonic() - began < 10
    assert not list(tmp_path.iterdir())


def test_the_deadline_holds_while_nobody_can_be_reached():
    began = time.monotonic()
    with Client("http://127.0.0.1:9", "key", "secret", retry_window_ms=60_000, deadline_ms=1000) as client, pytest.raises(DeadlineExceeded):
        client.verify_credentials()
    assert 1 <= time.monotonic() - began < 10


def test_no_server():
    with Client("http://127.0.0.1:9", "key", "secret", retry_window_ms=0) as client, pytest.raises(NetworkError) as failed:
        client.verify_credentials()
    assert failed.value.status is Status.UNREACHABLE and failed.value.retryable and failed.value.http_status is None


@pytest.mark.slow
def test_a_retry_window_that_was_given_holds_for_the_first_contact():
    """A host that comes up late is waited for longer than the 5 seconds that are the default."""
    began = time.monotonic()
    with Client("http://127.0.0.1:9", "key", "secret", retry_window_ms=7000) as client, pytest.raises(NetworkError):
        client.verify_credentials()
    assert 6 < time.monotonic() - began < 15


def test_messages_have_what_was_given_and_what_to_do(package):
    for call, said, remedy in (
        (lambda: package.set_life(-1), "a life of -1 days", "1 to 365 days"),
        (lambda: package.delete_file("NO-FILE"), '"NO-FILE"', "package information"),
        (lambda: package.upload_file("/nowhere/a.txt"), "/nowhere/a.txt: No such file or directory", ""),
        (lambda: Client("https://acme.test", "", "secret"), "the API key is empty", ""),
    ):
        with pytest.raises(Error) as failed:
            call()
        assert said in failed.value.message and "os error" not in failed.value.message
        assert remedy in (failed.value.remedy or "")


@pytest.mark.parametrize("host, status", [("https://", Status.MALFORMED_HOST), ("http://example.com", Status.INSECURE_HOST),
                                          ("https://exa mple.com", Status.MALFORMED_HOST)])
def test_bad_hosts(host, status):
    with pytest.raises(Error) as refused:
        Client(host, "key", "secret")
    assert refused.value.status is status


@pytest.mark.parametrize("option", [{"parts_in_flight": 17}, {"part_size": 2**64}, {"memory_budget": -1}, {"parts_in_flight": 2**40}, {"max_part_bytes": 1},
                                    {"request_api": "two\nlines"}, {"locale": "a\0b"}])
def test_absurd_options(emulator, option):
    with pytest.raises(Error) as refused:
        emulator.client(**option)
    assert refused.value.status is Status.INVALID_ARGUMENT


def test_options_that_do_not_exist(emulator):
    for make in (lambda: Client(emulator["url"], "key", "secret", part_sise=1), lambda: Client.without_credentials(emulator["url"], part_sise=1)):
        with pytest.raises(TypeError, match="part_sise"):
            make()


def test_wrong_types(client, package):
    for call in (lambda: client.open_package(1, "keycode"), lambda: package.add_recipient(b"a@b.test"), lambda: package.set_label(["a"])):
        with pytest.raises(TypeError):
            call()
    for call, name in ((lambda: package.set_life("10"), "days"), (lambda: package.upload_all("/", existing="skip"), "existing"),
                       (lambda: package.delete_file(package.get_information().recipients[0]), "file_id"), (lambda: package.copy_file("id", None), "target")):
        with pytest.raises(TypeError, match=name):
            call()
    with pytest.raises(Error) as refused:
        package.set_life(2**40)
    assert refused.value.status is Status.INVALID_ARGUMENT
    for text, status in (("a\0b", Status.INVALID_ARGUMENT), ("\ud800", Status.INVALID_UTF8)):
        with pytest.raises(Error) as refused:
            package.set_message(text)
        assert refused.value.status is status
    with pytest.raises(Error) as refused:
        package.upload_file("\udcff.txt")
    assert refused.value.status is Status.INVALID_UTF8


def test_options_have_an_effect(emulator):
    lines = []
    with emulator.client(request_api="PY_TEST", client_version="7", locale="de-DE", connect_timeout_ms=1000, stall_timeout_ms=2000, part_size=1000,
                         memory_budget=1 << 20, max_part_bytes=1 << 16, parts_in_flight=2, force_api_route=True, proxy="", log=lines.append) as client:
        emulator.admin("DELETE", "/requests")
        with client.create_package() as package:
            assert package.upload_memory(b"x" * 3001, "a.bin").parts == 4
    requests = emulator.admin("GET", "/requests")
    assert {request["headers"]["ss-request-api"] for request in requests} == {"PY_TEST"}
    assert requests[0]["headers"]["accept-language"] == "de-DE"
    assert not [request for request in requests if request["listener"] == "storage"]


def test_retries_are_logged(faults, package):
    lines = []
    faults.fault("package_information", {"status": 503}, times=1)
    with faults.client(log=lines.append) as client:
        client.get_package_information(package.id)
    assert lines and all(isinstance(line, str) for line in lines)


def test_lists(client, emulator):
    with emulator.client("third") as third:
        sent = []
        for number in range(5):
            with third.create_package() as package:
                package.add_recipient("admin@acme.test")
                package.upload_memory(b"x" * number, f"list-{number}.txt")
                package.finalize()
                sent.append(package.id)
        emulator.admin("DELETE", "/requests")
        rows = third.list_packages(page_size=2)
        assert emulator.admin("GET", "/requests") == []
        assert [row.package_id for row in rows][:5] == sent[::-1]
        assert [row.package_id for row in third.list_packages(first_row=1, page_size=2)][:4] == sent[::-1][1:]
        assert len([request for request in emulator.admin("GET", "/requests") if request["endpoint"] == "list_sent_packages"]) > 3
        with third.search_packages(file_name="list-3.txt", from_time=datetime.now(timezone.utc) - timedelta(days=1)) as found:
            assert [row.file_names for row in found] == [("list-3.txt",)]
    received = next(client.list_packages(PackageList.RECEIVED))
    assert (received.package_id, received.sender, received.contains_message) == (sent[-1], "third@acme.test", False)
    found = client.search_packages(sender="third@acme.test", recipient="admin@acme.test", whole_organization=True, status=PackageStatus.ACTIVE)
    assert set(sent) <= {row.package_id for row in found}
    history = client.get_recipient_history("admin@acme.test")
    assert set(sent) <= {row.package_id for row in history} and history[0].recipient.email == "admin@acme.test"
    with pytest.raises(ValueError, match="time zone"):
        client.search_packages(from_time=datetime(2024, 1, 1))
    assert list(client.list_packages(PackageList.WORKSPACES)) is not None


def test_a_list_continues_after_a_failure(faults, package):
    with faults.client(retry_window_ms=0) as client:
        rows = client.list_packages()
        faults.fault("list_sent_packages", {"status": 503}, times=1)
        with pytest.raises(NetworkError):
            next(rows)
        assert next(rows).package_id == package.id
        rows.close()


def test_for_another_user(client):
    with client.create_package_for_user("third@acme.test") as package:
        assert package.keycode
    with pytest.raises(Error) as refused:
        client.create_package_for_user("nobody@acme.test")
    assert refused.value.status is Status.USER_NOT_FOUND


def test_login(emulator):
    user = emulator["users"][1]
    with Client.without_credentials(emulator["url"], retry_window_ms=1000) as client:
        login = client.generate_api_key(user["email"], user["password"], "test")
        assert not login.second_factor_required and login.api_secret not in repr(login)
        with pytest.raises(AuthenticationFailed):
            client.generate_api_key(user["email"], "wrong", "test")
        with pytest.raises(Error) as refused:
            client.create_package()
        assert refused.value.status is Status.NO_CREDENTIALS
        assert client.generate_api_key_oauth(emulator["users"][2]["oauth_token"], "oauth").api_key
        emulator.admin("POST", "/users", {"email": "two@acme.test", "password": "Passw0rd!", "two_factor": True})
        first = client.generate_api_key("two@acme.test", "Passw0rd!", "test")
        assert first.second_factor_required and first.api_key is None
        assert client.generate_api_key_second_factor(first.validation_token, "123456", "test").api_key
    with Client(emulator["url"], login.api_key, login.api_secret) as client:
        assert client.verify_credentials() == user["email"]


def test_registration(emulator, request):
    email = f"new-{abs(hash(request.node.nodeid))}@acme.test"
    fields = {"password": "Passw0rd!", "question": "Pet?", "answer": "Rex", "first_name": "New", "last_name": "User"}
    with Client.without_credentials(emulator["url"]) as client:
        client.start_registration(email, send_pin=True)
        assert client.finish_registration(email=email, pin="123456", **fields) == email
        with pytest.raises(Error) as refused:
            client.finish_registration(token="unknown", **fields)
        assert refused.value.status is Status.INVALID_TOKEN


def test_dropzone(client, emulator):
    client.add_dropzone_recipient("third@acme.test")
    assert "third@acme.test" in client.get_dropzone_recipients()
    client.remove_dropzone_recipient("third@acme.test")
    assert "third@acme.test" not in client.get_dropzone_recipients()
    with Client.for_dropzone(emulator["url"], emulator["dropzone_id"]) as anonymous, anonymous.create_package() as package:
        package.upload_memory(b"dropped", "drop.txt")
        package.finalize(unconfirmed_sender="stranger@example.com")
        package.submit_hosted_dropzone("Stranger", "stranger@example.com")
        link = package.link
    with client.open_link(link) as package:
        assert package.download_memory(package.get_information().files[0]) == b"dropped"


@pytest.fixture
def device(emulator):
    """A trusted device of the second user: its client and its key pair."""
    with emulator.client("second") as second:
        key_pair = second.generate_key_pair("laptop")
        yield second, key_pair
        second.revoke_public_key(key_pair.public_key_id)


def test_trusted_devices(client, device, tmp_path):
    second, key_pair = device
    assert "PRIVATE KEY" in key_pair.private_key and "PRIVATE KEY" not in repr(key_pair)
    assert "PUBLIC KEY" in second.get_public_key(key_pair.public_key_id)
    with client.create_package() as package:
        recipient = package.add_recipient("second@acme.test")
        assert key_pair.public_key_id in {key.public_key_id for key in package.get_public_keys(recipient)}
        package.set_message("for a device")
        package.finalize()
        package.upload_keycodes()
        package_id, keycode = package.id, package.keycode
    save_key_pair(tmp_path / "device.json", key_pair)
    loaded = load_key_pair(tmp_path / "device.json")
    assert (loaded.public_key_id, loaded.description, loaded.private_key) == (key_pair.public_key_id, "laptop", key_pair.private_key)
    with pytest.raises(Error) as refused:
        save_key_pair(tmp_path / "device.json", key_pair)
    assert refused.value.status is Status.FILE_EXISTS
    with second.open_with_private_key(package_id, loaded.public_key_id, loaded.private_key) as package:
        assert package.get_message() == "for a device" and package.keycode == keycode
    [item] = second.get_keycodes(loaded.public_key_id, loaded.private_key, [package_id])
    assert (item.package_id, item.keycode, item.status) == (package_id, keycode, Status.OK) and keycode not in repr(item)
    newer = generate_key_pair()
    newer_id = second.register_public_key(newer.public_key, "newer")
    result = second.sync_keycodes(loaded.public_key_id, loaded.private_key)
    assert result.synchronized >= 1 and result.failures == ()
    with second.open_with_private_key(package_id, newer_id, newer.private_key) as package:
        assert package.keycode == keycode
    second.revoke_public_key(newer_id)


def test_what_comes_along_when_a_text_is_copied(emulator, tmp_path):
    def copied(text):
        return f"\u2068\ufeff {text}\u200b\u00a0\u2069\r\n"

    with Client(*map(copied, (emulator["url"], *emulator.credentials()))) as client, client.create_package() as package:
        recipient = package.add_recipient(copied("second@acme.test"), phone_number=copied("+1 415 555 0100"))
        assert (recipient.email, recipient.phone_numbers) == ("second@acme.test", ("+1 415 555 0100",))
        package.set_message("hello")
        package.finalize()
        with client.open_package(copied(package.id), copied(package.keycode)) as opened:
            assert (opened.id, opened.keycode, opened.get_message()) == (package.id, package.keycode, "hello")
        assert client.get_package_information(copied(package.link)).package_id == package.id
        for keycode, status in ((package.keycode[:31], Status.KEYCODE_TOO_SHORT), (package.keycode[:-1] + "\u0430", Status.INVALID_ARGUMENT),
                                (f"{package.keycode[:20]} {package.keycode[20:]}", Status.INVALID_ARGUMENT)):
            with pytest.raises(Error) as refused:
                client.open_package(package.id, keycode)
            assert refused.value.status is status and "keycode" in refused.value.message


def test_keys_in_texts_of_any_editor(tmp_path):
    key_pair, keycode = generate_key_pair(), crypto.generate_keycode()
    for surrounded in (lambda armored: f"\ufeffDear all,\n\n{armored}\n-- \nRegards", lambda armored: armored.replace("\n", "\r\n") + "\r\n\r\nBye",
                       lambda armored: armored.replace("\n", " \u200b\n  "), lambda armored: f"{key_pair.public_key}\n{key_pair.private_key}\n{armored}"):
        armored = crypto.encrypt_keycode(keycode, surrounded(key_pair.public_key))
        assert crypto.decrypt_keycode(surrounded(armored), surrounded(key_pair.private_key)) == keycode
    save_key_pair(tmp_path / "saved", key_pair)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        (tmp_path / encoding).write_bytes((tmp_path / "saved").read_text().replace("\n", "\r\n").encode(encoding))
        assert load_key_pair(tmp_path / encoding).private_key == key_pair.private_key


def test_requests_of_our_own(client):
    assert json.loads(client.request("GET", "/user/"))["email"] == "admin@acme.test"
    assert json.loads(client.request("PUT", "/package/", {"vdr": True}))["response"] == "SUCCESS"
    with pytest.raises(Error) as refused:
        client.request("STEAL", "/user/")
    assert refused.value.status is Status.INVALID_ARGUMENT


def test_signatures(emulator):
    with Client(emulator["url"], "the-key", "the-secret") as client:
        headers = client.sign("/package/", '{"a":1}', timestamp="2024-01-02T03:04:05+0000")
    text = "the-key" + "/api/v2.0/package/" + "2024-01-02T03:04:05+0000" + '{"a":1}'
    assert headers.signature.lower() == hmac.new(b"the-secret", text.encode(), hashlib.sha256).hexdigest()
    assert (headers.api_key, headers.timestamp) == ("the-key", "2024-01-02T03:04:05+0000")


def test_cryptography_alone(tmp_path):
    keycode = crypto.generate_keycode()
    assert len(keycode) == 43 and keycode != crypto.generate_keycode()
    assert crypto.checksum("keycode", "code") == hashlib.pbkdf2_hmac("sha256", b"keycode", b"code", 1024).hex()
    message = crypto.encrypt_part("server secret", keycode, bytearray(b"plain"))
    assert b"plain" not in message and crypto.decrypt_part("server secret", keycode, message) == b"plain"
    with pytest.raises(Error) as damaged:
        crypto.decrypt_part("server secret", keycode, message[:-1] + bytes([message[-1] ^ 1]))
    assert damaged.value.status is Status.DECRYPT_FAILED
    assert crypto.decrypt_message("server secret", keycode, crypto.encrypt_message("server secret", keycode, "Grüße")) == "Grüße"
    key_pair = generate_key_pair()
    armored = crypto.encrypt_keycode(keycode, key_pair.public_key)
    assert keycode not in armored and crypto.decrypt_keycode(armored, key_pair.private_key) == keycode
    with pytest.raises(Error) as refused:
        generate_key_pair(1024)
    assert refused.value.status is Status.INVALID_ARGUMENT


def test_closed_handles(emulator):
    client = emulator.client()
    package = client.create_package()
    rows = client.list_packages()
    for handle in client, package, rows:
        handle.close()
        handle.close()
        assert handle.closed
    for call in (client.get_user, package.get_information, lambda: package.id):
        with pytest.raises(Error) as refused:
            call()
        assert refused.value.status is Status.INVALID_HANDLE and "closed" in str(refused.value)
    assert list(rows) == [] and "closed" in repr(package)


def test_handles_stay_in_their_process(client):
    import copy
    import pickle

    for operation in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="process"):
            operation(client)


def test_errors_and_records_go_to_other_processes(emulator):
    import pickle

    with Client(emulator["url"], emulator["api_key"], "wrong") as client, pytest.raises(AuthenticationFailed) as refused:
        client.verify_credentials()
    refused.value.seen_by = "somebody"
    again = pickle.loads(pickle.dumps(refused.value))
    assert type(again) is AuthenticationFailed and str(again) == str(refused.value) and vars(again) == vars(refused.value)
    with emulator.client() as client:
        user = client.get_user()
    assert pickle.loads(pickle.dumps(user)) == user


def test_unknown_numbers_stay_numbers():
    status = Status(9999)
    assert status == 9999 and status.name == "UNKNOWN_9999" and repr(status)
    assert (str(Status.DENIED), f"{Status.DENIED}", f"{Status.DENIED:d}") == ("DENIED", "DENIED", "303")
    with pytest.raises(ValueError):
        Status("text")


def test_every_public_name_exists():
    for name in libsendsafely.__all__:
        assert getattr(libsendsafely, name) is not None and name in dir(libsendsafely)
    with pytest.raises(AttributeError):
        libsendsafely.Nothing  # noqa: B018
    assert libsendsafely.__version__
