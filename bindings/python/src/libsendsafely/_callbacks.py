"""The functions that the library calls: one for each kind of callback, which find what they need in the frame of their thread.

The library runs all callbacks on the thread that made the call, so nothing has to be kept alive for the library.
"""

from __future__ import annotations

import ctypes
import io
from typing import Any, Callable

from . import _native as native
from ._frames import Frame, here, must_end
from ._values import record


def _guarded(callback: Callable[..., int], failed: int) -> Callable[..., int]:
    def guarded(_: Any, *arguments: Any) -> int:
        frame: Frame = here.frame
        try:
            return failed if frame.error is not None else callback(frame, *arguments)
        except BaseException as error:  # KeyboardInterrupt too.
            frame.error = error
            return failed

    return guarded


def _tell(frame: Frame, progress: Any) -> int:
    cancelled = frame.cancellation is not None and frame.cancellation.requested
    if must_end() or cancelled or (frame.progress and frame.progress(record(progress.contents)) is False):
        frame.stopped = True
    return native.STOP if frame.stopped else native.CONTINUE


def _read(frame: Frame, buffer: Any, capacity: int) -> int:
    # Never the library's own memory: a stream may keep what it is given to fill, and this ends with the callback.
    data = frame.stream.read(capacity)
    if data is None:
        raise BlockingIOError("the stream to upload has no data ready; open it in blocking mode")
    data = data if isinstance(data, bytes) else memoryview(data).tobytes()
    if len(data) > capacity:
        raise ValueError(f"the stream to upload read {len(data)} bytes, asked for at most {capacity}")
    ctypes.memmove(buffer, data, len(data))
    return len(data)


def _write(frame: Frame, data: Any, size: int) -> int:
    # A copy: the stream may keep what it gets.
    rest = ctypes.string_at(data, size)
    while rest:
        taken = frame.stream.write(rest)
        if taken is None and not isinstance(frame.stream, io.RawIOBase):
            break  # Only raw streams take less than all.
        if not taken:
            raise BlockingIOError("the stream takes nothing; open it in blocking mode")
        if not 0 < taken <= len(rest):
            raise ValueError(f"the stream took {taken} of {len(rest)} bytes")
        rest = rest[taken:]
    return native.CONTINUE


def _log(frame: Frame, line: bytes) -> int:
    if frame.log is not None:
        frame.log(line.decode())
    return 0


ON_PROGRESS = native.sendsafely_progress_callback(_guarded(_tell, native.STOP))
ON_READ = native.sendsafely_read_callback(_guarded(_read, -1))
ON_WRITE = native.sendsafely_write_callback(_guarded(_write, native.STOP))
ON_LOG = native.sendsafely_log_callback(_guarded(_log, 0))
TRAMPOLINES = {
    native.sendsafely_read_callback: ON_READ,
    native.sendsafely_write_callback: ON_WRITE,
}
