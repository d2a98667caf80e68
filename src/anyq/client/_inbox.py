"""What the other side posts to us, on its way to whoever listens."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

import anyio
import anyio.lowlevel

from anyq.client._options import Overflow
from anyq.client._waiter import Scheduler
from anyq.errors import BusyError, ClosedError, LimitError

__all__ = ["Feed"]

T = TypeVar("T")


class FeedOwner(Protocol):
    """The connection that the messages come from."""

    soon: Scheduler | None
    """Of its event loop, once it has one."""

    def feed_waits(self, change: int) -> None:
        """A reader begins (1) or ends (-1) to wait."""

    def feed_closed(self, feed: Feed[Any]) -> None:
        """The feed listens no more."""


class _Note:
    """Something of ours between the messages."""

    __slots__ = ("item",)

    def __init__(self, item: Any) -> None:
        self.item = item


class Feed(Generic[T]):
    """A bounded buffer of messages from the server, to be read with ``async for`` by one task.

    ``received`` counts what came, ``dropped`` what a full buffer lost. Leaving its ``async with`` block, or
    `close`, ends it; so does dropping the last reference to it. Cancelling the reader loses no message.
    """

    def __init__(
        self,
        size: int,
        overflow: Overflow,
        decode: Callable[[Any], T],
        owner: FeedOwner,
    ) -> None:
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
        self._items: deque[Any] = deque()
        self._notes = 0
        self._error: Exception | None = None
        self._filled: anyio.Event | None = None
        self._awaited = False
        self._room: anyio.Event | None = None

    def __del__(self) -> None:
        room = getattr(self, "_room", None)
        if room is not None and self._owner.soon is not None:
            with suppress(RuntimeError):  # the event loop has ended
                self._owner.soon(room.set)  # in whatever thread this is

    def __aiter__(self) -> Feed[T]:
        return self

    async def __anext__(self) -> T:
        """The next message. Raises `ConnectionLost` or `ClosedError` when no more will come, and `BusyError` while
        another task waits for it.

        Cancelled, it has lost none.
        """
        if self._items:
            await anyio.lowlevel.checkpoint()
        while not self._items:
            if self._error is not None:
                raise self._error
            if self._awaited:
                raise BusyError("another task reads this feed: ask for a feed for each")
            self._filled = anyio.Event()
            self._awaited = True
            self._owner.feed_waits(1)
            try:
                await self._filled.wait()
            finally:
                self._awaited = False
                self._owner.feed_waits(-1)
        item = self._items.popleft()
        if type(item) is _Note:
            self._notes -= 1
            return item.item  # type: ignore[no-any-return]
        if self._room is not None:
            self._room.set()
            self._room = None
        return self._decode(item)

    async def __aenter__(self) -> Feed[T]:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._items) - self._notes

    def close(self) -> None:
        """Listen no more. Idempotent."""
        self._items.clear()
        self._notes = 0
        self.end(ClosedError("this feed was closed"))
        self._owner.feed_closed(self)

    # The connection's side

    def offer(self, item: object) -> int:
        """A message came. How many messages are lost by that."""
        self.received += 1
        lost = 0
        if self._error is not None:
            lost = 1
        elif len(self) < self._size or self._overflow == "block":
            self._items.append(item)
        elif self._overflow == "drop-oldest":
            self._drop_oldest()
            self._items.append(item)
            lost = 1
        else:
            lost = 1
            self.end(LimitError(f"more than {self._size} messages wait to be read (overflow='error')"))
        self.dropped += lost
        if self._filled is not None:
            self._filled.set()
        return lost

    def note(self, item: Any) -> None:
        """Put something between the messages that is none: it takes no room, is not decoded, and never dropped.

        Of several notes with no message between them the last is kept.
        """
        if self._error is not None:
            return
        if self._items and type(self._items[-1]) is _Note:
            self._items.pop()
            self._notes -= 1
        self._items.append(_Note(item))
        self._notes += 1
        if self._filled is not None:
            self._filled.set()

    def _drop_oldest(self) -> None:
        items = self._items
        note = items.popleft() if type(items[0]) is _Note else None
        items.popleft()
        if note is not None:
            if items and type(items[0]) is _Note:
                self._notes -= 1
            else:
                items.appendleft(note)

    def congested(self) -> anyio.Event | None:
        """Something to wait for before the connection may be read on, or ``None``."""
        if self._overflow != "block" or len(self) < self._size or self._error is not None:
            return None
        if self._room is None:
            self._room = anyio.Event()
        return self._room

    def end(self, error: Exception) -> None:
        """No more will come; what is buffered can still be read."""
        if self._error is None:
            self._error = error
        if self._filled is not None:
            self._filled.set()
        if self._room is not None:
            self._room.set()
            self._room = None
