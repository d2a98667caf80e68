"""A call that was made, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Protocol

import anyio
import anyio.lowlevel
import anyio.to_thread

from anyq.client._bodies import is_heavy
from anyq.client._waiter import Waiter
from anyq.codec import Limits, decoded
from anyq.errors import ClosedError, Error
from anyq.protocol import Request, Response
from anyq.values import Value

__all__ = ["CallOwner", "Handle", "Pending"]


class AnswerOwner(Protocol):
    """The connection that a call was made on."""

    limits: Limits

    def spoiled(self, error: Error) -> None:
        """The response could not be decoded, or is a q error."""


class CallOwner(AnswerOwner, Protocol):
    """The same, in an event loop."""

    new_waiter: Callable[[], Waiter]
    """What `waiter_maker` gave for the event loop."""

    def check_home(self) -> None:
        """`MisuseError` in another event loop or thread."""

    def withdraw(self, call: Pending) -> None:
        """Nobody waits for this call any more."""


class Handle(Request):
    """A call whose response is decoded when it is asked for."""

    __slots__ = ("_owner", "_value")

    response: Response | None
    error: BaseException | None
    _owner: AnswerOwner

    def __init__(self, owner: AnswerOwner, *, idempotent: bool = False, size: int = 0) -> None:
        super().__init__(idempotent=idempotent, size=size)
        self._owner = owner
        self._value: Value | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.state.value}>"

    def done(self) -> bool:
        """Whether the answer, or what prevents it, is known. Does not look at the network."""
        return self._value is not None or self.response is not None or self.error is not None

    def outcome(self) -> Value:
        """The answer of a call that is done, or raise what prevents it."""
        if self._value is not None:
            return self._value
        if self.error is not None:
            raise self.error.with_traceback(None)
        assert self.response is not None
        try:
            self._value = decoded(self.response, self._owner.limits)
        except Error as error:
            self._fail_decoding(error)
            raise
        self.response = None  # not before: an interrupted decoding can be repeated
        return self._value

    def _fail_decoding(self, error: Error) -> None:
        self.error = error
        self.response = None
        self._owner.spoiled(error)

    def _give_up(self) -> None:
        error = ClosedError("this call was cancelled")
        error.outcome = self.outcome_if_lost
        self.fail(error)


class Pending(Handle):
    """The handle of a call: await it for the answer, in any order and as often as you like.

    Cancelling an ``await`` leaves the call itself alone, so that it can be awaited again; `cancel` gives
    it up.
    """

    __slots__ = ("_waiters",)

    _owner: CallOwner

    def __init__(self, owner: CallOwner, *, idempotent: bool = False, size: int = 0) -> None:
        super().__init__(owner, idempotent=idempotent, size=size)
        self._waiters: list[Waiter] = []

    def __await__(self) -> Generator[Any, Any, Value]:
        return self.wait().__await__()

    def result(self) -> Value:
        """The answer, without waiting. `anyq.Error` if it is not there yet; raises what `wait` raises."""
        if not self.done():
            raise Error("the answer has not arrived yet: await this handle, or ask done() first")
        return self.outcome()

    async def wait(self) -> Value:
        """Wait for the answer.

        Raises `QError` for q's own errors, `ConnectionLost` if the connection broke (with the outcome),
        `ClosedError` if it was closed, `DecodeError` if the answer is not a q value (the connection is
        closed then), `MisuseError` in another event loop or thread. Cancelled, the call itself goes on, and can be
        awaited again.
        """
        self._owner.check_home()
        if self.done():
            await anyio.lowlevel.checkpoint()
        else:
            waiter = self._owner.new_waiter()
            self._waiters.append(waiter)
            try:
                await waiter.wait()
            finally:
                self._waiters.remove(waiter)
        response = self.response
        if response is not None and is_heavy(response):
            await self._decode_elsewhere(response)
        return self.outcome()

    def cancel(self) -> None:
        """Give the call up: nobody will await it. If it was sent, its answer is dropped when it comes."""
        if not self.done():
            self._owner.check_home()
            self._owner.withdraw(self)
            self._give_up()

    def answer(self, response: Response) -> None:
        self.response = response
        for waiter in self._waiters:
            waiter.set()

    def fail(self, error: BaseException) -> None:
        super().fail(error)
        for waiter in self._waiters:
            waiter.set()

    async def _decode_elsewhere(self, response: Response) -> None:
        """In a worker thread, so that the event loop goes on; left behind there when we are cancelled."""
        try:
            value = await anyio.to_thread.run_sync(decoded, response, self._owner.limits, abandon_on_cancel=True)
        except Error as error:
            self._fail_decoding(error)
        else:
            self._value, self.response = value, None
