"""libsendsafely.compat against the official client: the same names, and the same programs with the same results.

The programs in programs/ are written for the official client. Each runs twice against the emulator: unchanged with the
official client, and with compat after only its import lines are changed.
"""

import gc
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import libsendsafely
import pytest
from libsendsafely import compat
from libsendsafely.compat import exceptions, utilities

ROOT = Path(__file__).parents[3]
PROGRAMS = Path(__file__).parent / "programs"
OFFICIAL, COMPAT = "official", "compat"

# Members of the service's responses, and of the emulator's raw state, that differ from run to run.
VOLATILE = {
    "recipientCode", "serverSecret", "clientKey", "packageTimestamp", "fileUploaded", "fileUploadedStr", "uploaded", "uploadedStr", "created",
    "dateStr", "packageUpdateTimestamp", "packageUpdateTimestampStr", "updated_ms", "created_ms", "time_ms", "server_secret", "code", "checksum"}
UNORDERED = {"subDirectories", "directories"}
# Each client chooses its own part sizes.
PARTS = {"parts", "fileParts", "stored", "complete_calls"}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|[\w-]{43}")
KEY_BLOCK = re.compile(r"-----BEGIN .*-----END [A-Z ]+-----\n?", re.DOTALL)


def normal(value):
    """Replaces what differs from run to run, such as ids, by constants."""
    if isinstance(value, dict):
        members = {name: "..." if name in VOLATILE else normal(member) for name, member in value.items() if name not in PARTS}
        for name in UNORDERED.intersection(members):
            members[name] = sorted(members[name], key=json.dumps)
        if any(ID.fullmatch(name) for name in members):
            return sorted(map(json.dumps, members.values()))
        return members
    if isinstance(value, list):
        return [normal(item) for item in value]
    return ID.sub("<id>", KEY_BLOCK.sub("<armored>", value)) if isinstance(value, str) else value


def normal_line(line):
    what, _, rest = line.partition(" ")
    try:
        return what, normal(json.loads(rest))
    except ValueError:
        return what, normal(re.sub(r"http://127\.0\.0\.1:\d+", "<host>", rest))


class Side:
    """Runs programs for the official client, with it or with compat."""

    def __init__(self, name, emulator, directory):
        self.name, self.emulator, self.directory = name, emulator, directory
        self.users = {user["email"].split("@")[0]: user for user in emulator["users"]}

    def run(self, program, user, *arguments):
        path, interpreter = PROGRAMS / f"{program}.py", [ROOT / "tests/interop/python"]
        if self.name == COMPAT:
            interpreter = [sys.executable]
            path = self.directory / f"{program}.py"
            path.write_text(changed((PROGRAMS / path.name).read_text()))
        environment = {
            **os.environ, "SENDSAFELY_URL": self.emulator["url"], "SENDSAFELY_KEY": self.users[user]["api_key"],
            "SENDSAFELY_SECRET": self.users[user]["api_secret"], "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run([*map(str, interpreter), "-W", "ignore", str(path), *map(str, arguments)], env=environment,
                              capture_output=True, timeout=120, encoding="utf-8")
        assert done.returncode == 0, f"{program} on {self.name}:\n{done.stdout}\n{done.stderr}"
        return done.stdout.splitlines()


def changed(text):
    """A program of which only the import lines are changed."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        line = re.sub(r"^import sendsafely$", "import libsendsafely.compat as sendsafely", line)
        lines[number] = re.sub(r"^from sendsafely(\.\w+)? import ", r"from libsendsafely.compat\1 import ", line)
    assert lines != text.split("\n")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def admin(emulator):
    return emulator.admin


@pytest.fixture
def sides(emulator, tmp_path):
    return {name: Side(name, emulator, tmp_path) for name in (OFFICIAL, COMPAT)}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """An empty, a small, an ASCII file, which the official client treats as text, and one of several parts."""
    directory = tmp_path_factory.mktemp("files")
    contents = {"empty.bin": b"", "Übersicht 2.txt": b"plain text\r\n" * 9, "report.pdf": random.Random(1).randbytes(7_000_000), "last.bin": b"\0\xff" * 500}
    for name, content in contents.items():
        (directory / name).write_bytes(content)
    return [directory / name for name in contents]


def sums(paths):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def made_directory(path):
    path.mkdir()
    return path


def state_of(admin):
    """The emulator's state, in which encrypted values are replaced by their lengths."""
    held = []
    for package_id in admin("GET", "/packages"):
        state = admin("GET", f"/packages/{package_id}")
        state.update(message=state["message"] is not None, keycodes=len(state["keycodes"]), checksum=state["checksum"] is not None)
        held.append(json.dumps(normal(state), sort_keys=True))
    return sorted(held)


