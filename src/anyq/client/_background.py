"""A task group for work that nobody should notice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import anyio

__all__ = ["BackgroundTasks"]


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class BackgroundTasks:
    """Tasks that never raise, and that end when the block ends.

    What the block raises leaves it as it is, never in an exception group: the group below never sees it.
    The tasks must end soon when they are cancelled, as the end of the block waits for them, undisturbed by
    other cancellations.
    """

    def __init__(self) -> None:
        # The outer scope is there to be shielded while the group waits for its tasks. The tasks have
        # scopes of their own, because cancelling the group would also cancel the block that is being left.
        self._outer = anyio.CancelScope()
        self._group = anyio.create_task_group()
        self._scopes: set[anyio.CancelScope] = set()
        self._ending = False

    async def __aenter__(self) -> Self:
        self._outer.__enter__()
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._outer.shield = True
        self._ending = True
        for scope in self._scopes:
            scope.cancel()
        try:
            await self._group.__aexit__(None, None, None)
        except BaseExceptionGroup as group:
            # An exit or an interrupt, in a hook of the user's: it goes on as itself, in no group of ours.
            raise _first(group) from None
        finally:
            self._outer.__exit__(None, None, None)

    def start_soon(self, function: Callable[..., Awaitable[Any]], *arguments: Any, name: object = None) -> None:
        """Run ``function(*arguments)`` in a task."""
        self._group.start_soon(self._run, function, arguments, name=name or function)

    async def _run(self, function: Callable[..., Awaitable[Any]], arguments: tuple[Any, ...]) -> None:
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            if self._ending:
                scope.cancel()
            try:
                await function(*arguments)
            finally:
                self._scopes.discard(scope)
