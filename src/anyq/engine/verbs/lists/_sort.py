"""Order: ``asc desc iasc idesc rank xrank``, and sorting of tables by columns.

Nulls come first. Lists of mixed types are ordered by type and then by value, lists of lists item by item.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from anyq.errors import QError
from anyq.values import Attr, Dict, KeyedTable, List, QType, SymbolArray, Table, Value, Vector, count

from ...kernel._bulk import repeated_items, sorted_positions
from ...kernel._enumeration import Enumeration
from ...kernel._order import _SHORT, _SMALL, _row_ranks, grade, ranks
from ...kernel._support import integer, is_atom, longs, strs, vec
from ...kernel._take import take
from ...session._vocabulary import Vocabulary

__all__ = ["ascending", "install", "order_by", "sort"]


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
    if isinstance(x, Enumeration):
        return x.like(_sort_vector(x.plain(), down))
    data = x.data
    if isinstance(data, SymbolArray):
        codes, uniques = data.factorize()
        order = sorted_positions(uniques.tolist())[:: -1 if down else 1]
        sizes = np.bincount(codes, minlength=len(uniques))
        if not len(order):
            return x
        return vec(x.qtype, SymbolArray.from_codes(repeated_items(order.astype(np.int32), sizes[order]), uniques))
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
    return repeated_items(np.arange(low, low + len(sizes)).astype(data.dtype), sizes)


def _sort_table(x: Table, down: bool) -> Table:
    """By all columns; the first one gets an attribute when ascending."""
    made = order_by(x, x.column_names, down=down)
    if down or len(made.data) < 2:
        return made
    first, *others = made.data.items
    parted = first.with_attr(Attr.PARTED) if isinstance(first, Vector) else first
    return Table.of(made.names, List.of((parted, *others)))


def _sort_dict(x: Dict, down: bool) -> Dict:
    if isinstance(x, KeyedTable):
        at = grade(x.value, down=down)
        return KeyedTable(take(x.key, at), _sort_table(x.value_table, down))
    at = grade(x.value, down=down)
    values = take(x.value, at)
    if isinstance(values, Vector) and not down:
        values = values.with_attr(Attr.SORTED)
    return Dict(take(x.key, at), values)


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
    parts = list(sorted_table.data.items)
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
        return take(x.key, grade(x.value, down=down))
    if is_atom(x):
        raise QError("rank")
    return longs(grade(x, down=down))


def rank(x: Value) -> Value:
    """The place of each item in the sorted list."""
    if is_atom(x):
        raise QError("rank")
    at = grade(x.value if isinstance(x, Dict) else x)
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
        size = len(table.key_table.data)
        keys = Table.of(table.key_table.names, List.of(plain.data.items[:size]))
        return KeyedTable(keys, Table.of(table.value_table.names, List.of(plain.data.items[size:])))
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
