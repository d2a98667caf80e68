"""A call that was made on a blocking connection, and what becomes of it."""

from __future__ import annotations

import time
from typing import Protocol

from anyq import codec
from anyq.client import Query, decode_message, outgoing
from anyq.errors import ClosedError, Error
from anyq.protocol import AsyncMessage, Call, CallState, Message, Response, SyncRequest
from anyq.values import Value

__all__ = ["CallOwner", "Pending"]


class CallOwner(Protocol):
    """Whoever made the call."""

    limits: codec.Limits

    def wait_for(self, call: Pending, timeout: float | None) -> None:
        """Receive until the call is done."""

    def abandon(self, call: Pending) -> None:
        """Nobody waits for this call any more."""

    def spoiled(self, error: Error) -> None:
        """An answer could not be decoded, or is an error."""


class Pending(Call):
    """The handle of a call: ask for its `result`, in any order and as often as you like.

    Nothing happens in the background. The answer is taken off the network by `result`, or on the way to another one.
    """

    __slots__ = (
        "_owner",
        "body",
        "error",
        "expects",
        "idempotent",
        "query",
        "response",
        "started",
        "uncertain",
        "value",
    )

    def __init__(
        self,
        owner: CallOwner,
        body: bytes | codec.Packed,
        query: Query = "",
        *,
        expects: bool = True,
        idempotent: bool = False,
        timed: bool = False,
    ) -> None:
        self.state = CallState.QUEUED
        self._owner = owner
        self.body = body
        self.query = query
        self.expects = expects
        """Whether it is a call; an async message expects no answer."""
        self.idempotent = idempotent
        self.uncertain = False
        """Whether it was sent on a connection that broke, so that it may have run already."""
        self.started = time.perf_counter() if timed else 0.0
        self.response: Response | None = None
        self.value: Value | None = None
        self.error: Exception | None = None

    @property
    def message(self) -> Message:
        """What is sent."""
        return outgoing(SyncRequest, self.body) if self.expects else outgoing(AsyncMessage, self.body)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.state.value}>"

    def done(self) -> bool:
        """Whether the answer, or what prevents it, is here. Does not look at the network."""
        return not (self.response is None and self.value is None and self.error is None)

    def result(self, timeout: float | None = None) -> Value:
        """The answer, waiting for it at most ``timeout`` seconds (`CallTimeout`; ask again later if you like).

        Raises `QError` for q's own errors, `ConnectionLost` if the connection broke (with the outcome), `ClosedError`
        if it was closed, `DecodeError` if the answer is not a q value.
        """
        if not self.done():
            self._owner.wait_for(self, timeout)
        return self.outcome()

    def cancel(self) -> None:
        """Give the call up. If it was sent, its answer is dropped when it comes."""
        if not self.done():
            self._owner.abandon(self)
            self.error = ClosedError("this call was cancelled")

    def outcome(self) -> Value:
        """The answer of a call that is done."""
        if self.value is not None:
            return self.value
        if self.error is not None:
            raise self.error.with_traceback(None)
        assert self.response is not None
        try:
            self.value = decode_message(self.response, self._owner.limits)
        except Error as error:
            self.error = error
            self._owner.spoiled(error)
            self.response = None
            raise
        self.response = None  # not before: an interrupted decoding can be repeated
        return self.value
