"""Order: ``asc desc iasc idesc rank xrank``, and sorting of tables by columns.

Nulls come first. Lists of mixed types are ordered by type and then by value, lists of lists item by item.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.errors import QError
from anyq.values import Atom, Attr, Dict, KeyedTable, List, QType, SymbolArray, Table, Value, Vector, count

from .._vocabulary import Vocabulary
from ._search import sortable
from ._support import FLOATS, integer, is_atom, items_of, longs, strs, type_number, vec
from ._take import take

__all__ = ["ascending", "grade", "install", "is_sorted", "order_by", "ranks", "sort"]

Longs = npt.NDArray[np.int64]
_SMALL: Final = 2**15
_SHORT: Final = 32


def ranks(x: Value) -> Any:
    """Numbers that order as the items do: equal for equal items."""
    if isinstance(x, Vector):
        return _vector_ranks(x)
    if isinstance(x, Table):
        return _row_ranks([ranks(column) for column in x.columns.items], len(x))
    texts = x.strings if isinstance(x, List) else None
    items = items_of(x) if texts is None else []
    keys = _plain_keys(items) if texts is None else list(texts)
    if keys is not None:
        number = {key: place for place, key in enumerate(sorted(set(keys)))}
        return np.fromiter(map(number.__getitem__, keys), np.int64, len(keys))
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
        order = sorted(range(len(uniques)), key=uniques.tolist().__getitem__)
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


def sort(x: Value, *, down: bool = False) -> Value:
    """The items in order. Ascending lists get the sorted attribute."""
    if isinstance(x, Dict):
        return _sort_dict(x, down)
    if isinstance(x, Table):
        return _sort_table(x, down)
    if isinstance(x, Vector):
        made = _sort_vector(x, down)
        return made if down else made.with_attr(Attr.SORTED)
    if isinstance(x, List):
        made_list = take(x, grade(x, down=down))
        if isinstance(made_list, Vector):
            return made_list if down else made_list.with_attr(Attr.SORTED)
        assert isinstance(made_list, List)
        return made_list if down else List.of(made_list.strings or made_list.items, Attr.SORTED)
    raise QError("rank")


def _sort_vector(x: Vector, down: bool) -> Vector:
    data = x.data
    if isinstance(data, SymbolArray):
        codes, uniques = data.factorize()
        order = np.array(sorted(range(len(uniques)), key=uniques.tolist().__getitem__, reverse=down), np.int32)
        sizes = np.bincount(codes, minlength=len(uniques))
        if not len(order):
            return x
        return vec(x.qtype, SymbolArray.from_codes(np.repeat(order, sizes[order]), uniques))
    if data.dtype.kind == "V":
        return x[grade(x, down=down)]
    if x.qtype is QType.CHAR and len(data) <= _SHORT:
        return Vector.of(x.qtype, np.frombuffer(bytes(sorted(data.tolist(), reverse=down)), np.uint8))
    if data.dtype.kind == "f" and np.isnan(data).any():
        return x[grade(x, down=down)]
    ordered = _counted(data) if data.dtype.kind in "iu" and len(data) > _SMALL else np.sort(data)
    return vec(x.qtype, ordered[::-1].copy() if down else ordered)


def _counted(data: Any) -> Any:
    """Whole numbers in order, by counting each of them when they lie close together."""
    low, high = int(data.min()), int(data.max())
    if high - low >= 2**16:
        return np.sort(data)
    sizes = np.bincount((data - data.dtype.type(low)).astype(np.uint16), minlength=1)
    return np.repeat(np.arange(low, low + len(sizes)).astype(data.dtype), sizes)


def _sort_table(x: Table, down: bool) -> Table:
    """By all columns; the first one gets an attribute when ascending."""
    made = order_by(x, x.column_names, down=down)
    if down or len(made.columns) < 2:
        return made
    first, *others = made.columns.items
    parted = first.with_attr(Attr.PARTED) if isinstance(first, Vector) else first
    return Table.of(made.names, List.of((parted, *others)))


def _sort_dict(x: Dict, down: bool) -> Dict:
    if isinstance(x, KeyedTable):
        at = grade(x.values, down=down)
        return KeyedTable(take(x.keys, at), _sort_table(x.value_table, down))
    at = grade(x.values, down=down)
    values = take(x.values, at)
    if isinstance(values, Vector) and not down:
        values = values.with_attr(Attr.SORTED)
    return Dict(take(x.keys, at), values)


def order_by(table: Table, names: list[str], *, down: bool = False) -> Table:
    """The rows in order of these columns, the first one the most important; it gets the sorted attribute when
    ascending."""
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise QError(missing[0])
    if len(set(table.column_names)) < len(table.column_names):
        raise QError("dup")
    if not names:
        return table
    columns = [ranks(table.column(name)) for name in names]
    rank = columns[0] if len(columns) == 1 else _row_ranks(columns, len(table))
    at = np.argsort(
        -rank.astype(np.float64) if rank.dtype.kind == "f" and down else ~rank if down else rank, kind="stable"
    )
    sorted_table = take(table, at)
    assert isinstance(sorted_table, Table)
    if down:
        return sorted_table
    parts = list(sorted_table.columns.items)
    lead = table.column_names.index(names[0])
    first = parts[lead]
    parts[lead] = first.with_attr(Attr.SORTED) if isinstance(first, Vector) else first
    return Table.of(table.names, List.of(tuple(parts)))


def ascending(x: Value) -> Value:
    return sort(x)


def _descending(x: Value) -> Value:
    return sort(x, down=True)


def _graded(x: Value, down: bool) -> Value:
    if isinstance(x, Dict):
        return take(x.keys, grade(x.values, down=down))
    if is_atom(x):
        raise QError("rank")
    return longs(grade(x, down=down))


def rank(x: Value) -> Value:
    """The place of each item in the sorted list."""
    if is_atom(x):
        raise QError("rank")
    at = grade(x.values if isinstance(x, Dict) else x)
    places = np.empty(len(at), np.int64)
    places[at] = np.arange(len(at))
    return longs(places)


def xrank(x: Value, y: Value) -> Value:
    """q's ``x xrank y``: which of ``x`` buckets of equal size each item falls into, by its rank."""
    buckets, size = integer(x), count(y)
    places = rank(y)
    assert isinstance(places, Vector)
    return longs(places.data * buckets // max(size, 1))


def sort_columns(names: Value, table: Value, *, down: bool) -> Value:
    """q's ``xasc`` and ``xdesc`` of a table or keyed table given as such."""
    if isinstance(table, KeyedTable):
        plain = order_by(table.unkeyed(), strs(names), down=down)
        size = len(table.key_table.columns)
        keys = Table.of(table.key_table.names, List.of(plain.columns.items[:size]))
        return KeyedTable(keys, Table.of(table.value_table.names, List.of(plain.columns.items[size:])))
    if not isinstance(table, Table):
        raise QError("type")
    return order_by(table, strs(names), down=down)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.unary("asc", ascending)
    vocabulary.unary("desc", _descending)
    vocabulary.unary("iasc", lambda x: _graded(x, False))
    vocabulary.unary("idesc", lambda x: _graded(x, True))
    vocabulary.unary("rank", rank)
    vocabulary.binary("xrank", xrank)
