"""Functions of one short list, for all lists of a list in one pass: ``sum each x`` and the like.

Vectors of one type are put one after the other into one array, with the place where each begins; a function then goes
through that array as through groups of rows (`_groups`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice, pairwise
from typing import Any, Final

import numpy as np

from anyq.values import Atom, List, QType, Value, Vector

from ._groups import Groups, reduced
from ._take import take

__all__ = ["SHORT_LISTS", "pairs", "short_lists"]

_WORTH: Final = 32
_PIECE: Final = 1 << 16
"""Lists made in one step, in which no other thread runs."""
_PLAIN: Final = frozenset(kind for kind in QType if QType.BOOLEAN <= kind <= QType.TIME) - {QType.SYMBOL}

Function = Callable[[Value], Value]


def _joined(lists: Sequence[Value]) -> tuple[Vector, Any] | None:
    """Vectors of one type one after the other, and where each begins; ``None`` for other lists."""
    kind = lists[0].qtype if type(lists[0]) is Vector else None
    if kind not in _PLAIN or kind is None:
        return None
    for item in lists:
        if type(item) is not Vector or item.qtype is not kind:
            return None
    parts = [item.data for item in lists]  # type: ignore[attr-defined]
    starts = np.zeros(len(parts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)), out=starts[1:])
    return Vector.of(kind, _frozen(np.concatenate(parts))), starts


def _frozen(data: Any) -> Any:
    data.flags.writeable = False
    return data


def _cut(flat: Vector, starts: Any) -> List:
    """Vectors that share the array of ``flat``."""
    data, kind = flat.data, flat.qtype
    return List.of(tuple([Vector.of(kind, data[a:b]) for a, b in pairwise(starts.tolist())]))


def _count(lists: Sequence[Value], f: Function) -> Value | None:
    if not all(type(item) is Vector for item in lists):
        return None
    return Vector.of(QType.LONG, _frozen(np.fromiter(map(len, lists), np.int64, len(lists))))


def _ends(lists: Sequence[Value], f: Function, *, last: bool) -> Value | None:
    found = _joined(lists)
    if found is None:
        return None
    flat, starts = found
    at = starts[1:] - 1 if last else starts[:-1]
    return take(flat, np.where(starts[1:] > starts[:-1], at, -1))


def _aggregate(name: str) -> Callable[[Sequence[Value], Function], Value | None]:
    def run(lists: Sequence[Value], f: Function) -> Value | None:
        found = _joined(lists)
        if found is None or bool((np.diff(found[1]) == 0).any()):
            return None  # what an empty list gives is known to the verb alone
        flat, starts = found
        like = f(lists[0])
        groups = Groups(np.arange(len(flat), dtype=np.int64), starts, ())
        return reduced(name, flat, groups, like if isinstance(like, Atom) else None)

    return run


def _raze(lists: Sequence[Value], f: Function) -> Value | None:
    """Lists of vectors: all in one array, cut where the lists end."""
    if not all(type(item) is List and item.strings is None and len(item) for item in lists):
        return None
    found = _joined([part for item in lists for part in item.items])  # type: ignore[attr-defined]
    if found is None:
        return None
    flat, starts = found
    ends = np.zeros(len(lists) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, lists), np.int64, len(lists)), out=ends[1:])
    return _cut(flat, starts[ends])


SHORT_LISTS: Final[dict[str, Callable[[Sequence[Value], Function], Value | None]]] = {
    "count": _count,
    "first": lambda lists, f: _ends(lists, f, last=False),
    "last": lambda lists, f: _ends(lists, f, last=True),
    "raze": _raze,
    **{name: _aggregate(name) for name in ("sum", "avg", "min", "max")},
}
"""By the name of the function that is applied to each list; ``None`` where the function must see each of them."""


def short_lists(name: str, f: Function, x: Value) -> Value | None:
    """``f each x``, or ``None`` where the general way must go."""
    if type(x) is not List or x.attr or x.strings is not None or len(x) < _WORTH:
        return None
    return SHORT_LISTS[name](x.items, f)


def pairs(x: Vector, y: Vector) -> List | None:
    """Every item of ``x`` beside every item of ``y``; ``None`` where these are no vectors of one plain type."""
    if type(x) is not Vector or type(y) is not Vector or x.qtype is not y.qtype or x.qtype not in _PLAIN:
        return None
    if not len(x) or not len(y):
        return None
    made = np.empty((len(x) * len(y), 2), x.data.dtype)
    made[:, 0] = np.repeat(x.data, len(y))
    made[:, 1] = np.tile(y.data, len(x))
    rows, kind, out = iter(_frozen(made)), x.qtype, []
    while piece := [Vector.of(kind, row) for row in islice(rows, _PIECE)]:
        out += piece
    return List.of(tuple(out))
