"""The cryptography alone, for programs that do their own transport. Nothing here touches the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from ._calls import call

if TYPE_CHECKING:
    Buffer = Union[bytes, bytearray, memoryview]


def generate_keycode() -> str:
    """Makes a keycode of 43 characters. SendSafely Client API: the secrets (protocol 3.1)."""
    return call("sendsafely_keycode_generate")


def checksum(keycode: str, package_code: str) -> str:
    """The checksum by which the service knows that one has the keycode: 64 hexadecimal digits. Status.INVALID_ARGUMENT: one is
    empty. SendSafely Client API: checksum (protocol 3.3)."""
    return call("sendsafely_checksum", keycode, package_code)


def encrypt_part(server_secret: str, keycode: str, data: Buffer) -> bytes:
    """Encrypts a part of a file, at most 1 GiB: an OpenPGP message. server_secret is the package's, as the service gives it.

    Status.INVALID_ARGUMENT: a secret is empty. Status.PART_TOO_LARGE: more than 1 GiB.
    SendSafely Client API: OpenPGP messages for file parts (protocol 3.4).
    """
    return call("sendsafely_part_encrypt", server_secret, keycode, data)


def decrypt_part(server_secret: str, keycode: str, message: Buffer) -> bytes:
    """Decrypts a part of a file, verified as a whole before anything of it is given out.

    Status.DECRYPT_FAILED: a secret is wrong, or the message is damaged. Status.UNSUPPORTED_FORMAT: no client writes such
    messages. Status.PART_TOO_LARGE: it unpacks to more than 64 MiB and more than its own length.
    SendSafely Client API: OpenPGP messages for file parts (protocol 3.4).
    """
    return call("sendsafely_part_decrypt", server_secret, keycode, message)


def encrypt_message(server_secret: str, keycode: str, text: str) -> str:
    """Encrypts the message of a package: base64 text. Errors as for encrypt_part.
    SendSafely Client API: the message (protocol 3.5)."""
    return call("sendsafely_message_encrypt", server_secret, keycode, text)


def decrypt_message(server_secret: str, keycode: str, base64: str) -> str:
    """Decrypts the message of a package from its base64 text; line ends are as the sender's client writes them. Errors as for
    decrypt_part. SendSafely Client API: the message (protocol 3.5)."""
    return call("sendsafely_message_decrypt", server_secret, keycode, base64)


def encrypt_keycode(keycode: str, public_key: str) -> str:
    """Encrypts a keycode to the armored public key of a trusted device: an armored message. Status.INVALID_KEY: not a key that
    can encrypt. SendSafely Client API: keycodes for public keys (protocol 3.7)."""
    return call("sendsafely_keycode_encrypt", keycode, public_key)


def decrypt_keycode(armored: str, private_key: str) -> str:
    """Decrypts a keycode with the armored private key of a trusted device.

    Status.INVALID_KEY: not an armored OpenPGP private key without a password. Status.DECRYPT_FAILED: it was encrypted to
    another key, or is damaged.
    SendSafely Client API: keycodes for public keys (protocol 3.7).
    """
    return call("sendsafely_keycode_decrypt", armored, private_key)
