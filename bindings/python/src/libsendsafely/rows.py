"""Lists that are fetched page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from ._calls import call
from ._frames import Callbacks
from ._handles import Handle

Item = TypeVar("Item")


class Rows(Handle, Generic[Item]):
    """A list that is fetched page by page, as it is iterated over. Any number of threads may use it at once; each row is
    given once. After a failure the next step tries the same page again."""

    def __init__(self, address: int, callbacks: Callbacks, *, next_: str, free: str) -> None:
        super().__init__(address, callbacks)
        self._next, self._free = next_, free  # The C functions that fetch a row, and free the list.

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        if self.closed:
            raise StopIteration
        try:
            row: Item | None = call(self._next, self)
        except StopIteration as error:  # A callback's, which must not end the list.
            raise RuntimeError("a callback raised StopIteration") from error
        if row is None:
            self.close()
            raise StopIteration
        return row
