"""The futures of asynchronous connections."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator
from typing import Any, Final

from anyq.errors import ClosedError
from anyq.portal import running_loop
from anyq.values import Value

from ._base import wrap
from ._exceptions import FutureCancelled, NoResults

__all__ = ["QFuture"]

log: Final = logging.getLogger("anyq.pykx")


class QFuture:
    """The answer of a call that is on its way, whether it is awaited or not.

    It can be awaited in any event loop, as often as wanted. Cancelling an ``await`` leaves the call alone. An error
    that nobody asked for is logged.
    """

    def __init__(
        self, inner: Any, translate: Callable[[BaseException], BaseException], finish: Callable[[Any], Any]
    ) -> None:
        self._inner = inner
        self._translate = translate
        self._finish = finish
        self._told = False
        self._callbacks: list[Callable[[Any], Any]] = []
        self._loop: Any = asyncio.get_running_loop() if running_loop() == "asyncio" else None
        inner.add_done_callback(self._tell)

    def _value(self, value: Any) -> Any:
        return self._finish(wrap(value) if isinstance(value, Value) else value)

    def __await__(self) -> Generator[Any, Any, Any]:
        self._told = True
        try:
            value = yield from self._inner.__await__()
            return self._value(value)
        except BaseException as error:
            made = self._translate(error)
            if made is error:
                raise
            raise made from error.__cause__

    __iter__ = __await__

    async def _wait(self) -> Any:
        return await self

    def done(self) -> bool:
        """Whether the answer, or what prevents it, is known."""
        return bool(self._inner.done())

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return bool(self._inner.cancelled())

    def cancel(self, msg: str = "") -> bool:
        """Give the call up; what comes for it is dropped."""
        self._told = True
        return bool(self._inner.cancel())

    def result(self) -> Any:
        """The answer, or what prevents it. ``asyncio.InvalidStateError`` before that is known."""
        self._told = True
        if self.cancelled():
            raise FutureCancelled("the future was cancelled")
        if not self.done():
            raise asyncio.InvalidStateError("The result is not ready: await the future")
        error = self._inner.exception(0)
        if error is not None:
            raise self._translate(error)
        return self._value(self._inner.result(0))

    def exception(self) -> BaseException | None:
        """What prevents the answer, or ``None``. ``asyncio.InvalidStateError`` before that is known."""
        self._told = True
        if self.cancelled():
            raise FutureCancelled("the future was cancelled")
        if not self.done():
            raise asyncio.InvalidStateError("The result is not ready: await the future")
        error = self._inner.exception(0)
        return None if error is None else self._translate(error)

    def add_done_callback(self, callback: Callable[[Any], Any], *, context: Any = None) -> None:
        """Call ``callback`` with this when it is done, in the event loop that made it."""
        self._callbacks.append(callback)
        if self.done():
            self._schedule(callback)

    def remove_done_callback(self, callback: Callable[[Any], Any]) -> int:
        """Call it no more; how often it was to be called."""
        count = self._callbacks.count(callback)
        self._callbacks = [other for other in self._callbacks if other is not callback]
        return count

    def get_loop(self) -> Any:
        """The event loop that made it, if there was one."""
        return self._loop

    def _tell(self, _: object) -> None:
        for callback in list(self._callbacks):
            self._schedule(callback)

    def _schedule(self, callback: Callable[[Any], Any]) -> None:
        if callback not in self._callbacks:
            return
        self._callbacks.remove(callback)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback, self)
        else:
            callback(self)

    def __del__(self) -> None:
        if self._told or not self._inner.done() or self._inner.cancelled():
            return
        error = self._inner.exception(0)
        if error is not None and not isinstance(error, ClosedError):
            log.error("a call that nobody waited for failed: %s", self._translate(error))


_ = NoResults
