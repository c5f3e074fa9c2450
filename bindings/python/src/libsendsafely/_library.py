"""Loads the shared library, and gives its functions their types."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

from . import _native as native

NAMES = {"linux": "libsendsafely.so", "darwin": "libsendsafely.dylib", "win32": "sendsafely.dll"}


def _load() -> ctypes.CDLL:
    name = NAMES.get(sys.platform, "libsendsafely.so")
    # A wheel contains the library; LIBSENDSAFELY names another one, unless Python has to ignore its environment.
    named = None if sys.flags.ignore_environment else os.environ.get("LIBSENDSAFELY")
    library = ctypes.CDLL(named or os.path.join(os.path.dirname(__file__), name))
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
