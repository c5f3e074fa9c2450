"""The progress bar: one line at the bottom of the terminal, whatever its width and whatever a name consists of."""

from __future__ import annotations

import os
import shutil
import time
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Callable, TextIO

from .. import Phase
from .display import size_text, time_text

if TYPE_CHECKING:
    from ..records import Progress

# The text may be wider than computed here, since terminals disagree about emoji. So it is written without line
# wrapping. The cursor stays in the first column, since many terminals break the line anew when they become narrower.
DRAW = "\r\x1b[?7l{}\x1b[J\x1b[?7h\r"
# With a space, since some terminals keep the screen in their history when it is erased from its first column.
CLEAR = "\r \x1b[J\r"
SHORTEST_LABEL = 12


def width(text: str) -> int:
    """The columns that a printable text takes on a terminal."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):  # Combining, or invisible.
        return int(character == "\ufe0f")  # It makes the character before it an emoji, which is wider.
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shortened(text: str, columns: int) -> str:
    """The text within so many columns, without its middle: the end of a file name has its type."""
    if width(text) <= columns:
        return text
    if columns < SHORTEST_LABEL:
        return _beginning(text, columns)
    end = _beginning(text[::-1], (columns - 3) // 2)[::-1]
    while end and not _columns(end[0]):  # What it combines with was cut off.
        end = end[1:]
    return f"{_beginning(text, columns - 3 - width(end))}...{end}"


def _beginning(text: str, columns: int) -> str:
    for position, character in enumerate(text):
        columns -= _columns(character)
        if columns < 0:
            return text[:position]
    return text


class LastLine:
    """The last line of the terminal, if standard error is one. It is drawn anew whenever it changes."""

    def __init__(self, stream: TextIO, *, wanted: bool) -> None:
        self.stream = stream
        self.exists = wanted and stream.isatty() and os.environ.get("TERM") != "dumb"
        self.shown = ""

    def columns(self) -> int:
        """What fits into the line, without its last column, after which some terminals begin another line."""
        with suppress(OSError, ValueError):
            # Not shutil's, which asks standard output, or a variable that is as old as the shell.
            return (os.get_terminal_size(self.stream.fileno()).columns or shutil.get_terminal_size().columns) - 1
        return 79

    def draw(self, text: str) -> None:
        if self.exists and text != self.shown:
            self.shown = text
            with suppress(OSError):
                self.stream.write(DRAW.format(text) if text else CLEAR)
                self.stream.flush()

    def clear(self) -> None:
        self.draw("")


class Bar:
    """The progress bar of a transfer: `with out.bar(name) as bar: package.upload_file(name, progress=bar)`."""

    def __init__(self, line: LastLine, label: str, note: Callable[[str], None]) -> None:
        # What the stream cannot encode is longer as an escape.
        encoding = line.stream.encoding or "ascii"
        self.line, self.label, self.note = line, label.encode(encoding, "backslashreplace").decode(encoding), note
        self.began = self.drawn = time.monotonic()
        self.phase: Phase | None = None
        self.done = 0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        self.line.clear()
        if kind is None and self.line.exists:
            self.note(f"{self.label}: {size_text(self.done)} in {time_text(time.monotonic() - self.began)}")

    def __call__(self, progress: Progress) -> None:
        self.done = progress.bytes_done
        now = time.monotonic()
        if self.line.exists and (progress.phase is not self.phase or now - self.drawn >= 0.1):
            self.phase, self.drawn = progress.phase, now
            self.line.draw(self.text(progress, self.line.columns()))

    def text(self, progress: Progress, columns: int) -> str:
        """The line within so many columns: without bar, sizes and rate, in this order, where there is no room."""
        done, total, rate = progress.bytes_done, progress.bytes_total, progress.bytes_per_second
        if progress.phase is Phase.WAITING:
            how = "waiting for the network"
        elif not rate:
            how = progress.phase.name.lower()
        elif total is None:
            how = f"{size_text(rate)}/s"
        else:
            how = f"{size_text(rate)}/s  {time_text((total - done) / rate)} left"
        if total:
            filled = 20 * done // total
            parts = {"percentage": f"{100 * done // total:3}%", "bar": f"[{'#' * filled}{'.' * (20 - filled)}]",
                     "sizes": f" {size_text(done)} of {size_text(total)}", "how": f" {how}"}
        else:
            parts = {"percentage": size_text(done), "how": f" {how}"}
        room = columns - 2 - min(width(self.label), SHORTEST_LABEL)
        for part in ("bar", "sizes", "how"):
            if len(" ".join(parts.values())) > room:
                parts.pop(part, None)
        state = " ".join(parts.values())
        return f"{shortened(self.label, max(columns - 2 - len(state), 0))}  {state}"[-columns:]
