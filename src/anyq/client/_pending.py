"""A call that was made, and what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, Protocol

import anyio
import anyio.lowlevel
import anyio.to_thread

from anyq import codec
from anyq.client._bodies import decode_message, is_heavy
from anyq.client._waiter import Waiter
from anyq.errors import ClosedError, DecodeError, DecodeLimitError, Error
from anyq.protocol import Call, CallState, Response, SyncRequest
from anyq.values import Value

__all__ = ["CallOwner", "Pending"]


class CallOwner(Protocol):
    """Whoever made the call."""

    limits: codec.Limits
    new_waiter: Callable[[], Waiter]
    """What `waiter_maker` gave for the event loop."""

    def abandon(self, call: Pending) -> None:
        """Nobody waits for this call any more."""

    def spoiled(self, error: DecodeError) -> None:
        """The other side sent bytes that are no value."""


class Pending(Call):
    """The handle of a call: await it for the answer, in any order and as often as you like.

    Cancelling an ``await`` leaves the call itself alone, so that it can be awaited again; `cancel` gives
    it up.
    """

    __slots__ = (
        "_error",
        "_owner",
        "_response",
        "_value",
        "_waiters",
        "idempotent",
        "label",
        "message",
        "size",
        "started",
        "uncertain",
    )

    def __init__(self, owner: CallOwner, *, idempotent: bool = False, label: str | None = None, size: int = 0) -> None:
        super().__init__()
        self.idempotent = idempotent
        self.message: SyncRequest | None = None
        """What to send again, if that is allowed."""
        self.uncertain = False
        """Whether it went out on a connection that is gone, and waits to be sent again."""
        self.label = label
        self.size = size
        self.started = time.perf_counter()
        self._owner = owner
        self._waiters: list[Waiter] = []
        self._response: Response | None = None
        self._value: Value | None = None
        self._error: BaseException | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.state.value}>"

    def __await__(self) -> Generator[Any, Any, Value]:
        return self.wait().__await__()

    def done(self) -> bool:
        """Whether the answer, or what prevents it, is known."""
        return self._response is not None or self._value is not None or self._error is not None

    def result(self) -> Value:
        """The answer, without waiting. `anyq.Error` if it is not there yet; raises what `wait` raises."""
        if self._value is not None:
            return self._value
        if self._error is not None:
            raise self._error
        if self._response is None:
            raise Error("the answer has not arrived yet: await this handle, or ask done() first")
        try:
            self._value = decode_message(self._response, self._owner.limits)
        except Error as error:
            self._note(error)
            raise
        self._response = None
        return self._value

    async def wait(self) -> Value:
        """Wait for the answer.

        Raises `QError` for q's own errors, `ConnectionLost` if the connection broke (with the outcome),
        `ClosedError` if it was closed, `DecodeError` if the answer is not a q value (the connection is
        closed then). Cancelled, the call itself goes on, and can be awaited again.
        """
        if self.done():
            await anyio.lowlevel.checkpoint()
        else:
            waiter = self._owner.new_waiter()
            self._waiters.append(waiter)
            try:
                await waiter.wait()
            finally:
                self._waiters.remove(waiter)
        response = self._response
        if response is not None and is_heavy(response):
            await self._decode_elsewhere(response)
        return self.result()

    def cancel(self) -> None:
        """Give the call up: nobody will await it. If it was sent, its answer is dropped when it comes."""
        if not self.done():
            self._owner.abandon(self)
            error = ClosedError("this call was cancelled")
            error.outcome = "not sent" if self.unseen else "unknown"
            self.fail(error)

    @property
    def unseen(self) -> bool:
        """Whether the call was given up before the other side could see it whole."""
        return self.state is CallState.WITHDRAWN and not self.uncertain

    def answer(self, response: Response) -> None:
        """The response arrived."""
        self._response = response
        for waiter in self._waiters:
            waiter.set()

    def fail(self, error: BaseException) -> None:
        """No response will arrive."""
        if not self.done():
            self._error = error
            for waiter in self._waiters:
                waiter.set()

    async def _decode_elsewhere(self, response: Response) -> None:
        """In a worker thread, so that the event loop goes on; left behind there when we are cancelled."""
        try:
            value = await anyio.to_thread.run_sync(decode_message, response, self._owner.limits, abandon_on_cancel=True)
        except Error as error:
            self._note(error)
        else:
            self._value, self._response = value, None

    def _note(self, error: Error) -> None:
        self._error, self._response = error, None
        if isinstance(error, DecodeError) and not isinstance(error, DecodeLimitError):
            self._owner.spoiled(error)
