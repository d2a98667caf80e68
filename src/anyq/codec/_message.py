"""Whole messages, with their header, as q's ``-8!`` and ``-9!`` make and take them.

Facts: KX reference, page kb/serialization.md.
"""

from __future__ import annotations

from struct import Struct
from typing import Final, Literal

from anyq.errors import DecodeError, DecodeLimitError, EncodeError, QError
from anyq.values import Value

from ._compression import compress, decompress
from ._decode import Body, decode
from ._encode import Buffer, encode_error, encode_parts, joined
from ._limits import DEFAULT_LIMITS, Limits

__all__ = ["Kind", "dumps", "loads", "message_parts"]

Kind = Literal["async", "sync", "response"]

_KINDS: Final = {"async": 0, "sync": 1, "response": 2}
_HEADER: Final = Struct("<BBBBI")
_SIZES: Final = (Struct(">I").unpack_from, Struct("<I").unpack_from)


def loads(message: Body, *, limits: Limits = DEFAULT_LIMITS) -> Value:
    """The value in a whole message: 8 bytes of header and a body, of either byte order, compressed or not.

    Vectors are views of ``message`` where they can be; do not write to it afterwards.

    Raises `anyq.QError` if the message is an error, `anyq.DecodeError` if it is not exactly one q message, and
    `anyq.DecodeLimitError` if it exceeds ``limits``.
    """
    view = memoryview(message).cast("B")
    if len(view) > limits.max_message_size:
        raise DecodeLimitError(f"a message of {len(view)} bytes is over the limit of {limits.max_message_size}")
    little_endian, flag = _header(view)
    body: Body = view[8:]
    if flag:
        body = decompress(body, flag=flag, little_endian=little_endian, limits=limits)
    return decode(body, limits=limits, little_endian=little_endian)


def _header(view: memoryview) -> tuple[bool, int]:
    """Byte order and method of compression."""
    if len(view) < 9:
        raise DecodeError(f"{len(view)} bytes are too few for a message", position=len(view))
    order, kind, flag, high = view[:4]
    if order > 1:
        raise DecodeError(f"a message begins with 0 or 1, not {order}", position=0)
    if kind > 2:
        raise DecodeError(f"no message has the kind {kind}", position=1)
    if flag > 2:
        raise DecodeError(f"a message is compressed by method 1 or 2, not {flag}", position=2)
    size = _SIZES[order](view, 4)[0] | high << 32
    if size != len(view):
        raise DecodeError(f"a message of {size} bytes by its header has {len(view)}", position=4)
    return order == 1, flag


def dumps(value: object, *, kind: Kind = "async", compress: bool = False, capability: int = 6) -> bytes:
    """A whole message that holds ``value``, which is converted by `anyq.as_q` if it is no q value.

    ``kind`` is what its header says. With ``compress=True`` the body is compressed where q would do so: the message is
    over 2000 bytes and shrinks to less than half. An `anyq.QError` as value makes an error response.

    Raises what `encode` raises, `anyq.EncodeError` for a message of a terabyte, and `ValueError` for another kind.
    """
    return b"".join(message_parts(value, kind=kind, compress=compress, capability=capability))


def message_parts(value: object, *, kind: Kind = "async", compress: bool = False, capability: int = 6) -> list[Buffer]:
    """As `dumps`, in pieces: large arrays as they are. The memoryviews among them are as those of `encode_parts`."""
    if kind not in _KINDS:
        raise ValueError(f"kind is one of {', '.join(_KINDS)}, not {kind!r}")
    body: list[Buffer]
    body = [encode_error(value)] if isinstance(value, QError) else encode_parts(value, capability=capability)
    flag = 0
    if compress and capability > 0 and (packed := _compress(joined(body))) is not None:
        flag, body = packed.flag, [packed.payload]
    size = sum(map(len, body)) + 8
    if size >= 2**40:
        raise EncodeError(f"limit: a message has less than a terabyte, not {size} bytes")
    return [_HEADER.pack(1, _KINDS[kind], flag, size >> 32, size & 0xFFFFFFFF), *body]


_compress = compress
