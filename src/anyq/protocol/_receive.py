"""Where received bytes wait until they make whole messages.

Theory of operation. Small messages are read many at a time into one buffer and their bodies copied out of
it. A body that does not fit there gets memory of its own, exactly as large as it is, and the network reads
straight into that: `Inbox.get_buffer` says where the next bytes belong. A body that nobody wants any more
is read into the small buffer over and over, and never kept.

The small buffers are shared by all connections: one that is empty goes back to a spare list, so that an idle
connection owns none.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Final

from anyq.errors import LocalProtocolError
from anyq.protocol._header import HEADER_SIZE

__all__ = ["BUFFER_SIZE", "Allocate", "Inbox", "Split", "frames"]

BUFFER_SIZE: Final = 1 << 16
_SPARES: Final[list[memoryview]] = []
_MAX_SPARES: Final = 16
_AFTER_LARGE: Final = 4096

Allocate = Callable[[int], bytearray | memoryview]
Split = Callable[[memoryview, int, int, int, int], tuple[list[bytes], int]]

_SMALL_HEADER: Final = Struct("<II").unpack_from
_POST: Final = 1
"""The first four bytes of a plain little-endian async message, as one number."""


def frames(view: memoryview, start: int, end: int, limit: int, most: int) -> tuple[list[bytes], int]:
    """The bodies of the plain little-endian async messages at the front of ``view[start:end]``, ``most`` at most, as
    far as each is whole and of at most ``limit`` bytes, and the position behind them.
    """
    bodies: list[bytes] = []
    while len(bodies) < most and end - start > HEADER_SIZE:
        mark, size = _SMALL_HEADER(view, start)
        if mark != _POST or not HEADER_SIZE < size <= min(limit, end - start):
            break
        bodies.append(bytes(view[start + HEADER_SIZE : start + size]))
        start += size
    return bodies, start


class Inbox:
    """Bytes received and not yet consumed: at most one small buffer and one large body."""

    __slots__ = ("_allocate", "_lent", "body", "end", "eof", "filled", "size", "start", "view", "was_large")

    def __init__(self, allocate: Allocate = bytearray) -> None:
        self._allocate = allocate
        self.view: memoryview | None = None
        self.start = self.end = 0
        """What waits to be parsed: ``view[start:end]``."""
        self._lent = False
        self.eof = False
        self.body: memoryview | None = None
        """The large body being received, or ``None``."""
        self.was_large = False
        """Whether a large body was the last that came: then another is likely, and little of it is received here."""
        self.size = self.filled = 0
        """Of the large body, or of the body being skipped: its length, and how much of it is here."""

    def __len__(self) -> int:
        return self.end - self.start

    # The network's side

    def get_buffer(self) -> memoryview:
        """Where the next received bytes belong; never empty."""
        if self.body is not None:
            return self.body[self.filled :]
        view = self._room()
        if not len(view):
            raise LocalProtocolError(f"{len(self)} bytes wait to be parsed: call next_event before reading on")
        self._lent = True
        most = self.size - self.filled or (_AFTER_LARGE if self.was_large else 0)
        return view[:most] if most else view

    def buffer_updated(self, count: int) -> None:
        """``count`` bytes were put where `get_buffer` said; 0 is the end of the stream."""
        self._lent = False
        if count == 0:
            self.eof = True
        elif self.size:
            self.filled += count
        else:
            self.end += count
            self.was_large = False

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Store ``data``; empty data is the end of the stream."""
        if not data:
            self.eof = True
            return
        rest = memoryview(data)
        if self.size:
            taken = min(self.size - self.filled, len(rest))
            if self.body is not None:
                self.body[self.filled : self.filled + taken] = rest[:taken]
            self.filled += taken
            rest = rest[taken:]
        if rest:
            self._store(rest)

    def _room(self) -> memoryview:
        if self.view is None:
            self.view = _SPARES.pop() if _SPARES else memoryview(bytearray(BUFFER_SIZE))
        elif self.start and len(self.view) - self.end < 4096:
            self._move(self.view)
        return self.view[self.end :]

    def _move(self, target: memoryview) -> None:
        """Put what waits at the start of ``target``."""
        assert self.view is not None
        waiting = bytes(self.view[self.start : self.end])
        target[: len(waiting)] = waiting
        self.view, self.start, self.end = target, 0, len(waiting)

    def _store(self, data: memoryview) -> None:
        room = self._room()
        if len(room) < len(data):
            self._move(memoryview(bytearray(len(self) + len(data))))
            room = self._room()
        room[: len(data)] = data
        self.end += len(data)

    # The parser's side

    def peek(self) -> memoryview:
        """What waits, without a copy. Not to be kept: the memory is used again."""
        return self.view[self.start : self.end] if self.view is not None else memoryview(b"")

    def take(self, skip: int, count: int) -> bytes:
        """Drop ``skip`` bytes, then take ``count``; both are there."""
        assert self.view is not None
        begin = self.start + skip
        self.start = begin + count
        data = bytes(self.view[begin : self.start])
        if self.start == self.end:
            self._empty()
        return data

    def take_posts(self, split: Split, limit: int, most: int) -> list[bytes]:
        """The bodies that ``split`` finds at the front: see `frames`."""
        if self.view is None:
            return []
        bodies, self.start = split(self.view, self.start, self.end, limit, most)
        if self.start == self.end:
            self._empty()
        return bodies

    def _empty(self) -> None:
        self.start = self.end = 0
        if not self._lent and self.view is not None:
            if len(self.view) == BUFFER_SIZE and len(_SPARES) < _MAX_SPARES:
                _SPARES.append(self.view)
            self.view = None

    def begin_body(self, skip: int, size: int, *, keep: bool) -> None:
        """After ``skip`` bytes comes a body of ``size`` bytes, to receive directly or (not ``keep``) to
        throw away. ``MemoryError``, and nothing has changed, if there is no memory for it.
        """
        if keep:
            self.body = memoryview(self._allocate(size))
        self.size = size
        assert self.view is not None
        here = min(len(self) - skip, size)
        begin = self.start + skip
        self.start = begin + here
        if self.body is not None:
            self.body[:here] = self.view[begin : self.start]
        self.filled = here
        if self.start == self.end:
            self._empty()

    def drop_body(self) -> None:
        """Nobody wants the body being received: let its memory go, and skip the rest."""
        self.body = None

    @property
    def body_done(self) -> bool:
        return self.filled == self.size

    def take_body(self) -> memoryview | None:
        """The whole body, or ``None`` if it was skipped."""
        body, self.body = self.body, None
        self.size = self.filled = 0
        self.was_large = True
        return body
