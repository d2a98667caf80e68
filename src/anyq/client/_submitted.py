"""A call that a pool was asked to make."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any

import anyio

from anyq.errors import ClosedError, Error, Outcome
from anyq.values import Value

__all__ = ["Submitted"]


class Submitted:
    """The handle of a call on a pool: await it for the answer, in any order and as often as you like.

    Cancelling an ``await`` leaves the call itself alone; `cancel` gives it up.
    """

    def __init__(self, check_home: Callable[[], None]) -> None:
        self._check_home = check_home
        self._scope = anyio.CancelScope()
        self._over = anyio.Event()
        self._value: Value | None = None
        self._error: BaseException | None = None
        self._outcome: Outcome = "not sent"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {'done' if self.done() else 'waits for its answer'}>"

    def __await__(self) -> Generator[Any, Any, Value]:
        return self._wait().__await__()

    async def _wait(self) -> Value:
        self._check_home()
        await self._over.wait()
        return self.result()

    def done(self) -> bool:
        """Whether the answer, or what prevents it, is known."""
        return self._over.is_set()

    def result(self) -> Value:
        """The answer, without waiting. `anyq.Error` if it is not there yet."""
        if self._error is not None:
            raise self._error.with_traceback(None)
        if self._value is None:
            raise Error("the answer has not arrived yet: await this handle, or ask done() first")
        return self._value

    def cancel(self) -> None:
        """Give the call up. If it was sent, its answer is dropped when it comes."""
        self._check_home()
        if not self.done():
            self._error = self._lost("this call was cancelled")
            self._over.set()
            self._scope.cancel()

    def begun(self) -> None:
        """The call is made now: what becomes of it is not known any more when it is given up."""
        self._outcome = "unknown"

    def _lost(self, text: str) -> ClosedError:
        error = ClosedError(text)
        error.outcome = self._outcome
        return error

    async def run(self, call: Callable[[], Awaitable[Value]]) -> None:
        """Make the call, in a task of the pool's."""
        with self._scope:
            try:
                self._value = await call()
            except Exception as error:
                self._error = self._error or error
            finally:
                if self._value is None and self._error is None:
                    self._error = self._lost("this pool is closed")
                self._over.set()
