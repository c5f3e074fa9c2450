"""Calls into the C library: arguments in, results out as Python values, failures as exceptions."""

import ctypes
import os
import sys
from ctypes import POINTER, byref, c_char_p, c_void_p, sizeof
from dataclasses import make_dataclass
from functools import lru_cache
from pathlib import Path

from . import _native as native
from .errors import Error, Stopped, of_status

NAMES = {"linux": "libsendsafely.so", "darwin": "libsendsafely.dylib", "win32": "sendsafely.dll"}


def _load():
    name = NAMES.get(sys.platform, "libsendsafely.so")
    # A wheel holds the library; LIBSENDSAFELY names another one.
    return ctypes.CDLL(os.environ.get("LIBSENDSAFELY") or str(Path(__file__).with_name(name)))


lib = _load()
for _name, (_result, _parameters) in native.FUNCTIONS.items():
    _function = getattr(lib, _name)
    _function.restype, _function.argtypes = _result, _parameters


def text(value):
    """A text or path for C."""
    return None if value is None else os.fspath(value).encode() if not isinstance(value, str) else value.encode()


def _string(address):
    return None if not address else ctypes.string_at(address).decode()


@lru_cache(maxsize=None)
def _class_of(struct):
    """The frozen dataclass of a record."""
    name = "".join(word.capitalize() for word in struct.__name__.removeprefix("sendsafely_").split("_"))
    return make_dataclass(name, [field for field, _ in struct._fields_], frozen=True, namespace={"__module__": __name__})


def record(struct):
    """A copy of a record of the library: a tuple for a list, bytes for a buffer, else a frozen dataclass."""
    fields = [name for name, _ in struct._fields_]
    if fields == ["count", "items"]:
        items = [struct.items[index] for index in range(struct.count)]
        return tuple(item.decode() if isinstance(item, bytes) else record(item.contents) for item in items)
    if set(fields) == {"data", "size"}:
        return ctypes.string_at(struct.data, struct.size)
    return _class_of(type(struct))(*(_value(getattr(struct, name)) for name in fields))


def _value(value):
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, ctypes._Pointer):
        return record(value.contents) if value else None
    return value


class Raised:
    """Takes an exception of a callback through the C library, which only hears that it is to stop."""

    def __init__(self):
        self.error = None

    def guard(self, callback):
        """A callback for C that keeps what the Python one raises, and then stops the call."""

        def guarded(*arguments):
            try:
                return callback(*arguments)
            except BaseException as error:  # KeyboardInterrupt too.
                self.error = self.error or error
                return native.STOP

        return guarded

    def raise_again(self):
        if self.error is not None:
            error, self.error = self.error, None
            raise error


def call(name, *arguments, raised=None):
    """Calls a function of the shape `status name(arguments..., error)`."""
    error = c_void_p()
    status = getattr(lib, name)(*arguments, byref(error))
    if status == native.Status.OK:
        return
    try:
        if raised is not None:
            raised.raise_again()
        kind = Stopped if status == native.Status.STOPPED else Error
        raise kind(
            _string(lib.sendsafely_error_message(error)), status=of_status(status),
            http_status=lib.sendsafely_error_http_status(error) or None,
            server_code=_string(lib.sendsafely_error_server_code(error)),
            server_message=_string(lib.sendsafely_error_server_message(error)),
            remedy=_string(lib.sendsafely_error_remedy(error)), retryable=bool(lib.sendsafely_error_is_retryable(error)))
    finally:
        lib.sendsafely_error_free(error)


def get_text(name, *arguments):
    """The text that a function gives."""
    holder = c_void_p()
    call(name, *arguments, byref(holder))
    try:
        return _string(holder.value)
    finally:
        lib.sendsafely_string_free(holder)


def get_record(name, struct, *arguments, raised=None):
    """The record that a function gives, copied and freed; None where it gives none. One that comes with a failure, the
    report of a tree, stands in the exception."""
    holder = POINTER(struct)()
    try:
        call(name, *arguments, byref(holder), raised=raised)
        return record(holder.contents) if holder else None
    except Error as error:
        error.report = record(holder.contents) if holder else None
        raise
    finally:
        getattr(lib, native.FREE[struct.__name__])(holder)


def options(struct, **values):
    """An options struct with its defaults and what was given."""
    made = struct()
    init = getattr(lib, f"{struct.__name__}_init")
    assert init(byref(made), sizeof(made)) == native.Status.OK
    for name, value in values.items():
        if value is not None:
            setattr(made, name, c_char_p(text(value)) if isinstance(value, (str, os.PathLike)) else value)
    return made


class Handle:
    """An object of the library, closed once: by `with`, by close(), or with the last reference."""

    noun = ""

    def __init__(self, address):
        self._address = c_void_p(address)

    def close(self):
        """Frees the handle. Only frees: no network, nothing lost; twice is harmless."""
        address, self._address = self._address, c_void_p()
        getattr(lib, f"sendsafely_{self.noun}_free")(address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_address", None) and lib is not None:
            self.close()
