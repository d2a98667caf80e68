"""What passes between a client and a server, cut into logins, verdicts and messages.

A tap forwards bytes as they come and only looks at them, so this holds no protocol state but where a frame ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import attrs

from anyq.errors import ProtocolError
from anyq.protocol import HEADER_SIZE, parse_header

__all__ = ["Frame", "Splitter", "What"]

What = Literal["login", "verdict", "async", "sync", "response", "garbage"]
_KINDS: Final[tuple[What, ...]] = ("async", "sync", "response")


@attrs.frozen
class Frame:
    """One thing that was said. ``data`` is the whole message with its header, or nothing when it was over the limit;
    of a login it is the user's name only. ``size`` counts the bytes on the wire.
    """

    what: What
    size: int
    data: bytes = attrs.field(default=b"", repr=False)


@attrs.define
class Splitter:
    """One direction of a connection. ``keep`` bounds the bytes that are held of one message."""

    begins: What
    keep: int
    _held: bytearray = attrs.field(factory=bytearray, init=False)
    _left: int = attrs.field(default=0, init=False)
    _large: tuple[What, int] | None = attrs.field(default=None, init=False)
    _lost: bool = attrs.field(default=False, init=False)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that end in these bytes."""
        if self._lost:
            return []
        if self._large is not None:
            data = self._skip(data)
        self._held += data
        return [*self._passed(), *self._frames()]

    def _skip(self, data: bytes) -> bytes:
        rest = data[self._left :]
        self._left -= min(self._left, len(data))
        return rest

    def _passed(self) -> Iterator[Frame]:
        """A message that was too long to be held, once all of it has gone by."""
        if self._large is not None and self._left == 0:
            what, size = self._large
            self._large = None
            yield Frame(what, size)

    def _frames(self) -> Iterator[Frame]:
        while self._held and self._large is None:
            try:
                frame = self._first() if self.begins in ("login", "verdict") else self._message()
            except ProtocolError:
                self._lost = True
                frame = Frame("garbage", len(self._held), bytes(self._held[:64]))
                self._held.clear()
            if frame is None:
                return
            yield frame

    def _first(self) -> Frame | None:
        """The login up to its NUL, or the one byte that answers it."""
        if self.begins == "verdict":
            frame = Frame("verdict", 1, bytes(self._held[:1]))
        else:
            end = self._held.find(0)
            if end < 0:
                return None
            frame = Frame("login", end + 1, bytes(self._held[:end]).partition(b":")[0])
        del self._held[: frame.size]
        self.begins = "async"
        return frame

    def _message(self) -> Frame | None:
        if len(self._held) < HEADER_SIZE:
            return None
        header = parse_header(self._held)
        what = _KINDS[header.kind]
        if len(self._held) >= header.size:
            frame = Frame(what, header.size, bytes(self._held[: header.size]))
            del self._held[: header.size]
            return frame if header.size <= self.keep else Frame(what, header.size)
        if header.size > self.keep:
            self._large = what, header.size
            self._left = header.size - len(self._held)
            self._held.clear()
        return None
