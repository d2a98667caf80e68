"""Messages posted by the other side, buffered for their readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from anyq import protocol
from anyq.errors import CallTimeout, Error
from anyq.protocol import AsyncMessage, Overflow

__all__ = ["Feed", "FeedOwner"]

T = TypeVar("T")


class FeedOwner(Protocol):
    """The connection that the messages come from."""

    def wait_for_message(self, feed: protocol.Feed, timeout: float | None, count: int = 1) -> bool:
        """Receive until the feed has ``count`` messages, or is full or over. False at the time-out."""

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

    def batches(self, *, max_items: int = 1000, max_delay: float = 0.0) -> Iterator[list[T]]:
        """What has arrived, in lists of ``max_items`` messages at most: ``for batch in feed.batches(): ...``.

        A list is given as soon as there is a message, with all that are here; or with ``max_delay`` that many seconds
        later, if there are not ``max_items`` before. Raises as iterating does: an error comes after the messages before
        it. Interrupted, it has lost none. `ValueError` for bounds that are none.
        """
        if max_items < 1:
            raise ValueError(f"a batch has at least one item, not {max_items}")
        if not max_delay >= 0:
            raise ValueError(f"max_delay is a number of seconds, not {max_delay}")
        return _Batches(self, max_items, max_delay)

    def take_batch(self, max_items: int, max_delay: float) -> list[T]:
        """The next of `batches`."""
        if not self.ready:
            self._owner.wait_for_message(self, None)
        if max_delay:
            self._owner.wait_for_message(self, max_delay, max_items)
        if not self._items:
            self.first()
        batch: list[T] = []
        for item in list(islice(self._items, max_items)):
            try:
                batch.append(self._decode(item))
            except Error:
                if not batch:
                    self.pop()
                    raise
                break
        for _ in batch:  # not before: an interrupted reader gets the messages again
            self.pop()
        return batch

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


class _Batches(Generic[T]):
    """An iterator, and no generator: one that was interrupted goes on."""

    def __init__(self, feed: Feed[T], max_items: int, max_delay: float) -> None:
        self._feed = feed
        self._bounds = max_items, max_delay

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[T]:
        return self._feed.take_batch(*self._bounds)