def both(sides, admin, program, user, arguments):
    """Runs a program with both packages. Output and the emulator's state must be equal; returns the output."""
    seen = {}
    for name, side in sides.items():
        admin("POST", "/reset")
        lines = side.run(program, user, *arguments(side))
        seen[name] = [normal_line(line) for line in lines], state_of(admin)
    assert seen[COMPAT][0] == seen[OFFICIAL][0]
    assert seen[COMPAT][1] == seen[OFFICIAL][1]
    return seen[COMPAT][0]


# --- The same names


DESCRIBE = """
import importlib, inspect, json, sys
root = sys.argv[1]
def signature(entry):
    return [(p.name, p.kind.name, None if p.default is p.empty else repr(p.default)) for p in inspect.signature(entry).parameters.values()]
described = {}
for module in ("", ".SendSafely", ".Package", ".Progress", ".exceptions", ".utilities"):
    importlib.import_module(root + module)
    members = described[module] = {}
    for name, value in vars(sys.modules[root + module]).items():
        if name.startswith("_") or inspect.ismodule(value) or module and getattr(value, "__module__", None) != root + module:
            continue
        if inspect.isclass(value):
            members[name] = {
                member: signature(entry) if inspect.isfunction(entry) else "attribute"
                for base in reversed(value.__mro__) if base.__module__.startswith(root)
                for member, entry in vars(base).items() if member == "__init__" or not member.startswith("_")}
        elif callable(value):
            members[name] = signature(value)
described["all"] = sorted(sys.modules[root].__all__)
json.dump(described, sys.stdout)
"""


