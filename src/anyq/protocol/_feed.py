"""The bounded buffer of inbound messages, without I/O: overflow policy, notes, end.

A driver adds the waiting: it overrides `Feed.changed` to wake its reader, and asks `Feed.congested` before it
receives more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, TypeAlias
from weakref import ref

from anyq.errors import ClosedError, LimitError

__all__ = ["Feed", "Feeds", "Overflow"]

Overflow: TypeAlias = Literal["block", "drop-oldest", "error"]
"""What a full buffer of inbound messages does: stop reading the connection, lose the oldest, or end with an error."""
_POLICIES: Final = ("block", "drop-oldest", "error")


class _Note:
    """An item of the connection's own between the messages."""

    __slots__ = ("item",)

    def __init__(self, item: Any) -> None:
        self.item = item


class Feed:
    """A bounded buffer of messages from the other side.

    ``received`` counts the messages that came, ``dropped`` those that a full or ended buffer lost.
    """

    def __init__(self, size: int, overflow: Overflow) -> None:
        if size < 1:
            raise ValueError(f"a buffer has room for at least one message, not {size}")
        if overflow not in _POLICIES:
            raise ValueError(f"overflow is 'block', 'drop-oldest' or 'error', not {overflow!r}")
        self.received: int = 0
        self.dropped: int = 0
        self._size = size
        self._overflow = overflow
        self._items: deque[Any] = deque()
        self._notes = 0
        self._error: Exception | None = None

    def __len__(self) -> int:
        return len(self._items) - self._notes

    @property
    def ready(self) -> bool:
        """True if `take` has an item or an error to raise."""
        return bool(self._items) or self._error is not None

    def holds(self, count: int) -> bool:
        """True if ``count`` items can be taken, or no more will come before some are."""
        return len(self._items) >= count or self._error is not None or (self.congested and bool(self._items))

    @property
    def room(self) -> int | None:
        """Number of messages to take from the connection before its reader gets a turn; ``None``: any."""
        return self._size - len(self) if self._overflow == "block" and self._error is None else None

    @property
    def congested(self) -> bool:
        """True while the connection is not to be read, because the buffer is full and must lose nothing."""
        return self._overflow == "block" and len(self) >= self._size and self._error is None

    @property
    def crowded(self) -> bool:
        """True while the buffer is half full."""
        return 2 * len(self._items) >= self._size

    def changed(self) -> None:
        """Called when an item came or was taken, and at the end. For drivers to override."""

    def offer(self, item: object) -> int:
        """Buffer a message. Return the number of messages that this loses."""
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
        self.changed()
        return lost

    def offer_all(self, items: Sequence[object]) -> int:
        """Buffer messages that came together. Return the number of messages that this loses."""
        count = len(items)
        if self._error is None and (self._overflow == "block" or len(self) + count <= self._size):
            self.received += count
            self._items.extend(items)
            self.changed()
            return 0
        return sum(map(self.offer, items))

    def note(self, item: Any) -> None:
        """Put an item of the connection's own between the messages: it takes no room, and is never dropped.

        Of several notes with no message between them the last is kept.
        """
        if self._error is not None:
            return
        if self._items and type(self._items[-1]) is _Note:
            self._items.pop()
            self._notes -= 1
        self._items.append(_Note(item))
        self._notes += 1
        self.changed()

    def first(self) -> tuple[Any, bool]:
        """The first item, which stays; the second part is true for a note.

        At the end, raises the error that ended the feed. Only to be called when `ready`.
        """
        if not self._items:
            assert self._error is not None
            raise self._error.with_traceback(None)
        item = self._items[0]
        return (item.item, True) if type(item) is _Note else (item, False)

    def pop(self) -> None:
        """Remove the first item, if it was not dropped meanwhile."""
        if self._items:
            self._notes -= type(self._items.popleft()) is _Note
            self.changed()

    def end(self, error: Exception) -> None:
        """No more messages will come; what is buffered can still be read. The first error counts."""
        if self._error is None:
            self._error = error
        self.changed()

    def discard(self) -> None:
        """The reader closed the feed: forget what is buffered, and end."""
        self._items.clear()
        self._notes = 0
        self.end(ClosedError("this feed was closed"))

    def _drop_oldest(self) -> None:
        items = self._items
        note = items.popleft() if type(items[0]) is _Note else None
        items.popleft()
        if note is not None:
            if items and type(items[0]) is _Note:
                self._notes -= 1
            else:
                items.appendleft(note)


class Feeds:
    """The feeds of a connection. One that its program has dropped is gone.

    Each message walks through them, for which a `weakref.WeakSet` takes more time than all else.
    """

    __slots__ = ("_refs",)

    def __init__(self) -> None:
        self._refs: list[ref[Feed]] = []

    def add(self, feed: Feed) -> None:
        """``feed`` listens from now on."""
        self._refs.append(ref(feed, self._refs.remove))

    def discard(self, feed: Feed) -> None:
        """``feed`` listens no more, if it did."""
        self._refs[:] = [one for one in self._refs if one() is not feed]

    def __bool__(self) -> bool:
        return bool(self._refs)

    def __iter__(self) -> Iterator[Feed]:
        return iter([feed for one in tuple(self._refs) if (feed := one()) is not None])
