"""Signals that end the program: Ctrl-C, SIGTERM, and the end of the terminal."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

NUMBERS = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
# The kernel and the shell each send SIGHUP when a terminal is closed, and supervisors repeat themselves too.
REPETITION = 0.5


class Interrupted(KeyboardInterrupt):
    """A signal has come that ends the program."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number


class Signals:
    """Turns signals into exceptions, but for one that comes while it is held: this one waits."""

    def __init__(self, within: Callable[[float], None]) -> None:
        self.within = within
        self.last: float | None = None
        self.holding = False
        self.waiting: int | None = None
        self.handled: list[int] = []

    def __enter__(self) -> Signals:
        for number in NUMBERS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # A background job and nohup ignore signals.
                signal.signal(number, self.arrived)
                self.handled.append(number)
        return self

    def __exit__(self, *_: Any) -> None:
        # Nothing is left to be cleaned up. What follows a signal that has come already is its repetition.
        for number in self.handled:
            signal.signal(number, signal.SIG_DFL if self.last is None else signal.SIG_IGN)

    def arrived(self, number: int, _: Any) -> None:
        now = time.monotonic()
        if self.last is not None and now - self.last < REPETITION:
            return
        self.last = now
        if self.holding and self.waiting is None:
            self.waiting = number
            self.within(1)
            return
        raise Interrupted(number)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lets a step end that must not be left half done, within a second. Another signal ends it at once."""
        self.holding = True
        try:
            yield
        finally:
            self.holding = False
            if self.waiting is not None:
                raise Interrupted(self.waiting)
