"""Scans over wire bytes that find where variable-width items begin and end.

`string_bounds` and `symbols_end` are the specification of the accelerator's functions of these names.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["Bounds", "Longs", "nul_after", "string_bounds", "symbols_end"]

Longs = npt.NDArray[np.int64]
Bounds = tuple[Longs, Longs, int]

_CHARS: Final = 10
_FEW: Final = 64
_CHUNK: Final = 1 << 18
_HEADS: Final = (Struct(">BBI"), Struct("<BBI"))


def nul_after(buf: Any, pos: int) -> int:
    """The index of the first NUL at or after ``pos``, -1 without one."""
    if type(buf) is bytes:
        return buf.find(0, pos)
    width, end = 64, len(buf)
    while pos < end:
        found = bytes(buf[pos : pos + width]).find(0)
        if found >= 0:
            return pos + found
        pos += width
        width = min(width * 4, _CHUNK)
    return -1


def symbols_end(buf: Any, pos: int, count: int) -> int:
    """The index behind the ``count``-th NUL from ``pos`` on, -1 without so many."""
    if pos < 0 or count < 0:
        raise ValueError("position and count must not be less than 0")
    if count <= _FEW:
        return _few_symbols_end(buf, pos, count)
    data = np.frombuffer(buf, np.uint8)
    left, end = count, len(data)
    while pos < end:
        nuls = data[pos : pos + _CHUNK] == 0
        found = int(np.count_nonzero(nuls))
        if found >= left:
            return pos + int(np.flatnonzero(nuls)[left - 1]) + 1
        left -= found
        pos += _CHUNK
    return -1


def _few_symbols_end(buf: Any, pos: int, count: int) -> int:
    end, width = len(buf), 16 * count + 16
    while True:
        window = bytes(buf[pos : pos + width])
        parts = window.split(b"\0", count)
        if len(parts) > count:
            return pos + len(window) - len(parts[count])
        if pos + width >= end:
            return -1
        width *= 4


def string_bounds(buf: Any, pos: int, count: int, little_endian: bool) -> Bounds | None:
    """Starts and ends of the texts of ``count`` char vectors that follow one another, and where the last ends.

    ``None`` if that is not what is there: another type, an attribute, an 8-byte count, or too few bytes.
    """
    head = _HEADS[little_endian].unpack_from
    starts, ends = np.empty(count, np.int64), np.empty(count, np.int64)
    first = 0
    while first < count:
        some = min(count - first, 1 << 16)
        begun, ended = [], []
        last = len(buf) - 6
        for _ in range(some):
            if pos > last:
                return None
            kind, attr, size = head(buf, pos)
            if kind != _CHARS or attr:
                return None
            pos += 6
            begun.append(pos)
            pos += size
            ended.append(pos)
        starts[first : first + some] = begun
        ends[first : first + some] = ended
        first += some
    return None if pos > len(buf) else (starts, ends, pos)
