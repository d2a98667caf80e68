"""An async context manager that is open in a portal's loop, in a task of its own, for others to use."""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager
from typing import Final, Generic, TypeVar

import anyio

from anyq.errors import PortalClosed

__all__ = ["Held"]

T = TypeVar("T")

log: Final = logging.getLogger("anyq.portal")


class Held(Generic[T]):
    """Enters and leaves ``manager`` in one task, as cancel scopes and task groups demand."""

    def __init__(self, manager: AbstractAsyncContextManager[T, bool | None]) -> None:
        self.left = anyio.Event()
        self._manager = manager
        self._opened = anyio.Event()
        self._leave = anyio.Event()
        self._scope = anyio.CancelScope()
        self._value: list[T] = []
        self._body_error: BaseException | None = None
        self._error: BaseException | None = None
        self._awaited = False
        self._suppressed = False

    async def live(self) -> None:
        """The task. Raises nothing but cancellation."""
        try:
            with self._scope:
                await self._inside()
        except Exception as error:
            if error is not self._body_error:
                self._error = error
        else:
            self._suppressed = self._body_error is not None
        finally:
            self._opened.set()
            self.left.set()
            if self._error is not None and self._value and not self._awaited:
                log.warning("closing %r failed: %r", self._manager, self._error)

    async def _inside(self) -> None:
        async with self._manager as value:
            self._value.append(value)
            self._opened.set()
            await self._leave.wait()
            if self._body_error is not None:
                raise self._body_error

    async def opened(self) -> T:
        """Wait until it is open; what it gives, or raise what it raised. Cancelled, it is closed again."""
        try:
            await self._opened.wait()
        except BaseException:
            self._scope.cancel()
            with anyio.CancelScope(shield=True):
                await self.left.wait()
            raise
        if self._value:
            return self._value[0]
        raise self._error or PortalClosed("the portal ended while this was opened", outcome="unknown")

    def leave(self) -> None:
        """Have it close, without waiting."""
        self._leave.set()

    async def close(self, error: BaseException | None = None) -> bool:
        """Close it, as at the end of a block whose body raised ``error``. Whether it suppressed that."""
        self._body_error = error if not self.left.is_set() else None
        self._awaited = True
        self._leave.set()
        await self.left.wait()
        if self._error is not None:
            raise self._error
        return self._suppressed
