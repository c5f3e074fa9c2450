"""Lists that are fetched page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from ._calls import call
from ._frames import Callbacks
from ._handles import Handle

Item = TypeVar("Item")


class Rows(Handle, Generic[Item]):
    """An iterator that fetches a list page by page. Any number of threads may use it at once; each row is returned to
    one of them. After an error the next step fetches the same page again."""

    def __init__(self, address: int, callbacks: Callbacks, *, next_: str, free: str) -> None:
        super().__init__(address, callbacks)
        self._next, self._free = next_, free  # C functions.

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        if self.closed:
            raise StopIteration
        try:
            row: Item | None = call(self._next, self)
        except StopIteration as error:  # Raised by a callback. It must not end the iteration.
            raise RuntimeError("a callback raised StopIteration") from error
        if row is None:
            self.close()
            raise StopIteration
        return row
