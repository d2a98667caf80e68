"""What was taken to be sent, and is not with the network yet."""

from __future__ import annotations

from collections import deque
from typing import Final

from anyq.protocol._connection import Connection
from anyq.protocol._events import Buffer
from anyq.protocol._ledger import Call

__all__ = ["Outbox"]

_BATCH: Final = 1 << 16
"""Bytes of small messages that are joined into one write."""


class Outbox:
    """Pieces of messages in the order in which they are to be sent.

    At most one large message is here at a time, as the last: what is taken together with it are small ones, which
    are joined into memory of their own. The pieces of a large one may be memory of its caller's, see `own`.
    """

    __slots__ = ("_protocol", "pieces")

    def __init__(self, protocol: Connection) -> None:
        self._protocol = protocol
        self.pieces: deque[memoryview] = deque()

    def __len__(self) -> int:
        return sum(map(len, self.pieces))

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def add(self, data: Buffer) -> None:
        """Send ``data`` behind what is here."""
        self.pieces.append(memoryview(data))

    def take(self) -> bool:
        """Take the next message that may go now. False if there is none."""
        parts = self._protocol.take()
        if parts is None:
            return False
        self.pieces.extend(map(memoryview, parts))
        return True

    def take_batch(self) -> bool:
        """Take what may go now, small messages joined so that they leave together. False if there is nothing."""
        small: list[Buffer] = []
        size = 0
        while size < _BATCH and (parts := self._protocol.take(more=bool(small))) is not None:
            if len(parts) > 1:
                self.pieces.extend(map(memoryview, (b"".join(small), *parts) if small else parts))
                return True
            small.append(parts[0])
            size += len(parts[0])
        if small:
            self.pieces.append(memoryview(b"".join(small)))
        return bool(small)

    def sent(self, count: int) -> bool:
        """The network took ``count`` bytes of the first piece. Whether that was all of it."""
        first = self.pieces[0]
        if count < len(first):
            self.pieces[0] = first[count:]
            return False
        self.pieces.popleft()
        return True

    def own(self, call: Call) -> None:
        """Copy what is left of ``call``: from now on its caller may change the memory that it came from."""
        if self.pieces and self._protocol.ledger.handed_last(call):
            self.pieces = deque(
                piece if type(piece.obj) is bytes else memoryview(bytes(piece)) for piece in self.pieces
            )
