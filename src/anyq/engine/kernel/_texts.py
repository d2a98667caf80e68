"""Functions of one string, for all strings of a list in one stroke: ``reverse each text`` and the like.

A list of strings lies in one array of bytes (`StringArray`); visiting it would make a vector of every string first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any, Final

import numpy as np

from anyq.values import List, QType, StringArray, Value, Vector

__all__ = ["WHOLE", "columns", "split", "translated", "trimmed"]

_BLANK: Final = 32


def _counts(x: StringArray) -> Value:
    return Vector.of(QType.LONG, _frozen(x.ends - x.starts))


def _reversed(x: StringArray) -> Value:
    data, offsets = x.contiguous()
    size = int(offsets[-1])
    return List.of(StringArray(data[:size][::-1].copy(), size - offsets[1:], size - offsets[:-1]))


def _descending(x: StringArray) -> Value:
    """Each character and, above it, the number of its string: one sort for all."""
    data, offsets = x.contiguous()
    owner = np.repeat(np.arange(len(x), dtype=np.int64), np.diff(offsets))
    keys = owner << 8 | 255 - data[: offsets[-1]].astype(np.int64)
    keys.sort()
    return List.of(StringArray((255 - (keys & 255)).astype(np.uint8), offsets[:-1], offsets[1:]))


def translated(x: StringArray, table: Any) -> List:
    """Each character replaced by that of a table of 256."""
    data, offsets = x.contiguous()
    return List.of(StringArray(_frozen(table[data]), offsets[:-1], offsets[1:]))


def trimmed(x: StringArray, *, left: bool, right: bool) -> List:
    """The texts without blanks at their ends; of one that is all blanks nothing is left."""
    data, offsets = x.contiguous()
    starts, ends = offsets[:-1], offsets[1:]
    if not len(data) or not _edged(data, starts, ends):
        return List.of(StringArray(data, starts, ends))
    filled = np.flatnonzero(data != _BLANK)
    first, last = np.searchsorted(filled, starts), np.searchsorted(filled, ends) - 1
    some = last >= first
    begins = np.where(some, filled[np.where(some, first, 0)], starts) if len(filled) else starts
    stops = np.where(some, filled[np.where(some, last, 0)] + 1, starts) if len(filled) else starts
    begins = begins if left else starts
    return List.of(StringArray(data, begins, np.maximum(stops if right else np.where(some, ends, starts), begins)))


def _edged(data: Any, starts: Any, ends: Any) -> bool:
    """Whether any text begins or ends with a blank."""
    last = len(data) - 1
    edges = (data[np.minimum(starts, last)] == _BLANK) | (data[np.maximum(ends - 1, 0)] == _BLANK)
    return bool((edges & (ends > starts)).any())


def split(x: StringArray, by: bytes) -> list[StringArray]:
    """The parts of each text between separators of one byte."""
    data, starts, ends, bounds = _parts(x, by)
    at = bounds.tolist()
    return [StringArray(data, starts[a:b], ends[a:b]) for a, b in pairwise(at)]


def columns(x: StringArray, by: bytes, count: int) -> list[StringArray]:
    """The first parts of each text, the second ones, and so on; empty where a text has fewer."""
    data, starts, ends, bounds = _parts(x, by)
    out = []
    for at in range(count):
        place = bounds[:-1] + at
        there = place < bounds[1:]
        place = np.where(there, place, bounds[:-1])
        out.append(StringArray(data, starts[place], np.where(there, ends[place], starts[place])))
    return out


def _parts(x: StringArray, by: bytes) -> tuple[Any, Any, Any, Any]:
    """The bytes, where the parts of all texts begin and end in them, and which part is the first of each text."""
    data, offsets = x.contiguous()
    marks = np.flatnonzero(data == by[0])
    counts = np.searchsorted(marks, offsets[1:]) - np.searchsorted(marks, offsets[:-1]) + 1
    bounds = np.zeros(len(x) + 1, np.int64)
    np.cumsum(counts, out=bounds[1:])
    starts, ends = np.empty(bounds[-1], np.int64), np.empty(bounds[-1], np.int64)
    inner = np.ones(bounds[-1], np.bool_)
    inner[bounds[:-1]] = False  # the first part of each text begins where the text does, the others behind a mark
    starts[bounds[:-1]], starts[inner] = offsets[:-1], marks + 1
    inner = np.ones(bounds[-1], np.bool_)
    inner[bounds[1:] - 1] = False
    ends[bounds[1:] - 1], ends[inner] = offsets[1:], marks
    return data, starts, ends, bounds


def _at(x: StringArray, where: Any) -> Value:
    """A character of each; a blank, the null, for what is empty."""
    filled = x.ends > x.starts
    out = np.full(len(x), _BLANK, np.uint8)
    out[filled] = x.data[where[filled]]
    return Vector.of(QType.CHAR, _frozen(out))


def _frozen(data: Any) -> Any:
    data.flags.writeable = False
    return data


WHOLE: Final[dict[str, Callable[[StringArray], Value]]] = {
    "count": _counts,
    "reverse": _reversed,
    "desc": _descending,
    "first": lambda x: _at(x, x.starts),
    "last": lambda x: _at(x, x.ends - 1),
    "trim": partial(trimmed, left=True, right=True),
    "ltrim": partial(trimmed, left=True, right=False),
    "rtrim": partial(trimmed, left=False, right=True),
}
"""By the name of the function that is applied to each string."""
