"""The standard streams, which may be closed, full, or read by nobody."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

from .. import Error, Status


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
    for stream in (sys.stdout, sys.stderr):
        # A file name that the terminal cannot display must not end the program.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


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


#: Why standard output takes nothing more.
_failure: OSError | None = None


def write(text: str) -> None:
    """Writes to standard output, where a failure is an error: results are what the program is for. After a failure
    nothing is written any more."""
    global _failure
    if _failure is None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
            return
        except OSError as error:
            _failure = error
            # Python's flush at exit must not fail too.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(_failure, BrokenPipeError):
        raise _failure
    raise Error(f"standard output: {_failure.strerror or _failure}", status=Status.WRITE_FAILED)


def keep(name: str, line: str) -> str:
    """Keeps a line that must not be lost and that standard output does not take: on standard error, or else in a file
    that only its owner can read. Returns where it is."""
    with suppress(OSError):
        if not _is_discarded(sys.stderr):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()
            return "on standard error"
    directory = state_directory()
    path = os.path.join(directory, name)
    try:
        make_private(directory)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{line}\n")
    except OSError as error:
        return f"nowhere ({path}: {error.strerror})"
    return f"in {path}"


def _is_discarded(stream: TextIO) -> bool:
    """Whether the stream is a device like /dev/null, which takes everything."""
    with suppress(OSError, AttributeError):
        return os.fstat(stream.fileno()).st_rdev == os.stat(os.devnull).st_rdev
    return False


def state_directory() -> str:
    """The directory where this program keeps state of its user."""
    named = os.environ.get("XDG_STATE_HOME", "")
    home = named if os.path.isabs(named) else os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(home, "libsendsafely")


def make_private(directory: str) -> None:
    """Creates a directory into which only its owner can look, if it is missing. Those above have the usual mode."""
    os.makedirs(os.path.dirname(directory), exist_ok=True)
    with suppress(FileExistsError):
        os.mkdir(directory, mode=0o700)
