"""Calls into the C library: Python values in, Python values out, failures as exceptions."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_void_p, sizeof
from typing import Any, TypeVar, cast

from . import _native as native
from . import enums
from ._callbacks import ON_LOG, ON_PROGRESS, TRAMPOLINES
from ._frames import Callbacks, Frame, end_with_interpreter, enter
from ._handles import Handle
from ._library import function
from ._values import buffer, integer, record, seconds, string, text
from .errors import of_status

Result = TypeVar("Result")


def options(struct: Any, values: dict[str, Any]) -> Any:
    """An options struct: the library's defaults, and over them the values that the caller gave; None keeps the default."""
    made = struct()
    function(f"{struct.__name__}_init")(byref(made), sizeof(made))
    if struct is native.sendsafely_client_options:
        # The library uses them for all calls of the client and of its packages, so that each call can be stopped.
        made.on_progress, made.on_log = ON_PROGRESS, ON_LOG
    kinds = native.FIELDS[struct.__name__]
    types = {field[0]: field[1] for field in struct._fields_}
    for name, value in values.items():
        kind = kinds.get(name)
        if kind is None:
            raise TypeError(f"unexpected option {name!r}")
        if value is None:
            continue
        if kind == "text":
            value = text(value, name)
        elif kind == "bool":
            value = int(bool(value))
        elif kind == "time":
            value = integer(seconds(value, f"{name}_time"), f"{name}_time", types[name])
        else:
            value = integer(value, name, types[name])
        setattr(made, name, value)
    return made


def call(
    name: str, /, *inputs: Any, callbacks: Callbacks | None = None, progress: Any = None, stream: Any = None, **given: Any,
) -> Result:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
    """Calls the C function of this name, which returns a status, with its inputs in their order; given are options by name.

    Returns the outputs, one alone or several as a tuple, of the types that the caller states. Callbacks are those of the first
    handle among the inputs, unless others are given.
    """
    end_with_interpreter()
    entry = function(name)
    feed = iter(inputs)
    arguments: list[Any] = []
    outputs: list[tuple[str, Any]] = []
    counted: int | None = None
    kept = []
    error = c_void_p()
    for parameter, role, type_ in native.FUNCTIONS[name][1]:
        if parameter == "error":
            arguments.append(byref(error))
        elif role.endswith("_out"):
            holder = type_._type_()
            outputs.append((role, holder))
            arguments.append(byref(holder))
        elif role == "options":
            arguments.append(byref(options(type_._type_, given)))
        elif role == "any":
            arguments.append(None)
        elif role == "callback":
            arguments.append(TRAMPOLINES[type_])
        elif role == "integer" and counted is not None:
            arguments.append(counted)
            counted = None
        else:
            value: Any = next(feed)
            if role == "handle":
                if not isinstance(value, Handle):
                    raise TypeError(f"{parameter} must be a Package of libsendsafely, not {type(value).__name__}")
                callbacks = callbacks or value._callbacks
                value = value.address
            elif role == "text":
                value = text(value, parameter)
            elif role == "texts":
                given_texts = [text(item, parameter) for item in value]
                counted, value = len(given_texts), (ctypes.c_char_p * len(given_texts))(*given_texts)
            elif role == "bytes":
                value, counted, keep = buffer(value)
                kept.append(keep)
            elif role == "integer":
                value = integer(value, parameter, type_)
            else:
                raise TypeError(f"{name}: {parameter} is a {role}")
            arguments.append(value)
    frame = Frame(callbacks or Callbacks(), progress, stream)
    try:
        status = enter(frame, entry, arguments)
        end_with_interpreter()
        results = [_output(role, holder) for role, holder in outputs]
        if status != enums.Status.OK:
            _fail(status, error, frame, results)
        elif frame.error is not None:
            _raise(frame)  # Too late to stop anything, but it is the caller's.
    except BaseException:
        # The error is told. Nobody gets what else the library may have given out: a callback or the handler of a signal raised
        # too late to stop it.
        function("sendsafely_error_free")(error)
        for role, holder in outputs:
            _free(role, holder)
        raise
    return cast(Result, results[0] if len(results) == 1 else tuple(results) or None)


def _output(role: str, holder: Any) -> Any:
    """The value of an output; what the library gave out is freed."""
    if role not in ("record_out", "text_out"):
        return holder.value
    try:
        if not holder:
            return None
        return string(holder.value) if role == "text_out" else record(holder.contents)
    finally:
        _free(role, holder)


def _free(role: str, holder: Any) -> None:
    # Emptied first: a second free could meet what the library has given to somebody else since.
    given = type(holder).from_buffer_copy(holder)
    ctypes.memset(byref(holder), 0, sizeof(holder))
    if role == "handle_out":
        function("sendsafely_package_free")(given)  # No other call that runs callbacks gives out a handle.
    elif role == "text_out":
        function("sendsafely_string_free")(given)
    elif role == "record_out":
        function(native.FREE[type(holder)._type_.__name__])(given)


def _fail(status: int, error: c_void_p, frame: Frame, results: list[Any]) -> None:
    """Raises what a callback raised, or the failure itself. A report, given on failure too, stands in the exception."""
    if frame.error is None:
        frame.error = of_status(status)(
            string(function("sendsafely_error_message")(error)) or "", status=enums.Status(status),
            http_status=function("sendsafely_error_http_status")(error) or None,
            server_code=string(function("sendsafely_error_server_code")(error)),
            server_message=string(function("sendsafely_error_server_message")(error)),
            remedy=string(function("sendsafely_error_remedy")(error)),
            retryable=bool(function("sendsafely_error_is_retryable")(error)),
            report=next((result for result in results if isinstance(result, tuple)), None))
    _raise(frame)


def _raise(frame: Frame) -> None:
    """Raises the frame's error, which then holds the frame no longer: nothing waits for the garbage collector."""
    error, frame.error = frame.error, None
    try:
        if error is not None:
            raise error
    finally:
        del error
