"""Signed requests to any path, and key pairs in files."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from typing import Any, Optional, Union

from ..client import Client
from ..package import Path
from ._account import Account
from ._calls import Json

try:
    import fcntl
except ImportError:  # Windows, where an open file is as good as a locked one.
    fcntl = None  # type: ignore[assignment]


def make_headers(api_secret: str, api_key: str, endpoint: str, request_body: Optional[str] = None) -> dict[str, str]:
    """Returns the headers that sign a request to `SendSafely.BASE_URL + endpoint`. request_body is the exact text that
    the program sends. No network."""
    # The host is not part of the signature.
    with Client("https://localhost", api_key, api_secret) as client:
        headers = client.sign(endpoint, request_body)
    return {"ss-api-key": headers.api_key, "ss-request-timestamp": headers.timestamp or "",
            "ss-request-signature": headers.signature or "", "ss-request-api": "PYTHON_API"}


def get_request(sendsafely: Account, endpoint: str) -> Json:
    """Sends GET. Returns the service's response, even if its member "response" is an error."""
    return sendsafely._request("GET", endpoint)


def delete_request(sendsafely: Account, endpoint: str) -> Json:
    """Sends DELETE. Otherwise like get_request."""
    return sendsafely._request("DELETE", endpoint)


def post_request(sendsafely: Account, endpoint: str, body: Any) -> Json:
    """Sends POST with body as JSON. Otherwise like get_request."""
    return sendsafely._request("POST", endpoint, body)


def put_request(sendsafely: Account, endpoint: str, body: Any) -> Json:
    """Sends PUT with body as JSON. Otherwise like get_request."""
    return sendsafely._request("PUT", endpoint, body)


def patch_request(sendsafely: Account, endpoint: str, body: Any) -> Json:
    """Sends PATCH with body as JSON. Otherwise like get_request."""
    return sendsafely._request("PATCH", endpoint, body)


class KeyPair:
    """A key pair of a trusted device, as SendSafely.KEY_PAIR holds it: its text is the armored private key."""

    def __init__(self, private_key: str, public_key: str) -> None:
        self._private_key = private_key
        #: The armored public key.
        self.pubkey = public_key

    def __str__(self) -> str:
        return self._private_key

    def __repr__(self) -> str:
        return "<KeyPair>"


def save_key_pair(key_id: str, key_pair: Union[KeyPair, str], path_to_save: Path) -> None:
    """Saves the private key, with the service's id of the public key, in a file that only its owner can read. A file or
    a symbolic link of that name is replaced in one step; it stays if the call fails."""
    path = os.fspath(path_to_save)
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path} is a directory")
    if os.path.exists(path) and not os.path.isfile(path):
        raise FileExistsError(f"{path} is a device, pipe or socket, which is not replaced")
    # The library removes files of such names as soon as they are not locked, since a program that was killed has left
    # them. Its own call cannot be used: it replaces nothing.
    temporary = os.path.join(os.path.dirname(path), f".sendsafely-{secrets.token_hex(8)}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            if fcntl is not None:
                with suppress(OSError):  # Where there are no locks, nothing is removed.
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            json.dump({"publicKeyId": key_id, "privateKey": str(key_pair)}, file)
            file.flush()
            if fcntl is not None:  # Windows renames no open file.
                os.replace(temporary, path)
        if fcntl is None:
            os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def read_key_pair(path: Path) -> dict[str, str]:
    """Reads a file of save_key_pair, or of libsendsafely.save_key_pair. Returns "publicKeyId" and "privateKey"."""
    with open(path, "rb") as file:
        saved = json.loads(file.read())  # Of bytes, the encoding is detected.
    return {"publicKeyId": saved["publicKeyId"], "privateKey": saved["privateKey"]}
