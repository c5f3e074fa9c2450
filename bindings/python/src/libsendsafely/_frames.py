"""Calls that are running: each thread has a stack of frames, which its callbacks, signals and the interpreter's exit
use."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from typing import Any, Callable


class Cancellation:
    """Lets one thread stop the calls of another."""

    def __init__(self) -> None:
        self.requested = False


class Callbacks:
    """The callbacks of a client, for its own calls and those of its packages."""

    def __init__(
        self, progress: Callable[[Any], Any] | None = None, log: Callable[[str], Any] | None = None,
    ) -> None:
        self.progress: Callable[[Any], Any] | None = progress
        self.log: Callable[[str], Any] | None = log


class Frame:
    """A running call: what its callbacks need, and the exception that one of them raised."""

    def __init__(self, callbacks: Callbacks, progress: Callable[[Any], Any] | None, stream: Any) -> None:
        self.progress = progress or callbacks.progress
        self.log = callbacks.log
        self.stream = stream
        self.cancellation: Cancellation | None = getattr(here, "cancellation", None)
        self.outer: Frame | None = getattr(here, "frame", None)
        self.error: BaseException | None = None
        self.stopped = False


here = threading.local()
running: set[Frame] = set()
_exiting = False


def cancel_by(cancellation: Cancellation | None) -> None:
    """Makes a cancellation stop the calls that this thread makes from now on."""
    here.cancellation = cancellation


def _in_main_thread() -> bool:
    return threading.get_ident() == threading.main_thread().ident


def must_end() -> bool:
    """Whether the interpreter exits and this thread ends with it."""
    return _exiting and not _in_main_thread()


class _Unraisable:
    """Catches the exception of a signal handler that Python runs before a callback reaches its `try`: ctypes would
    print the exception and continue. Python runs signal handlers on the main thread only, so only its calls use
    this."""

    def __enter__(self) -> None:
        self.before = sys.unraisablehook
        sys.unraisablehook = self.hook

    def __exit__(self, *_: Any) -> None:
        # A callback may have set another hook, which stays.
        if sys.unraisablehook == self.hook:
            sys.unraisablehook = self.before

    def hook(self, unraisable: Any) -> None:
        frame: Frame | None = getattr(here, "frame", None)
        if frame is not None and "ctypes callback" in (unraisable.err_msg or ""):
            frame.error = frame.error or unraisable.exc_value
        else:
            self.before(unraisable)


def enter(frame: Frame, entry: Any, arguments: list[Any]) -> int:
    """Calls a C function, while its callbacks find the frame in `here`. Returns the status."""
    try:
        running.add(frame)
        here.frame = frame
        if not _in_main_thread():
            return int(entry(*arguments))
        with _Unraisable():
            return int(entry(*arguments))
    finally:
        here.frame = frame.outer
        running.discard(frame)


@atexit.register
def _stop_other_threads() -> None:
    """Stops the calls of daemon threads. Python ends such a thread when it next takes the interpreter's lock: inside a
    callback that would unwind the library's own frames."""
    global _exiting
    _exiting = True
    deadline = time.monotonic() + 5
    while running and time.monotonic() < deadline:
        time.sleep(0.01)


def end_with_interpreter() -> None:
    """Holds a daemon thread while the interpreter exits, until Python ends it, so that it neither continues nor
    raises."""
    while _exiting and not _in_main_thread():
        time.sleep(60)


if hasattr(os, "register_at_fork"):
    # A forked child has only one thread, and no calls.
    os.register_at_fork(after_in_child=running.clear)
