"""The output of the commands, and their exit codes."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from .. import Error, Phase, Status
from .advice import in_our_words, translated
from .display import printable
from .signals import Signals
from .streams import write
from .terminal import Bar, LastLine

if TYPE_CHECKING:
    from ..records import Progress

EXIT_FAILED, EXIT_USAGE, EXIT_AUTHENTICATION, EXIT_NETWORK, EXIT_REFUSED, EXIT_LOCAL, EXIT_INTEGRITY, EXIT_CONFLICT = range(1, 9)
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
  8    conflict: workspace sync kept both contents of a file, and did everything else
  130  interrupted by Ctrl-C (143 by SIGTERM, 129 when the terminal is closed)
  141  the reader of standard output has closed it"""

FAMILIES = {0: EXIT_USAGE, 2: EXIT_USAGE, 3: EXIT_REFUSED, 4: EXIT_NETWORK, 5: EXIT_INTEGRITY, 6: EXIT_LOCAL}
EXCEPTIONS = {
    Status.NO_CREDENTIALS: EXIT_AUTHENTICATION, Status.AUTHENTICATION_FAILED: EXIT_AUTHENTICATION,
    Status.SESSION_TIMEOUT: EXIT_AUTHENTICATION, Status.KEYCODE_UNKNOWN: EXIT_INTEGRITY, Status.KEYCODE_TOO_SHORT: EXIT_INTEGRITY,
    Status.INVALID_KEY: EXIT_INTEGRITY, Status.SYNC_RUNNING: EXIT_FAILED, Status.MANY_DELETIONS: EXIT_FAILED,
    Status.BUSY: EXIT_FAILED,
}

def exit_code(status: Status) -> int:
    return EXCEPTIONS.get(status, FAMILIES.get(status // 100, EXIT_FAILED))


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


class Output:
    """Results on standard output, everything else on standard error."""

    def __init__(self, *, json: bool, quiet: bool, verbose: bool) -> None:
        self.json, self.quiet, self.verbose = json, quiet, verbose
        self.line = LastLine(sys.stderr, wanted=not quiet)
        self.signals = Signals(self.within)
        self.deadline: float | None = None
        self.remark = ""
        self.options: Collection[str] = ()

    def result(self, kind: str, record: Any, text: str | None) -> None:
        """Prints a result: a record or a dictionary as JSON, otherwise the text."""
        line = self.rendered(kind, record, text)
        if line is not None:
            self.line.clear()
            write(f"{line}\n")

    def rendered(self, kind: str, record: Any, text: str | None) -> str | None:
        return json.dumps({"type": kind, **plain(record)}) if self.json else text

    def note(self, text: str) -> None:
        if not self.quiet and not self.json:
            self.say(text)

    def log(self, line: str) -> None:
        if self.verbose:
            self.say(line)

    def say(self, text: str) -> None:
        self.line.clear()
        # A remark that cannot be printed must not stop the work: the link is still printed.
        with suppress(OSError):
            print(f"libsendsafely: {printable(translated(text, self.options))}", file=sys.stderr, flush=True)

    def failed(self, error: Error, code: int | None = None) -> int:
        """Prints an error. Returns the exit code."""
        code = exit_code(error.status) if code is None else code
        message, remedy = in_our_words(error, self.options)
        if self.remark:
            message = f"{message}; {self.remark}"
        members: dict[str, Any] = {
            "exit_code": code, "status": error.status.name, "message": printable(message), "remedy": remedy,
            "http_status": error.http_status, "server_code": error.server_code, "server_message": error.server_message,
            "retryable": error.retryable}
        try:
            if self.json:
                self.result("error", members, None)
                return code
        except (OSError, Error):  # Standard output takes nothing, but standard error may.
            pass
        self.say(message + (f" ({remedy})" if remedy else ""))
        return code

    # --- Progress

    def within(self, seconds: float) -> None:
        """Stops all calls after so many seconds from now."""
        self.deadline = time.monotonic() + seconds

    def report(self, progress: Progress) -> bool | None:
        """The progress callback of calls without a bar: it shows only that the call is waiting for the network."""
        self.line.draw("waiting for the network" if progress.phase is Phase.WAITING else "")
        return False if self.deadline is not None and time.monotonic() > self.deadline else None

    def bar(self, label: str) -> Bar:
        return Bar(self.line, printable(label), self.note)
