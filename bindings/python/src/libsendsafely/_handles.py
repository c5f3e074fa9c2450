"""What all objects of the library have: an address, and a function that frees them."""

from __future__ import annotations

from typing import Any, Optional, TypeVar

from ._frames import Callbacks
from ._library import function
from .enums import Status
from .errors import Error

Own = TypeVar("Own", bound="Handle")


class Handle:
    """An object of the library. `with`, close() or the garbage collector frees it, once."""

    _free: str  # The C function that frees it.

    def __init__(self, address: Optional[int], callbacks: Callbacks) -> None:
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
        """Frees the handle, without any network. A second close() has no effect. A call that still runs on another
        thread is not disturbed."""
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
