"""What the commands print, and the exit codes."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import sys
import time
from contextlib import suppress
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TextIO

from .. import Error, Phase, Status

if TYPE_CHECKING:
    from ..records import Progress

EXIT_FAILED, EXIT_USAGE, EXIT_AUTHENTICATION, EXIT_NETWORK, EXIT_REFUSED, EXIT_LOCAL, EXIT_INTEGRITY = 1, 2, 3, 4, 5, 6, 7
EXIT_BROKEN_PIPE = 141

CODES = """\
  0    done
  1    failed, for none of the reasons below
  2    usage: an option, an address or a value cannot be right
  3    authentication: no credentials, unsafe ones, or the service refused them
  4    network: the host was not reached, or answered nothing usable
  5    refused: the service does not do it, for this account or at all
  6    local file: missing, unreadable, there already, no room
  7    integrity: the keycode is missing or wrong, or the data was damaged or changed
  130  interrupted by Ctrl-C (143 by SIGTERM, 129 when the terminal is closed)
  141  nobody read standard output any more"""

FAMILIES = {0: EXIT_USAGE, 2: EXIT_USAGE, 3: EXIT_REFUSED, 4: EXIT_NETWORK, 5: EXIT_INTEGRITY, 6: EXIT_LOCAL}
EXCEPTIONS = {
    Status.NO_CREDENTIALS: EXIT_AUTHENTICATION, Status.AUTHENTICATION_FAILED: EXIT_AUTHENTICATION,
    Status.SESSION_TIMEOUT: EXIT_AUTHENTICATION, Status.KEYCODE_UNKNOWN: EXIT_INTEGRITY, Status.KEYCODE_TOO_SHORT: EXIT_INTEGRITY,
    Status.INVALID_KEY: EXIT_INTEGRITY,
}

#: Where the library's advice speaks of Python, what helps here.
REMEDIES = {
    Status.FILE_EXISTS: "use --overwrite or --skip, or another directory",
    Status.PASSWORD_REQUIRED: "give the password that the sender has set, with --password-file",
    Status.TLS_FAILED: "check that the host is right; for a private certificate authority name its certificate in SENDSAFELY_CA_BUNDLE",
    Status.NO_TRUST_STORE: "install the system's certificates (package ca-certificates), or name some in SENDSAFELY_CA_BUNDLE",
    Status.TIMED_OUT: "check the network; a longer --retry-window bridges longer failures",
    Status.KEYCODE_NOT_PROVED: "ask the owner of the package to do this",
    Status.WRONG_KEYCODE: "use the whole secure link, as the sender gave it",
}


def exit_code(status: Status) -> int:
    return EXCEPTIONS.get(status, FAMILIES.get(status // 100, EXIT_FAILED))


def printable(text: object) -> str:
    """A text of somebody else for a terminal: without control characters, and without the keycode of a link."""
    hidden = re.sub(r"(keycode=)[^\s&'\")]+", r"\1...", str(text), flags=re.IGNORECASE)
    return "".join(c if c.isprintable() or c == " " else c.encode("unicode_escape", "backslashreplace").decode() for c in hidden)


def message_text(text: str) -> str:
    """The message of a package for a terminal: its lines, but no other control characters."""
    return "\n".join(printable(line.replace("\t", "    ")) for line in text.splitlines())


def size_text(size: float) -> str:
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


def plain(value: Any) -> Any:
    """A record for JSON: names for enums, ISO 8601 for times."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value) if field.repr}
    if isinstance(value, IntEnum):
        return value.name
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value


def open_standard_streams() -> None:
    """Opens those of descriptors 0 to 2 that the program was started without. The next connection would get that number else, and
    what is printed would go to its other end. Output is opened the wrong way round, so that it fails as a closed one."""
    for descriptor, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, flags)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def standard_input() -> TextIO:
    # What comes from nowhere is not an empty file.
    if sys.stdin is None:
        raise Error("standard input is closed", status=Status.READ_FAILED)
    return sys.stdin


