"""What a command notes of its work, so that the same command goes on after an interruption.

A run has two files in a private directory: its own, with lines of facts that only the command knows, and that of the
library, with the parts. Both are removed when the command is through."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Callable, NamedTuple, TypeVar

from .. import Client, Error, Status
from .credentials import load
from .output import Output
from .streams import make_private, state_directory
from .values import as_text

T = TypeVar("T")
HEADER = {"format": "libsendsafely-run", "version": 1}
#: A run that ends like this has nothing to go on with: the next one begins anew.
GONE = {Status.UNKNOWN_PACKAGE, Status.PACKAGE_DELETED, Status.FILE_NOT_ON_PACKAGE}
#: The library says so of its file, and does nothing.
UNUSABLE = {Status.INVALID_ARGUMENT, Status.DISK_FULL, Status.WRITE_FAILED, Status.READ_FAILED, Status.ACCESS_DENIED,
            Status.DIRECTORY_NOT_FOUND, Status.FILE_NOT_FOUND, Status.NOT_A_FILE}
BUSY = "the same command is running"


def directory() -> str:
    return os.path.join(state_directory(), "resume")


def add_option(parser: ArgumentParser) -> None:
    parser.add_argument("--no-resume", action="store_true",
                        help="note nothing of what is transferred, and delete it after a failure; default: the same command goes on with it")


class Part(NamedTuple):
    """A file whose transfer has begun: what the library notes of it."""

    file_id: str
    directory_id: str | None
    temporary: str | None
    parts: int
    stored: int


class Run:
    """What is known of a command that has not ended. Without a path nothing is noted."""

    def __init__(self, path: str | None, out: Output) -> None:
        self.path, self.out = path, out
        self.descriptor: int | None = None
        self.facts: dict[str, Any] = {}
        self.about: dict[str, Any] = {}

    @property
    def parts(self) -> str | None:
        """The library's file."""
        return self.path and f"{self.path}.parts"

    def open(self) -> bool:
        """Locks the file, and reads it. False if another process has it."""
        if self.path is None:
            return True
        while True:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
            self.descriptor = os.open(self.path, flags, 0o600)
            if not locked(self.descriptor):
                self.close()
                return False
            # The one who had it may have removed it meanwhile.
            with suppress(OSError):
                if os.path.samestat(os.fstat(self.descriptor), os.lstat(self.path)):
                    break
            self.close()
        if os.name == "posix" and os.fstat(self.descriptor).st_uid != os.geteuid():
            raise OSError("it belongs to another user")
        text = b""
        while read := os.read(self.descriptor, 1 << 20):
            text += read
        *lines, cut = text.split(b"\n")
        if cut:  # By a kill.
            os.ftruncate(self.descriptor, len(text) - len(cut))
        for line in lines:
            with suppress(ValueError):
                self.facts.update(json.loads(line))
        return True

    def begin(self, **facts: Any) -> None:
        """Notes what the run is about, unless it goes on."""
        if self.facts and {name: self.facts.get(name) for name in HEADER} != HEADER:
            raise ValueError
        self.about = facts
        if not self.facts:
            self.note(**HEADER, started=int(time.time()), **facts)

    def begin_anew(self) -> None:
        """Forgets everything but what it is about."""
        self.facts = {}
        if self.descriptor is not None:
            with suppress(OSError):
                os.unlink(self.parts or "")
            os.ftruncate(self.descriptor, 0)
            self.begin(**self.about)

    def note(self, **facts: Any) -> None:
        """Adds a line in one step."""
        self.facts.update(facts)
        if self.descriptor is None:
            return
        line = json.dumps(facts).encode() + b"\n"
        before = os.fstat(self.descriptor).st_size
        try:
            if os.write(self.descriptor, line) == len(line):
                return
            reason = "the disk is full"
        except OSError as error:
            reason = error.strerror or str(error)
        with suppress(OSError):
            os.ftruncate(self.descriptor, before)
        self.give_up(reason)

    def give_up(self, reason: str) -> None:
        """Goes on without notes, which are of no use if some are missing."""
        self.out.note(f"{self.path}: {reason}; after an interruption this command would begin anew")
        self.remove()

    def using(self, transfer: Callable[[str | None], T]) -> T:
        """Runs a transfer with the library's file, or without it if it cannot be used."""
        try:
            return transfer(self.parts)
        except Error as error:
            is_about_it = self.parts is not None and as_text(self.parts) in error.message
            if not is_about_it or error.status not in UNUSABLE:
                raise
            # It is left alone: a later version may understand it.
            self.out.note(f"{error.message}; after an interruption this command would begin anew")
            self.path = None
        return transfer(None)

    def begun(self) -> list[Part]:
        """The files whose transfer has begun and not ended."""
        begun, stored, _ = self.read_parts()
        return [Part(line.get("file") or "", line.get("directory") or None, line.get("temporary"), line.get("parts") or 0, len(stored[key]))
                for key, line in begun.items()]

    def size(self) -> int:
        """How many bytes are through."""
        _, stored, done = self.read_parts()
        own: int = sum(fact.get("size", 0) for name, fact in self.facts.items() if name.startswith("done ") and isinstance(fact, dict))
        return own + sum(done.values()) + sum(sum(parts.values()) for parts in stored.values())

    def read_parts(self) -> tuple[dict[str, dict[str, Any]], dict[str, dict[int, int]], dict[str, int]]:
        begun: dict[str, dict[str, Any]] = {}
        stored: dict[str, dict[int, int]] = {}
        done: dict[str, int] = {}
        with suppress(OSError, TypeError), open(self.parts or "", "rb") as file:
            for text in file:
                with suppress(ValueError, KeyError, TypeError, AttributeError):
                    line = json.loads(text)
                    key = line.get("begin") or line.get("of") or line.get("end") or line.get("done")
                    if "begin" in line:
                        begun[key], stored[key] = line, stored.get(key, {}) if line.get("file") else {}
                    elif "of" in line:
                        stored[key][int(line["part"])] = int(line["length"])
                    elif key:
                        begun.pop(key, None)
                        stored.pop(key, None)
                        done.pop(key, None)
                        if "done" in line:
                            done[key] = int(line["size"])
        return begun, stored, done

    def goes_on(self) -> bool:
        """Whether the same command has something to go on with."""
        return self.path is not None and self.size() > 0

    def remove_temporaries(self) -> None:
        """Removes what unfinished downloads have left."""
        names = {part.temporary for part in self.begun() if part.temporary and part.temporary.startswith(".sendsafely-")}
        for here, _, files in os.walk(self.facts.get("directory") or "") if names else ():
            for name in names.intersection(files):
                path = os.path.join(here, name)
                with suppress(OSError):
                    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
                    try:
                        if locked(descriptor) and stat.S_ISREG(os.fstat(descriptor).st_mode):
                            os.unlink(path)
                    finally:
                        os.close(descriptor)

    def remove(self) -> None:
        if self.path is not None:
            for path in (self.parts, self.path):
                with suppress(OSError):
                    os.unlink(path or "")
        self.close()
        self.path = None

    def close(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def locked(descriptor: int) -> bool:
    """Takes the lock of a file, which the system releases when the process ends."""
    if os.name != "posix":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return not isinstance(error, BlockingIOError)  # Some file systems have no locks.
    return True


@contextmanager
def noted(arguments: Namespace, out: Output, client: Client, command: str, about: list[str], **facts: Any) -> Iterator[Run]:
    """The run of the command that these texts name. The names of its files reveal nothing."""
    run = Run(None, out)
    if not arguments.no_resume:
        texts = "\0".join([command, client.host, load(arguments).api_key, *about])
        name = hashlib.sha256(texts.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        run = opened(os.path.join(directory(), name), out, command=command, host=client.host, **facts)
    try:
        yield run
    except BaseException as error:
        if isinstance(error, Error) and error.status in GONE and run.size() > 0:
            out.remark = out.remark or "the service no longer has it, so the same command begins anew"
            run.remove_temporaries()
            run.remove()
        elif run.goes_on():
            out.remark = out.remark or f"the same command goes on with what was {'received' if 'directory' in facts else 'sent'}"
            run.close()
        else:
            run.remove()
        raise
    run.remove()


def stamp(path: str) -> list[int]:
    """By what a change of a file shows."""
    status = os.stat(path)
    return [status.st_size, status.st_mtime_ns]


def opened(path: str, out: Output, **facts: Any) -> Run:
    run = Run(path, out)
    try:
        make_private(state_directory())
        make_private(directory())
        path.encode("utf-8")
        if not run.open():
            raise Error(BUSY, status=Status.BUSY, remedy="run it again when that has ended, or use --no-resume")
        run.begin(**facts)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is of another version of this program"
        out.note(f"{path}: {reason or error}; after an interruption this command would begin anew")
        run.close()
        run.path = None
    return run
