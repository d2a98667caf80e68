"""What the other side posts to us, on its way to whoever listens."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from anyq.client import Overflow
from anyq.errors import CallTimeout, ClosedError, LimitError
from anyq.protocol import AsyncMessage

__all__ = ["Feed", "FeedOwner"]

T = TypeVar("T")


class FeedOwner(Protocol):
    """The connection that the messages come from."""

    def wait_for_message(self, feed: Feed[Any], timeout: float | None) -> bool:
        """Receive until the feed has a message or is over. False at the time-out."""

    def feed_closed(self, feed: Feed[Any]) -> None:
        """The feed listens no more."""


class Feed(Generic[T]):
    """A bounded buffer of messages from the server, to be read with ``for``, or one by one with `receive`.

    ``received`` counts what came, ``dropped`` what a full buffer lost. Leaving its ``with`` block, or `close`, ends it.
    Interrupting the reader loses no message.
    """

    def __init__(self, size: int, overflow: Overflow, decode: Callable[[AsyncMessage], T], owner: FeedOwner) -> None:
        if size < 1:
            raise ValueError(f"a buffer has room for at least one message, not {size}")
        if overflow not in ("block", "drop-oldest", "error"):
            raise ValueError(f"overflow is 'block', 'drop-oldest' or 'error', not {overflow!r}")
        self.received = 0
        self.dropped = 0
        self._size = size
        self._overflow = overflow
        self._decode = decode
        self._owner = owner
        self._items: deque[AsyncMessage] = deque()
        self._error: Exception | None = None

    def __iter__(self) -> Feed[T]:
        return self

    def __next__(self) -> T:
        """The next message, waiting for it. Raises `ConnectionLost` or `ClosedError` when no more will come."""
        return self.receive()

    def receive(self, timeout: float | None = None) -> T:
        """The next message, waiting for it at most ``timeout`` seconds (`CallTimeout`). Otherwise as iterating."""
        if not self._items:
            if not self._owner.wait_for_message(self, timeout):
                raise CallTimeout(f"no message within {timeout} s")
            if not self._items:
                assert self._error is not None
                raise self._error
        item = self._items[0]
        value = self._decode(item)
        self._items.popleft()
        return value

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._items)

    def close(self) -> None:
        """Listen no more. Idempotent."""
        self._items.clear()
        self.end(ClosedError("this feed was closed"))
        self._owner.feed_closed(self)

    # The connection's side

    def ready(self) -> bool:
        """Whether there is something to take, or nothing will come."""
        return bool(self._items) or self._error is not None

    def offer(self, item: AsyncMessage) -> int:
        """A message came. How many messages are lost by that."""
        self.received += 1
        lost = 0
        if self._error is not None:
            lost = 1
        elif len(self._items) < self._size:
            self._items.append(item)
        elif self._overflow == "drop-oldest":
            self._items.popleft()
            self._items.append(item)
            lost = 1
        else:
            lost = 1
            self.end(LimitError(f"more than {self._size} messages wait to be read"))
        self.dropped += lost
        return lost

    def end(self, error: Exception) -> None:
        """No more will come; what is buffered can still be read."""
        if self._error is None:
            self._error = error
