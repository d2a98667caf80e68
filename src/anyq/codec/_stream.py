"""The compressed stream, byte for byte in Python: the specification of the accelerator's functions of these names.

Places are counted from 1 here, so that 0 in the table of places says that nothing has been noted.
"""

from __future__ import annotations

from typing import Any, Final

from anyq.errors import DecodeError

__all__ = ["compress_stream", "decompress_stream"]

_LONGEST: Final = 255
_GROUP: Final = 17


def decompress_stream(stream: Any, size: int) -> bytearray:
    """The ``size`` bytes that the stream stands for; `DecodeError` unless it is exactly that."""
    source = bytes(stream)
    out = bytearray()
    places = [-1] * 256
    noted, pos = 0, 0
    try:
        while len(out) < size:
            control = source[pos]
            pos += 1
            for bit in (1, 2, 4, 8, 16, 32, 64, 128):
                if not control & bit:
                    out.append(source[pos])
                    pos += 1
                    while noted < len(out) - 1:
                        places[out[noted] ^ out[noted + 1]] = noted
                        noted += 1
                else:
                    start = places[source[pos]]
                    more = source[pos + 1]
                    pos += 2
                    if start < 0:
                        raise DecodeError("a compressed message refers to what it has not written", position=pos)
                    noted = _repeat(out, start, 2 + more, noted, places)
                if len(out) >= size:
                    break
    except IndexError:
        raise DecodeError("a compressed message is cut off", position=len(source)) from None
    if len(out) != size or pos != len(source):
        raise DecodeError("a compressed message is not as long as it declares", position=pos)
    return out


def _repeat(out: bytearray, start: int, count: int, noted: int, places: list[int]) -> int:
    """Append ``count`` bytes of ``out`` from ``start`` on, which may run into what is being appended."""
    base = len(out)
    if start + count <= base:
        out += out[start : start + count]
    else:
        period = out[start:]
        out += (period * (count // len(period) + 1))[:count]
    while noted <= base:
        places[out[noted] ^ out[noted + 1]] = noted
        noted += 1
    return base + count


def compress_stream(body: Any, limit: int) -> bytes | None:
    """The stream of ``body``; ``None`` as soon as it comes near to being longer than ``limit``."""
    source = bytes(body)
    end = len(source)
    out = bytearray()
    places = [-1] * 256
    pos, control, bit = 0, 0, 256
    waiting, waiting_hash = -1, 0
    while pos < end:
        if bit == 256:
            if len(out) > limit - _GROUP:
                return None
            control, bit = len(out), 1
            out.append(0)
        place = -1
        if pos <= end - 3:
            key = source[pos] ^ source[pos + 1]
            place = places[key]
        if waiting >= 0:
            places[waiting_hash], waiting = waiting, -1
        if place < 0 or source[place] != source[pos]:
            if pos <= end - 3:
                waiting, waiting_hash = pos, key
            out.append(source[pos])
            pos += 1
        else:
            places[key] = pos
            out[control] |= bit
            more = _same(source, place + 2, pos + 2, min(pos + 2 + _LONGEST, end))
            out += bytes((key, more))
            pos += 2 + more
        bit <<= 1
    return bytes(out)


def _same(source: bytes, place: int, pos: int, end: int) -> int:
    """How many bytes from ``place`` on are those from ``pos`` on, before ``end``."""
    first = pos
    while pos < end and source[place] == source[pos]:
        place += 1
        pos += 1
    return pos - first
