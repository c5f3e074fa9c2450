"""Files that other programs write: whatever is in a file of credentials, it is read or refused, and no error quotes it."""

import os
import random
from argparse import Namespace

import pytest
from libsendsafely import Error, Status
from libsendsafely.cli import credentials

GOOD = b"""# mine
[default]
host = https://acme.test
export API_KEY="key" \r
SENDSAFELY_API_SECRET='SECRETexample'
"""
WORDS = [b"host", b"api_key=", b"API_SECRET", b"SS_KEY=", b"ca_bundle=/etc", b"=", b"'", b'"', b"\n", b"\r", b"#", b"export ", b"\0", b"\xff\xfe", b"\xfe\xff",
         b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"SECRETexample", "\u202e\x85\x0b".encode(), b"[", b";", b" " * 99]


def changed(chance):
    """The good file with a few changes."""
    data = bytearray(GOOD if chance.random() < 0.9 else GOOD.decode().encode(chance.choice(["utf-16", "utf-16-be", "utf-32", "cp037"])))
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(data) + 1)
        end = at + chance.choice([0, 0, 1, 5])
        data[at:end] = chance.choice([*WORDS, bytes([chance.randrange(256)]), b""])
    return bytes(data)


def test_a_file_of_credentials_is_read_or_refused(tmp_path, monkeypatch):
    for variables in credentials.VARIABLES.values():
        for variable in variables:
            monkeypatch.delenv(variable, raising=False)
    chance, path, outcomes = random.Random(1), tmp_path / "credentials", set()
    for _ in range(3000):
        data = changed(chance)
        path.write_bytes(data)
        path.chmod(0o600)
        try:
            found = credentials.load(Namespace(credentials=os.fspath(path)))
        except Error as error:
            assert error.status is Status.NO_CREDENTIALS
            assert "SECRET" not in f"{error} {error.remedy}".replace("SENDSAFELY_API_SECRET", "")
            assert error.remedy
            outcomes.add("refused")
        else:
            assert all([found.host, found.api_key, found.api_secret])
            assert not any("\n" in value for value in found[:3])
            assert repr(found) == f"<Credentials {found.host} from {path}>"
            outcomes.add("read")
    assert outcomes == {"read", "refused"}


def test_a_file_of_credentials_has_an_end(tmp_path):
    path = tmp_path / "credentials"
    path.write_bytes(GOOD + b"#" * (1 << 20))
    path.chmod(0o600)
    with pytest.raises(Error, match="longer than") as caught:
        credentials.from_file(os.fspath(path))
    assert caught.value.status is Status.NO_CREDENTIALS
