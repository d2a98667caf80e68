"""What the other side posts to us, on its way to whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from anyq import protocol
from anyq.errors import CallTimeout, Error
from anyq.protocol import AsyncMessage, Overflow

__all__ = ["Feed", "FeedOwner"]

T = TypeVar("T")


class FeedOwner(Protocol):
    """The connection that the messages come from."""

    def wait_for_message(self, feed: protocol.Feed, timeout: float | None) -> bool:
        """Receive until the feed has a message or is over. False at the time-out."""

    def feed_closed(self, feed: protocol.Feed) -> None:
        """The feed listens no more."""


class Feed(protocol.Feed, Generic[T]):
    """A bounded buffer of messages from the server, to be read with ``for``, or one by one with `receive`.

    ``received`` counts what came, ``dropped`` what a full buffer lost. Leaving its ``with`` block, or `close`, ends it.
    Interrupting the reader loses no message.
    """

    def __init__(self, size: int, overflow: Overflow, decode: Callable[[AsyncMessage], T], owner: FeedOwner) -> None:
        super().__init__(size, overflow)
        self._decode = decode
        self._owner = owner

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        """The next message, waiting for it. Raises `ConnectionLost` or `ClosedError` when no more will come."""
        return self.receive()

    def receive(self, timeout: float | None = None) -> T:
        """The next message, waiting for it at most ``timeout`` seconds (`CallTimeout`). Otherwise as iterating.

        Raises `DecodeError` for a message that is no q value; that closes the connection (not the feed, which still
        gives what came before).
        """
        if not self.ready and not self._owner.wait_for_message(self, timeout):
            raise CallTimeout(f"no message within {timeout} s")
        item, _ = self.first()
        try:
            value = self._decode(item)
        except Error:
            self.pop()
            raise
        self.pop()  # not before: an interrupted reader gets the message again
        return value

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more. Idempotent."""
        self.discard()
        self._owner.feed_closed(self)
