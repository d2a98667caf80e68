"""The compression of q IPC, in bounds.

A stream is groups of a control byte and up to eight tokens, one for each of its bits from the lowest: a 0 stands for a
byte to be copied, a 1 for two bytes ``h`` and ``n``: the 2 + n bytes that begin at the place that was last noted under
the hash ``h``. The hash of a place is the xor of its byte and the next. Both sides note each place once the byte
after it is known, and no place inside a repeat but its first.

Facts: KX reference, page basics/ipc.md (when q compresses) and KX's published C# and Java clients (the stream).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from anyq.errors import DecodeError, DecodeLimitError

from ._decode import Body
from ._limits import DEFAULT_LIMITS, Limits
from ._speedups import compress_stream, decompress_stream

__all__ = ["Compressed", "compress", "decompress"]

_HEADER: Final = 8
_WORTH_IT: Final = 2000
_REPEAT: Final = 257
_GROUP_IN: Final = 17
_GROUP_OUT: Final = 8 * _REPEAT
_LAST_SMALL: Final = 2**31


class Compressed(NamedTuple):
    """A compressed body: what byte 2 of its message's header says (1 or 2), and the bytes behind the header."""

    flag: int
    payload: bytes


def compress(body: Body) -> Compressed | None:
    """The compressed form of a plain little-endian body.

    ``None`` where q would send it plain: its message is not over 2000 bytes, or would not shrink to less than half.
    Whether the peer takes compressed messages at all (capability 1 and up, and not on this machine) is the caller's to
    know.
    """
    size = len(body) + _HEADER
    if size <= _WORTH_IT:
        return None
    wide = size >= _LAST_SMALL
    stream = compress_stream(body, size // 2 - _HEADER - (8 if wide else 4))
    if stream is None:
        return None
    return Compressed(2 if wide else 1, size.to_bytes(8 if wide else 4, "little") + stream)


def decompress(
    payload: Body, *, flag: int = 1, little_endian: bool = True, limits: Limits = DEFAULT_LIMITS
) -> memoryview:
    """The plain body of a compressed message, from the bytes behind its header, whose byte 2 is ``flag``.

    Raises `anyq.DecodeLimitError` before taking memory for more than ``limits.max_decompressed_size``, and
    `anyq.DecodeError` for a stream that is cut off, is too long, refers to what has not been written, or cannot hold
    as much as it declares.
    """
    if flag not in (1, 2):
        raise DecodeError(f"a message is compressed by method 1 or 2, not {flag}")
    width = 4 if flag == 1 else 8
    view = memoryview(payload).cast("B")
    if len(view) < width:
        raise DecodeError("a compressed message has no size", position=len(view))
    declared = int.from_bytes(view[:width], "little" if little_endian else "big")
    size, stream = declared - _HEADER, view[width:]
    if size < 1:
        raise DecodeError(f"a compressed message declares {declared} bytes", position=0)
    if size > largest_output(len(stream)):
        raise DecodeError(f"{len(stream)} bytes cannot be a compressed message of {declared}", position=0)
    if declared > limits.max_decompressed_size:
        raise DecodeLimitError(f"a message of {declared} bytes is over the limit of {limits.max_decompressed_size}")
    return memoryview(decompress_stream(stream, size)).toreadonly()


def largest_output(stream: int) -> int:
    """The most bytes that a stream of this length can stand for."""
    groups, rest = divmod(stream, _GROUP_IN)
    pairs, single = divmod(max(0, rest - 1), 2)
    return groups * _GROUP_OUT + pairs * _REPEAT + single
