"""Calls into the C library: Python values in, Python values out, failures as exceptions."""

import ctypes
from ctypes import byref, c_void_p, sizeof
from typing import Any, Dict, Generic, Iterator, List, Optional, Tuple, TypeVar, cast

from . import _native as native
from . import enums
from ._callbacks import ON_LOG, ON_PROGRESS, TRAMPOLINES
from ._frames import Callbacks, Frame, end_with_interpreter, enter
from ._library import bound
from ._values import buffer, integer, record, seconds, string, text
from .errors import Error, of_status

Item = TypeVar("Item")
Own = TypeVar("Own", bound="Handle")
Result = TypeVar("Result")


def options(struct: Any, values: Dict[str, Any]) -> Any:
    """An options struct with its defaults and what was given."""
    made = struct()
    bound(f"{struct.__name__}_init")[0](byref(made), sizeof(made))
    if struct is native.sendsafely_client_options:
        # All calls of the client and its packages come by here, so that each can be told about and stopped.
        made.on_progress, made.on_log = ON_PROGRESS, ON_LOG
    kinds = native.FIELDS[struct.__name__]
    types = {field[0]: field[1] for field in struct._fields_}
    for name, value in values.items():
        if value is None:
            continue
        kind = kinds.get(name)
        if kind is None:
            raise TypeError(f"unexpected option {name!r}")
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
    name: str, *inputs: Any, callbacks: Optional[Callbacks] = None, progress: Any = None, stream: Any = None,
    options_: Optional[Dict[str, Any]] = None,
) -> Result:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
    """Calls a function that answers a status: its outputs, one alone or several as a tuple, of the types that the caller knows."""
    end_with_interpreter()
    entry, parameters = bound(name)
    feed = iter(inputs)
    arguments: List[Any] = []
    outputs: List[Tuple[str, Any]] = []
    counted: Optional[int] = None
    kept = []
    error = c_void_p()
    for parameter, role, type_ in parameters:
        if parameter == "error":
            arguments.append(byref(error))
        elif role.endswith("_out"):
            holder = type_._type_()
            outputs.append((role, holder))
            arguments.append(byref(holder))
        elif role == "options":
            given = {key: value for key, value in (options_ or {}).items() if value is not None}
            always = type_._type_ is native.sendsafely_client_options
            arguments.append(byref(options(type_._type_, given)) if given or always else None)
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
                    raise TypeError(f"{parameter} must be a package of this module, not {type(value).__name__}")
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
        bound("sendsafely_error_free")[0](error)
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
        bound("sendsafely_package_free")[0](given)  # No other call that runs callbacks gives out a handle.
    elif role == "text_out":
        bound("sendsafely_string_free")[0](given)
    elif role == "record_out":
        bound(native.FREE[type(holder)._type_.__name__])[0](given)


def _fail(status: int, error: c_void_p, frame: Frame, results: List[Any]) -> None:
    """Raises what a callback raised, or the failure itself. A report, given on failure too, stands in the exception."""
    if frame.error is None:
        message, server_code, server_message, remedy = (
            string(bound(f"sendsafely_error_{part}")[0](error)) for part in ("message", "server_code", "server_message", "remedy"))
        frame.error = of_status(status)(
            message or "", status=enums.Status(status), http_status=bound("sendsafely_error_http_status")[0](error) or None,
            server_code=server_code, server_message=server_message, remedy=remedy,
            retryable=bool(bound("sendsafely_error_is_retryable")[0](error)),
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


class Handle:
    """An object of the library, closed once: by `with`, by close(), or with the last reference."""

    _noun = ""

    def __init__(self, address: Optional[int], callbacks: Callbacks) -> None:
        self._address = address
        self._callbacks = callbacks

    @property
    def address(self) -> int:
        if self._address is None:
            raise Error(f"the {self._noun.replace('_', ' ')} is closed", status=enums.Status.INVALID_HANDLE)
        return self._address

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._address is None

    def close(self) -> None:
        """Frees the handle. Only frees: no network, nothing lost; twice is harmless, and so is a call on another thread that
        still runs. At any step."""
        address, self._address = self._address, None
        if address is not None:
            bound(f"sendsafely_{self._noun}_free")[0](address)

    def __enter__(self: Own) -> Own:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _call(
        self, verb: str, *inputs: Any, progress: Any = None, stream: Any = None, **given: Any,
    ) -> Result:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
        return call(f"sendsafely_{self._noun}_{verb}", self, *inputs, callbacks=self._callbacks, progress=progress, stream=stream,
                    options_=given)

    def __del__(self) -> None:
        if getattr(self, "_address", None) is not None:
            self.close()

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} belongs to the process that made it")


class Rows(Handle, Generic[Item]):
    """A list that is fetched page by page, as it is iterated over. Any number of threads may use it at once; each row is
    given once. After a failure the next step tries the same page again."""

    def __init__(self, noun: str, address: int, callbacks: Callbacks) -> None:
        super().__init__(address, callbacks)
        self._noun = noun

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        if self.closed:
            raise StopIteration
        try:
            row: Optional[Item] = self._call("next")
        except StopIteration as error:  # A callback's, which must not end the list.
            raise RuntimeError("a callback raised StopIteration") from error
        if row is None:
            self.close()
            raise StopIteration
        return row
