"""A call that was made on a blocking connection, and what becomes of it."""

from __future__ import annotations

from typing import Protocol

from anyq.client import Handle
from anyq.codec import Limits
from anyq.errors import Error
from anyq.values import Value

__all__ = ["CallOwner", "Pending"]


class CallOwner(Protocol):
    """The connection that a call was made on."""

    limits: Limits

    def spoiled(self, error: Error) -> None:
        """The response could not be decoded, or is a q error."""

    def wait_for(self, call: Pending, timeout: float | None) -> None:
        """Receive until the call is done."""

    def withdraw(self, call: Pending) -> None:
        """Nobody waits for this call any more."""


class Pending(Handle):
    """The handle of a call: ask for its `result`, in any order and as often as you like.

    Nothing happens in the background. The answer is taken off the network by `result`, or on the way to another one.
    """

    __slots__ = ()

    _owner: CallOwner

    def result(self, timeout: float | None = None) -> Value:
        """The answer, waiting for it at most ``timeout`` seconds (`CallTimeout`; ask again later if you like).

        Raises `QError` for q's own errors, `ConnectionLost` if the connection broke (with the outcome), `ClosedError`
        if it was closed, `DecodeError` if the answer is not a q value (the connection is closed then).
        """
        if not self.done():
            self._owner.wait_for(self, timeout)
        return self.outcome()

    def cancel(self) -> None:
        """Give the call up. If it was sent, its answer is dropped when it comes."""
        if not self.done():
            self._owner.withdraw(self)
            self._give_up()
