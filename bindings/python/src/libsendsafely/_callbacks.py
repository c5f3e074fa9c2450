"""The functions that the library calls back: one for each kind of callback.

The library runs callbacks on the thread that made the call. So each of these functions finds the frame of its call in
that thread, and one C function per kind, made at import, serves all calls.
"""

from __future__ import annotations

import ctypes
import io
from typing import Any, Callable

from . import _native as native
from ._frames import Frame, here, must_end
from ._values import record


def _guarded(callback: Callable[..., int], failed: int) -> Callable[..., int]:
    """A callback that stores an exception in the frame, since none can pass through C, and returns `failed`."""

    def guarded(_: Any, *arguments: Any) -> int:
        frame: Frame = here.frame
        try:
            return failed if frame.error is not None else callback(frame, *arguments)
        except BaseException as error:  # KeyboardInterrupt too.
            frame.error = error
            return failed

    return guarded


def _report(frame: Frame, progress: Any) -> int:
    cancelled = frame.cancellation is not None and frame.cancellation.requested
    if must_end() or cancelled or (frame.progress and frame.progress(record(progress.contents)) is False):
        frame.stopped = True
    return native.STOP if frame.stopped else native.CONTINUE


def _read(frame: Frame, buffer: Any, capacity: int) -> int:
    # read() and a copy, not readinto(): a stream could keep the library's buffer, which ends with the callback.
    data = _read_some(frame.stream, capacity)
    if data is None:
        raise BlockingIOError("the stream to upload has no data ready; open it in blocking mode")
    if isinstance(data, str):
        raise TypeError("the stream to upload returned str from read(); open it in binary mode, such as \"rb\"")
    data = data if isinstance(data, bytes) else memoryview(data).tobytes()
    if len(data) > capacity:
        raise ValueError(f"the stream to upload returned {len(data)} bytes from read({capacity})")
    ctypes.memmove(buffer, data, len(data))
    return len(data)


def _read_some(stream: Any, capacity: int) -> Any:
    """What the stream has, so that a slow one does not hold up progress and stop until all is there."""
    # Wrappers of temporary files and of responses have the stream in `file`.
    source = stream if hasattr(type(stream), "read") else getattr(stream, "file", stream)
    # Nothing from read1() may be the end, or a stream that does not block: read() knows which.
    return (source.read1(capacity) if _has_own_read1(source) else b"") or stream.read(capacity)


def _has_own_read1(stream: Any) -> bool:
    """Whether read1() belongs to read(). One that is inherited, or that a wrapper passes on, would go around a read()
    that changes the data."""
    owner = next((kind for kind in type(stream).__mro__ if "read" in vars(kind) or "read1" in vars(kind)), object)
    return "read1" in vars(owner) and "read" not in getattr(stream, "__dict__", ())


def _write(frame: Frame, data: Any, size: int) -> int:
    rest = ctypes.string_at(data, size)  # A copy, since the stream may keep it.
    while rest:
        written = frame.stream.write(rest)
        if written is None and not isinstance(frame.stream, io.RawIOBase):
            break  # Only raw streams write less than everything.
        if not written:
            raise BlockingIOError("the stream cannot write now; open it in blocking mode")
        if not 0 < written <= len(rest):
            raise ValueError(f"the stream returned {written} from write() of {len(rest)} bytes")
        rest = rest[written:]
    return native.CONTINUE


def _log(frame: Frame, line: bytes) -> int:
    if frame.log is not None:
        frame.log(line.decode())
    return 0


ON_PROGRESS = native.sendsafely_progress_callback(_guarded(_report, native.STOP))
ON_READ = native.sendsafely_read_callback(_guarded(_read, -1))
ON_WRITE = native.sendsafely_write_callback(_guarded(_write, native.STOP))
ON_LOG = native.sendsafely_log_callback(_guarded(_log, 0))
# By the type of a parameter.
CALLBACKS = {
    native.sendsafely_read_callback: ON_READ,
    native.sendsafely_write_callback: ON_WRITE,
}
