"""Conversion of values to C and back: texts, numbers, times, buffers and records."""

from __future__ import annotations

import ctypes
import io
import operator
import os
from collections.abc import Iterable, Mapping
from ctypes import POINTER, sizeof
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

from . import _native as native
from . import enums
from ._later import records
from .errors import Error

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


# --- To C ----------------------------------------------------------------------------------------------------------


def wrong(value: Any, name: str, expected: str) -> TypeError:
    """The exception for an argument of a wrong type, under its name in Python."""
    return TypeError(f"{name} must be {expected}, not {'None' if value is None else type(value).__name__}")


def text(value: Any, name: str) -> bytes:
    """Encodes a text."""
    if not isinstance(value, str):
        raise wrong(value, name, "str")
    # The library refuses what is not Unicode, with its own status.
    return without_nul(value, name).encode(errors="surrogatepass")


def without_nul(value: str, name: str) -> str:
    if "\0" in value:
        raise Error(f"{name} contains a NUL character", status=enums.Status.INVALID_ARGUMENT)
    return value


RANGES = {
    ctypes.c_int32: (-(2**31), 2**31 - 1), ctypes.c_int64: (-(2**63), 2**63 - 1), ctypes.c_uint32: (0, 2**32 - 1),
    ctypes.c_uint64: (0, 2**64 - 1), ctypes.c_size_t: (0, 2 ** (8 * sizeof(ctypes.c_size_t)) - 1),
}


def integer(value: Any, name: str, type_: Any) -> int:
    """Checks a number: ctypes would silently cut one that is too large."""
    try:
        value = operator.index(value)
    except TypeError:
        raise wrong(value, name, "int") from None
    low, high = RANGES[type_]
    if not low <= value <= high:
        raise Error(f"{name} is {value}; it must be from {low} to {high}", status=enums.Status.INVALID_ARGUMENT)
    return int(value)


def scalar(value: Any, kind: str, name: str, type_: Any) -> Any:
    """Converts a text or a number of this kind; a ? in it allows None."""
    if value is None and kind.endswith("?"):
        return None
    if kind in ("text", "text?"):
        return text(value, name)
    if kind == "bool":
        if not isinstance(value, int):  # bool("no") is True.
            raise wrong(value, name, "bool")
        return int(bool(value))
    if kind == "time":
        name = f"{name}_time"
        return integer(seconds(value, name), name, type_)
    if kind in enums.__all__ and not isinstance(value, int):
        raise wrong(value, name, f"{kind}, such as {kind}.{next(iter(getattr(enums, kind))).name}")
    return integer(value, name, type_)


def seconds(value: Any, name: str) -> int:
    """Converts a time to seconds since 1970."""
    if not isinstance(value, datetime):
        raise wrong(value, name, "datetime")
    if value.tzinfo is None:
        raise ValueError(f"{name} has no time zone; pass tzinfo, such as timezone.utc")
    return int(value.timestamp())


def buffer(data: Any, name: str) -> tuple[Any, int, Any]:
    """The address and the size of a bytes-like object, and an object that keeps the address valid. Only read-only
    objects other than bytes, and those with gaps, are copied."""
    if isinstance(data, bytes):
        return ctypes.cast(ctypes.c_char_p(data), POINTER(ctypes.c_ubyte)), len(data), data
    try:
        view = memoryview(data)
    except TypeError:
        expected = "bytes, bytearray or memoryview" + (" (str.encode returns bytes)" if isinstance(data, str) else "")
        raise wrong(data, name, expected) from None
    if view.readonly or not view.c_contiguous:
        return buffer(view.tobytes(), name)
    size = view.nbytes
    kept = (ctypes.c_ubyte * size).from_buffer(view.cast("B") if size else bytearray())
    # Not cast(): its result and the array refer to each other, so that the caller's bytearray would stay locked.
    return kept, size, kept


def identify(thing: Any, attribute: str, name: str | None = None) -> str:
    """The id of a record; an id itself is returned unchanged. The argument is `name`, such as file for file_id."""
    found, name = getattr(thing, attribute, thing), name or attribute[:-len("_id")]
    if not isinstance(found, str):
        raise wrong(thing, name, f"an id or a record with {attribute}")
    return without_nul(found, name)


def identify_or_none(thing: Any, attribute: str, name: str | None = None) -> str | None:
    return None if thing is None else identify(thing, attribute, name)


def json_text(value: Any, name: str) -> str:
    """Converts a dictionary to JSON text; JSON text itself is returned unchanged."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        raise wrong(value, name, "a dictionary or JSON text")
    import json

    return json.dumps(value)


def texts(value: Iterable[str], name: str) -> list[str]:
    """Checks a list of texts: Python would take a single text for a list of its letters."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise wrong(value, name, "a list of str")
    items = list(value)
    for index, item in enumerate(items):
        if not isinstance(item, str):
            raise wrong(item, f"{name}[{index}]", "str")
    return items


def path(value: Any, name: str) -> str:
    """The text of a path."""
    try:
        found = os.fspath(value)
    except TypeError:
        found = None
    if not isinstance(found, str):
        raise wrong(value, name, "str or a path of str")
    without_nul(found, name)
    try:
        # Its bytes are UTF-8 whatever the locale by which Python has decoded them.
        return os.fsencode(found).decode("utf-8")
    except UnicodeError:
        return found


def path_or_none(value: Any, name: str) -> str | None:
    return None if value is None else path(value, name)


def binary(stream: Any, name: str) -> Any:
    """Refuses a stream of text: files are sent and received as bytes. Temporary files have the stream in `file`."""
    if isinstance(getattr(stream, "file", stream), io.TextIOBase):
        raise TypeError(f"{name} is a text stream; open the file in binary mode, such as \"rb\" or \"wb\"")
    return stream


def function_or_none(value: Any, name: str) -> Any:
    """Checks a callback before the call: inside it, the exception would not name it."""
    if value is not None and not callable(value):
        raise wrong(value, name, "a function")
    return value


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
CONVERT["text?"] = CONVERT["text"]
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
    return getattr(records, pythonic(name))(*(CONVERT[kind](getattr(struct, field)) for field, kind in fields.items()))
