"""What can happen on a q connection, seen from either side. All events are frozen and slotted.

The same classes are handed to `Connection.send` and returned by `Connection.next_event`. Message bodies
are undecoded bytes: framing and decoding are different layers, so that a bad value costs one call and a
skipped reply costs nothing. A message that is sent may have its body in pieces: ``body`` and what is in ``more``
follow one another, and ``size`` counts them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from anyq.protocol._ledger import Call

__all__ = [
    "NEED_DATA",
    "Accept",
    "AsyncMessage",
    "Buffer",
    "DroppedReply",
    "EndOfFile",
    "Event",
    "ForeignProtocol",
    "Login",
    "Message",
    "NeedData",
    "Refuse",
    "Response",
    "SyncRequest",
    "TooLarge",
]

Buffer: TypeAlias = bytes | bytearray | memoryview


class NeedData:
    """The type of `NEED_DATA`: there is no whole event in what was received so far."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NEED_DATA"


NEED_DATA: Final = NeedData()


@dataclass(frozen=True, slots=True)
class Login:
    """The client's first bytes: ``user:password``, capability byte, NUL.

    ``password`` is ``None`` when it is empty or absent. ``capability`` is 0 for clients that send none.
    """

    user: str = ""
    password: str | None = field(default=None, repr=False)
    capability: int = 6


@dataclass(frozen=True, slots=True)
class Accept:
    """The server's answer to a login: the capability that both sides share."""

    capability: int = 6


@dataclass(frozen=True, slots=True)
class Refuse:
    """The server's refusal of a login: it closes without sending a byte."""


@dataclass(frozen=True, slots=True)
class ForeignProtocol:
    """Instead of a q login came the start of another protocol: ``"HTTP"`` (also a WebSocket upgrade) or
    ``"TLS"``.
    """

    name: Literal["HTTP", "TLS"]


@dataclass(frozen=True, slots=True)
class AsyncMessage:
    """A message (header type 0) to which no response belongs."""

    body: Buffer = field(repr=False)
    little_endian: bool = True
    compressed: int = 0
    more: tuple[Buffer, ...] = field(default=(), repr=False)

    @property
    def size(self) -> int:
        return _size(self)


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """A request (header type 1) to which exactly one response belongs."""

    body: Buffer = field(repr=False)
    little_endian: bool = True
    compressed: int = 0
    more: tuple[Buffer, ...] = field(default=(), repr=False)

    @property
    def size(self) -> int:
        return _size(self)


@dataclass(frozen=True, slots=True)
class Response:
    """The response (header type 2) to a sync request.

    ``call`` is the receiving side's own call that this answers; it is not used for sending.
    """

    body: Buffer = field(repr=False)
    little_endian: bool = True
    compressed: int = 0
    call: Call | None = None
    more: tuple[Buffer, ...] = field(default=(), repr=False)

    @property
    def size(self) -> int:
        return _size(self)


def _size(message: AsyncMessage | SyncRequest | Response) -> int:
    size = len(message.body)
    return size + sum(map(len, message.more)) if message.more else size


@dataclass(frozen=True, slots=True)
class DroppedReply:
    """The response to an abandoned call arrived whole and was thrown away; ``size`` counts its body."""

    call: Call
    size: int


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A sync request of ``size`` bytes, header included, came whole and was thrown away. It awaits its response.

    ``error`` is the q error that says why: ``limit`` for one over the message size, ``wsfull`` without memory for it.
    """

    size: int
    error: Literal["limit", "wsfull"]


@dataclass(frozen=True, slots=True)
class EndOfFile:
    """The other side will send no more. ``expected`` > ``received`` > 0 when it stopped inside a message."""

    received: int = 0
    expected: int = 0


Message: TypeAlias = AsyncMessage | SyncRequest | Response
Event: TypeAlias = Login | Accept | Refuse | ForeignProtocol | Message | DroppedReply | TooLarge | EndOfFile
