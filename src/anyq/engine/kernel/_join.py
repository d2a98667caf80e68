"""Joining lists, dicts and tables: ``x,y``, ``raze``, and upsert of dicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

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
)

from ._enumeration import EnumeratedAtom, Enumeration
from ._growth import grown, grown_symbols
from ._places import inherit
from ._records import is_row, records, row_as, rows_as
from ._search import alone, positions
from ._support import EMPTY, is_atom, items_of, vec
from ._take import take

__all__ = ["concatenate", "join", "razed", "upsert", "with_last"]


def concatenate(parts: Sequence[Vector]) -> Vector:
    """One vector of vectors of one type."""
    qtype, first = parts[0].qtype, parts[0]
    if len(parts) == 1:
        return first if not first.attr else first.with_attr(Attr.NONE)
    if isinstance(first, Enumeration) and {getattr(part, "domain", "") for part in parts} == {first.domain}:
        whole = concatenate([Vector.of(qtype, part.data) for part in parts])
        return first.like(whole)
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
    return alone(value) if isinstance(value, Atom) else None


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


def with_last(x: Value, item: Value) -> Value:
    """The list of the items of ``x`` and, as its last, ``item``; without attributes."""
    if type(x) is Vector and type(item) is Atom and item.qtype is x.qtype and len(x):
        return concatenate([x, alone(item)])
    if isinstance(x, List) and len(x) and not isinstance(x[0], Atom | Dict):
        made = List.of((*x.items, item))
        inherit(x, made)
        return made
    assert isinstance(x, Vector | List | Table)
    return records([*x, item])


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

    if isinstance(x, Table) and isinstance(y, Table):
        if len(x.data) == 0:
            return y
        if set(x.column_names) != set(y.column_names):
            raise QError("mismatch")
        columns = [join(x.column(name), y.column(name)) for name in x.column_names]
        return Table.of(x.names, List.of(tuple(columns)))
    if isinstance(x, Dict) and isinstance(y, Dict):
        return upsert(x, y)
    if isinstance(x, Table) and is_row(y):
        row = row_as(x.column_names, y)
        columns = [join(column, records([item])) for column, item in zip(x.data.items, row, strict=True)]
        return Table.of(x.names, List.of(tuple(columns)))
    if isinstance(x, KeyedTable) and isinstance(y, Table):
        return upsert(x, KeyedTable(*_split_like(x, y)))
    if isinstance(x, Table) and isinstance(y, List):
        if not all(is_row(item) for item in y.items):
            return List.of((*x, *y.items))
        return join(x, rows_as(x.column_names, y.items)) if len(y) else x
    if isinstance(y, List) and not len(y):
        return x
    if isinstance(x, List) and not len(x):
        return y if isinstance(y, Table | KeyedTable) else records([y])
    left = items_of(x) if isinstance(x, Vector | List | Table) else [x]
    right = items_of(y) if isinstance(y, Vector | List | Table) else [y]
    return records([*left, *right])


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


def upsert(x: Value, y: Value) -> Value:
    """``x,y`` of two dicts: the values of ``y`` for its keys, new keys at the end."""
    if not isinstance(x, Dict) or not isinstance(y, Dict):
        raise QError("type")
    if isinstance(x, KeyedTable) is not isinstance(y, KeyedTable):
        raise QError("type")
    if x.sorted:
        raise QError("step")
    size = len(x)
    if not size and not isinstance(x, KeyedTable):
        return y
    found = positions(x.key, y.key)
    if isinstance(x, KeyedTable) and isinstance(y, KeyedTable):
        return _upsert_tables(x, y, found, size)
    return _upsert_items(x, y, found, size)


def _upsert_items(x: Dict, y: Dict, found: np.ndarray[tuple[int, ...], np.dtype[np.int64]], size: int) -> Dict:
    keys, values = items_of(x.key), items_of(x.value)
    for place, key, value in zip(found.tolist(), items_of(y.key), items_of(y.value), strict=True):
        if place < size:
            values[place] = value
        else:
            late = next((i for i in range(size, len(keys)) if keys[i] == key), None)
            if late is not None:
                values[late] = value
                continue
            keys.append(key)
            values.append(value)
    made = records(keys) if isinstance(x.key, Table) else collapse(keys)
    return Dict(made, records(values) if isinstance(x.value, Table) else collapse(values))


def _upsert_tables(
    x: KeyedTable, y: KeyedTable, found: np.ndarray[tuple[int, ...], np.dtype[np.int64]], size: int
) -> KeyedTable:
    if set(x.value_table.column_names) - set(y.value_table.column_names):
        raise QError("mismatch")
    first = positions(y.key, y.key)
    fresh = np.flatnonzero((found == size) & (first == np.arange(len(first))))
    target = found.copy()
    target[fresh] = size + np.arange(len(fresh))
    target = target[first] if len(first) else target
    keys = join(x.key, take(y.key, fresh))
    if len(fresh) == len(found):
        plain = [(column, y.value_table.column(name)) for name, column in _named(x.value_table)]
        columns = [join(old, new) for old, new in plain]
        return KeyedTable(keys, Table.of(x.value_table.names, List.of(tuple(columns))))
    source = np.concatenate([np.arange(size), size + fresh])
    source[target] = size + np.arange(len(target))
    columns = [take(join(column, y.value_table.column(name)), source) for name, column in _named(x.value_table)]
    assert isinstance(keys, Table)
    return KeyedTable(keys, Table.of(x.value_table.names, List.of(tuple(columns))))


def _named(x: Table) -> Iterable[tuple[str, Value]]:
    return zip(x.column_names, x.data.items, strict=True)


def _as_keys(x: Value) -> Value:
    if isinstance(x, Dict):
        raise QError("type")
    return collapse([x]) if is_atom(x) else x
