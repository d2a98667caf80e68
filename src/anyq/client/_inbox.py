"""What the other side posts to us, on its way to whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

import anyio
import anyio.lowlevel

from anyq import protocol
from anyq.client._waiter import Scheduler
from anyq.errors import BusyError
from anyq.protocol import Overflow

__all__ = ["Feed"]

T = TypeVar("T")


class FeedOwner(Protocol):
    """The connection that the messages come from."""

    soon: Scheduler | None
    """Of its event loop, once it has one."""

    def check_home(self) -> None:
        """`MisuseError` in another event loop or thread."""

    def feed_waits(self, change: int) -> None:
        """A reader begins (1) or ends (-1) to wait."""

    def feed_closed(self, feed: protocol.Feed) -> None:
        """The feed listens no more."""


class Feed(protocol.Feed, Generic[T]):
    """A bounded buffer of messages from the server, to be read with ``async for`` by one task.

    ``received`` counts what came, ``dropped`` what a full buffer lost. Leaving its ``async with`` block, or
    `close`, ends it; so does dropping the last reference to it. Cancelling the reader loses no message.
    """

    def __init__(self, size: int, overflow: Overflow, decode: Callable[[Any], T], owner: FeedOwner) -> None:
        super().__init__(size, overflow)
        self._decode = decode
        self._owner = owner
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
        """The next message. Raises `ConnectionLost` or `ClosedError` when no more will come, `BusyError` while
        another task waits for it, and `MisuseError` in another event loop or thread.

        Cancelled, it has lost none.
        """
        self._owner.check_home()
        if self._items:
            await anyio.lowlevel.checkpoint()
        while not self.ready:
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
        item, is_note = self.first()
        self.pop()
        if is_note:
            note: T = item
            return note
        return self._decode(item)

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
        if self._filled is not None and self.ready:
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
