"""Items at positions, joined lists, tables from rows: what indexing, take, join and grouping are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from anyq.errors import QError
from anyq.values import (
    Atom,
    Attr,
    Dict,
    KeyedTable,
    List,
    QType,
    StringArray,
    SymbolArray,
    Table,
    Value,
    Vector,
    collapse,
    count,
)

from .._enumeration import EnumeratedAtom, Enumeration
from ._growth import grown, grown_symbols
from ._support import EMPTY, array_of, items_of, null_like, null_raw, nulls, symbols, vec

__all__ = ["concatenate", "join", "razed", "rows_to_table", "same_names", "take", "window"]

Index = npt.NDArray[Any]


def take(value: Value, index: Index) -> Value:
    """The items (rows) at the positions ``index``; nulls for positions outside. Dicts give items of their values."""
    size = count(value)
    if isinstance(value, Enumeration):
        return value.with_data(_take_vector(value.plain(), index, size).data)
    if isinstance(value, Vector):
        return _take_vector(value, index, size)
    if isinstance(value, List):
        return _take_list(value, index, size)
    if isinstance(value, Table):
        return Table.of(value.names, List.of(tuple([take(column, index) for column in value.columns.items])))
    if isinstance(value, Dict):
        return take(value.values, index)
    raise QError("type")


def _outside(index: Index, size: int) -> npt.NDArray[np.bool_] | None:
    if not len(index):
        return None
    outside = (index < 0) | (index >= size)
    return outside if bool(outside.any()) else None


def _take_vector(value: Vector, index: Index, size: int) -> Vector:
    outside = _outside(index, size)
    qtype, data = value.qtype, value.data
    if outside is None:
        picked = data.take(index)
        return vec(qtype, picked)
    if not size:
        return vec(qtype, nulls(qtype, len(index)))
    safe = np.where(outside, 0, index)
    if isinstance(data, SymbolArray):
        strs = data.objects()[safe]
        strs[outside] = ""
        return vec(qtype, SymbolArray.from_strs(strs))
    picked = data[safe]
    picked[outside] = np.zeros(1, qtype.numpy)[0] if qtype is QType.GUID else null_raw(qtype)
    return vec(qtype, picked)


def _take_list(value: List, index: Index, size: int) -> Value:
    outside = _outside(index, size)
    strings = value.strings
    if strings is not None and outside is None:
        return List.of(strings.take(index)) if len(index) else EMPTY
    items = value.items
    if outside is None:
        return collapse([items[i] for i in index.tolist()])
    missing = null_like(items[0]) if items else EMPTY
    return collapse([items[i] if 0 <= i < size else missing for i in index.tolist()])


def window(value: Value, start: int, stop: int) -> Value:
    """The items from ``start`` up to ``stop``, both inside the list; types are kept, attributes are not."""
    if isinstance(value, Dict):
        return type(value)(window(value.keys, start, stop), window(value.values, start, stop))
    if isinstance(value, Vector | Table):
        return value[start:stop]
    if isinstance(value, List):
        part = value[start:stop]
        return part if part.strings is not None else collapse(part.items)
    raise QError("type")


def same_names(x: Table, y: Table) -> bool:
    return x.column_names == y.column_names


def _row_of(names: list[str], row: Value) -> list[Value]:
    assert isinstance(row, Dict)
    if names == [k.raw for k in items_of(row.keys) if isinstance(k, Atom)]:
        return items_of(row.values)
    found = {key.raw: value for key, value in row.items() if isinstance(key, Atom)}
    if set(found) != set(names):
        raise QError("mismatch")
    return [found[name] for name in names]


def is_row(value: Value) -> bool:
    """Whether the value can be a row of a table: a dict whose keys are distinct symbols, at least one."""
    keys = value.keys if type(value) is Dict else None
    return isinstance(keys, Vector) and keys.qtype is QType.SYMBOL and len(keys) > 0


def rows_to_table(rows: Sequence[Value]) -> Value:
    """The table of dicts with the same symbol keys; the general list of anything else."""
    if not rows or not all(is_row(row) for row in rows):
        return collapse(rows)
    first = rows[0]
    assert isinstance(first, Dict)
    assert isinstance(first.keys, Vector)
    names = first.keys.symbols.objects().tolist()
    wanted = set(names)
    if len(wanted) != len(names):
        return collapse(rows)
    for row in rows:
        if {key.raw for key in row.keys} != wanted:  # type: ignore[attr-defined]
            return collapse(rows)
    columns = zip(*(_row_of(names, row) for row in rows), strict=True)
    return Table.of(symbols(names), List.of(tuple([collapse(column) for column in columns])))


def concatenate(parts: Sequence[Vector]) -> Vector:
    """One vector of vectors of one type."""
    qtype, first = parts[0].qtype, parts[0]
    if len(parts) == 1:
        return first if not first.attr else first.with_attr(Attr.NONE)
    if isinstance(first, Enumeration) and {getattr(part, "domain", "") for part in parts} == {first.domain}:
        whole = concatenate([Vector.of(qtype, part.data) for part in parts])
        return Enumeration.over(first.domain, whole)
    if len(parts) == 2:
        if qtype is QType.SYMBOL:
            return Vector.of(qtype, grown_symbols(first.symbols, parts[1].symbols))
        return Vector.of(qtype, grown(first.data, parts[1].data))
    if qtype is QType.SYMBOL:
        return vec(qtype, _joined_symbols([part.symbols for part in parts]))
    return vec(qtype, np.concatenate([part.data for part in parts]))


def _joined_symbols(parts: list[SymbolArray]) -> SymbolArray:
    return SymbolArray.from_strs(np.concatenate([part.objects() for part in parts]))


def _as_vector(value: Value) -> Vector | None:
    if isinstance(value, Vector):
        return value
    if isinstance(value, EnumeratedAtom):
        return value.alone()
    if isinstance(value, Atom):
        data = SymbolArray.from_strs([value.raw]) if value.qtype is QType.SYMBOL else array_of(value)
        return Vector.of(value.qtype, data)
    return None


def join(x: Value, y: Value) -> Value:
    """q's ``x,y``."""
    a, b = _as_vector(x), _as_vector(y)
    if a is not None and b is not None:
        if a.qtype is b.qtype:
            return concatenate([a, b])
        if not len(b) and isinstance(y, Vector):
            return Vector.of(a.qtype, a.data)
        if not len(a) and isinstance(x, Vector):
            return Vector.of(b.qtype, b.data)
    if isinstance(x, Dict | Table) or isinstance(y, Dict | Table):
        if isinstance(x, Atom) or isinstance(y, Atom):
            raise QError("type")
        return _join_keyed(x, y)
    return _join_lists(x, y)


