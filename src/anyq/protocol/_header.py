"""The eight bytes in front of every message.

==== =====================================================================
byte meaning
==== =====================================================================
0    1 little endian, 0 big endian (header sizes and body alike)
1    0 async message, 1 sync request, 2 response
2    0 plain, 1 compressed (4-byte size follows), 2 compressed (8-byte size)
3    bits 32 to 39 of the length, in both byte orders
4-7  low 32 bits of the length of the whole message, header included
==== =====================================================================

(KX knowledge base, page kb/serialization.md; byte 3 is what KX's C library writes and reads for messages
over 4 GB.)
"""

from __future__ import annotations

from struct import Struct
from typing import Final, NamedTuple

from anyq.errors import LimitError, RemoteProtocolError

__all__ = ["HEADER_SIZE", "MAX_SIZE", "Header", "check_size", "header_bytes", "parse_header"]

HEADER_SIZE: Final = 8
MAX_SIZE: Final = 2**40 - 1
"""The greatest length that a header can express."""

_new_header: Final = tuple.__new__  # half the time of Header(...)
_SMALL_SIZE: Final = 2**31 - 1
_LITTLE: Final = Struct("<4BI")
_BIG: Final = Struct(">4BI")


class Header(NamedTuple):
    """A message's header; ``size`` is the length of the whole message."""

    kind: int
    size: int
    compressed: int
    little_endian: bool


def check_size(body_size: int, capability: int) -> int:
    """The length of a message with a body of ``body_size`` bytes.

    `LimitError` if a peer of ``capability`` cannot take a message that long (2 GB below capability 5).
    """
    size = body_size + HEADER_SIZE
    limit = _SMALL_SIZE if capability < 5 else MAX_SIZE
    if size > limit:
        raise LimitError(f"a message of {size} bytes; a peer of capability {capability} takes {limit}")
    return size


def header_bytes(kind: int, body_size: int, compressed: int, little_endian: bool, capability: int) -> bytes:
    """The header for a body of ``body_size`` bytes; `LimitError` as `check_size`."""
    size = check_size(body_size, capability)
    layout = _LITTLE if little_endian else _BIG
    return layout.pack(little_endian, kind, compressed, size >> 32, size & 0xFFFFFFFF)


def parse_header(data: bytes | bytearray | memoryview, offset: int = 0) -> Header:
    """The header at ``offset``, all of it there. `RemoteProtocolError` if it is not one."""
    order, kind, compressed, high, low = _LITTLE.unpack_from(data, offset)
    if order != 1:
        if order != 0:
            raise RemoteProtocolError(f"byte order {order} in a message header: neither 0 nor 1")
        low = _BIG.unpack_from(data, offset)[4]
    if kind > 2:
        raise RemoteProtocolError(f"message type {kind} in a message header: not 0, 1 or 2")
    if compressed > 2:
        raise RemoteProtocolError(f"compression flag {compressed} in a message header: not 0, 1 or 2")
    size = high << 32 | low
    if size <= HEADER_SIZE:
        raise RemoteProtocolError(f"message length {size} in a message header: no room for a body")
    return _new_header(Header, (kind, size, compressed, order == 1))
