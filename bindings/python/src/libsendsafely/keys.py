"""Key pairs of trusted devices on this machine. Client registers them with the service."""

# Key pairs are protocol 3.6.

from __future__ import annotations

from typing import Optional

from ._calls import call
from ._later import records
from ._values import path as _path
from ._values import wrong
from .package import Path


def generate_key_pair(bits: int = 2048) -> records.KeyPair:
    """Generates an RSA key pair of 2048, 3072 or 4096 bits, which can take some seconds. Status.INVALID_ARGUMENT:
    another size."""
    return call("sendsafely_key_pair_generate", bits)


def save_key_pair(
    path: Path, key_pair: records.KeyPair, *, public_key_id: Optional[str] = None, description: Optional[str] = None,
) -> None:
    """Saves a key pair in a new file that only its owner can read, in the format of the official Python client's
    save_key_pair. public_key_id and description are by default those of the pair.

    Status.FILE_EXISTS: a file is never overwritten; choose another path. Status.INVALID_KEY: not an armored OpenPGP
    private key. Status.DIRECTORY_NOT_FOUND, Status.ACCESS_DENIED, Status.DISK_FULL: correct the path.
    """
    if not hasattr(key_pair, "private_key"):
        raise wrong(key_pair, "key_pair", "a KeyPair")
    call("sendsafely_key_pair_save", _path(path, "path"), public_key_id or key_pair.public_key_id, key_pair.private_key,
         description or key_pair.description)


def load_key_pair(path: Path) -> records.KeyPair:
    """Loads a key pair that save_key_pair or the official Python client saved.

    Status.INVALID_KEY: the file has no key pair. Status.FILE_NOT_FOUND, Status.ACCESS_DENIED, Status.NOT_A_FILE:
    correct the path.
    """
    return call("sendsafely_key_pair_load", _path(path, "path"))
