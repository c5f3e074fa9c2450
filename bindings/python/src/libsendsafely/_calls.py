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


class _Signature:
    """What a call has to do for the parameters of a C function, found out once: inputs, then outputs, then the error."""

    __slots__ = ("entry", "inputs", "outputs", "uses_network")

    def __init__(self, name: str) -> None:
        parameters = native.FUNCTIONS[name][1]
        self.entry: Any = function(name)
        self.inputs = [given for given in parameters if given[0] != "error" and not given[1].endswith("_out")]
        self.outputs: list[tuple[str, Any]] = [
            (role, type_._type_) for _, role, type_, _ in parameters[len(self.inputs):-1]]
        # Only a call on the network runs callbacks, and that needs a client or what belongs to one.
        self.uses_network = name not in LOCAL and any(role == "handle" for _, role, _, _ in self.inputs)


# What a package knows without the network.
LOCAL = {
    "sendsafely_package_code", "sendsafely_package_id", "sendsafely_package_is_workspace", "sendsafely_package_keycode",
    "sendsafely_package_link", "sendsafely_package_running_uploads",
}
_signatures: dict[str, _Signature] = {}


def call(
    name: str, /, *inputs: Any, callbacks: Callbacks | None = None, progress: Any = None, stream: Any = None,
    **given: Any,
) -> Result:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
    """Calls a C function that returns a status. `name` is its whole name, so that a search for it finds the caller.

    `inputs` are its inputs in their order, `given` its options by name. Its callbacks are `callbacks`, by default those
    of the first handle among the inputs. Returns the output, or a tuple of several; the caller states the type.
    """
    end_with_interpreter()
    signature = _signatures.get(name)
    if signature is None:
        signature = _signatures[name] = _Signature(name)
    feed = iter(inputs)
    arguments: list[Any] = []
    counted: int | None = None
    kept = []
    for parameter, role, type_, kind in signature.inputs:
        if role == "handle":
            value: Any = next(feed)
            if not isinstance(value, Handle):
                raise wrong(value, parameter, "a Package")
            callbacks = callbacks or value._callbacks
            value = value._address or value.address
        elif role == "options":
            value = byref(options(type_._type_, given))
        elif role == "any":
            value = None
        elif role == "callback":
            value = CALLBACKS[type_]
        elif role == "integer" and counted is not None:
            value, counted = counted, None
        elif role in ("text", "integer"):
            value = scalar(next(feed), kind, parameter, type_)
        elif role == "texts":
            given_texts = [text(item, parameter) for item in next(feed)]
            counted, value = len(given_texts), (ctypes.c_char_p * len(given_texts))(*given_texts)
        elif role == "bytes":
            value, counted, keep = buffer(next(feed), parameter)
            kept.append(keep)
        else:
            raise TypeError(f"{name}: {parameter} is a {role}")
        arguments.append(value)
    outputs = [(role, kind()) for role, kind in signature.outputs]
    for _, holder in outputs:
        arguments.append(byref(holder))
    error = c_void_p()
    arguments.append(byref(error))
    frame = None
    try:
        if signature.uses_network:
            frame = Frame(callbacks or Callbacks(), function_or_none(progress, "progress"), stream)
            status = enter(frame, signature.entry, arguments)
        else:
            status = signature.entry(*arguments)
        end_with_interpreter()
        results = [holder.value if role in PLAIN else _output(role, holder) for role, holder in outputs]
        if frame is not None and frame.error is not None:
            _raise(frame)  # Even if the callback raised too late to stop the call: its exception is not lost.
        if status:
            raise _failure(status, error, results)
    except BaseException:
        # A callback or a signal handler may have raised too late to stop the call: its outputs, too, must be freed.
        function("sendsafely_error_free")(error)
        for role, holder in outputs:
            _free(role, holder)
        raise
    return cast(Result, results[0] if len(results) == 1 else tuple(results) or None)


# The roles of outputs that need no conversion.
PLAIN = {"integer_out", "handle_out"}


def _output(role: str, holder: Any) -> Any:
    """Converts an output, and frees what the library allocated for it."""
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


def _failure(status: int, error: c_void_p, results: list[Any]) -> Exception:
    """The library's error. upload_all, download_all and sync have an output on failure too, which becomes its
    report."""
    return of_status(status)(
        string(function("sendsafely_error_message")(error)) or "", status=enums.Status(status),
        http_status=function("sendsafely_error_http_status")(error) or None,
        server_code=string(function("sendsafely_error_server_code")(error)),
        server_message=string(function("sendsafely_error_server_message")(error)),
        remedy=string(function("sendsafely_error_remedy")(error)),
        retryable=bool(function("sendsafely_error_is_retryable")(error)),
        report=next((result for result in results if isinstance(result, tuple)), None))


def _raise(frame: Frame) -> None:
    """Raises the exception of a callback. Without `del`, it and the frame would refer to each other, and keep the
    caller's objects until the next garbage collection."""
    error, frame.error = frame.error, None
    try:
        if error is not None:
            raise error
    finally:
        del error
