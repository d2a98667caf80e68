"""What the other side posts to us, on its way to the reader."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Generic, Protocol, TypeVar

import anyio
import anyio.lowlevel

from anyq import protocol
from anyq.client._waiter import Scheduler
from anyq.codec import decode_fast
from anyq.errors import BusyError, Error
from anyq.loops import Home
from anyq.protocol import Overflow

__all__ = ["Batches", "Feed"]

T = TypeVar("T")
_WITHOUT_PAUSE: Final = 32
"""Messages that a reader takes, if they are there, before other tasks get their turn: a turn of an event loop costs as
much as ten small messages."""


class FeedOwner(Protocol):
    """The connection that the messages come from."""

    soon: Scheduler | None
    """Of its event loop, once it has one."""

    home: Home | None
    """The event loop to which it belongs, once it is open."""

    def check_home(self) -> None:
        """`MisuseError` in another event loop or thread."""

    def feed_waits(self, change: int) -> None:
        """A reader begins (1) or ends (-1) to wait."""

    def feed_closed(self, feed: protocol.Feed) -> None:
        """The feed listens no more."""


class Batches(Generic[T]):
    """What has arrived, in lists: an asynchronous iterator. Cancelling its reader loses nothing."""

    def __init__(self, take: Callable[[int, float], Awaitable[list[T]]], max_items: int, max_delay: float) -> None:
        if max_items < 1:
            raise ValueError(f"a batch has at least one item, not {max_items}")
        if not max_delay >= 0:
            raise ValueError(f"max_delay is a number of seconds, not {max_delay}")
        self._take = take
        self._max_items = max_items
        self._max_delay = max_delay

    def __aiter__(self) -> Batches[T]:
        return self

    async def __anext__(self) -> list[T]:
        """The next batch, of one item at least. Raises what reading one by one raises."""
        return await self._take(self._max_items, self._max_delay)


class Feed(protocol.Feed, Generic[T]):
    """A bounded buffer of messages from the server, to be read with ``async for`` by one task.

    ``received`` counts what came, ``dropped`` what a full buffer lost. ``fast`` makes an item of the body of a plain
    message, or gives ``None``: then ``decode`` does, of that or of a message. Leaving its ``async with`` block, or
    `close`, ends it; so does dropping the last reference to it. Cancelling the reader loses no message.
    """

    def __init__(
        self,
        size: int,
        overflow: Overflow,
        decode: Callable[[Any], T],
        owner: FeedOwner,
        fast: Callable[[bytes], T | None] = decode_fast,  # type: ignore[assignment]
    ) -> None:
        super().__init__(size, overflow)
        self._decode = decode
        self._fast = fast
        self._owner = owner
        self._filled: anyio.Event | None = None
        self._wanted = 1
        """How many items the reader waits for."""
        self._awaited = False
        self._taken = 0
        """Messages taken since the reader last gave way to other tasks."""
        self._room: anyio.Event | None = None

    def __del__(self) -> None:
        room = getattr(self, "_room", None)
        if room is not None and self._owner.soon is not None:
            with suppress(RuntimeError):  # the event loop has ended
                self._owner.soon(room.set)  # in whatever thread this is

    def __aiter__(self) -> Feed[T]:
        return self

    async def __anext__(self) -> T:
        """The next message. Raises `ConnectionLost` or `ClosedError` when no more will come, `BusyError` while
        another task waits for it, and `MisuseError` in another event loop or thread.

        Messages that are here are taken without a pause, but for a checkpoint before at least every 32nd. Cancelled, it
        has lost none.
        """
        value = self.take_now()
        if value is not None:
            return value
        await self._until(1)
        value = self.take_now()
        if value is not None:
            return value
        item, is_note = self.first()
        self.pop()
        if is_note:
            note: T = item
            return note
        return self._decode(item)

    def take_now(self) -> T | None:
        """The next message if that takes no waiting, as nearly always in a fast feed; ``None`` otherwise.

        Raises `MisuseError` in another event loop or thread.
        """
        home = self._owner.home
        if home is None or not home.here():
            self._owner.check_home()
        items = self._items
        if not items or type(items[0]) is not bytes or self._taken >= _WITHOUT_PAUSE:
            return None
        value = self._fast(items[0])
        if value is not None:
            self._taken += 1
            items.popleft()
            if self._room is not None:
                self.changed()
        return value

    def batches(self, *, max_items: int = 1000, max_delay: float = 0.0) -> Batches[T]:
        """What has arrived, in lists of ``max_items`` messages at most: ``async for batch in feed.batches(): ...``.

        A list is given as soon as there is a message, with all that are here; or with ``max_delay`` that many seconds
        later, if there are not ``max_items`` before. Raises as reading one by one does: an error comes after the
        messages before it. Cancelled, it has lost none. `ValueError` for bounds that are none.
        """
        return Batches(self.take_batch, max_items, max_delay)

    async def take_batch(self, max_items: int, max_delay: float) -> list[T]:
        """The next of `batches`. A note is a batch of its own."""
        self._owner.check_home()
        await self._until(1)
        if max_delay > 0:
            with anyio.move_on_after(max_delay):
                await self._until(max_items)
        batch: list[T] = []
        items = self._items
        while len(batch) < max_items and (items or not batch):
            if items and type(items[0]) is bytes:
                value = self._fast(items[0])
                if value is not None:
                    items.popleft()
                    batch.append(value)
                    continue
            item, is_note = self.first()
            if is_note:
                if not batch:
                    self.pop()
                    batch.append(item)
                break
            try:
                batch.append(self._decode(item))
            except Error:
                if batch:  # the reader gets these first, and the error next
                    break
                self.pop()
                raise
            items.popleft()
        self.changed()
        return batch

    async def _until(self, count: int) -> None:
        """Wait until ``count`` items can be taken, or no more will come; with a checkpoint in any case."""
        self._taken = 0
        if self.holds(count):
            await anyio.lowlevel.checkpoint()
        while not self.holds(count):
            if self._awaited:
                raise BusyError("another task reads this feed: ask for a feed for each")
            self._filled = anyio.Event()
            self._wanted = count
            self._awaited = True
            self._owner.feed_waits(1)
            try:
                await self._filled.wait()
            finally:
                self._awaited = False
                self._filled = None
                self._owner.feed_waits(-1)

    async def __aenter__(self) -> Feed[T]:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more. Idempotent. `MisuseError` in another event loop or thread."""
        self._owner.check_home()
        self.discard()
        self._owner.feed_closed(self)

    # The connection's side

    def changed(self) -> None:
        if self._filled is not None and self.holds(self._wanted):
            self._filled.set()
        if self._room is not None and not self.congested:
            self._room.set()
            self._room = None

    def gate(self) -> anyio.Event | None:
        """Something to wait for before the connection may be read on, or ``None``."""
        if not self.congested:
            return None
        if self._room is None:
            self._room = anyio.Event()
        return self._room
