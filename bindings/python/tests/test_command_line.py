"""The command line, run as a process, as people and programs run it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import libsendsafely
import pytest
from libsendsafely.cli import completion, output, parser, proxies
from shell import CLEAN, DOCUMENTATION, ROOT, package_ids, raw, send, started, variables

# Slow: each command starts Python.
pytestmark = pytest.mark.slow

# --- Sub-commands


def test_sending_prints_the_link_alone_and_receiving_what_was_written(shell, files, tmp_path):
    message = tmp_path / "message"
    message.write_text("Grüße\n\x1b[31mred")
    link = shell("send", "--to", "second@acme.test", "--to", "third@acme.test", "--phone", "second@acme.test=+14155550100",
                 "--message-file", message, "--life", "3", "--notify", *files)
    assert re.fullmatch(r"http://\S+#keyCode=\S{43}\n", link) and shell.err == ""
    [package_id] = package_ids(shell)
    package = raw(shell, package_id)
    assert package["life"] == 3 and {file["name"] for file in package["files"]} == {"Größe.bin", "notes.txt"}
    assert len(package["recipients"]) == 2 and "4155550100" in json.dumps(package["recipients"])

    (tmp_path / "link.txt").write_text(f"Dear all,\nhere it is: {link.strip()}.\n")
    for target, given in (("-", link.encode()), ("@link.txt", None), (link.strip(), None)):
        directory = tmp_path / f"to{len(target)}"
        printed = shell("receive", target, "--to", directory, input=given)
        assert printed.splitlines() == ["Grüße", "\\x1b[31mred", f"{directory}/Größe.bin", f"{directory}/notes.txt"]
        assert (directory / "Größe.bin").read_bytes() == files[0].read_bytes()
    assert "use --overwrite or --skip" in (shell("receive", link.strip(), "--to", directory, code=6), shell.err)[1]
    files_ = [line for line in shell.json("receive", "-", "--to", directory, "--skip", input=link.encode()) if line["type"] == "file"]
    assert [line["action"] for line in files_] == ["SKIPPED", "SKIPPED"]
    (directory / "notes.txt").write_text("other")
    shell("receive", link.strip(), "--to", directory, "--overwrite")
    assert (directory / "notes.txt").read_text() == "notes"


def test_links_as_mail_filters_and_people_change_them(shell, files, tmp_path):
    link, _ = send(shell, files[1])
    wrapped = f"https://eur01.safelinks.protection.outlook.com/?url={quote(link, safe='')}&data=05%7C01&reserved=0"
    for number, text in enumerate((wrapped, quote(link, safe=""), link.replace("&", "&amp;") + "\u200b\uff09", f"<{link}>.")):
        assert shell("receive", text, "--to", f"to{number}") == f"to{number}/notes.txt\n"
    for text in (link[:-5], link.replace("#", " #"), link.partition("//")[2], f"{link} {link.replace('127.0.0.1', 'localhost')}", quote(link[:-5], safe="")):
        [error] = shell.json("receive", text, "--to", "none", code=2)
        assert error["status"] == "MALFORMED_LINK"


def test_sizes_that_were_declared_wrongly(shell, files, tmp_path):
    link, _ = send(shell, files[1])
    for offset in (-1, 1):
        shell.emulator.admin("POST", "/settings", {"declared_size_offset": offset})
        kept, strict = tmp_path / f"kept{offset}", tmp_path / f"strict{offset}"
        assert shell("receive", link, "--to", kept) == f"{kept}/notes.txt\n" and (kept / "notes.txt").read_bytes() == b"notes"
        assert shell.err == f"libsendsafely: notes.txt: 5 bytes were received, {5 + offset} were declared\n"
        [file] = shell.json("receive", link, "--to", kept, "--overwrite")
        assert (file["size"], file["declared_size"], file["status"]) == (5, 5 + offset, "OK")
        [file] = shell.json("receive", link, "--to", kept, "--skip")
        assert (file["action"], file["size"]) == ("SKIPPED", 5)
        assert shell("receive", link, "--to", strict, "--strict-size", code=7) == "" and not strict.exists()
        assert f"5 bytes{' or more' if offset < 0 else ''} where the sender has declared {5 + offset}" in shell.err


def test_sizes_that_were_declared_wrongly_in_a_workspace(shell, files, tmp_path):
    (tmp_path / "link").write_text(shell("send", "--workspace", "W", "--to", "second@acme.test", files[1]))
    shell.emulator.admin("POST", "/settings", {"declared_size_offset": 1})
    assert shell("workspace", "get", "@link", "notes.txt", "--to", "got") == "got/notes.txt\n"
    assert "notes.txt: 5 bytes were received, 6 were declared" in shell.err
    [file] = shell.json("workspace", "get", "@link", "notes.txt", "--to", "got", "--overwrite")
    assert (file["size"], file["declared_size"]) == (5, 6)
    shell("workspace", "get", "@link", "notes.txt", "--to", "strict", "--strict-size", code=7)


def test_a_package_by_id_and_keycode(shell, files, tmp_path):
    link, package_id = send(shell, files[1])
    keycode = link.partition("#keyCode=")[2]
    shell("receive", package_id, code=7)
    assert "SENDSAFELY_KEYCODE" in shell.err
    shell("receive", package_id, "--to", "a", environment={**shell.environment, "SENDSAFELY_KEYCODE": keycode})
    (tmp_path / "keycode").write_text(keycode + "\n")
    shell("receive", package_id, "--to", "b", "--keycode-file", "keycode")
    # The service detects a wrong keycode by its checksum, before anything is decrypted.
    assert "whole secure link" in shell.json("receive", link[:-20] + 20 * "-", "--to", "c", code=7)[-1]["remedy"]
    shell.emulator.admin("POST", "/faults", {"endpoint": "part_get", "times": 0, "action": {"flip_response_byte": -30}})
    assert shell.json("receive", link, "--to", "c", code=7)[-1]["status"] == "DECRYPT_FAILED"
    assert (tmp_path / "a/notes.txt").read_bytes() == (tmp_path / "b/notes.txt").read_bytes() == b"notes"
    assert not (tmp_path / "c/notes.txt").exists()


ENCODINGS = {"UTF-8": "utf-8", "UTF-8 with a mark": "utf-8-sig", "UTF-16 with a mark": "utf-16", "UTF-16": "utf-16-le", "big-endian": "utf-16-be"}


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS)
def test_text_files_of_any_editor(shell, files, tmp_path, encoding):
    def write(name, text):
        (tmp_path / name).write_bytes(text.replace("\n", "\r\n").encode(encoding))
        (tmp_path / name).chmod(0o600)
        return tmp_path / name

    write("credentials", "".join(f"{name}={value}\n" for name, value in variables(shell.emulator).items()))
    shell.environment = {**{name: value for name, value in shell.environment.items() if not name.startswith("SENDSAFELY_")},
                         "LIBSENDSAFELY_CREDENTIALS": str(tmp_path / "credentials")}
    write("password", "open sesame\n")
    link = shell("send", "--undisclosed", "--message-file", write("message", "Gr\u00fc\u00dfe\nA.\n"), "--password-file", "password", files[1]).strip()
    package_id, keycode = re.search("thread=([^&]+).*#keyCode=(.*)", link).groups()
    write("link", f"Here it is:\n{link}\n")
    write("keycode", keycode + "\n")
    for number, arguments in enumerate((["@link"], ["-"], [package_id, "--keycode-file", "keycode"])):
        printed = shell("receive", *arguments, "--to", f"to{number}", "--password-file", "password", input=(tmp_path / "link").read_bytes())
        assert printed.splitlines() == ["Gr\u00fc\u00dfe", "A.", f"to{number}/notes.txt"]


def test_standard_input_password_and_json(shell, tmp_path):
    (tmp_path / "password").write_text("open sesame\n")
    lines = shell.json("send", "--undisclosed", "--password-file", "password", "--name", "dump.sql", "-", input=b"select 1" * 1000)
    assert [line["type"] for line in lines] == ["file", "sent"]
    assert lines[0]["path"] == "dump.sql" and lines[0]["size"] == 8000 and lines[0]["local_path"] is None
    assert raw(shell, lines[1]["package_id"])["password"] == "open sesame"
    error = shell.json("receive", lines[1]["link"], code=5)[-1]
    assert error["status"] == "PASSWORD_REQUIRED" and "--password-file" in error["remedy"]
    shell("receive", lines[1]["link"], "--password-file", "password")
    assert (tmp_path / "dump.sql").read_bytes() == b"select 1" * 1000


def test_lists_and_information(shell, files):
    link, first = send(shell, files[1])
    _, second = send(shell, "--message", "hello")
    assert [line["package_id"] for line in shell.json("list")] == [second, first]
    assert [line["package_id"] for line in shell.json("list", "--limit", "1")] == [second]
    assert [line["package_id"] for line in shell.json("list", "--file-name", "notes.txt")] == [first]
    assert [line["package_id"] for line in shell.json("list", "--recipient", "second@acme.test", "--status", "active")] == [second, first]
    assert shell.json("list", "--until", "2001-02-03") == shell.json("list", "--workspaces") == shell.json("list", "--archived") == []
    assert first in shell("list", "--search") and "notes.txt" in shell("list")
    me = {**shell.environment, **{name: shell.emulator["users"][1][key] for name, key in (
        ("SENDSAFELY_API_KEY", "api_key"), ("SENDSAFELY_API_SECRET", "api_secret"))}}
    assert "admin@acme.test" in shell("list", "--received", environment=me)
    for target in (first, link):
        [information] = shell.json("info", target)
        assert information["recipients"][0]["email"] == "second@acme.test" and information["files"][0]["size"] == 5
        assert link.partition("#keyCode=")[2] not in json.dumps(information)
    assert "notes.txt, 5 bytes" in shell("info", first)
    shell("info", "AAAA-BBBB", code=5)


def test_a_workspace(shell, files, tmp_path):
    tree = tmp_path / "tree"
    (tree / "inner").mkdir(parents=True)
    (tree / "a.txt").write_text("a")
    (tree / "inner/b.txt").write_text("b")
    workspace = shell("send", "--workspace", "Team", "--to", "second@acme.test", tree, files[1]).strip()
    (tmp_path / "link").write_text(workspace)
    listed = shell.json("workspace", "ls", "@link", "--recursive")
    assert {line["path"] for line in listed} == {"tree/", "tree/inner/", "tree/a.txt", "tree/inner/b.txt", "notes.txt"}
    assert "notes.txt" in shell("workspace", "ls", "@link") and "b.txt" in shell("workspace", "ls", "@link", "tree/inner")
    shell("workspace", "put", "@link", files[0], "--into", "tree/inner")
    assert shell("workspace", "get", "@link", "tree/inner/Größe.bin", "--to", "got") == "got/Größe.bin\n"
    assert (tmp_path / "got/Größe.bin").read_bytes() == files[0].read_bytes()
    assert sorted(shell("workspace", "get", "@link", "tree", "--to", "all").splitlines()) == ["all/a.txt", "all/inner/Größe.bin", "all/inner/b.txt"]
    shell("workspace", "get", "@link", "tree/nothing", code=5)
    shell("workspace", "put", "@link", "-", "--name", "piped.txt", input=b"piped")

    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "c.txt").write_text("c")
    (mine / "d.txt").write_text("e")
    put = shell.json("workspace", "put", "@link", mine, "--compare", "content", "--into", "tree")
    assert {line["reason"] for line in put} == {"NEW"}
    put = shell.json("workspace", "put", "@link", mine, "--compare", "content", "--into", "tree")
    assert {line["action"] for line in put} == {"SKIPPED"}
    (mine / "d.txt").write_text("f")
    get = shell.json("workspace", "get", "@link", "tree/mine/d.txt", "--to", mine, "--overwrite", "--compare", "content")
    assert [line["action"] for line in get] == ["DOWNLOADED"] and (mine / "d.txt").read_text() == "e"
    shell("workspace", "get", "@link", "tree", "--compare", "colour", code=2)
    link, _ = send(shell, files[1])
    [error] = shell.json("workspace", "ls", link, code=1)
    assert error["status"] == "ONLY_IN_WORKSPACE"


def test_a_workspace_that_people_may_use_stays(shell):
    shell("send", "--workspace", "Team", "--to", "second@acme.test", "--group", "nothing", code=5)
    [workspace] = package_ids(shell)
    assert f"people may use the Workspace {workspace}" in shell.err and "DELETED" not in raw(shell, workspace)["state"]


def test_the_file_of_a_killed_download_is_not_sent(shell, tmp_path):
    (tmp_path / "link").write_text(shell("send", "--workspace", "Shared"))
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in ("a.txt", ".sendsafely-0123456789abcdef.part"):
        (mine / name).write_bytes(b"x")
    shell("workspace", "put", "@link", mine)
    assert ".part: is the temporary file of a download; left out" in shell.err
    shell("workspace", "sync", "@link", mine, "mine")
    listed = shell("workspace", "ls", "@link", "--recursive")
    assert "mine/a.txt" in listed and ".part" not in listed


def test_keys_of_a_device(shell, files, tmp_path):
    [key] = shell.json("keys", "generate", "--file", "device.json", "--description", "laptop")
    assert (tmp_path / "device.json").stat().st_mode & 0o777 == 0o600
    assert key["public_key_id"] in shell("keys", "show", "device.json") and "PUBLIC KEY" in shell("keys", "show", key["public_key_id"])
    evil = {"endpoint": "get_public_key", "times": 1, "action": {"replace_json": {"publicKey": "PUBLIC\n\x1b[2J\u202eKEY"}}}
    shell.emulator.admin("POST", "/faults", evil)
    assert shell("keys", "show", key["public_key_id"]).endswith("PUBLIC\n\\x1b[2J\\u202eKEY\n")
    shell("keys", "generate", "--file", "device.json", "--description", "again", code=6)
    _, package_id = send(shell, files[1])
    shell("receive", package_id, "--key-pair", "device.json", "--to", "got")
    assert (tmp_path / "got/notes.txt").read_bytes() == b"notes"
    shell.json("keys", "generate", "--file", "other.json", "--description", "desktop")
    assert shell.json("keys", "sync", "device.json")[0]["failures"] == []
    shell("receive", package_id, "--key-pair", "other.json", "--to", "got2")
    shell.json("keys", "revoke", "device.json")
    shell("keys", "show", key["public_key_id"], code=5)
    shell("receive", package_id, "--key-pair", "device.json", "--to", "got3", code=5)


# --- Mistakes


@pytest.mark.parametrize("arguments, code, expected", [
    ([], 2, "--help"), (["nonsense"], 2, "nonsense"), (["send", "notes.txt"], 2, "--to"), (["send", "--to", "second@acme.test"], 2, "files"),
    (["send", "--to", "nobody", "notes.txt"], 2, "nobody"), (["send", "--to", "second@acme.test", "missing"], 6, "missing"),
    (["send", "--to", "second@acme.test", "."], 6, "--workspace"), (["send", "--to", "second@acme.test", "-"], 2, "--name"),
    (["send", "--to", "second@acme.test", "--phone", "third@acme.test=1", "notes.txt"], 2, "--phone"),
    (["send", "--to", "second@acme.test", "--life", "400", "notes.txt"], 2, "365"), (["send", "--workspace", "W", "--notify"], 2, "--notify"),
    (["send", "--to", "second@acme.test", "--group", "nothing", "notes.txt"], 5, "nothing was sent"),
    (["send", "--workspace", "W", "--group", "nothing"], 5, "nothing was sent"),
    (["receive", "https://host/?#keyCode=SECRETSECRET"], 2, "link"), (["receive", "x", "--nonsense=#keyCode=SECRET"], 2, "--nonsense"),
    (["list", "--received", "--sender", "a@b.test"], 2, "--received"), (["list", "--since", "yesterday"], 2, "yesterday"),
    (["workspace", "sync", "x", ".", "--up", "--down"], 2, "--up"), (["keys", "show", "gone"], 5, ""), (["keys", "show", "."], 6, "name a regular file"),
    (["send", "--undisclosed", b"\xff.txt"], 2, "udcff.txt: the name is not valid UTF-8"),
    (["send", "--undisclosed", "--message", b"\xff"], 2, "the message is not valid UTF-8")])
def test_mistakes_have_their_exit_codes(shell, files, arguments, code, expected):
    assert shell(*arguments, code=code) == "" and expected in shell.err and "SECRET" not in shell.err and len(shell.err.splitlines()) == 1
    [error] = shell.json(*arguments, code=code)
    assert error["type"] == "error" and error["exit_code"] == code and expected in json.dumps(error) + shell.err + "nothing was sent"
    assert package_ids(shell) == [] or all(raw(shell, one)["state"].startswith("PACKAGE_STATE_DELETED") for one in package_ids(shell))


@pytest.mark.parametrize("command", [["send", "--to", "second@acme.test"], ["send", "--workspace", "W"], ["workspace", "put", "x#keyCode=y"]])
@pytest.mark.parametrize("arguments", [["one/r.txt", "two/r.txt"], ["one/r.txt", "one/r.txt"], ["one/r.txt", "-", "--name", "r.txt"]])
def test_two_arguments_with_one_name_are_refused_before_anything_is_sent(shell, tmp_path, command, arguments):
    for directory in ("one", "two"):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "r.txt").write_text(directory)
    shell(*command, *arguments, code=2)
    first, second = arguments[:2]
    assert f"{first} and {second} would both be sent as r.txt" in shell.err and "rename one of them" in shell.err
    assert package_ids(shell) == []


@pytest.mark.parametrize("arguments", [["aa/a:b.txt", "aa/a?b.txt"], ["aa/a?b.txt", "aa/a_b.txt"], ["aa/a_b.txt. ", "aa/a_b.txt"]])
def test_names_that_are_one_when_characters_are_replaced(shell, tmp_path, arguments):
    (tmp_path / "aa").mkdir()
    for name in arguments:
        (tmp_path / name).write_text("content")
    shell("send", "--undisclosed", "--replace-characters", *arguments, code=2)
    assert "would both be sent as a_b.txt" in shell.err and package_ids(shell) == []


@pytest.mark.parametrize("arguments, expected", [
    (["--to", "bad", "notes.txt"], "bad"), (["--to", "a@b@c.test", "notes.txt"], "a@b@c.test"),
    (["--to", "second@acme.test", "--phone", "second@acme.test=xyz", "notes.txt"], "xyz"),
    (["--undisclosed", "odd/12:30.pdf"], "12:30.pdf"), (["--undisclosed", "--name", "a/b", "-"], "a/b"),
    (["--workspace", "T", "notes.txt", "odd"], "12:30.pdf")])
def test_what_can_be_judged_here_is_judged_before_a_package_is_created(shell, files, tmp_path, arguments, expected):
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/12:30.pdf").write_text("minutes")
    shell("send", *arguments, code=2)
    assert expected in shell.err and "nothing was sent" not in shell.err and package_ids(shell) == []


def test_a_link_within_a_tree_may_have_any_name(shell, tmp_path):
    """It is not sent."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/12:30.pdf").symlink_to("nowhere")
    workspace = shell("send", "--workspace", "T", "tree").strip()
    assert shell("workspace", "ls", workspace).split() == ["tree/"]


