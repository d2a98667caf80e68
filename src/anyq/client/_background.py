"""A task group for work that nobody should notice."""

from __future__ import annotations

from types import TracebackType

import anyio
from anyio.abc import TaskGroup

__all__ = ["BackgroundTasks"]


class BackgroundTasks:
    """Tasks that never raise, and that end when the block ends.

    What the block raises leaves it as it is, never in an exception group: the group below never sees it. The tasks
    must end soon when they are cancelled, as the end of the block waits for them, undisturbed by other cancellations.
    """

    def __init__(self) -> None:
        # The outer scope is there to be shielded while the group waits for its tasks.
        self._scope = anyio.CancelScope()
        self._group = anyio.create_task_group()

    async def __aenter__(self) -> TaskGroup:
        self._scope.__enter__()
        await self._group.__aenter__()
        return self._group

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scope.shield = True
        self._group.cancel_scope.cancel()
        await self._group.__aexit__(None, None, None)
        self._scope.__exit__(None, None, None)
