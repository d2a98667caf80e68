"""A task group for work that nobody should notice."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import anyio

from anyq.errors import MisuseError

__all__ = ["BackgroundTasks"]


class BackgroundTasks:
    """Tasks that never raise, and that end when the block ends.

    What the block raises leaves it as it is, never in an exception group. The tasks must end soon when they are
    cancelled, as the end of the block waits for them, undisturbed by other cancellations.

    On asyncio the tasks are the event loop's, so the block may be entered in one task and left in another, as fixtures
    do. On Trio they are in a nursery, which belongs to the task that entered it: leaving elsewhere is `MisuseError`.
    """

    def __init__(self) -> None:
        self._group: _LoopTasks | _Nursery | None = None
        self._scopes: set[anyio.CancelScope] = set()
        self._ending = False

    async def __aenter__(self) -> Self:
        on_asyncio = anyio.get_cancelled_exc_class() is asyncio.CancelledError
        self._group = _LoopTasks() if on_asyncio else _Nursery()
        await self._group.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._group is not None
        self._group.check()
        self._ending = True
        for scope in self._scopes:
            scope.cancel()
        await self._group.close()

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

    async def open(self) -> None:
        pass

    def check(self) -> None:
        pass

    def start_soon(self, function: Callable[..., Any], *arguments: Any, name: str) -> None:
        task = asyncio.get_running_loop().create_task(function(*arguments), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._error = self._error or task.exception()

    async def close(self) -> None:
        """Wait for the tasks, cancelled as often as may be; then raise that, or what stopped a task."""
        cancelled: BaseException | None = None
        with anyio.CancelScope(shield=True):
            while self._tasks:
                try:
                    await asyncio.wait(self._tasks)
                except asyncio.CancelledError as error:
                    cancelled = error
        if cancelled is not None:
            raise cancelled
        if self._error is not None:
            raise self._error


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
                "left in that task; in fixtures, use open(nursery) with a nursery of yours, and aclose()"
            )

    def start_soon(self, function: Callable[..., Any], *arguments: Any, name: str) -> None:
        self._group.start_soon(function, *arguments, name=name)

    async def close(self) -> None:
        self._outer.shield = True
        try:
            await self._group.__aexit__(None, None, None)
        except BaseExceptionGroup as group:
            # An exit or an interrupt, in a hook of the user's: it goes on as itself, in no group of ours.
            raise _first(group) from None
        finally:
            self._outer.__exit__(None, None, None)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
