"""How a call of the library becomes something to await: on a thread, stopped when the task is cancelled."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError as NotDone
from concurrent.futures import TimeoutError as NotYet
from typing import Any, Callable, Generic, TypeVar, cast

from ._frames import Cancellation, cancel_by
from ._handles import Handle
from .package import Package
from .rows import Rows
from .workspace import Workspace

Sync = TypeVar("Sync", bound=Handle)
Item = TypeVar("Item")
Result = TypeVar("Result")

_here = threading.local()
_end = object()


class _Call:
    """One call under way, and the loop that awaits it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.cancellation = Cancellation()

    def tell(self, function: Callable[[Any], Any], progress: Any) -> Any:
        """Runs a progress callback in the loop, and waits for what it says."""

        async def deliver() -> Any:
            answer = function(progress)
            return await answer if inspect.isawaitable(answer) else answer

        coroutine = deliver()
        try:
            told = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        except RuntimeError:  # The loop was closed under the call.
            coroutine.close()
            return False
        try:
            while True:
                try:
                    return told.result(0.2)
                except NotYet:
                    if told.done():
                        raise
                    if self.cancellation.requested or self.loop.is_closed():
                        told.cancel()
                        return False
        finally:
            del told  # Or it and this frame, by the exception in it, hold each other.

    def run(self, function: Callable[..., Any], arguments: Any, keywords: Any) -> Any:
        cancel_by(self.cancellation)
        _here.call = self
        try:
            return function(*arguments, **keywords)
        finally:
            _here.call = None
            cancel_by(None)


def in_loop(function: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    """A progress callback that runs in the loop of the call that it is told about."""
    if function is None:
        return None

    def tell(progress: Any) -> Any:
        call: _Call | None = getattr(_here, "call", None)
        return function(progress) if call is None else call.tell(function, progress)

    return tell


class Tasks:
    """Runs each call on a thread of its own. The threads are daemons, whose calls _frames stops when the interpreter exits; calls from a
    progress callback need no thread that other calls hold, and a forked child starts its own."""

    async def run(self, function: Callable[..., Result], *arguments: Any, **keywords: Any) -> Result:
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
                loop.call_soon_threadsafe(ended.set_result, (result, error))  # noqa: F821  # Deleted only after this.
            except RuntimeError:  # The loop was closed under the call.
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
                if isinstance(result, Handle):  # It was done before the stop reached it.
                    result.close()
                raise cancelled
            if isinstance(failure, (StopIteration, asyncio.CancelledError, NotDone)):
                raise RuntimeError(f"a callback raised {type(failure).__name__}") from failure
            if failure is not None:
                raise failure
            return result  # type: ignore[no-any-return]
        finally:
            del ended, failure, cancelled  # Or they and this frame hold each other.


class AsyncHandle(Generic[Sync]):
    """A handle whose calls are awaited."""

    _sync: Sync
    _tasks: Tasks

    def _begin(self, make: Callable[..., Sync], *arguments: Any, **keywords: Any) -> None:
        keywords["progress"] = in_loop(keywords.get("progress"))
        self._sync, self._tasks = make(*arguments, **keywords), Tasks()

    def _of(self: Any, sync: Any, tasks: Tasks) -> Any:
        self._sync, self._tasks = sync, tasks
        return self

    async def _run(
        self, function: Callable[..., Any], *arguments: Any, **keywords: Any,
    ) -> Result:  # pyright: ignore[reportInvalidTypeVarUse]
        arguments = tuple(argument._sync if isinstance(argument, AsyncHandle) else argument for argument in arguments)
        return self._wrap(await self._tasks.run(function, *arguments, **keywords))

    def _wrap(self, result: Any) -> Result:  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeVarUse]
        """The wrapper of what comes back, which is of the type that the caller knows."""
        if isinstance(result, Rows):
            return cast(Result, AsyncRows(result, self._tasks))
        for sync, wrapper in _wrappers:
            if isinstance(result, sync):
                return cast(Result, wrapper.__new__(wrapper)._of(result, self._tasks))
        return cast(Result, result)

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._sync.closed

    def close(self) -> None:
        """Frees the handle. Only frees: no network, nothing lost; twice is harmless."""
        self._sync.close()

    async def __aexit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Async{repr(self._sync)[1:]}"


class AsyncRows(Generic[Item]):
    """A list that is fetched page by page, as it is iterated over with `async for`."""

    def __init__(self, rows: Rows[Item], tasks: Tasks) -> None:
        self._rows: Rows[Item] = rows
        self._tasks: Tasks = tasks

    def __aiter__(self) -> AsyncIterator[Item]:
        return self

    async def __anext__(self) -> Item:
        row: Any = await self._tasks.run(next, self._rows, _end)
        if row is _end:
            raise StopAsyncIteration
        return row  # type: ignore[no-any-return]

    def close(self) -> None:
        """Ends the list early. No network."""
        self._rows.close()

    async def __aenter__(self) -> AsyncRows[Item]:
        return self

    async def __aexit__(self, *_: Any) -> None:
        self.close()


_wrappers: list[Any] = []


def register(client: type[Any], package: type[Any], workspace: type[Any]) -> None:
    """Which wrapper belongs to what comes back."""
    _wrappers.extend([(Workspace, workspace), (Package, package)])
