"""Texts for people: what comes from elsewhere made safe for a terminal, sizes and times."""

from __future__ import annotations

import re

JOINERS = "\u200c\u200d"  # Invisible, but part of words and emoji.


def printable(text: object) -> str:
    """Makes a foreign text safe for a terminal: without control characters, and without the keycode of a link."""
    hidden = re.sub(r"(keycode(?:=|%(?:25)*3D))[^\s&'\")]+", r"\1...", str(text), flags=re.IGNORECASE)
    return "".join(
        c if c.isprintable() or c in JOINERS else c.encode("unicode_escape", "backslashreplace").decode() for c in hidden)


def message_text(text: str) -> str:
    """Makes the message of a package safe for a terminal: line ends stay, other control characters do not."""
    return "\n".join(printable(line.replace("\t", "    ")) for line in text.splitlines())


def size_text(size: float | None) -> str:
    if size is None:
        return "size unknown"
    if size < 1000:
        return f"{size:.0f} bytes"
    units = ["kB", "MB", "GB", "TB"]
    size /= 1000
    while size >= 1000 and len(units) > 1:
        size /= 1000
        del units[0]
    return f"{size:.1f} {units[0]}"


def time_text(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