def can_print() -> bool:
    """Whether standard output is open for writing."""
    if os.name != "posix":
        return True
    import fcntl

    return fcntl.fcntl(1, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY


def drop_output() -> None:
    """Standard output goes nowhere from now on, so that Python does not fail a second time when it flushes at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Output:
    """Results on standard output, everything else on standard error."""

    def __init__(self, *, json: bool, quiet: bool, verbose: bool) -> None:
        self.json, self.quiet, self.verbose = json, quiet, verbose
        self.terminal = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self.deadline: float | None = None
        self.remark = self.shown = ""
        self.unwritable = not can_print()
        for stream in (sys.stdout, sys.stderr):
            # A name that the terminal cannot show is no reason to fail.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    def result(self, kind: str, record: Any, text: str | None) -> None:
        """One result: a record or dict for programs, a text for people."""
        line = json.dumps({"type": kind, **plain(record)}) if self.json else text
        try:
            if line is not None:
                print(line, flush=True)
        except BrokenPipeError:
            raise
        except OSError as error:
            self.unwritable = True
            drop_output()
            raise Error(f"standard output: {error.strerror}", status=Status.WRITE_FAILED) from None

    def note(self, text: str) -> None:
        if not self.quiet and not self.json:
            self.say(text)

    def log(self, line: str) -> None:
        if self.verbose:
            self.say(line)

    def say(self, text: str) -> None:
        self._clear()
        # Where a remark cannot be written, the work goes on, and a link is printed.
        with suppress(OSError):
            print(f"libsendsafely: {printable(text)}", file=sys.stderr, flush=True)

    def failed(self, error: Error) -> int:
        code = exit_code(error.status)
        remedy = REMEDIES.get(error.status, error.remedy)
        if self.json and not self.unwritable:
            told: dict[str, Any] = {
                "exit_code": code, "status": error.status.name, "message": printable(error.message), "remedy": remedy,
                "http_status": error.http_status, "server_code": error.server_code, "server_message": error.server_message,
                "retryable": error.retryable}
            self.result("error", told, None)
        else:
            self.say(error.message + (f" ({remedy})" if remedy else "") + (f"; {self.remark}" if self.remark else ""))
        return code

    def interrupted(self) -> None:
        if self.json:
            self.result("error", {"exit_code": 130, "status": "STOPPED", "message": "interrupted", "remedy": None, "http_status": None,
                                  "server_code": None, "server_message": None, "retryable": False}, None)
        else:
            self.say("interrupted" + (f"; {self.remark}" if self.remark else ""))

    # --- Progress

    def within(self, seconds: float) -> None:
        """From now on calls are stopped after that time."""
        self.deadline = time.monotonic() + seconds

    def tell(self, progress: Progress) -> bool | None:
        """For calls without a bar of their own: tells only that the network is awaited."""
        if self.terminal:
            self._draw("waiting for the network" if progress.phase is Phase.WAITING else "")
        return False if self.deadline is not None and time.monotonic() > self.deadline else None

    def bar(self, label: str) -> Bar:
        return Bar(self, printable(label))

    def _draw(self, text: str) -> None:
        if text != self.shown:
            self.shown = text
            with suppress(OSError):
                sys.stderr.write(f"\r{text[:shutil.get_terminal_size().columns - 1]}\x1b[K")
                sys.stderr.flush()

    def _clear(self) -> None:
        self._draw("")


class Bar:
    """The progress of one transfer: `with out.bar(name) as bar: package.upload_file(name, progress=bar)`."""

    def __init__(self, out: Output, label: str) -> None:
        self.out, self.label = out, label
        self.began = self.drawn = time.monotonic()
        self.phase: Phase | None = None
        self.done = 0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        self.out._clear()
        if kind is None and self.out.terminal:
            self.out.note(f"{self.label}: {size_text(self.done)} in {time_text(time.monotonic() - self.began)}")

    def __call__(self, progress: Progress) -> None:
        self.done = progress.bytes_done
        now = time.monotonic()
        if self.out.terminal and (progress.phase is not self.phase or now - self.drawn >= 0.1):
            self.phase, self.drawn = progress.phase, now
            self.out._draw(self.text(progress))

    def text(self, progress: Progress) -> str:
        done, total, rate = progress.bytes_done, progress.bytes_total, progress.bytes_per_second
        if progress.phase is Phase.WAITING:
            how = "waiting for the network"
        elif not rate:
            how = progress.phase.name.lower()
        elif total is None:
            how = f"{size_text(rate)}/s"
        else:
            how = f"{size_text(rate)}/s  {time_text((total - done) / rate)} left"
        if not total:
            return f"{self.label}  {size_text(done)}  {how}"
        filled = 20 * done // total
        return f"{self.label}  {100 * done // total:3}% [{'#' * filled}{'.' * (20 - filled)}]  {size_text(done)} of {size_text(total)}  {how}"
