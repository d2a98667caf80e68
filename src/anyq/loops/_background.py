"""Tasks in the background of a block, whose failures are not the block's."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import anyio

from anyq.errors import MisuseError

from ._home import on_asyncio

__all__ = ["BackgroundTasks"]


class BackgroundTasks:
    """Tasks that end when the block ends.

    The tasks are not to raise `Exception`. What else one raises (an exit, an interrupt, in a function of the user's)
    cancels the block and leaves it as itself, in no exception group of ours. They must end soon when they are
    cancelled: the end of the block waits for them, undisturbed by other cancellations.

    On asyncio the tasks are the event loop's, so the block may be entered in one task and left in another, as fixtures
    do. On Trio they are in a nursery, which belongs to the task that entered it: leaving elsewhere is `MisuseError`.
    """

    def __init__(self) -> None:
        self._group: _LoopTasks | _Nursery | None = None
        self._scopes: set[anyio.CancelScope] = set()
        self._ending = False

    async def __aenter__(self) -> Self:
        self._group = _LoopTasks() if on_asyncio() else _Nursery()
        await self._group.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._group is not None
        self.check_task()
        self._ending = True
        for scope in self._scopes:
            scope.cancel()
        await self._group.close()

    def check_task(self) -> None:
        """Raise `MisuseError` where the block cannot be left in this task."""
        assert self._group is not None
        self._group.check()

    def start_soon(self, function: Callable[..., Awaitable[Any]], *arguments: Any, name: object = None) -> None:
        """Run ``function(*arguments)`` in a task."""
        assert self._group is not None
        self._group.start_soon(self._run, function, arguments, name=str(name or function))

    async def _run(self, function: Callable[..., Awaitable[Any]], arguments: tuple[Any, ...]) -> None:
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            if self._ending:
                scope.cancel()
            try:
                await function(*arguments)
            finally:
                self._scopes.discard(scope)


class _LoopTasks:
    """Tasks of the asyncio loop, in no cancel scope of the caller's."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._error: BaseException | None = None
        self._opener: asyncio.Task[Any] | None = None
        self._closing = self._stopped_opener = False

    async def open(self) -> None:
        self._opener = asyncio.current_task()

    def check(self) -> None:
        """Any task of the loop may close it."""

    def start_soon(self, function: Callable[..., Any], *arguments: Any, name: str) -> None:
        task = asyncio.get_running_loop().create_task(function(*arguments), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None or self._error is not None:
            return
        self._error = error
        opener = self._opener
        if opener is not None and not opener.done() and not self._closing:  # as a nursery does; see `close`
            self._stopped_opener = opener.cancel()

    async def close(self) -> None:
        """Wait for the tasks, however often this is cancelled; then raise what one of them raised."""
        self._closing = True
        cancelled: BaseException | None = None
        with anyio.CancelScope(shield=True):
            while self._tasks:
                try:
                    await asyncio.wait(self._tasks)
                except asyncio.CancelledError as error:
                    cancelled = error
        if self._error is not None:
            if self._stopped_opener and asyncio.current_task() is self._opener:
                self._opener.uncancel()  # type: ignore[union-attr]
            raise _first(self._error) from None
        if cancelled is not None:
            raise cancelled


class _Nursery:
    """Tasks in a nursery. Each has a cancel scope of its own: cancelling the nursery would cancel the block that is
    being left, too.
    """

    def __init__(self) -> None:
        # This scope is there to be shielded while the group waits for its tasks.
        self._outer = anyio.CancelScope()
        self._group = anyio.create_task_group()
        self._task: object = None

    async def open(self) -> None:
        self._task = sys.modules["trio"].lowlevel.current_task()
        self._outer.__enter__()
        await self._group.__aenter__()

    def check(self) -> None:
        if sys.modules["trio"].lowlevel.current_task() is not self._task:
            raise MisuseError(
                "on Trio, background tasks belong to the task that entered the `async with` block, so it has to be "
                "left in that task"
            )

    def start_soon(self, function: Callable[..., Any], *arguments: Any, name: str) -> None:
        self._group.start_soon(function, *arguments, name=name)

    async def close(self) -> None:
        self._outer.shield = True
        try:
            await self._group.__aexit__(None, None, None)
        except BaseExceptionGroup as group:
            raise _first(group) from None
        finally:
            self._outer.__exit__(None, None, None)


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
