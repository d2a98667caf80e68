"""Long arrays, made in pieces.

`numpy.resize`, ``tile``, ``repeat`` and ``tobytes`` hold the interpreter's lock until they are done (measured with
NumPy 2.4: 11 s for 50 million items of ``resize``), and no NumPy call can be interrupted. These make the same arrays in
pieces of `PIECE` items: other threads run between two pieces, and an evaluation that was asked to stop does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import merge
from itertools import count, repeat
from typing import Any, Final, TypeVar, cast

import numpy as np
import numpy.typing as npt

__all__ = [
    "OBJECTS",
    "PIECE",
    "counting",
    "in_pieces",
    "mapped",
    "places_of",
    "repeated_items",
    "same",
    "sorted_positions",
    "tiled",
]

Array = npt.NDArray[Any]
K = TypeVar("K")

PIECE: Final = 1 << 21
"""Items; a piece takes some milliseconds."""
OBJECTS: Final = 1 << 15
"""Python objects, which cost more."""
_WIDEST: Final = 64


def same(item: Any, size: int, dtype: npt.DTypeLike) -> Array:
    """``size`` times one item."""
    out = np.empty(size, dtype)
    for at in range(0, size, PIECE):
        out[at : at + PIECE] = item
    return out


def counting(size: int) -> npt.NDArray[np.int64]:
    """The numbers below ``size``."""
    if size <= PIECE:
        return np.arange(size)
    out = np.empty(size, np.int64)
    for at in range(0, size, PIECE):
        out[at : at + PIECE] = np.arange(at, min(at + PIECE, size))
    return out


def in_pieces(size: int, dtype: npt.DTypeLike, make: Callable[[int], Array]) -> Array:
    """``size`` items, a piece at a time from ``make``, which gives so many."""
    out = np.empty(size, dtype)
    for at in range(0, size, PIECE):
        out[at : at + PIECE] = make(min(PIECE, size - at))
    return out


def tiled(data: Array, size: int, start: int = 0) -> Array:
    """``size`` items of ``data``, from the one at ``start`` on and from the beginning again. ``data`` is not empty."""
    if size <= PIECE:
        return data.take(np.arange(start, start + size) % len(data))  # `mode="wrap"` subtracts the length until it fits
    out = np.empty(size, data.dtype)
    if len(data) < PIECE:  # a longer one, so that a step does not copy a few items only
        data = np.resize(data, max(1, PIECE // len(data)) * len(data))
    at = 0
    while at < size:
        part = data[start : start + min(PIECE, size - at)]
        out[at : at + len(part)] = part
        at += len(part)
        start = (start + len(part)) % len(data)
    return out


def repeated_items(data: Array, counts: int | npt.NDArray[np.int64]) -> Array:
    """Each item as often as its count, which is not negative; or all of them ``counts`` times."""
    size = counts * len(data) if isinstance(counts, int) else int(counts.sum())
    if size <= PIECE:
        return cast("Array", data.repeat(counts))
    sizes = np.broadcast_to(np.asarray(counts, np.int64), len(data))
    ends = np.cumsum(sizes)
    out = np.empty(size, data.dtype)
    first = begin = 0
    while begin < size:
        last = int(np.searchsorted(ends, begin + PIECE, "right"))
        if last == first:  # one item fills more than a piece
            end = int(ends[first])
            for at in range(begin, end, PIECE):
                out[at : min(at + PIECE, end)] = data[first]
            last = first + 1
        else:
            end = int(ends[last - 1])
            out[begin:end] = np.repeat(data[first:last], sizes[first:last])
        first, begin = last, end
    return out


def mapped(function: Callable[..., Any], items: Sequence[Any], dtype: npt.DTypeLike, *more: Any) -> Array:
    """A function of each item, and of ``more``; it may be a compiled one, which in one `map` would let no other thread
    run."""
    others = [repeat(argument) for argument in more]
    if len(items) <= OBJECTS:
        return np.fromiter(map(function, items, *others), dtype, len(items))
    out = np.empty(len(items), dtype)
    for at in range(0, len(items), OBJECTS):
        part = items[at : at + OBJECTS]
        out[at : at + len(part)] = np.fromiter(map(function, part, *others), dtype, len(part))
    return out


def places_of(keys: Sequence[K], places: Sequence[int] | None = None) -> dict[K, int]:
    """Each key with its place, or its position; of a key that comes again the first one."""
    numbers = range(len(keys)) if places is None else places
    if len(keys) <= OBJECTS:
        return dict(zip(reversed(keys), reversed(numbers), strict=True))
    found: dict[K, int] = {}
    for at in reversed(range(0, len(keys), OBJECTS)):
        found.update(zip(keys[at : at + OBJECTS][::-1], numbers[at : at + OBJECTS][::-1], strict=True))
    return found


def sorted_positions(texts: Sequence[str]) -> Array:
    """The positions that put different texts in order, which is that of their bytes."""
    size = len(texts)
    if size <= OBJECTS:
        return np.array(sorted(range(size), key=_bytes_of(texts).__getitem__), np.int64)
    pieces = [_bytes_of(texts[at : at + OBJECTS]) for at in range(0, size, OBJECTS)]
    width = max(max(map(len, piece)) for piece in pieces)
    if width <= _WIDEST:  # NumPy sorts bytes of one width without the lock
        data = np.empty(size, f"S{width or 1}")
        for at, piece in zip(range(0, size, OBJECTS), pieces, strict=True):
            data[at : at + OBJECTS] = piece
        return np.argsort(data, kind="stable")
    runs = [sorted(zip(piece, count(at * OBJECTS), strict=False)) for at, piece in enumerate(pieces)]
    return np.fromiter((place for _, place in merge(*runs)), np.int64, size)


def _bytes_of(texts: Sequence[str]) -> list[bytes]:
    return [text.encode("utf-8", "surrogateescape") for text in texts]
