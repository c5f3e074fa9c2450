"""Calls into the C library: Python values in, Python values out, failures as exceptions."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_void_p, sizeof
from typing import Any, TypeVar, cast

from . import _native as native
from . import enums
from ._callbacks import CALLBACKS, ON_LOG, ON_PROGRESS
from ._frames import Callbacks, Frame, end_with_interpreter, enter
from ._handles import Handle
from ._library import function
from ._values import buffer, function_or_none, record, scalar, string, text, wrong
from .errors import of_status

Result = TypeVar("Result")


def options(struct: Any, values: dict[str, Any]) -> Any:
    """Makes an options struct: the library's defaults, replaced by the values that are not None."""
    made = struct()
    function(f"{struct.__name__}_init")(byref(made), sizeof(made))
    if struct is native.sendsafely_client_options:
        # The library uses them for all calls of the client and of its packages, so each call can be stopped.
        made.on_progress, made.on_log = ON_PROGRESS, ON_LOG
    kinds = native.FIELDS[struct.__name__]
    types = {field[0]: field[1] for field in struct._fields_}
    for name, value in values.items():
        kind = kinds.get(name)
        if kind is None:
            raise TypeError(f"unexpected option {name!r}")
        if value is not None or kind == "text":  # A text without ? has no default.
            setattr(made, name, scalar(value, kind, name, types[name]))
    return made


def call(
    name: str, /, *inputs: Any, callbacks: Callbacks | None = None, progress: Any = None, stream: Any = None,
    **given: Any,
) -> Result:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
    """Calls a C function that returns a status. `name` is its whole name, so that a search for it finds the caller.

    `inputs` are its inputs in their order, `given` its options by name. Its callbacks are `callbacks`, by default those
    of the first handle among the inputs. Returns the output, or a tuple of several; the caller states the type.
    """
    end_with_interpreter()
    entry = function(name)
    feed = iter(inputs)
    arguments: list[Any] = []
    outputs: list[tuple[str, Any]] = []
    counted: int | None = None
    kept = []
    error = c_void_p()
    for parameter, role, type_, kind in native.FUNCTIONS[name][1]:
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
            arguments.append(CALLBACKS[type_])
        elif role == "integer" and counted is not None:
            arguments.append(counted)
            counted = None
        else:
            value: Any = next(feed)
            if role == "handle":
                if not isinstance(value, Handle):
                    raise wrong(value, parameter, "a Package")
                callbacks = callbacks or value._callbacks
                value = value.address
            elif role in ("text", "integer"):
                value = scalar(value, kind, parameter, type_)
            elif role == "texts":
                given_texts = [text(item, parameter) for item in value]
                counted, value = len(given_texts), (ctypes.c_char_p * len(given_texts))(*given_texts)
            elif role == "bytes":
                value, counted, keep = buffer(value, parameter)
                kept.append(keep)
            else:
                raise TypeError(f"{name}: {parameter} is a {role}")
            arguments.append(value)
    frame = Frame(callbacks or Callbacks(), function_or_none(progress, "progress"), stream)
    try:
        status = enter(frame, entry, arguments)
        end_with_interpreter()
        results = [_output(role, holder) for role, holder in outputs]
        if status != enums.Status.OK:
            _fail(status, error, frame, results)
        elif frame.error is not None:
            _raise(frame)  # The callback raised too late to stop the call; its exception is not lost.
    except BaseException:
        # A callback or a signal handler may have raised too late to stop the call: its outputs, too, must be freed.
        function("sendsafely_error_free")(error)
        for role, holder in outputs:
            _free(role, holder)
        raise
    return cast(Result, results[0] if len(results) == 1 else tuple(results) or None)


def _output(role: str, holder: Any) -> Any:
    """Converts an output, and frees what the library allocated for it."""
    if role not in ("record_out", "text_out"):
        return holder.value
    try:
        if not holder:
            return None
        return string(holder.value) if role == "text_out" else record(holder.contents)
    finally:
        _free(role, holder)


def _free(role: str, holder: Any) -> None:
    # Emptied first, so that a second call frees nothing: by then the address may belong to another object.
    given = type(holder).from_buffer_copy(holder)
    ctypes.memset(byref(holder), 0, sizeof(holder))
    if role == "handle_out":
        function("sendsafely_package_free")(given)  # No other call with callbacks returns a handle.
    elif role == "text_out":
        function("sendsafely_string_free")(given)
    elif role == "record_out":
        function(native.FREE[type(holder)._type_.__name__])(given)


def _fail(status: int, error: c_void_p, frame: Frame, results: list[Any]) -> None:
    """Raises the exception of a callback, or the library's error. upload_all, download_all and sync have an output on
    failure too, which becomes the report of the exception."""
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
    """Raises the frame's error. Without `del`, the error and the frame would refer to each other, and keep the caller's
    objects until the next garbage collection."""
    error, frame.error = frame.error, None
    try:
        if error is not None:
            raise error
    finally:
        del error
