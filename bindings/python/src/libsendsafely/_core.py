"""Calls into the C library: Python values in, Python values out, failures as exceptions.

Every call pushes a Frame for its thread. The library runs all callbacks on the thread that made the call, so the few
trampolines below find there what belongs to it, and nothing has to be kept alive for the library.
"""

import atexit
import ctypes
import io
import operator
import os
import sys
import threading
import time
from ctypes import POINTER, byref, c_void_p, sizeof
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, Generic, Iterable, Iterator, List, Optional, Set, Tuple, TypeVar, Union, cast

from . import _native as native
from . import enums
from .errors import Error, of_status

NAMES = {"linux": "libsendsafely.so", "darwin": "libsendsafely.dylib", "win32": "sendsafely.dll"}
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

Item = TypeVar("Item")
Own = TypeVar("Own", bound="Handle")
Result = TypeVar("Result")


def _load() -> ctypes.CDLL:
    name = NAMES.get(sys.platform, "libsendsafely.so")
    # A wheel holds the library; LIBSENDSAFELY names another one, unless Python is told to ignore its environment.
    named = None if sys.flags.ignore_environment else os.environ.get("LIBSENDSAFELY")
    library = ctypes.CDLL(named or os.path.join(os.path.dirname(__file__), name))
    # Records may have grown since: those of an older library would be read beyond their end.
    if library.sendsafely_version() < native.VERSION_NUMBER:
        raise ImportError(f"{named or name} is older than this package")
    return library


lib = _load()


# --- Callbacks -----------------------------------------------------------------------------------------------------


class Cancellation:
    """Stops the calls of a thread from another one."""

    def __init__(self) -> None:
        self.requested = False


class Callbacks:
    """What a client was given for all its calls, and those of its packages."""

    def __init__(self, progress: Optional[Callable[[Any], Any]] = None, log: Optional[Callable[[str], Any]] = None) -> None:
        self.progress: Optional[Callable[[Any], Any]] = progress
        self.log: Optional[Callable[[str], Any]] = log


class Frame:
    """One call under way: what its callbacks need, and what they raise."""

    def __init__(self, callbacks: Callbacks, progress: Optional[Callable[[Any], Any]], stream: Any) -> None:
        self.progress = progress or callbacks.progress
        self.log = callbacks.log
        self.stream = stream
        self.cancellation: Optional[Cancellation] = getattr(_here, "cancellation", None)
        self.outer: Optional[Frame] = getattr(_here, "frame", None)
        self.error: Optional[BaseException] = None
        self.stopped = False


_here = threading.local()
_running: Set[Frame] = set()
_exiting = False


def cancel_by(cancellation: Optional[Cancellation]) -> None:
    """Lets another thread stop the calls of this one from now on."""
    _here.cancellation = cancellation


def _in_main_thread() -> bool:
    return threading.get_ident() == threading.main_thread().ident


def _guarded(callback: Callable[..., int], failed: int) -> Callable[..., int]:
    def guarded(_: Any, *arguments: Any) -> int:
        frame: Frame = _here.frame
        try:
            return failed if frame.error is not None else callback(frame, *arguments)
        except BaseException as error:  # KeyboardInterrupt too.
            frame.error = error
            return failed

    return guarded


def _tell(frame: Frame, progress: Any) -> int:
    if (_exiting and not _in_main_thread()) or (frame.cancellation is not None and frame.cancellation.requested):
        frame.stopped = True
    elif frame.progress is not None and frame.progress(record(progress.contents)) is False:
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


class _Unraisable:
    """Catches what the handler of a signal raises at the very beginning of a trampoline, where no `try` can stand: ctypes
    prints it and goes on. Signals come to the main thread only, so it is set up only there, for the time of a call."""

    def __enter__(self) -> None:
        self.before = sys.unraisablehook
        sys.unraisablehook = self.hook

    def __exit__(self, *_: Any) -> None:
        # Somebody may have set another one meanwhile.
        if sys.unraisablehook == self.hook:
            sys.unraisablehook = self.before

    def hook(self, unraisable: Any) -> None:
        frame: Optional[Frame] = getattr(_here, "frame", None)
        if frame is not None and "ctypes callback" in (unraisable.err_msg or ""):
            frame.error = frame.error or unraisable.exc_value
        else:
            self.before(unraisable)


def _enter(frame: Frame, entry: Any, arguments: List[Any]) -> int:
    try:
        _running.add(frame)
        _here.frame = frame
        if not _in_main_thread():
            return int(entry(*arguments))
        with _Unraisable():
            return int(entry(*arguments))
    finally:
        _here.frame = frame.outer
        _running.discard(frame)


@atexit.register
def _stop_other_threads() -> None:
    """Ends the calls of daemon threads: Python would end the threads inside a callback, through the frames of the library."""
    global _exiting
    _exiting = True
    deadline = time.monotonic() + 5
    while _running and time.monotonic() < deadline:
        time.sleep(0.01)


def _end_with_interpreter() -> None:
    """A daemon thread goes no further when the interpreter exits: Python ends it here, without a word."""
    while _exiting and not _in_main_thread():
        time.sleep(60)


