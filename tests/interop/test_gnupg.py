"""GnuPG reads the library's packets, and the library reads GnuPG's."""

import base64

import pytest
from conftest import sha256

MESSAGE = "Grüße aus Zürich — 機密 🔐"
RECIPIENT = "second@acme.test"

# Plaintext sizes of the parts of other clients, protocol 4.3 and A.4.
LAYOUTS = {
    "java": [10_485_760, 1],
    "dotnet": [2_097_153, 2_097_152, 2_097_152, 2_097_152, 2_097_152],
    "node": [2_621_440, 2_621_440, 2_621_440, 2_621_440, 1],
    "node-legacy": [655_360, 2_621_440, 2_621_440, 2_621_440, 1_966_081],
    "python": [2_621_440, 2_621_440, 0],
}


@pytest.fixture(scope="module")
def sent(emulator, make_file):
    """Sends a package with a message and a file of two parts; returns its raw state, passphrase, link and file."""
    file = make_file(2_621_441)
    with emulator.ours("admin") as client, client.create_package() as package:
        package.add_recipient(RECIPIENT)
        package.upload_file(file)
        package.set_message(MESSAGE)
        link = package.finalize().link
        state = emulator.admin("GET", f"/packages/{package.id}")
        return state, state["server_secret"] + package.keycode, link, file


def test_gnupg_decrypts_our_parts(emulator, gnupg, sent):
    state, passphrase, _, file = sent
    [stored] = state["files"]
    parts = [emulator.admin("GET", f"/files/{stored['id']}/parts/{part}") for part in (1, 2)]
    assert stored["parts"] == 2
    plain = [gnupg.run("--decrypt", data=part, passphrase=passphrase) for part in parts]
    assert [len(part) for part in plain] == [2_621_440, 1]
    assert b"".join(plain) == file.read_bytes()


def test_our_part_is_built_as_the_protocol_says(emulator, gnupg, sent):
    state, passphrase, _, _ = sent
    part = emulator.admin("GET", f"/files/{state['files'][0]['id']}/parts/2")
    packets = gnupg.run("--list-packets", data=part, passphrase=passphrase).decode()
    # Protocol 3.4: AES-256, iterated and salted S2K with SHA-256 and count 0x60, MDC, literal format b, nothing compressed.
    assert "symkey enc packet: version 4, cipher 9" in packets and "s2k 3, hash 8" in packets
    assert "count 65536 (96)" in packets
    assert "mdc_method: 2" in packets and "mode b" in packets
    # The name has the place of the part, for the library; other programs ignore it.
    assert 'name="sendsafely:1:2:2:2621441"' in packets
    assert "compressed packet" not in packets and "signature packet" not in packets


def test_gnupg_decrypts_our_message(gnupg, sent):
    state, passphrase, _, _ = sent
    packets = base64.b64decode(state["message"], validate=True)
    assert gnupg.run("--decrypt", data=packets, passphrase=passphrase).decode() == MESSAGE
    # Format u, which every official client reads as text: protocol 3.5.
    assert "mode u" in gnupg.run("--list-packets", data=packets, passphrase=passphrase).decode()


def test_gnupg_decrypts_our_keycode(emulator, gnupg):
    official = emulator.official("second")
    key = official.generate_trusted_device_key_pair("GnuPG")
    public_key_id = key["response"]["id"]
    gnupg.run("--import", data=key["privateKey"].encode())
    with emulator.ours("admin") as client, client.create_package() as package:
        package.add_recipient(RECIPIENT)
        package.set_message(MESSAGE)
        package.finalize()
        keycodes = emulator.admin("GET", f"/packages/{package.id}")["keycodes"]
        assert gnupg.run("--decrypt", data=keycodes[public_key_id].encode()).decode() == package.keycode
    official.revoke_trusted_device_key(public_key_id)


def receive_parts(emulator, sent, parts, size, path):
    """Stores parts of other programs in the package, and receives them with the library."""
    state, _, link, _ = sent
    file_id = emulator.admin("PUT", f"/packages/{state['id']}/files", {"name": path.name, "size": size, "parts": len(parts)})["file_id"]
    for number, part in enumerate(parts, 1):
        emulator.admin("PUT", f"/files/{file_id}/parts/{number}", part)
    with emulator.ours("second") as client, client.open_link(link) as package:
        package.download_file(file_id, path)
    return sha256(path)


FAST = ["--s2k-count", "65536"]


@pytest.mark.parametrize("options", [
    pytest.param([*FAST, "--s2k-mode", mode, "--compress-algo", compress, "--cipher-algo", cipher], id=f"s2k{mode}-{compress}-{cipher}")
    for mode in ("0", "1", "3") for compress in ("none", "zip", "zlib", "bzip2") for cipher in ("AES", "AES192", "AES256")
] + [
    pytest.param([*FAST, "--compress-algo", "none", "--s2k-digest-algo", digest], id=digest)
    for digest in ("SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512")
] + [
    pytest.param(["--compress-algo", "none", "--s2k-count", count], id=f"count-{count}") for count in ("1024", "65011712")
] + [
    pytest.param([*FAST, "--armor"], id="armor"),
    pytest.param([*FAST, "--compress-algo", "none", "--set-filename", "Übersicht.txt"], id="named"),
])
def test_ours_receives_what_gnupg_wrote(emulator, gnupg, sent, make_file, tmp_path, options):
    # From standard input GnuPG does not know the size: partial lengths. From a file: definite ones. Both must be read.
    file = make_file(200_000, ascii_only=True)
    _, passphrase, _, _ = sent
    parts = [
        gnupg.run("--symmetric", *options, data=file.read_bytes(), passphrase=passphrase),
        gnupg.run("--symmetric", *options, "--output", "-", str(file), passphrase=passphrase),
    ]
    twice = tmp_path / "twice"
    twice.write_bytes(file.read_bytes() * 2)
    assert receive_parts(emulator, sent, parts, 400_000, tmp_path / "received") == sha256(twice)


def test_text_of_gnupg_keeps_its_line_ends(emulator, gnupg, sent, tmp_path):
    _, passphrase, _, _ = sent
    text = b"first line\r\nsecond line\r\n"
    part = gnupg.run("--symmetric", "--textmode", *FAST, data=text, passphrase=passphrase)
    receive_parts(emulator, sent, [part], len(text), tmp_path / "received")
    assert (tmp_path / "received").read_bytes() == text


@pytest.mark.parametrize("client", LAYOUTS)
def test_ours_receives_every_layout(emulator, gnupg, sent, make_file, tmp_path, client):
    sizes = LAYOUTS[client]
    file = make_file(sum(sizes))
    _, passphrase, _, _ = sent
    content = memoryview(file.read_bytes())
    parts, start = [], 0
    for size in sizes:
        parts.append(gnupg.run("--symmetric", *FAST, "--compress-algo", "none", data=content[start:start + size], passphrase=passphrase))
        start += size
    assert receive_parts(emulator, sent, parts, len(content), tmp_path / "received") == sha256(file)
