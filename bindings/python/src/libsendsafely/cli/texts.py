"""Text that people give in files and on standard input: messages, keycodes, credentials, links."""

from __future__ import annotations

import codecs

from .. import Error, Status
from .streams import standard_input


def decoded(data: bytes, origin: str, errors: str = "strict") -> str:
    """Decodes UTF-8, or UTF-16 as Windows writes it. A byte order mark is no part of the text, and every line ends with
    a line feed."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif len(data) % 2 == 0 and b"\0" in data[:2]:  # UTF-16 without a mark. No text has the character 0.
        encoding = "utf-16-be" if data[0] == 0 else "utf-16-le"
    else:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding, errors)
    except UnicodeDecodeError:
        raise Error(f"{origin}: not a text in UTF-8 or UTF-16", status=Status.READ_FAILED) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read(path: str, errors: str = "strict") -> str:
    """Reads a file, or standard input for -."""
    if path == "-":
        return decoded(standard_input().buffer.read(), "standard input", errors)
    with open(path, "rb") as file:
        return decoded(file.read(), path, errors)


def first_line(path: str) -> str:
    """Reads a secret from the first line of a file that is not empty. Blanks may belong to a password."""
    return read(path).lstrip("\n").partition("\n")[0]
