"""Loads the shared library, and gives its functions their types."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from typing import Any, Optional

from . import _native as native

NAMES = {"linux": "libsendsafely.so", "darwin": "libsendsafely.dylib", "win32": "sendsafely.dll"}


def _from_package(path: str) -> ctypes.CDLL:
    """Loads the library of the package, which may be in a zip archive."""
    try:
        return ctypes.CDLL(path)
    except OSError:
        if os.path.exists(path):
            raise
    advice = "set LIBSENDSAFELY to the path of the library"
    loader: Any = __spec__.loader
    try:
        data: bytes = loader.get_data(path)
    except OSError:
        raise ImportError(f"{path} is missing; install the wheel of this platform, or {advice}") from None
    try:
        return _from_memory(data) or _from_temporary_file(data, path)
    except OSError as error:
        raise ImportError(f"{path} can be loaded neither from memory nor from a temporary file ({error}); unpack the "
                          f"archive, set TMPDIR to a directory for programs, or {advice}") from error


def _from_memory(data: bytes) -> Optional[ctypes.CDLL]:
    """Loads the library without any directory, where the system can."""
    try:
        # It stays open: another library with the same path would not be loaded.
        with open(os.memfd_create("libsendsafely"), "wb", buffering=0, closefd=False) as file:
            file.write(data)
            return ctypes.CDLL(f"/proc/{os.getpid()}/fd/{file.fileno()}")
    except (AttributeError, OSError):
        return None


def _from_temporary_file(data: bytes, path: str) -> ctypes.CDLL:
    import tempfile

    descriptor, temporary = tempfile.mkstemp(suffix=os.path.basename(path))
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        return ctypes.CDLL(temporary)
    finally:
        with contextlib.suppress(OSError):  # Windows keeps the file of a library that is loaded.
            os.unlink(temporary)


def _load() -> ctypes.CDLL:
    name = NAMES.get(sys.platform, "libsendsafely.so")
    # A wheel contains the library; LIBSENDSAFELY names another one, unless Python has to ignore its environment.
    named = None if sys.flags.ignore_environment else os.environ.get("LIBSENDSAFELY")
    library = ctypes.CDLL(named) if named else _from_package(os.path.join(os.path.dirname(__file__), name))
    # The records of an older library may be shorter: Python would read beyond their end.
    if library.sendsafely_version() < native.VERSION_NUMBER:
        raise ImportError(f"{named or name} is older than this package; install the library of the same version")
    return library


lib = _load()
# The functions that were called so far.
bound: dict[str, Any] = {}


def function(name: str) -> Any:
    """The C function of this name. Its types are set when it is first called: setting all of them would slow the import
    down."""
    if name not in bound:
        result, parameters = native.FUNCTIONS[name]
        entry = getattr(lib, name)
        entry.restype, entry.argtypes = result, [type_ for _, _, type_, _ in parameters]
        bound[name] = entry
    return bound[name]
