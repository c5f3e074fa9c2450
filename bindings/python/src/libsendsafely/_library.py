"""The shared library, and its functions with their types."""

import ctypes
import os
import sys
from typing import Any, Dict, Tuple

from . import _native as native

NAMES = {"linux": "libsendsafely.so", "darwin": "libsendsafely.dylib", "win32": "sendsafely.dll"}


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

_bound: Dict[str, Tuple[Any, Tuple[Tuple[str, str, Any], ...]]] = {}


def bound(name: str) -> Tuple[Any, Tuple[Tuple[str, str, Any], ...]]:
    """The function with its types, and its parameters; looked up when it is first needed, since there are many."""
    if name not in _bound:
        result, parameters = native.FUNCTIONS[name]
        entry = getattr(lib, name)
        entry.restype, entry.argtypes = result, [type_ for _, _, type_ in parameters]
        _bound[name] = entry, parameters
    return _bound[name]
