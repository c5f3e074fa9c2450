"""Conversion of values to C and back: texts, numbers, times, buffers and records."""

from __future__ import annotations

import ctypes
import operator
import os
from collections.abc import Iterable
from ctypes import POINTER, sizeof
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

from . import _native as native
from . import enums
from .errors import Error

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


# --- To C ----------------------------------------------------------------------------------------------------------


def text(value: str | os.PathLike[str] | None, name: str = "text") -> bytes | None:
    """Encodes a text or a path."""
    if value is None:
        return None
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str):
        raise TypeError(f"{name} must be str or a path of str, not {type(value).__name__}")
    # The library refuses what is not Unicode, with its own status.
    data = value.encode(errors="surrogatepass")
    if b"\0" in data:
        raise Error(f"{name} contains a NUL character", status=enums.Status.INVALID_ARGUMENT)
    return data


RANGES = {
    ctypes.c_int32: (-(2**31), 2**31 - 1), ctypes.c_int64: (-(2**63), 2**63 - 1), ctypes.c_uint32: (0, 2**32 - 1),
    ctypes.c_uint64: (0, 2**64 - 1), ctypes.c_size_t: (0, 2 ** (8 * sizeof(ctypes.c_size_t)) - 1),
}


def integer(value: Any, name: str, type_: Any) -> int:
    """Checks a number: ctypes would silently cut one that is too large."""
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be int, not {type(value).__name__}") from None
    low, high = RANGES[type_]
    if not low <= value <= high:
        raise Error(f"{name} is {value}; it must be from {low} to {high}", status=enums.Status.INVALID_ARGUMENT)
    return int(value)


def seconds(value: datetime | int, name: str) -> int:
    """Converts a time to seconds since 1970."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{name} has no time zone; pass tzinfo, such as timezone.utc")
    return int(value.timestamp())


def buffer(data: Any) -> tuple[Any, int, Any]:
    """The address and the size of a bytes-like object, and an object that keeps the address valid. Only read-only
    objects other than bytes, and those with gaps, are copied."""
    if isinstance(data, bytes):
        return ctypes.cast(ctypes.c_char_p(data), POINTER(ctypes.c_ubyte)), len(data), data
    view = memoryview(data)
    if view.readonly or not view.c_contiguous:
        return buffer(view.tobytes())
    size = view.nbytes
    kept = (ctypes.c_ubyte * size).from_buffer(view.cast("B") if size else bytearray())
    # Not cast(): its result and the array refer to each other, so that the caller's bytearray would stay locked.
    return kept, size, kept


def identify(thing: Any, attribute: str) -> Any:
    """The id of a record; an id itself is returned unchanged."""
    return getattr(thing, attribute, thing)


def json_text(value: Any) -> str | None:
    """Converts a dictionary to JSON text; JSON text itself is returned unchanged."""
    if value is None or isinstance(value, str):
        return value
    import json

    return json.dumps(value)


def texts(value: Iterable[str], name: str) -> list[str]:
    """Checks a list of texts: Python would take a single text for a list of its letters."""
    if isinstance(value, str):
        raise TypeError(f"{name} must be a list of str, not one str")
    return list(value)


# --- From C --------------------------------------------------------------------------------------------------------


def string(address: Any) -> str | None:
    """The text at an address."""
    return None if not address else ctypes.string_at(address).decode()


def moment(value: int) -> datetime | None:
    """Converts seconds since 1970 to a time; None if it is unknown, or later than Python can express."""
    try:
        return None if value == native.TIME_UNKNOWN else EPOCH + timedelta(seconds=value)
    except OverflowError:
        return None


def pythonic(name: str) -> str:
    """The name of the class for a C struct: PackageSummary for sendsafely_package_summary."""
    return "".join(word.capitalize() for word in name[len("sendsafely_"):].split("_"))


CONVERT: dict[str, Callable[[Any], Any]] = {
    "text": lambda value: None if value is None else value.decode(),
    "record": lambda value: record(value.contents) if value else None,
    "int": int,
    "int?": lambda value: None if value == -1 else value,
    "bool": bool,
    "bool?": lambda value: None if value == -1 else bool(value),
    "size": lambda value: None if value == native.SIZE_UNKNOWN else value,
    "time": moment,
}
CONVERT.update((name, getattr(enums, name)) for name in enums.__all__)


def record(struct: Any) -> Any:
    """Copies a record of the library: a list becomes a tuple, a buffer bytes, any other record a frozen dataclass."""
    name = type(struct).__name__
    fields = native.FIELDS.get(name)
    if fields is None:
        if name == "sendsafely_buffer":
            return ctypes.string_at(struct.data, struct.size)
        items = [struct.items[index] for index in range(struct.count)]
        return tuple(item.decode() if isinstance(item, bytes) else record(item.contents) for item in items)
    # Imported here, since dataclasses take as long to import as everything else.
    from . import records

    return getattr(records, pythonic(name))(*(CONVERT[kind](getattr(struct, field)) for field, kind in fields.items()))
