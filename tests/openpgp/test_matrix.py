"""The library reads what each program writes, and each program reads what the library writes. No test uses a network."""

import base64
import os
import re

import cases
import pytest
from libsendsafely import Error, Status, crypto

SERVER_SECRET = "A2rAqdSpZ9Vt7lLvIDsbb9ZcUy9uG0qTWkmNnC1VjDk"
KEYCODE = "wN5xTRvJkG4yM0aZ8bQhE7uFOc3iSdLp6rXnV9tWfKY"
PASSWORD = SERVER_SECRET + KEYCODE
OTHER = "0" * 43


def same(read, expected):
    """Fails with a short message, because contents are long."""
    if read != expected:
        differ = next((at for at, (one, other) in enumerate(zip(read, expected)) if one != other), min(len(read), len(expected)))
        pytest.fail(f"{len(read)} bytes instead of {len(expected)}, which differ from byte {differ} on")


def read_part(message, keycode=KEYCODE):
    return crypto.decrypt_part(SERVER_SECRET, keycode, message)


def test_is_there(any_program):
    if any_program.missing:
        # In CI, all programs are installed.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"OpenPGP of {any_program.name} is not there: {any_program.missing}")


def test_ours_reads_parts(part):
    same(read_part(part.write(PASSWORD)), part.content)


def test_ours_reads_messages(message):
    text = crypto.decrypt_message(SERVER_SECRET, KEYCODE, base64.b64encode(message.write(PASSWORD)).decode())
    same(text.encode(), message.content)


def test_ours_reads_keycodes(writer, key):
    program, maker, kind, compression, variant = writer
    pair = key(maker, kind)
    armored = program.encrypt(KEYCODE.encode(), key=pair, compression=compression, armor=True, text=True, **variant)
    assert crypto.decrypt_keycode(armored.decode(), pair.private) == KEYCODE


def test_ours_refuses(refused):
    """The reason has the program's name and a readable text, no debug output."""
    case, words = refused
    message = case.write(PASSWORD)
    with pytest.raises(Error) as refusal:
        read_part(message)
    assert refusal.value.status is Status.UNSUPPORTED_FORMAT and words in refusal.value.message
    assert not re.search(r"[{}\[\]]|::|Some\(", refusal.value.message)


def test_a_wrong_password_opens_nothing(damaged):
    message = damaged.write(PASSWORD)
    same(read_part(message), damaged.content)
    with pytest.raises(Error) as refusal:
        read_part(message, OTHER)
    assert refusal.value.status is Status.DECRYPT_FAILED


def test_a_changed_byte_is_seen(damaged):
    message = damaged.write(PASSWORD)
    # In a session key packet of version 6, two octets are lengths of fields that have lengths themselves.
    without_meaning = {3, 6} if message[0] == 0xC3 and message[2] == 6 else set()
    places = sorted({*range(24), *range(24, len(message), 37), *range(len(message) - 40, len(message))} - without_meaning)
    for at in places[::4] if damaged.program.SLOW else places:
        changed = bytearray(message)
        changed[at] ^= 1 << at % 8
        with pytest.raises(Error) as refusal:
            read_part(changed)
            pytest.fail(f"byte {at} of {len(message)} was changed")
        assert refusal.value.status in (Status.DECRYPT_FAILED, Status.UNSUPPORTED_FORMAT, Status.PART_TOO_LARGE)


def armored(message):
    """The message without its checksum, which would find a change before anything else does."""
    return f"-----BEGIN PGP MESSAGE-----\n\n{base64.encodebytes(message).decode()}-----END PGP MESSAGE-----\n"


def test_another_key_opens_no_keycode(own, key):
    program, kind = own
    pair, another = key(program, kind), program.make_key(kind)
    message = program.encrypt(KEYCODE.encode(), key=pair, text=True)
    assert crypto.decrypt_keycode(armored(message), pair.private) == KEYCODE
    with pytest.raises(Error) as refusal:
        crypto.decrypt_keycode(armored(message), another.private)
    assert refusal.value.status is Status.DECRYPT_FAILED


def test_a_changed_byte_of_a_keycode_is_seen(own, key):
    program, kind = own
    pair = key(program, kind)
    message = program.encrypt(KEYCODE.encode(), key=pair, text=True)
    for at in range(0, len(message), 11):
        changed = bytearray(message)
        changed[at] ^= 1 << at % 8
        with pytest.raises(Error) as refusal:
            crypto.decrypt_keycode(armored(changed), pair.private)
            pytest.fail(f"byte {at} of {len(message)} was changed")
        assert refusal.value.status in (Status.DECRYPT_FAILED, Status.UNSUPPORTED_FORMAT)


def test_keys_that_cannot_be_used_are_named(unusable, key):
    program, kind = unusable
    with pytest.raises(Error) as refusal:
        crypto.encrypt_keycode(KEYCODE, key(program, kind).public)
    assert refusal.value.status is Status.INVALID_KEY
    assert f"the key's algorithm (ECDH, {kind}) is not supported" in refusal.value.message


def test_it_reads_parts(size):
    program, size = size
    content = cases.content(size, "random")
    same(program.decrypt(crypto.encrypt_part(SERVER_SECRET, KEYCODE, content), password=PASSWORD), content)


def test_it_reads_messages(text_size):
    program, size = text_size
    content = cases.content(size, "line", text=True)
    message = crypto.encrypt_message(SERVER_SECRET, KEYCODE, content.decode())
    same(program.decrypt(base64.b64decode(message, validate=True), password=PASSWORD), content)


def test_it_reads_keycodes(reader, key):
    program, kind = reader
    pair = key(program, kind)
    assert program.decrypt(crypto.encrypt_keycode(KEYCODE, pair.public).encode(), key=pair) == KEYCODE.encode()
