"""The cryptography alone, for programs with their own transport. Nothing here uses the network."""

# Secrets, checksum, parts, messages and keycodes are protocol 3.1 to 3.7.

from __future__ import annotations

from ._calls import call
from .package import Buffer


def generate_keycode() -> str:
    """Generates a keycode of 43 characters."""
    return call("sendsafely_keycode_generate")


def checksum(keycode: str, package_code: str) -> str:
    """Computes the checksum that proves to the service that a program has the keycode: 64 hexadecimal digits.
    Status.INVALID_ARGUMENT: an argument is empty."""
    return call("sendsafely_checksum", keycode, package_code)


def encrypt_part(server_secret: str, keycode: str, data: Buffer) -> bytes:
    """Encrypts a part of a file, of at most 1 GiB. Returns an OpenPGP message. server_secret is the package's, from the
    service.

    Status.INVALID_ARGUMENT: a secret is empty. Status.PART_TOO_LARGE: the part has more than 1 GiB.
    Status.OUT_OF_MEMORY: the memory does not suffice.
    """
    return call("sendsafely_part_encrypt", server_secret, keycode, data)


def decrypt_part(server_secret: str, keycode: str, message: Buffer) -> bytes:
    """Decrypts a part of a file. Returns bytes only if the whole message is authentic.

    Status.DECRYPT_FAILED: a secret is wrong, or the message is damaged. Status.UNSUPPORTED_FORMAT: no known client
    writes such messages. Status.PART_TOO_LARGE: the message unpacks to more than 64 MiB and to more than its own
    length.
    """
    return call("sendsafely_part_decrypt", server_secret, keycode, message)


def encrypt_message(server_secret: str, keycode: str, text: str) -> str:
    """Encrypts the message of a package. Returns base64 text. Errors are those of encrypt_part."""
    return call("sendsafely_message_encrypt", server_secret, keycode, text)


def decrypt_message(server_secret: str, keycode: str, base64: str) -> str:
    """Decrypts the message of a package from its base64 text. Line ends stay as the sender's client wrote them. Errors
    are those of decrypt_part."""
    return call("sendsafely_message_decrypt", server_secret, keycode, base64)


def encrypt_keycode(keycode: str, public_key: str) -> str:
    """Encrypts a keycode to the armored public key of a trusted device. Returns an armored message. Status.INVALID_KEY:
    the key cannot encrypt. Status.INVALID_ARGUMENT: the keycode is empty."""
    return call("sendsafely_keycode_encrypt", keycode, public_key)


def decrypt_keycode(armored: str, private_key: str) -> str:
    """Decrypts a keycode with the armored private key of a trusted device.

    Status.INVALID_KEY: not an armored OpenPGP private key without a password. Status.DECRYPT_FAILED: the keycode was
    encrypted to another key, or is damaged. Status.UNSUPPORTED_FORMAT: no known client writes such messages.
    """
    return call("sendsafely_keycode_decrypt", armored, private_key)
