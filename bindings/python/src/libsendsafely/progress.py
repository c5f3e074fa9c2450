"""Progress of a call, and the way to stop it."""

from dataclasses import dataclass

from . import _native as native
from ._core import Raised


@dataclass(frozen=True)
class Progress:
    """How far a call has come; see sendsafely_progress in the C header."""

    phase: int
    bytes_done: int
    bytes_sent: int
    bytes_total: "int | None"  # None while unknown.
    bytes_per_second: int
    parts_done: int
    parts_total: int
    retries: int


class Callback:
    """A plain callable as the library wants it. It is told each Progress; what it raises stops the call and is raised
    again from it; False stops it with Stopped."""

    def __init__(self, function):
        self.raised = Raised()
        self.native = native.sendsafely_progress_callback() if function is None else native.sendsafely_progress_callback(
            self.raised.guard(lambda _, progress: self._tell(function, progress.contents)))

    @staticmethod
    def _tell(function, progress):
        total = progress.bytes_total
        go_on = function(Progress(
            progress.phase, progress.bytes_done, progress.bytes_sent, None if total == native.SIZE_UNKNOWN else total,
            progress.bytes_per_second, progress.parts_done, progress.parts_total, progress.retries))
        return native.STOP if go_on is False else native.CONTINUE
