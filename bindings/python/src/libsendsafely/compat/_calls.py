"""What both classes do: keep a handle of the library, and name a failure as the official client does."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Generic, TypeVar

from .. import Error, Status
from .exceptions import _Failed

Json = dict[str, Any]
Failure = type[_Failed]
Made = TypeVar("Made")


class Kept(Generic[Made]):
    """A handle that is made when it is first needed, and again when what it is made from has changed: the attributes of both
    classes may be written to. A handle belongs to the process that made it, so it stays behind when its owner is copied."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._from: tuple[Any, ...] | None = None
        self._made: Made | None = None

    def get(self, make: Callable[[], Made], *made_from: Any) -> Made:
        made_from = (os.getpid(), *made_from)
        with self._lock:
            if self._made is None or self._from != made_from:
                self._made, self._from = make(), made_from
            return self._made

    def __reduce__(self) -> Any:
        return Kept, ()

    def __deepcopy__(self, _: Any) -> Kept[Made]:
        return Kept()


# The form of the service's ids and codes.
_ID = re.compile(r"(?!\.+$)[A-Za-z0-9_.~=+-]{1,256}", re.ASCII)


def route(template: str, *ids: object) -> str:
    """A path with ids in its places: none that would make it another path."""
    texts = [str(one) for one in ids]
    if not all(map(_ID.fullmatch, texts)):
        raise Error("an id is empty or malformed", status=Status.INVALID_ARGUMENT)
    return template.format(*texts)


@contextmanager
def failing_as(failure: Failure) -> Iterator[None]:
    """Failures of the library become the exception that programs expect of this kind of call."""
    try:
        yield
    except Error as error:
        raise failure(said(error)) from error


def said(error: Exception) -> str:
    """What went wrong: the service's words where it refused, as the official client gives them."""
    return (isinstance(error, Error) and error.server_message) or str(error)