def described(interpreter, root):
    done = subprocess.run([str(interpreter), "-W", "ignore", "-c", DESCRIBE, root], capture_output=True, timeout=120, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_every_public_name_and_parameter_is_there():
    official, ours = described(ROOT / "tests/interop/python", "sendsafely"), described(sys.executable, "libsendsafely.compat")
    assert ours["all"] == official["all"]
    compared = 0
    for module, members in official.items():
        if module == "all":
            continue
        for name, member in members.items():
            assert name in ours[module], f"{module}.{name} is missing"
            if isinstance(member, list):
                assert ours[module][name] == member, f"{module}.{name}"
                compared += 1
                continue
            for method, signature in member.items():
                assert ours[module][name].get(method) == signature, f"{module}.{name}.{method}"
                compared += 1
    assert compared > 100


def test_the_package_itself_does_not_import_compat():
    done = subprocess.run([sys.executable, "-c", "import libsendsafely, sys; print([name for name in sys.modules if 'libsendsafely.compat' in name])"],
                          capture_output=True, timeout=60, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


# --- The same programs


@pytest.mark.slow
def test_send(sides, admin, files):
    lines = both(sides, admin, "send", "admin", lambda side: files)
    assert [value for what, value in lines if what == "progress"] == [[True, "100.0", True]] * len(files)


@pytest.mark.slow
@pytest.mark.parametrize("sender", [OFFICIAL, COMPAT])
def test_receive(sides, admin, files, tmp_path, sender):
    """Each package receives what the other sent."""
    admin("POST", "/reset")
    *_, last = sides[sender].run("send", "admin", *files)
    seen = {}
    for name, side in sides.items():
        directory = made_directory(tmp_path / f"in-{name}")
        seen[name] = [normal_line(line) for line in side.run("receive", "second", last.partition(" ")[2], directory)]
        expected = sums(files[:-1])
        expected.update({f"copy_ of_{name}": value for name, value in expected.items()})
        assert sums(directory.iterdir()) == expected
    # Only the confirmations of downloads differ for the second receiver.
    for lines in seen.values():
        for _, value in lines:
            if isinstance(value, dict):
                value.pop("state", None)
                for recipient in value["recipients"]:
                    recipient["confirmations"] = []
    assert seen[COMPAT] == seen[OFFICIAL]


@pytest.mark.slow
def test_workspace(sides, admin, files, tmp_path):
    lines = both(sides, admin, "workspace", "admin", lambda side: [files[1], made_directory(tmp_path / f"in-{side.name}")])
    assert len([what for what, _ in lines if what == "received"]) == 3


@pytest.mark.slow
def test_trusted_device(sides, admin, tmp_path):
    both(sides, admin, "trusted_device", "second", lambda side: [
        tmp_path / f"{side.name}.json", side.users["admin"]["api_key"], side.users["admin"]["api_secret"]])


@pytest.mark.slow
@pytest.mark.parametrize("maker", [OFFICIAL, COMPAT])
def test_a_key_pair_that_either_saved_is_read_by_both(sides, admin, files, tmp_path, maker):
    admin("POST", "/reset")
    pair = tmp_path / "pair.json"
    sides[maker].run("new_device", "second", pair)
    for sender in sides.values():
        package_id, keycode = sender.run("go_on", "admin", files[1], "no")[-1].split()
        sender.run("go_on", "admin", files[3], "yes", package_id, keycode)
        for reader in sides.values():
            assert reader.run("open_with_device", "second", pair, package_id) == ["begun"]


@pytest.mark.slow
@pytest.mark.parametrize("first, then", [(OFFICIAL, COMPAT), (COMPAT, OFFICIAL)])
def test_each_package_continues_what_the_other_created(sides, admin, files, tmp_path, first, then):
    admin("POST", "/reset")
    known = sides[first].run("go_on", "admin", files[1], "no")[-1].split()
    link = sides[then].run("go_on", "admin", files[3], "yes", *known)[-1].partition(" ")[2]
    for name, side in sides.items():
        directory = made_directory(tmp_path / name)
        side.run("receive", "second", link, directory)
        assert sums([directory / files[1].name, directory / files[3].name]) == sums([files[1], files[3]])


@pytest.mark.slow
def test_manage(sides, admin):
    both(sides, admin, "manage", "admin", lambda side: [])


@pytest.mark.slow
def test_where_a_keycode_may_come_from(sides, admin, tmp_path):
    lines = both(sides, admin, "keycodes", "second", lambda side: [tmp_path])
    assert len(lines) == 11


def test_a_file_with_a_keycode_may_be_of_any_editor(account, tmp_path):
    package = compat.Package(account)
    keycode = package.client_secret
    for content in (f"{keycode}\r\n".encode("utf-16"), f"\n{keycode} \nnotes".encode("utf-8-sig")):
        (tmp_path / "keycode.txt").write_bytes(content)
        again = account.load_package(package.package_id, str(tmp_path / "keycode.txt"))
        assert again.client_secret == keycode and again.initialized_via_keycode


@pytest.mark.slow
def test_mistakes(sides, admin, files, tmp_path):
    # The two packages describe an unreadable key in different words.
    def comparable(lines):
        return [re.sub(r"(get_package_keycode \w+).*", r"\1", line) for line in lines]

    seen = {}
    for name, side in sides.items():
        admin("POST", "/reset")
        seen[name] = comparable([" ".join(map(str, normal_line(line))) for line in side.run("mistakes", "admin", files[1], tmp_path)])
    assert seen[COMPAT] == seen[OFFICIAL]
    assert len(seen[COMPAT]) > 60


# --- The differences that docs/compat.md lists


@pytest.fixture
def account(emulator):
    account = compat.SendSafely(emulator["url"], emulator["api_key"], emulator["api_secret"])
    yield account
    # Otherwise pytest, and tracebacks of expected exceptions, would keep it beyond the check of nothing_left.
    vars(account).clear()
    gc.collect()


class Steps:
    def __init__(self):
        self.steps = []

    def update_progress(self, file_id, progress):
        self.steps.append((file_id, progress))


def test_refusals_carry_their_cause(account):
    with pytest.raises(exceptions.AddFileFailedException) as refused:
        package = compat.Package(account)
        package.encrypt_and_upload_file(__file__, "no directory", Steps())
    assert isinstance(refused.value.__cause__, libsendsafely.Error)
    assert refused.value.__cause__.status == libsendsafely.Status.ONLY_IN_WORKSPACE


def test_what_the_official_client_takes_for_a_success_is_refused(account, admin):
    package = compat.Package(account)
    package.add_recipient("somebody@approver-required.test")
    package.encrypt_and_upload_message("text")
    with pytest.raises(exceptions.FinalizePackageFailedException, match="APPROVER_REQUIRED") as refused:
        package.finalize()
    assert package.client_secret not in str(refused.value)
    admin("POST", "/faults", {"endpoint": "upload_complete", "times": 1, "action": {"envelope": {"response": "FAIL", "message": "not all there"}}})
    with pytest.raises(exceptions.UploadFileException, match="not all there"):
        package.encrypt_and_upload_file(__file__, None, Steps())
    stranger = compat.SendSafely(account.BASE_URL[:-len(account.API_URL)], "no-key", "no-secret")
    with pytest.raises(exceptions.GetPackagesException, match="Invalid API Key"):
        stranger.get_sent_packages()


def test_a_package_that_needs_approval_is_finalized(account):
    package = compat.Package(account)
    package.add_recipient("somebody@approval.test")
    package.encrypt_and_upload_message("text")
    finalized = package.finalize()
    assert finalized["response"] == "PACKAGE_NEEDS_APPROVAL" and finalized["approvers"] == ["approver@acme.test"]
    assert finalized["message"].endswith("#keyCode=" + package.client_secret)


@pytest.mark.parametrize("link", ["https://acme.sendsafely.com/nothing", "https://acme.sendsafely.com/receive/?packageCode=code", ""])
def test_a_malformed_link_is_refused(account, link):
    with pytest.raises(exceptions.GetPackageInformationFailedException):
        account.load_package_from_link(link)


def test_a_workspace_without_its_keycodes_is_deleted(account, admin):
    before = admin("GET", "/packages")
    admin("POST", "/faults", {"endpoint": "package_public_keys", "times": 1, "action": {"envelope": {"response": "FAIL", "message": "no keys"}}})
    with pytest.raises(exceptions.CreatePackageFailedException, match="no keys"):
        compat.Package(account, workspace=True)
    left = [package_id for package_id in admin("GET", "/packages") if package_id not in before]
    deadline = time.monotonic() + 20
    while not all("DELETED" in admin("GET", f"/packages/{package_id}")["state"] for package_id in left):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_recipient_whose_device_gets_no_keycode_stays(account, admin, emulator):
    second = next(user for user in emulator["users"] if user["email"].startswith("second"))
    device = compat.SendSafely(emulator["url"], second["api_key"], second["api_secret"])
    public_key_id = device.generate_trusted_device_key_pair("device")["response"]["id"]
    package = compat.Package(account)
    admin("POST", "/faults", {"endpoint": "set_keycode", "times": 1, "action": {"envelope": {"response": "FAIL", "message": "no keycodes"}}})
    with pytest.raises(exceptions.UploadKeycodeException, match="no keycodes"):
        package.add_recipient("second@acme.test")
    assert [recipient["email"] for recipient in package.get_info()["recipients"]] == ["second@acme.test"]
    device.revoke_trusted_device_key(public_key_id)


def test_nothing_appears_before_it_is_verified(account, admin, tmp_path):
    package = compat.Package(account)
    file_id = package.encrypt_and_upload_file(__file__, None, Steps())["fileId"]
    target = tmp_path / "target"
    target.write_text("older")
    admin("POST", "/faults", {"endpoint": "part_get", "times": 0, "action": {"flip_response_byte": 60}})
    try:
        with pytest.raises(exceptions.DownloadFileException):
            package.download_and_decrypt_file(file_id, None, str(tmp_path), "target", Steps())
    finally:
        admin("DELETE", "/faults")
    assert target.read_text() == "older" and os.listdir(tmp_path) == ["target"]
    package.download_and_decrypt_file(file_id, None, str(tmp_path), "target", Steps())
    assert target.read_bytes() == Path(__file__).read_bytes()


@pytest.mark.parametrize("offset", [-1, 1])
def test_a_file_whose_size_was_declared_wrongly_is_kept(account, admin, tmp_path, offset):
    package = compat.Package(account)
    file_id = package.encrypt_and_upload_file(__file__, None, Steps())["fileId"]
    package.add_recipient("second@acme.test")
    link = package.finalize()["message"]
    admin("POST", "/settings", {"declared_size_offset": offset})
    try:
        package = account.load_package_from_link(link)
        package.download_and_decrypt_file(file_id, None, str(tmp_path), "target", Steps())
    finally:
        admin("POST", "/settings", {"declared_size_offset": 0})
    assert (tmp_path / "target").read_bytes() == Path(__file__).read_bytes()


@pytest.mark.parametrize("name", ["..", ".", "directory"])
def test_a_name_cannot_lead_elsewhere(account, tmp_path, name):
    (tmp_path / "directory").mkdir()
    package = compat.Package(account)
    file_id = package.encrypt_and_upload_file(__file__, None, Steps())["fileId"]
    with pytest.raises(exceptions.DownloadFileException):
        package.download_and_decrypt_file(file_id, None, str(tmp_path), name, Steps())
    assert os.listdir(tmp_path) == ["directory"] and os.listdir(tmp_path / "directory") == []


@pytest.mark.parametrize("listed", [True, False])
def test_progress_names_the_file_while_it_is_sent(account, admin, tmp_path, listed):
    path = tmp_path / "slow.bin"
    path.write_bytes(random.Random(2).randbytes(6_000_000))
    package, steps = compat.Package(account), Steps()
    admin("POST", "/settings", {"list_incomplete_files": listed})
    admin("POST", "/faults", {"endpoint": "part_put", "times": 0, "action": {"bytes_per_second": 3_000_000}})
    try:
        file_id = package.encrypt_and_upload_file(path, None, steps)["fileId"]
    finally:
        admin("DELETE", "/faults")
        admin("POST", "/settings", {"list_incomplete_files": True})
    assert {named for named, _ in steps.steps} == {file_id}
    percents = [float(progress) for _, progress in steps.steps]
    assert percents == sorted(set(percents)) and steps.steps[-1][1] == "100.0"
    assert (len(steps.steps) > 1) == listed


def test_without_progress_instance_progress_goes_to_the_terminal(account, capsys):
    package = compat.Package(account)
    file_id = package.encrypt_and_upload_file(__file__)["fileId"]
    assert capsys.readouterr().out == f"\r{file_id}: 100.0 %\n"


@pytest.mark.skipif(sys.platform == "win32", reason="files have no mode there")
def test_a_private_key_is_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "pair.json"
    path.write_text("older")
    path.chmod(0o644)
    utilities.save_key_pair("id", utilities.KeyPair("private", "public"), path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert utilities.read_key_pair(path) == {"publicKeyId": "id", "privateKey": "private"}
    with pytest.raises(FileNotFoundError):
        utilities.save_key_pair("id", "private", tmp_path / "missing" / "pair.json")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileExistsError, match="not replaced"):
        utilities.save_key_pair("id", "private", tmp_path / "pipe")
    assert sorted(os.listdir(tmp_path)) == ["pair.json", "pipe"]
    (tmp_path / "link").symlink_to("pair.json")
    utilities.save_key_pair("other", "private", tmp_path / "link")
    assert not (tmp_path / "link").is_symlink() and utilities.read_key_pair(path)["publicKeyId"] == "id"


def test_a_key_pair_that_is_being_saved_is_locked(tmp_path, monkeypatch):
    """A download of another program into the same directory must not take its file for that of a dead one."""
    fcntl = pytest.importorskip("fcntl")
    looked = []

    def dump(value, file):
        (name,) = os.listdir(tmp_path)
        with open(tmp_path / name) as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        looked.append(name)
        file.write(json.dumps(value))
    monkeypatch.setattr(utilities.json, "dump", dump)
    utilities.save_key_pair("id", "private", tmp_path / "pair.json")
    assert len(looked) == 1 and os.listdir(tmp_path) == ["pair.json"]


def test_representations_contain_no_secret(account):
    package = compat.Package(account)
    pair = utilities.KeyPair("private key", "public key")
    assert account.API_SECRET not in repr(account) and package.client_secret not in repr(package) and "private" not in repr(pair)


def test_attributes_may_be_written_to(account, emulator):
    package = compat.Package(account)
    third = next(user for user in emulator["users"] if user["email"].startswith("third"))
    account.API_KEY, account.API_SECRET = third["api_key"], third["api_secret"]
    assert account.get_user_information()["email"] == "third@acme.test"
    with pytest.raises(exceptions.GetPackageInformationFailedException):
        package.get_info()
    account.API_KEY, account.API_SECRET = emulator["api_key"], emulator["api_secret"]
    package.client_secret, package.initialized_via_keycode = None, False
    with pytest.raises(exceptions.KeycodeRequiredException):
        package.finalize()


def test_ids_lead_to_no_other_path(account, admin):
    package = compat.Package(account)
    admin("DELETE", "/requests")
    for crafted in ("", ".", "..", "../user", "a/temp", "a?b", "a#b", "%2e%2e", "a\n"):
        for failure, call in (
                (exceptions.GetPackageInformationFailedException, lambda: account.get_package_information(crafted)),
                (exceptions.DeletePackageException, lambda: account.delete_package(crafted)),
                (exceptions.TrustedDeviceException, lambda: account.revoke_trusted_device_key(crafted)),
                (exceptions.GetPublicKeysFailedException, lambda: package.get_public_keys(crafted)),
                (exceptions.UpdateRecipientFailedException, lambda: package.update_recipient_phone_number(crafted, "4155550100")),
                (exceptions.DeleteFileException, lambda: package.delete_file_from_package(crafted)),
                (exceptions.GetFileInformationException, lambda: package.get_file_information("file", crafted)),
                (exceptions.MoveDirectoryException, lambda: package.move_directory("directory", crafted)),
                (exceptions.DeleteDirectoryException, lambda: package.delete_directory(crafted))):
            with pytest.raises(failure):
                call()
    for code in ("..", "../../user", "a%2Ftemp"):
        with pytest.raises(exceptions.GetPackageInformationFailedException):
            account.load_package_from_link(f"{account.client().host}/receive/?packageCode={code}#keyCode={'k' * 43}")
    assert admin("GET", "/requests") == []


def ready(account):
    package = compat.Package(account)
    package.add_recipient("second@acme.test")
    package.encrypt_and_upload_message("hello")
    return package


def test_finalize_after_a_lost_response_returns_the_link(account, admin):
    package = ready(account)
    admin("POST", "/faults", {"endpoint": "finalize", "when": "after", "action": {"status": 503}})
    link = package.finalize()["message"]
    assert account.load_package_from_link(link).get_package_message() == "hello"
    package = ready(account)
    admin("POST", "/faults", {"endpoint": "finalize", "when": "before", "action": {"close": True}})
    with pytest.raises(exceptions.FinalizePackageFailedException):
        package.finalize()
    assert package.finalize()["response"] == "SUCCESS"


def test_recipients_after_a_lost_response_are_listed(account, admin):
    package = compat.Package(account)
    lost = {"when": "after", "action": {"status": 503}}
    admin("POST", "/faults", {"endpoint": "add_recipient", **lost})
    admin("POST", "/faults", {"endpoint": "add_recipients", **lost})
    recipient = package.add_recipient("second@acme.test")
    assert recipient["email"] == "second@acme.test" and recipient["recipientId"]
    assert [one["response"] for one in package.add_recipients(["third@acme.test", "B@x.test"])["recipients"]] == ["SUCCESS", "SUCCESS"]
    admin("POST", "/faults", {"endpoint": "add_recipient", "when": "before", "action": {"close": True}})
    with pytest.raises(exceptions.AddRecipientFailedException):
        package.add_recipient("c@x.test")
    # An entry without an address does not count; a recipient who was there before does not prove that the call succeeded.
    listed = [{"recipientId": "R"}, {"recipientId": "S", "email": "D@x.test", "checkForPublicKeys": False}]
    for endpoint in ("add_recipient", "add_recipients"):
        admin("POST", "/faults", {"endpoint": endpoint, "times": 0, **lost})
    admin("POST", "/faults", {"endpoint": "package_information", "when": "after", "action": {"replace_json": {"recipients": listed}}})
    assert package.add_recipient("d@x.test")["recipientId"] == "S"
    for add, address in ((package.add_recipient, "second@acme.test"), (package.add_recipients, ["third@acme.test"])):
        with pytest.raises(exceptions.AddRecipientFailedException):
            add(address)
    admin("DELETE", "/faults")


def test_the_keycode_goes_to_links_of_the_own_host_only(account, admin):
    for named in ("http://evil.test/receive/?packageCode=C", "nonsense", "https://[x", None):
        package = ready(account)
        admin("POST", "/faults", {"endpoint": "finalize", "when": "after", "action": {"replace_json": {"message": named}}})
        link = package.finalize()["message"]
        assert link.startswith(f"{account.client().host}/receive/?") and account.load_package_from_link(link).get_package_message() == "hello"


def test_options_of_the_client_can_be_given(account, admin):
    account.get_user_information()
    account.CLIENT_OPTIONS = {**account.CLIENT_OPTIONS, "request_api": "A_PROGRAM"}
    account.get_user_information()
    sent = [request["headers"].get("ss-request-api") for request in admin("GET", "/requests") if request["endpoint"] == "user_information"]
    assert sent[-1] == "A_PROGRAM" != sent[-2]
    assert "request_api" not in compat.SendSafely.CLIENT_OPTIONS


def test_copies_and_pickles_make_their_own_connection(account):
    import copy
    import pickle

    package = compat.Package(account)
    package.encrypt_and_upload_file(__file__, None, Steps())
    for twin in (copy.deepcopy(package), pickle.loads(pickle.dumps(package))):
        assert twin.get_info()["packageId"] == package.package_id
        assert twin.sendsafely.client() is not account.client()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_makes_its_own_connection(account):
    package = compat.Package(account)
    child = os.fork()
    if child == 0:
        try:
            package.encrypt_and_upload_file(__file__, None, Steps())
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(package.get_info()["files"]) == 1
    package.encrypt_and_upload_message("of the parent")


@pytest.mark.parametrize("message", [None, 3, ["text"]])
def test_a_message_is_text(account, message):
    package = compat.Package(account)
    with pytest.raises(exceptions.UploadMessageException):
        package.encrypt_and_upload_message(message)
    assert package.encrypt_and_upload_message(b"bytes as well")["response"] == "SUCCESS"
    assert package.get_package_message() == "bytes as well"


def test_plain_http_to_other_hosts_is_refused():
    with pytest.raises(exceptions.GetUserInformationException) as refused:
        compat.SendSafely("http://acme.invalid", "key", "secret").get_user_information()
    assert refused.value.__cause__.status == libsendsafely.Status.INSECURE_HOST


def test_several_threads_may_upload_into_one_package(account, tmp_path):
    package, failures = compat.Package(account), []

    def upload(number):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(bytes([number]) * 100_000)
        try:
            package.encrypt_and_upload_file(path, None, Steps())
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == [] and len(package.get_info()["files"]) == 8


def test_the_authorities_of_requests_are_taken(account, monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    with pytest.raises(exceptions.GetUserInformationException, match=r"missing\.pem"):
        account.get_user_information()
