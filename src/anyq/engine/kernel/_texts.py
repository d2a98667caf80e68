"""Functions of one string, for all strings of a list in one stroke: ``reverse each text`` and the like.

A list of strings lies in one array of bytes (`StringArray`); visiting it would make a vector of every string first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from anyq.values import List, QType, StringArray, Value, Vector

__all__ = ["WHOLE"]

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
}
"""By the name of the function that is applied to each string."""
