"""Items at positions, joined lists, tables from rows: what indexing, take, join and grouping are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from anyq.errors import QError
from anyq.values import (
    Atom,
    Dict,
    List,
    QType,
    SymbolArray,
    Table,
    Value,
    Vector,
    collapse,
    count,
)

from ._enumeration import Enumeration
from ._support import EMPTY, items_of, null_like, null_raw, nulls, symbols, vec

__all__ = ["rows_to_table", "same_names", "take", "window"]

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


def row_of(names: list[str], row: Value) -> list[Value]:
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
    columns = zip(*(row_of(names, row) for row in rows), strict=True)
    return Table.of(symbols(names), List.of(tuple([collapse(column) for column in columns])))