def test_a_locale_that_is_not_utf_8(shell, tmp_path):
    """File names and texts are UTF-8 all the same."""
    (tmp_path / "日本.txt").write_text("hello")
    (tmp_path / "ä").mkdir()
    (tmp_path / "ä/ö.txt").write_text("tree")
    plain = {**shell.environment, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    link = shell("send", "--undisclosed", "--message", "Grüße", "日本.txt", environment=plain).strip()
    shell("receive", link, "--to", "gött", environment=plain)
    assert (tmp_path / "gött/日本.txt").read_text() == "hello"
    assert [line["text"] for line in shell.json("receive", link, "--to", "got") if line["type"] == "message"] == ["Grüße"]
    workspace = shell("send", "--workspace", "Räume", "ä", environment=plain).strip()
    shell("workspace", "get", workspace, "ä/ö.txt", "--to", "got", environment=plain)
    assert (tmp_path / "got/ö.txt").read_text() == "tree"
    shell("send", "--undisclosed", b"\xff.txt", environment=plain, code=2)
    assert "the name is not valid UTF-8" in shell.err


def test_advice_that_helps(shell, files, tmp_path):
    shell("list", "--nosuch", code=2)
    assert "see libsendsafely list --help" in shell.err
    shell("workspace", "ls", "x", "--nosuch", code=2)
    assert "see libsendsafely workspace ls --help" in shell.err

    link, _ = send(shell, "notes.txt")
    for target in ("notes.txt", "notes.txt/below"):
        shell("receive", link, "--to", target, code=6)
        assert f"{target} is not a directory" in shell.err and "--to" in shell.err
    (tmp_path / "got/notes.txt").mkdir(parents=True)
    shell("receive", link, "--to", "got", "--skip", code=6)
    assert "is no file" in shell.err and "--overwrite" not in shell.err and "--skip" not in shell.err

    (tmp_path / "tree/odd").mkdir(parents=True)
    for name in ("12?30.pdf", "12?31.pdf"):
        (tmp_path / "tree/odd" / name).write_text("minutes")
    workspace = shell("send", "--workspace", "W").strip()
    shell("workspace", "put", workspace, "tree", code=2)
    assert "libsendsafely: odd/12?31.pdf: the name has" in shell.err


def test_a_failure_leaves_no_empty_directory(shell, files, tmp_path):
    link, _ = send(shell, "notes.txt")
    wrong = re.sub("keyCode=.*", "keyCode=" + "x" * 43, link)
    shell("receive", wrong, "--to", "new/deep", code=7)
    assert not (tmp_path / "new").exists()
    (tmp_path / "old").mkdir()
    shell("receive", wrong, "--to", "old/deep", code=7)
    assert (tmp_path / "old").exists() and not (tmp_path / "old/deep").exists()


def test_names_that_cannot_be_sent_and_files_that_grow(shell, tmp_path):
    (tmp_path / "12:30.pdf").write_text("minutes")
    shell("send", "--to", "second@acme.test", "12:30.pdf", code=2)
    assert "12:30.pdf: the name has" in shell.err and "use --replace-characters" in shell.err
    _, package_id = send(shell, "12:30.pdf", "--replace-characters", "--allow-growth")
    assert [file["name"] for file in raw(shell, package_id)["files"]] == ["12_30.pdf"]
    assert "12:30.pdf: sent as 12_30.pdf" in shell.err

    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a?b").write_text("a")
    workspace = shell("send", "--workspace", "W").strip()
    shell("workspace", "sync", workspace, "tree", "--up", code=2)
    assert "a?b: the name has" in shell.err
    for _ in range(2):
        shell("workspace", "sync", workspace, "tree", "--up", "--replace-characters")
        assert shell("workspace", "ls", workspace).split() == ["1", "a_b"]


def test_what_is_missing_is_not_to_be_created(shell, tmp_path):
    workspace = shell("send", "--workspace", "W").strip()
    shell("workspace", "put", workspace, "missing", code=6)
    assert "missing: No such file or directory" in shell.err and "create" not in shell.err


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_file_that_does_not_say_its_size(shell, tmp_path):
    link, _ = send(shell, "/proc/version")
    shell("receive", link, "--to", tmp_path)
    assert (tmp_path / "version").read_bytes() == Path("/proc/version").read_bytes() != b""


@pytest.mark.parametrize("words, wrong, right", [
    (["list", "--retry-window"], ("nan", "inf", "-5", "-0", "1e300", "99999999999", "1_0", "", "٣", " 1"), {"0": 0, "0.5": 500, "300": 300_000}),
    (["list", "--limit"], ("-1", "9" * 30, "1.5", " 1", "1e3", "nan"), {"0": 0, "1000": 1000}),
    (["send", "--undisclosed", "--life"], ("-1", "9" * 30, "366", "nan", "1_0"), {"0": 0, "365": 365})])
def test_numbers_are_checked_before_anything_is_sent(words, wrong, right):
    name = words[-1].strip("-").replace("-", "_")
    for text, number in right.items():
        assert getattr(parser().parse_args([*words, text]), name) == number
    for text in wrong:
        with pytest.raises(libsendsafely.Error, match=f"{words[-1]}: .* is not a number of .* from 0 to ") as raised:
            parser().parse_args([*words, text])
        assert output.exit_code(raised.value.status) == 2


def test_common_options_may_precede_the_command(shell, tmp_path):
    credentials = tmp_path / "mine"
    credentials.write_text("".join(f"{name}={value}\n" for name, value in variables(shell.emulator).items()))
    credentials.chmod(0o600)
    _, package_id = send(shell, "--message", "hello")
    bare = {name: value for name, value in shell.environment.items() if not name.startswith("SENDSAFELY_")}
    for arguments in (["--credentials", "mine", "list"], ["list", "--credentials", "mine"],
                      ["--credentials=mine", "--retry-window", "5", "list", "--limit", "1"], ["--credentials", "gone", "list", "--credentials", "mine"]):
        assert package_id in shell(*arguments, environment=bare)
        [line] = [json.loads(line) for line in shell("--json", *arguments, environment=bare).splitlines()]
        assert line["package_id"] == package_id
    assert shell("--quiet", "keys", "revoke", "gone", code=5) == ""


def test_an_error_of_the_command_line_itself_is_one_line(shell):
    program = "import sys, libsendsafely.cli.lists as lists; lists.run_list = lambda *_: 1 // 0; from libsendsafely.cli import main; sys.exit(main())"
    for given, lines in (([], 1), (["--verbose"], 5)):
        done = subprocess.run([sys.executable, "-c", program, "list", *given], env=shell.environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1 and done.stderr.splitlines()[-1].startswith("libsendsafely: an error of the command line itself: ZeroDivisionError")
        assert len(done.stderr.splitlines()) == lines or given


def test_exit_codes_are_documented():
    codes = dict(re.findall(r"^\s+(\d+)\s+(.+)$", output.CODES, re.M))
    assert codes.keys() >= {"0", "1", "2", "3", "4", "5", "6", "7", "130", "141"}
    for code, meaning in codes.items():
        assert f"| {code} | {meaning}" in DOCUMENTATION
    for status in libsendsafely.Status:
        assert str(output.exit_code(status)) in codes or status in (libsendsafely.Status.OK, libsendsafely.Status.STOPPED)


def test_every_command_is_documented(shell):
    for line, command in completion.commands(parser()):
        if not completion.children(command):
            assert line.split()[-1] in DOCUMENTATION
            assert "--help" in shell(*line.split(), "--help")
    assert shell("--version") == f"libsendsafely {libsendsafely.__version__}\n"


def test_the_package_itself_does_not_import_the_command_line():
    names = subprocess.check_output([sys.executable, "-c", "import sys, libsendsafely; print(*sys.modules)"], env=CLEAN, text=True).split()
    assert not [name for name in names if "cli" in name.split(".") or name == "argparse"]


# --- Credentials


def test_credentials_from_files_and_variables(shell, tmp_path):
    emulator = shell.emulator
    bare = {name: value for name, value in shell.environment.items() if not name.startswith("SENDSAFELY_")}
    shell("list", code=3, environment=bare)
    assert "SENDSAFELY_HOST" in shell.err and str(tmp_path / ".config/libsendsafely/credentials") in shell.err
    for missing in ("HOST", "API_KEY", "API_SECRET"):
        shell("list", code=3, environment={name: value for name, value in shell.environment.items() if name != f"SENDSAFELY_{missing}"})
        assert f"SENDSAFELY_{missing}" in shell.err
    shell("list", environment={**bare, "SS_HOST": emulator["url"], "SS_KEY": emulator["api_key"], "SS_SECRET": emulator["api_secret"]})
    shell("list", environment={**bare, "SS_HOST": emulator["url"], "SS_API_KEY": emulator["api_key"], "SS_API_SECRET": emulator["api_secret"]})

    default = tmp_path / ".config/libsendsafely/credentials"
    default.parent.mkdir(parents=True)
    default.write_text(f"[default]\nhost = {emulator['url']}\napi_key={emulator['api_key']}\n# mine\napi_secret = \"{emulator['api_secret']}\"\n")
    default.chmod(0o644)
    shell("list", code=3, environment=bare)
    assert f"chmod 600 '{default}'" in shell.err
    [error] = shell.json("list", code=3, environment=bare)
    assert error["status"] == "NO_CREDENTIALS"
    default.chmod(0o600)
    shell("list", environment=bare)
    other = tmp_path / "other"
    other.write_text("".join(f"export {name}={value}\n" for name, value in variables(emulator).items()))
    other.chmod(0o600)
    wrong = {**shell.environment, "SENDSAFELY_API_SECRET": "wrong"}
    shell("list", code=3, environment=wrong)
    shell("list", "--credentials", other, environment=wrong)
    default.unlink()
    shell("list", environment={**bare, "LIBSENDSAFELY_CREDENTIALS": str(other)})
    shell("list", code=3, environment={**bare, "LIBSENDSAFELY_CREDENTIALS": "gone"})
    assert "gone" in shell.err
    for content, expected in ((b"host=h\napi_key=k\n", "api_secret"), (b"very secret\n", "line 1"), (b"host=h\nhost=h\n", "second time"), (b"\xff", "UTF-8")):
        other.write_bytes(content)
        shell("list", "--credentials", other, code=3)
        assert expected in shell.err and "very secret" not in shell.err


# --- doctor


def problems(shell, *arguments, code=0, **environment):
    checks = shell.json("doctor", *arguments, code=code, environment={**shell.environment, **environment})
    assert all(check["remedy"] for check in checks if not check["ok"])
    return [check["check"] for check in checks if not check["ok"]], checks


def closed_port():
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        return plug.getsockname()[1]


def test_doctor_finds_nothing(shell):
    found, checks = problems(shell, "--transfer")
    assert found == []
    assert [check["check"] for check in checks] == [
        "credentials", "proxy", "dns", "connection", "tls", "clock", "account", "version", "permission", "storage"]
    assert all(raw(shell, one)["state"].startswith("PACKAGE_STATE_DELETED") for one in package_ids(shell))
    shell.emulator.admin("POST", "/reset")
    shell("doctor")
    assert package_ids(shell) == []


def test_doctor_finds_what_is_wrong_with_host_and_account(shell):
    assert problems(shell, code=3, SENDSAFELY_API_SECRET="wrong")[0] == ["account"]
    assert problems(shell, code=3, SENDSAFELY_API_KEY="")[0] == ["credentials"]
    assert problems(shell, code=2, SENDSAFELY_HOST="https://")[0] == ["host"]
    assert problems(shell, code=4, SENDSAFELY_HOST="https://acme.invalid")[0] == ["dns"]
    assert problems(shell, code=4, SENDSAFELY_HOST=f"https://127.0.0.1:{closed_port()}")[0] == ["connection"]
    # The storage responds, but is not the service.
    assert problems(shell, code=4, SENDSAFELY_HOST=shell.emulator["storage_url"])[0] == ["service"]


def test_doctor_finds_a_dead_proxy_and_names_its_variable(shell):
    found, checks = problems(shell, code=4, SENDSAFELY_HOST="https://acme.invalid", HTTPS_PROXY=f"http://me:SECRET@127.0.0.1:{closed_port()}")
    assert found == ["proxy"] and "HTTPS_PROXY" in json.dumps(checks) and "SECRET" not in json.dumps(checks)
    assert problems(shell, code=4, SENDSAFELY_HOST="https://acme.invalid", NO_PROXY="x, .invalid", HTTPS_PROXY="http://127.0.0.1:1")[0] == ["dns"]


def test_doctor_finds_a_proxy_that_cannot_be_used(shell):
    found, checks = problems(shell, code=2, SENDSAFELY_HOST="https://acme.invalid", https_proxy="gopher://me:SECRET@proxy", ALL_PROXY="http://127.0.0.1:1")
    assert found == ["proxy"] and "https_proxy" in json.dumps(checks) and "SECRET" not in json.dumps(checks)


@pytest.mark.parametrize("given, code, problem", [
    ({"HTTPS_PROXY": "foo:bar"}, 2, "proxy"), ({"HTTPS_PROXY": "http://a..b"}, 4, "proxy"), ({"HTTPS_PROXY": b"http://\xff"}, 2, "proxy"),
    ({"SENDSAFELY_HOST": "https://["}, 2, "host"), ({"SENDSAFELY_HOST": b"https://\xff"}, 2, "host"), ({"SENDSAFELY_API_KEY": b"\xff"}, 2, "credentials")])
def test_doctor_survives_nonsense(shell, given, code, problem):
    given = {"SENDSAFELY_HOST": "https://acme.invalid", **given}
    assert problems(shell, code=code, **{name: os.fsdecode(value) for name, value in given.items()})[0] == [problem]


def test_a_bad_file_of_certificate_authorities_is_blamed_itself(shell, tmp_path):
    (tmp_path / "bad.pem").write_text("garbage")
    for name, code in (("bad.pem", 2), ("missing.pem", 6), (".", 6)):
        found, checks = problems(shell, code=code, SENDSAFELY_CA_BUNDLE=name)
        assert found == ["tls"] and name in checks[-1]["text"] and "SENDSAFELY_CA_BUNDLE" in checks[-1]["remedy"]
        shell("list", code=code, environment={**shell.environment, "SENDSAFELY_CA_BUNDLE": name})
        assert "correct SENDSAFELY_CA_BUNDLE" in shell.err
    (tmp_path / "mine").write_text("".join(f"{name}={value}\n" for name, value in {**variables(shell.emulator), "ca_bundle": "bad.pem"}.items()))
    (tmp_path / "mine").chmod(0o600)
    shell("list", "--credentials", "mine", code=2)
    assert "correct ca_bundle in mine" in shell.err


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_doctor_does_not_wait_long_for_a_silent_host(shell, scheme):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        began = time.monotonic()
        found, checks = problems(shell, code=4, SENDSAFELY_HOST=f"{scheme}://127.0.0.1:{silent.getsockname()[1]}")
        assert found == ["connection"] and "silent" in checks[-1]["remedy"] and time.monotonic() - began < 20


def test_doctor_takes_the_same_proxy_as_the_library():
    for row in json.loads((ROOT / "tests/vectors/proxies.json").read_text()):
        try:
            proxy = proxies.proxy_for(urlsplit(row["url"]), row["environment"])
            chosen = proxy.variable if proxy else "none"
        except proxies.Unusable as error:
            chosen = f"refused: {error.variable}"
        assert chosen == row["proxy"], row


def test_doctor_finds_a_wrong_clock(shell):
    shell.emulator.admin("POST", "/settings", {"clock_offset_ms": 3_600_000, "clock_skew_ms": 300_000})
    found, checks = problems(shell, code=1)
    assert found == ["clock"] and re.search(r"(3599|360\d) seconds behind", next(check["text"] for check in checks if check["check"] == "clock"))


def test_doctor_finds_an_untrusted_certificate(shell, tmp_path):
    ready = tmp_path / "tls.json"
    process = subprocess.Popen([ROOT / "target/release/sendsafely-emulator", "--tls", "--ready-file", ready, "--exit-with-stdin"],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not ready.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        tls = json.loads(ready.read_text())
        shell.emulator = tls
        assert problems(shell, code=4, **variables(tls))[0] == ["tls"]
        found, checks = problems(shell, "--transfer", **variables(tls), SENDSAFELY_CA_BUNDLE=tls["ca_file"])
        assert found == [] and "trusted" in next(check["text"] for check in checks if check["check"] == "tls")
    finally:
        process.stdin.close()
        process.wait(10)


def test_doctor_finds_a_denied_storage_and_a_denied_account(shell):
    for endpoint in ("part_put", "part_get"):
        shell.emulator.admin("POST", "/faults", {"endpoint": endpoint, "times": 0, "action": {"status": 403}})
        found, checks = problems(shell, "--transfer", code=4)
        assert found == ["storage"] and "direct way" in checks[-1]["text"]
        shell.emulator.admin("DELETE", "/faults")
    shell.emulator.admin("POST", "/faults", {"endpoint": "create_package", "times": 0, "action": {"envelope": {"response": "DENIED", "message": "no"}}})
    assert problems(shell, "--transfer", code=5)[0] == ["permission"]


# --- Going on after an interruption


@pytest.mark.parametrize("resumes", [True, False])
def test_workspace_put_goes_on_after_ctrl_c(shell, tmp_path, resumes):
    (tmp_path / "link").write_text(shell("send", "--workspace", "Big"))
    (tmp_path / "big.bin").write_bytes(os.urandom(20_000_000))
    put = ["workspace", "put", "@link", "big.bin", *([] if resumes else ["--no-resume"])]
    admin = shell.emulator.admin
    admin("POST", "/faults", {"endpoint": "part_put", "part": 8, "action": {"hang_ms": 60_000}})
    process = started(put, shell.environment, cwd=tmp_path)
    deadline = time.monotonic() + 60
    while sum(entry["endpoint"] == "part_put" and entry["status"] == 200 for entry in admin("GET", "/requests")) < 7:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (b"the same command goes on with what was sent" in err) == resumes
    admin("DELETE", "/faults")
    admin("DELETE", "/requests")
    shell(*put, cwd=tmp_path)
    sent = [entry["part"] for entry in admin("GET", "/requests") if entry["endpoint"] == "part_put"]
    assert len(sent) <= 2 if resumes else len(sent) == 8
    assert len(raw(shell, package_ids(shell)[0])["files"]) == 1
    notes = tmp_path / ".local/state/libsendsafely/resume"
    assert not notes.exists() or not list(notes.iterdir())


# --- Completion


def completed(shell, tmp_path, *words):
    (tmp_path / "completion").write_text(shell("completion", "bash"))
    script = ('source completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _libsendsafely; printf "%s\\n" "${COMPREPLY[@]}"')
    return subprocess.check_output(["bash", "-c", script, "bash", "libsendsafely", *words], cwd=tmp_path, text=True).split()


def test_bash_completes(shell, tmp_path):
    (tmp_path / "file.txt").touch()
    assert completed(shell, tmp_path, "") == list(completion.children(parser()))
    assert completed(shell, tmp_path, "workspace", "s") == ["sync"]
    assert completed(shell, tmp_path, "workspace", "sync", "x", "--bo") == ["--both"]
    assert completed(shell, tmp_path, "list", "--status", "") == ["active", "archived", "expired"]
    assert completed(shell, tmp_path, "send", "fi") == completed(shell, tmp_path, "send", "--password-file", "fi") == ["file.txt"]
    assert completed(shell, tmp_path, "send", "--to", "fi") == []
    assert completed(shell, tmp_path, "completion", "") == ["bash", "zsh", "fish"]


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_scripts_hold_every_word_of_the_parser(shell, name):
    script = shell("completion", name)
    for line, command in completion.commands(parser()):
        for word in completion.words(command):
            if name == "fish":
                start = f"__libsendsafely_at '{line}'"
                flag = f" -l {word[2:]} " if word.startswith("--") else f" -s {word[1:]} " if word.startswith("-") else f" -a '{word}' "
                assert any(start in row and flag in row for row in script.splitlines()), (line, word)
            else:
                row = next(row for row in script.splitlines() if row.startswith(f'    "{line}") all='))
                assert word in row.split('"')[3].split(), (line, word)