os.register_at_fork(after_in_child=_running.clear) if hasattr(os, "register_at_fork") else None


# --- Values in -----------------------------------------------------------------------------------------------------


def text(value: Union[str, "os.PathLike[str]", None], name: str = "text") -> Optional[bytes]:
    """A text or path for C."""
    if value is None:
        return None
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str):
        raise TypeError(f"{name} must be str or a path of str, not {type(value).__name__}")
    # What is not Unicode is the library's to refuse.
    data = value.encode(errors="surrogatepass")
    if b"\0" in data:
        raise Error(f"{name} holds a NUL character", status=enums.Status.INVALID_ARGUMENT)
    return data


RANGES = {
    ctypes.c_int32: (-(2**31), 2**31 - 1), ctypes.c_int64: (-(2**63), 2**63 - 1), ctypes.c_uint32: (0, 2**32 - 1),
    ctypes.c_uint64: (0, 2**64 - 1), ctypes.c_size_t: (0, 2 ** (8 * sizeof(ctypes.c_size_t)) - 1),
}


def integer(value: Any, name: str, type_: Any) -> int:
    """A number for C, which ctypes would cut silently."""
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be int, not {type(value).__name__}") from None
    low, high = RANGES[type_]
    if not low <= value <= high:
        raise Error(f"{name} is {value}; it must be from {low} to {high}", status=enums.Status.INVALID_ARGUMENT)
    return int(value)


def seconds(value: Union[datetime, int], name: str) -> int:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{name} has no time zone; use datetime.now(timezone.utc) or the like")
    return int(value.timestamp())


def buffer(data: Any) -> Tuple[Any, int, Any]:
    """The address and size of something bytes-like, without copying where Python lets us, and what keeps it."""
    if isinstance(data, bytes):
        return ctypes.cast(ctypes.c_char_p(data), POINTER(ctypes.c_ubyte)), len(data), data
    view = memoryview(data)
    if view.readonly or not view.c_contiguous:
        return buffer(view.tobytes())
    size = view.nbytes
    kept = (ctypes.c_ubyte * size).from_buffer(view.cast("B") if size else bytearray())
    # Not cast(), whose result and the array hold each other: the caller's buffer would stay locked.
    return kept, size, kept


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


# --- Values out ----------------------------------------------------------------------------------------------------


def string(address: Any) -> Optional[str]:
    return None if not address else ctypes.string_at(address).decode()


def moment(value: int) -> Optional[datetime]:
    try:
        return None if value == native.TIME_UNKNOWN else EPOCH + timedelta(seconds=value)
    except OverflowError:
        return None


def pythonic(name: str) -> str:
    return "".join(word.capitalize() for word in name[len("sendsafely_"):].split("_"))


CONVERT: Dict[str, Callable[[Any], Any]] = {
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
    """A copy of a record of the library: a tuple for a list, bytes for a buffer, else a frozen dataclass."""
    name = type(struct).__name__
    fields = native.FIELDS.get(name)
    if fields is None:
        if name == "sendsafely_buffer":
            return ctypes.string_at(struct.data, struct.size)
        items = [struct.items[index] for index in range(struct.count)]
        return tuple(item.decode() if isinstance(item, bytes) else record(item.contents) for item in items)
    # Only who gets a record pays for the dataclasses.
    from . import records

    return getattr(records, pythonic(name))(*(CONVERT[kind](getattr(struct, field)) for field, kind in fields.items()))


# --- A call --------------------------------------------------------------------------------------------------------


_bound: Dict[str, Tuple[Any, Tuple[Tuple[str, str, Any], ...]]] = {}


def bound(name: str) -> Tuple[Any, Tuple[Tuple[str, str, Any], ...]]:
    """The function with its types, and its parameters; looked up when it is first needed, since there are many."""
    if name not in _bound:
        result, parameters = native.FUNCTIONS[name]
        entry = getattr(lib, name)
        entry.restype, entry.argtypes = result, [type_ for _, _, type_ in parameters]
        _bound[name] = entry, parameters
    return _bound[name]


def call(
    name: str, *inputs: Any, callbacks: Optional[Callbacks] = None, progress: Any = None, stream: Any = None,
    options_: Optional[Dict[str, Any]] = None,
) -> Result:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
    """Calls a function that answers a status: its outputs, one alone or several as a tuple, of the types that the caller knows."""
    _end_with_interpreter()
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
        status = _enter(frame, entry, arguments)
        _end_with_interpreter()
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


# --- Handles -------------------------------------------------------------------------------------------------------


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


def identify(thing: Any, attribute: str) -> Any:
    """The id of a record, or an id as it is."""
    return getattr(thing, attribute, thing)


def json_text(value: Any) -> Optional[str]:
    """JSON text as it is, anything else written as JSON."""
    if value is None or isinstance(value, str):
        return value
    import json

    return json.dumps(value)


def texts(value: Iterable[str], name: str) -> List[str]:
    """Several texts; one alone is a mistake that Python would take letter by letter."""
    if isinstance(value, str):
        raise TypeError(f"{name} must be a list of str, not one str")
    return list(value)
