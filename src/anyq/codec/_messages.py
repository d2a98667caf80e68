"""What client, server and blocking code need around a body: messages out of bodies, and values out of messages.

Messages are told by what they hold, as this package knows nothing of their classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from anyq.errors import DecodeError, QError
from anyq.values import Value

from ._compression import decompress
from ._decode import decode
from ._encode import Buffer
from ._limits import DEFAULT_LIMITS, Limits
from ._pack import Packed, pack

__all__ = ["Carrier", "carry", "decoded", "decoded_request", "reencoded"]

M = TypeVar("M")
_OURS = Limits(max_message_size=2**40, max_depth=2**40)


class Carrier(Protocol):
    """A message with a body, in pieces if it is to be sent."""

    @property
    def body(self) -> Buffer | bytearray: ...
    @property
    def little_endian(self) -> bool: ...
    @property
    def compressed(self) -> int: ...
    @property
    def more(self) -> tuple[Buffer | bytearray, ...]: ...


def carry(kind: Callable[..., M], body: bytes | Packed) -> M:
    """The message of that class which carries ``body``."""
    return kind(body) if isinstance(body, bytes) else kind(body.body, compressed=body.compressed, more=body.more)


def decoded(message: Carrier, limits: Limits = DEFAULT_LIMITS) -> Value:
    """The value in a message. Raises `QError` if it is an error, `DecodeError` if it is no value."""
    body = message.body
    little_endian = message.little_endian
    if message.compressed:
        body = decompress(body, flag=message.compressed, little_endian=little_endian, limits=limits)
    return decode(body, limits=limits, little_endian=little_endian)


def decoded_request(message: Carrier, limits: Limits = DEFAULT_LIMITS) -> Value:
    """The value in a message that is no response; `DecodeError` or `LimitError` if it holds none."""
    try:
        return decoded(message, limits)
    except QError:
        raise DecodeError("an error can only be the body of a response") from None


def reencoded(message: Carrier, capability: int, compress: bool) -> Packed:
    """The body of a message of ours anew, for a peer of ``capability``. Raises `EncodeError`."""
    body = b"".join((message.body, *message.more)) if message.more else message.body
    if message.compressed:
        body = decompress(body, flag=message.compressed, little_endian=message.little_endian, limits=_OURS)
    value = decode(body, limits=_OURS, little_endian=message.little_endian)
    return pack(value, capability=capability, compress=compress)
