"""Awaitable calls: each runs on a thread, and is stopped when its task is cancelled."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError as NotDone
from concurrent.futures import TimeoutError as NotYet
from typing import Any, Callable, Generic, Optional, TypeVar, cast

from ._frames import Cancellation, cancel_by
from ._handles import Handle
from ._values import function_or_none
from .package import Package
from .rows import Rows
from .workspace import Workspace

Sync = TypeVar("Sync", bound=Handle)
Item = TypeVar("Item")
Result = TypeVar("Result")

_here = threading.local()
_end = object()


class _Call:
    """A running call, and the event loop that awaits it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.cancellation = Cancellation()

    def report(self, function: Callable[[Any], Any], progress: Any) -> Any:
        """Runs a progress callback in the event loop, and returns its result."""

        async def deliver() -> Any:
            result = function(progress)
            return await result if inspect.isawaitable(result) else result

        coroutine = deliver()
        try:
            delivery = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        except RuntimeError:  # The loop was closed during the call.
            coroutine.close()
            return False
        try:
            while True:
                try:
                    return delivery.result(0.2)
                except NotYet:
                    if delivery.done():
                        raise
                    if self.cancellation.requested or self.loop.is_closed():
                        delivery.cancel()
                        return False
        finally:
            del delivery  # Its exception refers to this frame: without `del`, they would keep each other.

    def run(self, function: Callable[..., Any], arguments: Any, keywords: Any) -> Any:
        cancel_by(self.cancellation)
        _here.call = self
        try:
            return function(*arguments, **keywords)
        finally:
            _here.call = None
            cancel_by(None)


def in_loop(function: Optional[Callable[[Any], Any]]) -> Optional[Callable[[Any], Any]]:
    """Wraps a progress callback, so that it runs in the event loop of the call that it reports on."""
    if function is None:
        return None
    function_or_none(function, "progress")

    def report(progress: Any) -> Any:
        call: _Call | None = getattr(_here, "call", None)
        return function(progress) if call is None else call.report(function, progress)

    return report


async def on_thread(function: Callable[..., Result], *arguments: Any, **keywords: Any) -> Result:
    """Awaits a call that runs on a thread of its own. If the task is cancelled, the call is stopped and its end
    awaited.

    A thread for each call: a progress callback can then make calls although all others are waiting, and a forked child
    needs no pool. The threads are daemons; _frames stops their calls when the interpreter exits.
    """
    loop = asyncio.get_running_loop()
    call = _Call(loop)
    ended: asyncio.Future[Any] = loop.create_future()
    if keywords.get("progress") is not None:
        keywords["progress"] = in_loop(keywords["progress"])
    context = contextvars.copy_context()

    def work() -> None:
        result = error = None
        try:
            result = context.run(call.run, function, arguments, keywords)
        except BaseException as raised:
            error = raised
        try:
            loop.call_soon_threadsafe(ended.set_result, (result, error))  # noqa: F821
        except RuntimeError:  # The loop was closed during the call.
            pass
        finally:
            del result, error

    threading.Thread(target=work, name="libsendsafely", daemon=True).start()
    cancelled: asyncio.CancelledError | None = None
    while not ended.done():
        try:
            await asyncio.wait({ended})
        except asyncio.CancelledError as error:
            cancelled, call.cancellation.requested = error, True
    result, failure = ended.result()
    try:
        if cancelled is not None:
            if isinstance(result, Handle):  # The call ended before the stop reached it.
                await on_thread(result.__exit__, type(cancelled), cancelled, None)
            raise cancelled
        if isinstance(failure, (StopIteration, asyncio.CancelledError, NotDone)):
            raise RuntimeError(f"a callback raised {type(failure).__name__}") from failure
        if failure is not None:
            raise failure
        return result  # type: ignore[no-any-return]
    finally:
        del ended, failure, cancelled  # They refer to this frame: without `del`, they would keep each other.


class AsyncHandle(Generic[Sync]):
    """A handle whose calls are awaited."""

    _sync: Sync

    def _begin(self, make: Callable[..., Sync], *arguments: Any, **keywords: Any) -> None:
        keywords["progress"] = in_loop(keywords.get("progress"))
        self._sync = make(*arguments, **keywords)

    async def _run(
        self, function: Callable[..., Any], *arguments: Any, **keywords: Any,
    ) -> Result:  # pyright: ignore[reportInvalidTypeVarUse]
        arguments = tuple(argument._sync if isinstance(argument, AsyncHandle) else argument for argument in arguments)
        return self._wrap(await on_thread(function, *arguments, **keywords))

    def _wrap(self, result: Any) -> Result:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
        """Replaces a handle by its asynchronous counterpart. The caller states the type."""
        if isinstance(result, Rows):
            return cast(Result, AsyncRows(result))
        for sync, counterpart in _counterparts:
            if isinstance(result, sync):
                handle = counterpart.__new__(counterpart)
                handle._sync = result
                return cast(Result, handle)
        return cast(Result, result)

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._sync.closed

    def close(self) -> None:
        """Frees the handle, without any network. A second close() has no effect."""
        self._sync.close()

    async def __aexit__(self, *raised: Any) -> None:
        if raised[1:] and raised[1] is not None:
            await on_thread(self._sync.__exit__, *raised)  # It may delete a package.
        else:
            self._sync.__exit__(*raised)

    def __repr__(self) -> str:
        return f"<Async{repr(self._sync)[1:]}"


class AsyncRows(Generic[Item]):
    """An iterator for `async for` that fetches a list page by page."""

    def __init__(self, rows: Rows[Item]) -> None:
        self._rows: Rows[Item] = rows

    def __aiter__(self) -> AsyncIterator[Item]:
        return self

    async def __anext__(self) -> Item:
        row: Any = await on_thread(next, self._rows, _end)
        if row is _end:
            raise StopAsyncIteration
        return row  # type: ignore[no-any-return]

    def close(self) -> None:
        """Frees the list before its end, without any network."""
        self._rows.close()

    async def __aenter__(self) -> AsyncRows[Item]:
        return self

    async def __aexit__(self, *_: Any) -> None:
        self.close()


_counterparts: list[Any] = []


def register(package: type[Any], workspace: type[Any]) -> None:
    """Sets the counterparts of the classes; aio.py calls it."""
    _counterparts.extend([(Workspace, workspace), (Package, package)])  # A Workspace is a Package too.
