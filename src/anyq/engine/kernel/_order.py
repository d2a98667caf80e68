"""Order of values: ranks, comparison, grades.

Sorting works on ranks: an array of numbers that NumPy orders as q orders the items. Numbers are their own ranks. Floats
with nulls, symbols and GUIDs are ranked by their distinct values, so that Python's comparison runs once for each
distinct value and not for each pair of items. General lists of vectors of one type are ranked by tuples; only mixed
lists are compared pair by pair.

Nulls come first. Lists of mixed types are ordered by type and then by value, lists of lists item by item.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.values import Atom, Attr, List, QType, SymbolArray, Table, Value, Vector, count

from ._bulk import mapped, sorted_positions
from ._search import sortable
from ._support import FLOATS, is_atom, items_of, type_number

__all__ = ["Longs", "compare_values", "grade", "is_sorted", "ranks", "stable_order"]

Longs = npt.NDArray[np.int64]
_SMALL: Final = 2**15
_SHORT: Final = 32


def ranks(x: Value) -> Any:
    """Numbers that order as the items do: equal for equal items."""
    if isinstance(x, Vector):
        return _vector_ranks(x)
    if isinstance(x, Table):
        return _row_ranks([ranks(column) for column in x.data.items], len(x))
    texts = x.strings if isinstance(x, List) else None
    items = items_of(x) if texts is None else []
    keys = _plain_keys(items) if texts is None else list(texts)
    if keys is not None:
        number = {key: place for place, key in enumerate(sorted(set(keys)))}
        return mapped(number.__getitem__, keys, np.int64)
    order: list[int] = sorted(range(len(items)), key=cmp_to_key(_comparing(items)))
    out = np.empty(len(items), np.int64)
    rank = 0
    for place, at in enumerate(order):
        if place and compare_values(items[order[place - 1]], items[at]):
            rank += 1
        out[at] = rank
    return out


def _plain_keys(items: list[Value]) -> list[Any] | None:
    """What Python orders as q orders the items, when they are vectors of one type without floats."""
    kinds = {item.qtype if isinstance(item, Vector) else None for item in items}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is None or kind in FLOATS or kind is QType.GUID:
        return None
    vectors = [item for item in items if isinstance(item, Vector)]
    if kind is QType.CHAR:
        return [bytes(vector.data) for vector in vectors]
    return [tuple(vector.data.tolist() if isinstance(vector.data, np.ndarray) else vector.data) for vector in vectors]


def _comparing(items: list[Value]) -> Callable[[int, int], int]:
    return lambda a, b: compare_values(items[a], items[b])


def _vector_ranks(x: Vector) -> Any:
    data = x.data
    if isinstance(data, SymbolArray):
        codes, uniques = data.factorize()
        order = sorted_positions(uniques.tolist())
        rank = np.empty(len(uniques), np.int16 if len(uniques) < _SMALL else np.int64)
        rank[order] = np.arange(len(uniques))
        return rank[codes]
    if data.dtype.kind == "f":
        return _float_ranks(data)
    if data.dtype.kind == "V":
        return np.unique(sortable(data), return_inverse=True)[1].reshape(-1)
    return data.view(np.uint8) if data.dtype.kind == "b" else data


def _float_ranks(data: Any) -> Any:
    """Floats with nulls below everything."""
    missing = np.isnan(data)
    if not missing.any():
        return data
    low = np.unique(data, return_inverse=True)[1].reshape(-1).astype(np.int64)
    low[missing] = -1
    return low


def _row_ranks(columns: list[Any], size: int) -> Any:
    combined = np.zeros(size, np.int64)
    for column in columns:
        own = np.unique(column, return_inverse=True)[1].reshape(-1)
        combined = np.unique(combined * (size + 1) + own, return_inverse=True)[1].reshape(-1)
    return combined


def compare_values(x: Value, y: Value) -> int:
    """-1, 0 or 1: by type, then by value; lists item by item, the shorter one first."""
    if isinstance(x, Atom) and isinstance(y, Atom):
        if x.qtype is not y.qtype:
            return -1 if x.qtype < y.qtype else 1
        a, b = x.raw, y.raw
        if a == b or (a != a and b != b):
            return 0
        return -1 if a != a or a < b else 1
    if is_atom(x) or is_atom(y):
        if is_atom(x) and is_atom(y):
            a, b = (type_number(x), repr(x)), (type_number(y), repr(y))
            return (a > b) - (a < b)
        return -1 if is_atom(x) else 1
    for item, other in zip(items_of(x), items_of(y), strict=False):
        found = compare_values(item, other)
        if found:
            return found
    return (count(x) > count(y)) - (count(x) < count(y))


def grade(x: Value, *, down: bool = False) -> Longs:
    """The positions that put ``x`` in order; items that are equal stay in their order."""
    rank = ranks(x)
    if down:
        if rank.dtype.kind == "f":
            rank = -rank
        else:
            wide = rank.dtype.itemsize == 8 or rank.dtype.kind == "u"
            rank = ~rank.astype(np.int64) if wide else ~rank
    return stable_order(rank)


def stable_order(rank: Any) -> Longs:
    """What sorts ``rank``, equal ones in their order: by radix where the range is small enough for it."""
    if rank.dtype.kind in "iu" and rank.dtype.itemsize > 2 and len(rank) > _SMALL:
        low, high = int(rank.min()), int(rank.max())
        if high - low < 2**16:
            rank = (rank - low).astype(np.uint16)
    return np.argsort(rank, kind="stable")


def is_sorted(x: Value) -> bool:
    if isinstance(x, Vector) and x.attr is Attr.SORTED:
        return True
    rank = ranks(x)
    return len(rank) < 2 or bool((rank[1:] >= rank[:-1]).all())