def _listed(value: Value) -> list[Value]:
    return items_of(value) if isinstance(value, Vector | List) else [value]


def _join_lists(x: Value, y: Value) -> Value:
    if isinstance(x, List) and isinstance(y, List) and len(x) and len(y):
        if x.strings is not None and y.strings is not None:
            return List.of(StringArray.from_bytes([*x.strings, *y.strings]))
        return List.of(x.items + y.items)
    if isinstance(x, List) and not len(x) and isinstance(y, Vector | List):
        return y.with_attr(type(y.attr).NONE) if isinstance(y, Vector) else y
    if isinstance(y, List) and not len(y) and isinstance(x, Vector | List):
        return x.with_attr(type(x.attr).NONE) if isinstance(x, Vector) else x
    return collapse(_listed(x) + _listed(y))


def _join_keyed(x: Value, y: Value) -> Value:
    if (isinstance(x, Atom | Vector) and isinstance(y, Dict)) or (isinstance(x, Dict) and isinstance(y, Atom | Vector)):
        raise QError("type")
    from ._dicts import upsert

    if isinstance(x, Table) and isinstance(y, Table):
        if len(x.columns) == 0:
            return y
        if set(x.column_names) != set(y.column_names):
            raise QError("mismatch")
        columns = [join(x.column(name), y.column(name)) for name in x.column_names]
        return Table.of(x.names, List.of(tuple(columns)))
    if isinstance(x, Dict) and isinstance(y, Dict):
        return upsert(x, y)
    if isinstance(x, Table) and is_row(y):
        assert isinstance(y, Dict)
        row = _row_of(x.column_names, y)
        columns = [join(c, _enlisted(v)) for c, v in zip(x.columns.items, row, strict=True)]
        return Table.of(x.names, List.of(tuple(columns)))
    if isinstance(x, KeyedTable) and isinstance(y, Table):
        return upsert(x, KeyedTable(*_split_like(x, y)))
    if isinstance(x, Table) and isinstance(y, List):
        return rows_to_table([*x, *y.items]) if all(is_row(i) for i in y.items) else List.of((*x, *y.items))
    if isinstance(x, List) and not len(x):
        return y if isinstance(y, Table) else _enlisted(y)
    if isinstance(y, List) and not len(y):
        return x if isinstance(x, Table) else _enlisted(x)
    left = items_of(x) if isinstance(x, Vector | List | Table) else [x]
    right = items_of(y) if isinstance(y, Vector | List | Table) else [y]
    return rows_to_table([*left, *right])


def _enlisted(value: Value) -> Value:
    if is_row(value):
        return rows_to_table([value])
    return collapse([value])


def _split_like(x: KeyedTable, y: Table) -> tuple[Table, Table]:
    keys, values = x.key_table, x.value_table
    try:
        return (
            Table.of(keys.names, List.of(tuple([y.column(n) for n in keys.column_names]))),
            Table.of(values.names, List.of(tuple([y.column(n) for n in values.column_names]))),
        )
    except KeyError:
        raise QError("mismatch") from None


def razed(items: Sequence[Value]) -> Value:
    """The items joined one to another, in one step where they are vectors of one type."""
    if not items:
        return EMPTY
    kinds = {item.qtype if isinstance(item, Vector) else None for item in items}
    if len(kinds) == 1 and None not in kinds:
        return concatenate([item for item in items if isinstance(item, Vector)])
    if not any(isinstance(item, Dict | Table) for item in items):
        first = items[0] if isinstance(items[0], Vector | List) else None
        flat = [inner for item in items for inner in _listed(item)]
        if not flat and first is not None:
            return first
        return collapse(flat)
    result = items[0]
    for item in items[1:]:
        result = join(result, item)
    return result
