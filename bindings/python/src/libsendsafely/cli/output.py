"""The output of the commands, and their exit codes."""

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
  1    failed for another reason
  2    usage: an option, an address or a value is invalid
  3    authentication: the credentials are missing, readable by others, or refused by the service
  4    network: the host could not be reached, or sent no valid response
  5    refused: the service refused the request
  6    local file: missing, unreadable, already there, or the disk is full
  7    integrity: the keycode is missing or wrong, or the data is damaged or changed
  130  interrupted by Ctrl-C (143 by SIGTERM, 129 when the terminal is closed)
  141  the reader of standard output has closed it"""

FAMILIES = {0: EXIT_USAGE, 2: EXIT_USAGE, 3: EXIT_REFUSED, 4: EXIT_NETWORK, 5: EXIT_INTEGRITY, 6: EXIT_LOCAL}
EXCEPTIONS = {
    Status.NO_CREDENTIALS: EXIT_AUTHENTICATION, Status.AUTHENTICATION_FAILED: EXIT_AUTHENTICATION,
    Status.SESSION_TIMEOUT: EXIT_AUTHENTICATION, Status.KEYCODE_UNKNOWN: EXIT_INTEGRITY, Status.KEYCODE_TOO_SHORT: EXIT_INTEGRITY,
    Status.INVALID_KEY: EXIT_INTEGRITY,
}

#: Remedies in the terms of the command line, where those of the library name Python.
REMEDIES = {
    Status.FILE_EXISTS: "use --overwrite or --skip, or another directory",
    Status.PASSWORD_REQUIRED: "pass the sender's password with --password-file",
    Status.TLS_FAILED: "check the host; for a private certificate authority, set SENDSAFELY_CA_BUNDLE to its certificate",
    Status.NO_TRUST_STORE: "install the system's certificates (package ca-certificates), or set SENDSAFELY_CA_BUNDLE to a file of them",
    Status.TIMED_OUT: "check the network; a longer --retry-window survives longer failures",
    Status.KEYCODE_NOT_PROVED: "ask the owner of the package to do this",
    Status.MALFORMED_FILE_NAME: "rename it, or use --replace-characters",
    Status.FILE_CHANGED: "upload it again when nothing writes to it, or use --allow-growth for a file that only grows, such as a log",
    Status.WRONG_KEYCODE: "use the whole secure link that the sender sent",
}


def exit_code(status: Status) -> int:
    return EXCEPTIONS.get(status, FAMILIES.get(status // 100, EXIT_FAILED))


def printable(text: object) -> str:
    """Makes a foreign text safe for a terminal: without control characters, and without the keycode of a link."""
    hidden = re.sub(r"(keycode=)[^\s&'\")]+", r"\1...", str(text), flags=re.IGNORECASE)
    return "".join(c if c.isprintable() or c == " " else c.encode("unicode_escape", "backslashreplace").decode() for c in hidden)


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


def plain(value: Any) -> Any:
    """Converts a record for JSON: enums become names, times ISO 8601."""
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
    """Opens descriptors 0 to 2 if they are closed. Otherwise a connection could get such a number, and the program would
    print to its peer. Reading and writing still fail, as on a closed descriptor."""
    for descriptor, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, flags)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def standard_input() -> TextIO:
    # Closed standard input is an error, not an empty file.
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
    """Redirects standard output to /dev/null, so that Python's flush at exit does not fail too."""
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
            # A file name that the terminal cannot display must not end the program.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    def result(self, kind: str, record: Any, text: str | None) -> None:
        """Prints a result: a record or a dictionary as JSON, otherwise the text."""
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
        # A remark that cannot be printed must not stop the work: the link is still printed.
        with suppress(OSError):
            print(f"libsendsafely: {printable(text)}", file=sys.stderr, flush=True)

    def failed(self, error: Error) -> int:
        code = exit_code(error.status)
        remedy = REMEDIES.get(error.status, error.remedy)
        if self.json and not self.unwritable:
            members: dict[str, Any] = {
                "exit_code": code, "status": error.status.name, "message": printable(error.message), "remedy": remedy,
                "http_status": error.http_status, "server_code": error.server_code, "server_message": error.server_message,
                "retryable": error.retryable}
            self.result("error", members, None)
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
        """Stops all calls after so many seconds from now."""
        self.deadline = time.monotonic() + seconds

    def report(self, progress: Progress) -> bool | None:
        """The progress callback of calls without a bar: it shows only that the call is waiting for the network."""
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
    """The progress bar of a transfer: `with out.bar(name) as bar: package.upload_file(name, progress=bar)`."""

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
