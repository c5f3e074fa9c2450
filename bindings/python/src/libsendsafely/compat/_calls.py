"""What both classes share: they keep a handle of the library, and raise the exceptions of the official client."""

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
    """A handle that is made when it is first needed. It is made again when an input has changed, since programs may
    assign to the attributes of both classes, and in a forked child. A copy of the owner starts without a handle."""

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


# The format of the service's ids and codes.
_ID = re.compile(r"(?!\.+$)[A-Za-z0-9_.~=+-]{1,256}", re.ASCII)


def route(template: str, *ids: object) -> str:
    """Inserts ids into a path. An id that could change the path, such as one with a slash, is refused."""
    texts = [str(one) for one in ids]
    if not all(map(_ID.fullmatch, texts)):
        raise Error("an id is empty or malformed", status=Status.INVALID_ARGUMENT)
    return template.format(*texts)


@contextmanager
def failing_as(failure: Failure) -> Iterator[None]:
    """Turns errors of the library into the exception that the official client raises for this kind of call."""
    try:
        yield
    except Error as error:
        raise failure(details(error)) from error


def details(error: Exception) -> str:
    """The details of an exception: the service's message if there is one, as in the official client."""
    return (isinstance(error, Error) and error.server_message) or str(error)
