"""An async context manager that is open in a portal's loop, in a task of its own, for others to use."""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager, AsyncExitStack
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
        """The task. Raises nothing but cancellation: an interrupt, say, is the closer's and not the loop's."""
        try:
            with self._scope:
                self._suppressed = await self._inside()
        except BaseException as error:
            if error is not self._body_error:
                if isinstance(error, anyio.get_cancelled_exc_class()):
                    raise
                self._error = error
        finally:
            self._opened.set()
            self.left.set()
            if self._error is not None and self._value and not self._awaited:
                log.warning("closing %r failed: %r", self._manager, self._error)

    async def _inside(self) -> bool:
        """Whether the manager suppressed the error of the body, which is shown to it but not raised here: what stops a
        program stops an event loop in which it is raised.
        """
        async with AsyncExitStack() as stack:
            self._value.append(await stack.enter_async_context(self._manager))
            self._opened.set()
            await self._leave.wait()
            error = self._body_error
            if error is None:
                return False
            return bool(await stack.__aexit__(type(error), error, error.__traceback__))

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
