"""Calls under way: each thread has a stack of frames, and signals and the exit of the interpreter find there what to stop."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from typing import Any, Callable


class Cancellation:
    """Stops the calls of a thread from another one."""

    def __init__(self) -> None:
        self.requested = False


class Callbacks:
    """What a client was given for all its calls, and those of its packages."""

    def __init__(self, progress: Callable[[Any], Any] | None = None, log: Callable[[str], Any] | None = None) -> None:
        self.progress: Callable[[Any], Any] | None = progress
        self.log: Callable[[str], Any] | None = log


class Frame:
    """One call under way: what its callbacks need, and what they raise."""

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
    """Lets another thread stop the calls of this one from now on."""
    here.cancellation = cancellation


def _in_main_thread() -> bool:
    return threading.get_ident() == threading.main_thread().ident


def must_end() -> bool:
    """Whether the interpreter exits, which ends this thread."""
    return _exiting and not _in_main_thread()


class _Unraisable:
    """Catches what the handler of a signal raises at the very beginning of a trampoline, where no `try` can stand: ctypes
    prints it and goes on. Signals come to the main thread only, so it is set up only there, for the time of a call."""

    def __enter__(self) -> None:
        self.before = sys.unraisablehook
        sys.unraisablehook = self.hook

    def __exit__(self, *_: Any) -> None:
        # Somebody may have set another one meanwhile.
        if sys.unraisablehook == self.hook:
            sys.unraisablehook = self.before

    def hook(self, unraisable: Any) -> None:
        frame: Frame | None = getattr(here, "frame", None)
        if frame is not None and "ctypes callback" in (unraisable.err_msg or ""):
            frame.error = frame.error or unraisable.exc_value
        else:
            self.before(unraisable)


def enter(frame: Frame, entry: Any, arguments: list[Any]) -> int:
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
    """Ends the calls of daemon threads: Python would end the threads inside a callback, through the frames of the library."""
    global _exiting
    _exiting = True
    deadline = time.monotonic() + 5
    while running and time.monotonic() < deadline:
        time.sleep(0.01)


def end_with_interpreter() -> None:
    """A daemon thread goes no further when the interpreter exits: Python ends it here, without a word."""
    while must_end():
        time.sleep(60)


os.register_at_fork(after_in_child=running.clear) if hasattr(os, "register_at_fork") else None
