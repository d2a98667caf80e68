"""Where things are: positions of items in a list (find), membership, binary search, ranges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from anyq.values import Atom, Attr, List, QType, SymbolArray, Table, Value, Vector, collapse, count

from ._bulk import mapped, places_of
from ._hashable import hashable
from ._places import known_place
from ._promote import COMPARE
from ._raw import convert
from ._records import records
from ._support import array_of, items_of

__all__ = [
    "alone",
    "factorized",
    "hashable",
    "is_item_of",
    "place_of",
    "positions",
    "row_place",
    "shared_codes",
    "sortable",
]

Longs = npt.NDArray[np.int64]
_FEW: Final = 16
_SHORT: Final = 64


def sortable(data: Any) -> Any:
    """Data that NumPy can sort and compare: guids as byte strings, symbols as object strings."""
    if isinstance(data, SymbolArray):
        return data.objects()
    if data.dtype.kind == "V":
        return _guid_keys(data)
    return data


def _guid_keys(data: Any) -> Any:
    """Guids as numbers that order and compare as their bytes do."""
    parts = np.ascontiguousarray(data).view(">u8").reshape(-1, 2)
    keys = np.empty(len(data), [("a", np.uint64), ("b", np.uint64)])
    keys["a"], keys["b"] = parts[:, 0], parts[:, 1]
    return keys


def factorized(value: Value) -> tuple[Longs, Longs]:
    """``(codes, firsts)``: a number for each item, equal for equal items, counted from 0 in order of first appearance;
    and where each number appears first. Dicts go by their values, tables by rows."""
    if isinstance(value, Vector):
        return _factor_vector(value)
    if isinstance(value, Table):
        return _factor_table(value)
    seen: dict[Any, int] = {}
    number = seen.setdefault
    codes: Longs = np.fromiter((number(hashable(item), len(seen)) for item in items_of(value)), np.int64)
    return codes, _first_of(codes, len(seen))


def _first_of(codes: Longs, size: int) -> Longs:
    firsts = np.empty(size, np.int64)
    firsts[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return firsts


def _in_order(codes: Any, size: int) -> tuple[Longs, Longs]:
    """Codes renumbered by first appearance; unused ones dropped."""
    n = len(codes)
    firsts = np.full(size, n, np.int64)
    firsts[codes[::-1]] = np.arange(n - 1, -1, -1)
    used = np.flatnonzero(firsts < n)
    order = used[np.argsort(firsts[used], kind="stable")]
    renumber = np.empty(size, np.int64)
    renumber[order] = np.arange(len(order))
    return renumber[codes], firsts[order]


def _factor_vector(value: Vector) -> tuple[Longs, Longs]:
    data = value.data
    if isinstance(data, SymbolArray):
        numbers, uniques = data.factorize()
        if data.ordered:
            codes = numbers.astype(np.int64)
            return codes, _first_of(codes, len(uniques))
        return _in_order(numbers, len(uniques))
    if not len(data):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    if data.dtype.kind in "bu":
        return _in_order(data.astype(np.int64), 256)
    if data.dtype.kind == "i":
        low, high = int(data.min()), int(data.max())
        if high - low < 4 * len(data) + 1024:
            return _in_order(data.astype(np.int64) - low, high - low + 1)
    _, codes = np.unique(_guid_keys(data) if data.dtype.kind == "V" else data + data.dtype.type(0), return_inverse=True)
    return _in_order(codes.reshape(-1), int(codes.max()) + 1)


def _factor_table(table: Table) -> tuple[Longs, Longs]:
    codes: Longs | None = None
    firsts = np.empty(0, np.int64)
    for column in table.data.items:
        mine, first = factorized(column)
        if codes is None:
            codes, firsts = mine, first
        else:
            _, both = np.unique(codes * (len(first) + 1) + mine, return_inverse=True)
            codes, firsts = _in_order(both.reshape(-1), len(codes) + 1)
    return (codes, firsts) if codes is not None else (np.empty(0, np.int64), firsts)


def positions(x: Value, y: Value) -> Longs:
    """For each item of the list ``y`` the first place in ``x`` where it is; the count of ``x`` where it is not.

    Types must agree (numbers among themselves are compared as numbers).
    """
    size = count(x)
    if len(y) == 1 and isinstance(x, Vector | List) and (known := _known_alone(x, y)) is not None:
        return known
    if isinstance(x, Vector) and isinstance(y, Vector):
        if x.qtype is QType.SYMBOL and y.qtype is QType.SYMBOL:
            return _symbol_positions(x.symbols, y.symbols, size)
        if x.qtype is y.qtype or (x.qtype, y.qtype) in COMPARE:
            return _number_positions(x, y, size)
        return np.full(len(y), size, np.int64)
    if isinstance(x, Table) and isinstance(y, Table):
        return _row_positions(x, y, size)
    if isinstance(x, Vector) and isinstance(y, List):
        found = [int(positions(x, alone(item))[0]) if isinstance(item, Atom) else size for item in y.items]
        return np.array(found, np.int64)
    places: dict[Any, int] = {}
    for place, key in enumerate(map(hashable, items_of(x))):
        places.setdefault(key, place)
    return np.array([places.get(hashable(item), size) for item in items_of(y)], np.int64)


def _known_alone(x: Vector | List, y: Value) -> Longs | None:
    """`positions` of the one item of ``y``, if it is known by hash."""
    item = items_of(y)[0]
    at = known_place((x,), (item,)) if is_item_of(x, item) else None
    return None if at is None else np.array([len(x) if at < 0 else at], np.int64)


def place_of(x: Value, item: Value) -> int:
    """The first position of ``item`` in the list ``x``; -1 where it is not. As `positions` of a list of one item."""
    if isinstance(item, Atom) and isinstance(x, Vector) and item.qtype is x.qtype:
        size = len(x.data)
        known = known_place((x,), (item,))
        if known is not None:
            return known
        if isinstance(x.data, SymbolArray):
            at = _index_of(x.data, item.raw, size)
            return at if at < size else -1
        if x.data.dtype.kind in "biu":
            if size <= _SHORT:
                raws = x.data.tolist()
                return raws.index(item.raw) if item.raw in raws else -1
            hits = np.flatnonzero(x.data == item.raw)
            return int(hits[0]) if len(hits) else -1
    if isinstance(x, List) and (known := known_place((x,), (item,))) is not None:
        return known
    at = int(positions(x, records([item]))[0])
    return at if at < count(x) else -1


def is_item_of(column: Value, item: Value) -> bool:
    """Whether a column may have this item: an atom of its type; of a general list anything."""
    if isinstance(column, Vector):
        return isinstance(item, Atom) and item.qtype is column.qtype
    return isinstance(column, List)


def row_place(columns: Sequence[Value], row: Sequence[Value]) -> int:
    """The first row of these columns whose items are those of ``row``; -1 where there is none."""
    if len(columns) == 1:
        return place_of(columns[0], row[0])
    known = known_place(columns, row) if all(map(is_item_of, columns, row)) else None
    if known is not None:
        return known
    left: Longs | None = None
    for column, item in zip(columns, row, strict=True):
        part = column if left is None else _picked(column, left)
        codes = positions(records([item]), part)
        hits = np.flatnonzero(codes == 0)
        left = hits if left is None else left[hits]
        if not len(left):
            return -1
    return int(left[0]) if left is not None else -1


def members(x: Vector, y: Vector) -> npt.NDArray[np.bool_]:
    """Which items of ``x`` are in ``y``."""
    a, b = x.data, y.data
    if isinstance(a, SymbolArray) and isinstance(b, SymbolArray):
        wanted = places_of(b.distinct())
        if a.coded:
            codes, uniques = a.factorize()
            return mapped(wanted.__contains__, uniques.tolist(), np.bool_)[codes]
        return mapped(wanted.__contains__, a.objects().tolist(), np.bool_)
    if x.qtype is y.qtype and a.dtype.kind in "biu":
        return np.isin(a, b)
    return positions(y, x) < len(y)


def alone(item: Atom) -> Vector:
    """The vector of just this item."""
    if item.qtype is QType.SYMBOL:
        return Vector.of(item.qtype, SymbolArray.from_strs([item.raw]))
    return Vector.of(item.qtype, array_of(item))


def _symbol_positions(x: SymbolArray, y: SymbolArray, size: int) -> Longs:
    if len(y) <= 1:
        return np.array([_index_of(x, text, size) for text in y], np.int64)
    if size > _FEW and x.coded:
        codes, uniques = x.factorize()
        firsts = np.full(len(uniques), size, np.int64)
        firsts[codes[::-1]] = np.arange(size - 1, -1, -1)
        places = places_of(uniques.tolist(), firsts.tolist())
    else:
        places = places_of(x.objects().tolist())
    if len(y) > _FEW and y.coded:
        codes, uniques = y.factorize()
        return cast("Longs", mapped(places.get, uniques.tolist(), np.int64, size)[codes])
    return mapped(places.get, y.objects().tolist(), np.int64, size)


def _index_of(x: SymbolArray, text: str, size: int) -> int:
    if x.coded and size > _SHORT:
        codes, uniques = x.factorize()
        wanted = np.flatnonzero(uniques == text)
        if not len(wanted):
            return size
        hits = np.flatnonzero(codes == wanted[0])
        return int(hits[0]) if len(hits) else size
    texts: list[str] = x.objects().tolist()
    try:
        return texts.index(text)
    except ValueError:
        return size


def _number_positions(x: Vector, y: Vector, size: int) -> Longs:
    if x.qtype is y.qtype:
        a, b = sortable(x.data), sortable(y.data)
    else:
        common = COMPARE[x.qtype, y.qtype]
        a, b = convert(x.data, x.qtype, common), convert(y.data, y.qtype, common)
    if not len(a) or not len(b):
        return np.full(len(b), size, np.int64)
    if len(b) <= 4:
        return np.array([_first_hit(a, item, size) for item in b], np.int64)
    order = None if x.attr is Attr.SORTED and a.dtype.kind != "f" else np.argsort(a, kind="stable")
    ranked = a if order is None else a[order]
    at = np.searchsorted(ranked, b)
    inside = np.minimum(at, len(a) - 1)
    same = ranked[inside] == b
    if a.dtype.kind == "f":
        same |= np.isnan(ranked[inside]) & np.isnan(b)
    places = inside if order is None else order[inside]
    return np.where(same & (at < len(a)), places, size).astype(np.int64)


def _first_hit(a: Any, item: Any, size: int) -> int:
    hits = a == item if item == item else np.isnan(a)
    if a.dtype.names is None and not hits.any():
        return size
    at = np.flatnonzero(hits)
    return int(at[0]) if len(at) else size


def _row_positions(x: Table, y: Table, size: int) -> Longs:
    if set(x.column_names) != set(y.column_names):
        return np.full(len(y), size, np.int64)
    if len(y) == 1:
        at = row_place(x.data.items, [y.column(name)[0] for name in x.column_names])
        return np.array([at if at >= 0 else size], np.int64)
    own, other = shared_codes(x.data.items, [y.column(name) for name in x.column_names])
    firsts = np.full(int(own.max(initial=-1)) + 2, size, np.int64)
    firsts[own[::-1]] = np.arange(size - 1, -1, -1)
    return firsts[np.minimum(other, len(firsts) - 1)]


def shared_codes(own: Sequence[Value], other: Sequence[Value]) -> tuple[Longs, Longs]:
    """Numbers for the rows of columns ``own``, equal for equal rows; and for the rows of ``other`` the number of the
    equal row of ``own``, or one that no row of ``own`` has."""
    codes = others = np.zeros(0, np.int64)
    size = 1
    for at, (mine, theirs) in enumerate(zip(own, other, strict=True)):
        numbers, firsts = factorized(mine)
        found = positions(_picked(mine, firsts), theirs)
        if not at:
            codes, others, size = numbers, found, len(firsts) + 1
            continue
        codes, others = codes * (len(firsts) + 1) + numbers, others * (len(firsts) + 1) + found
        size *= len(firsts) + 1
        if size > 4 * (len(codes) + len(others)) + 1024:
            _, both = np.unique(np.concatenate([codes, others]), return_inverse=True)
            codes, others = both[: len(codes)].astype(np.int64), both[len(codes) :].astype(np.int64)
            size = int(both.max(initial=0)) + 1
    return codes, others


def _picked(value: Value, at: Longs) -> Value:
    if isinstance(value, Vector):
        return value[at]
    items = items_of(value)
    return collapse([items[i] for i in at.tolist()])
