"""What every object has that the library owns: an address, and the moment when it is given back."""

from __future__ import annotations

from typing import Any, TypeVar

from ._frames import Callbacks
from ._library import function
from .enums import Status
from .errors import Error

Own = TypeVar("Own", bound="Handle")


class Handle:
    """An object of the library, closed once: by `with`, by close(), or with the last reference to it."""

    _free: str  # The C function that frees it.

    def __init__(self, address: int | None, callbacks: Callbacks) -> None:
        self._address = address
        self._callbacks = callbacks

    @property
    def address(self) -> int:
        if self._address is None:
            raise Error(f"this {type(self).__name__} is closed", status=Status.INVALID_HANDLE)
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
            function(self._free)(address)

    def __enter__(self: Own) -> Own:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_address", None) is not None:
            self.close()

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} belongs to the process that made it")
