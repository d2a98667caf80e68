"""Indexing: lists by position, dicts by key, tables by row or column, at any depth.

Facts: KX reference, page ref/apply.md ("Index", "Cross sections", "Nulls in i"); an index out of range gives the null
of the list's first item.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from anyq.errors import QError
from anyq.values import (
    ELIDED,
    NULL,
    Atom,
    Attr,
    Composition,
    Derived,
    Dict,
    KeyedTable,
    Lambda,
    List,
    Primitive,
    Projection,
    QType,
    SymbolArray,
    Table,
    Value,
    Vector,
    count,
)

from ._domains import place, places
from ._enumeration import EnumeratedAtom, Enumeration
from ._records import records

__all__ = [
    "find_keys", "find_rows", "found_rows", "index_at", "index_deep", "key_rows", "null_of", "positions", "take_rows",
]  # fmt: skip

Q = QType
Positions: TypeAlias = npt.NDArray[np.int64]
_POSITIONS: Final = frozenset({Q.BOOLEAN, Q.BYTE, Q.SHORT, Q.INT, Q.LONG})
_MISSING: Final = -1


def null_of(x: Value) -> Value:
    """What indexing past the end of a list whose first item is ``x`` gives."""
    if isinstance(x, Atom):
        return Atom(x.qtype, _null_raw(x.qtype))
    if isinstance(x, Vector):
        return Vector.of(x.qtype, x.data.take(slice(0)) if isinstance(x.data, SymbolArray) else x.data[:0])
    if isinstance(x, List):
        return List.of(())
    if isinstance(x, Table):
        return take_rows(x, np.zeros(0, np.int64))
    if isinstance(x, KeyedTable):
        return KeyedTable(null_of(x.keys), null_of(x.values))
    if isinstance(x, Dict):
        return Dict(x.keys, _all_null(x.values))
    return NULL


def _all_null(values: Value) -> Value:
    return take_rows(values, np.full(count(values), _MISSING, np.int64))


def _null_raw(qtype: QType) -> Any:
    return 0 if qtype.null is None else qtype.null


def index_at(x: Value, i: Value) -> Value:
    """``x@i`` for data: lists, dicts and tables. Raises `QError` (``type``, ``domain``, ``index``)."""
    if i is NULL or i is ELIDED:
        return x
    if isinstance(x, Vector):
        if type(i) is Atom and i.qtype in _POSITIONS:
            raw = i.raw
            return x.atom(raw) if 0 <= raw < len(x.data) else Atom(x.qtype, _null_raw(x.qtype))
        return _by_position(x, i)
    if isinstance(x, List):
        if type(i) is Atom and i.qtype in _POSITIONS:
            raw = i.raw
            return x[raw] if 0 <= raw < len(x) else _past_end(x)
        return _by_position(x, i)
    if isinstance(x, Dict):
        return _by_key(x, i)
    if isinstance(x, Table):
        return _of_table(x, i)
    raise QError("type")


def _past_end(x: List) -> Value:
    return null_of(x[0]) if len(x) else List.of(())


def positions(i: Value) -> Positions | None:
    """The positions that an integer vector or a list of integer atoms means; ``None`` for what is no such vector.

    An enumeration means the numbers that it is kept as.
    """
    if isinstance(i, Enumeration):
        i = places(i)
    if isinstance(i, Vector) and i.qtype in _POSITIONS:
        if i.qtype is Q.BOOLEAN or i.qtype is Q.BYTE or i.data.dtype != np.int64:
            wide: Positions = i.data.astype(np.int64)
            if i.qtype.null is not None:
                wide[i.data == i.qtype.null] = _MISSING
            return wide
        return i.data  # type: ignore[no-any-return]
    if isinstance(i, List) and len(i) == 0:
        return np.zeros(0, np.int64)
    return None


def _by_position(x: Vector | List, i: Value) -> Value:
    where = positions(i)
    if where is not None:
        if isinstance(i, List):
            return List.of(())
        return take_rows(x, where)
    if isinstance(i, List):
        return records([index_at(x, part) for part in i.items])
    if isinstance(i, Dict):
        return Dict(i.keys, index_at(x, i.values))
    if isinstance(i, EnumeratedAtom):
        return index_at(x, place(i))
    raise QError("type")


def take_rows(x: Value, where: Positions) -> Value:
    """Items (or rows) of ``x`` at positions; nulls where a position is out of range."""
    if isinstance(x, Vector):
        return _take_vector(x, where)
    if isinstance(x, Table):
        columns = tuple([take_rows(column, where) for column in x.columns.items])
        return Table.of(x.names, List.of(columns))
    if isinstance(x, KeyedTable):
        return KeyedTable(take_rows(x.keys, where), take_rows(x.values, where))
    if isinstance(x, List):
        size = len(x)
        strings = x.strings
        inside = (where >= 0) & (where < size)
        if strings is not None and bool(inside.all()):
            return List.of(strings.take(where))
        items, null = x.items, _past_end(x)
        return records([items[k] if ok else null for k, ok in zip(where.tolist(), inside.tolist(), strict=True)])
    raise QError("type")


def _take_vector(x: Vector, where: Positions) -> Vector:
    size, data = len(x.data), x.data
    inside = (where >= 0) & (where < size)
    if bool(inside.all()):
        return _like(x, data.take(where) if isinstance(data, SymbolArray) else data[where])
    if isinstance(data, SymbolArray):
        strs = np.full(len(where), "", dtype=object)
        strs[inside] = data.take(where[inside]).objects()
        return _like(x, SymbolArray.from_strs(strs))
    out = np.zeros(len(where), data.dtype)
    if x.qtype is not Q.GUID:
        out[:] = _null_raw(x.qtype)
    out[inside] = data[where[inside]]
    return _like(x, out)


def _like(x: Vector, data: Any) -> Vector:
    """A vector of the same class as ``x`` (an enumeration stays one), without attribute."""
    if type(x) is Vector:
        return Vector.of(x.qtype, data)
    made: Vector = x.with_data(data)  # type: ignore[attr-defined]
    return made


# -- dicts


def _by_key(d: Dict, key: Value) -> Value:
    keys = d.keys
    if isinstance(keys, Table):
        return _of_keyed(d, keys, key)
    if d.sorted or (isinstance(keys, Vector) and keys.attr is Attr.SORTED and d.sorted):
        return _step(d, key)
    if _is_key(keys, key):
        found = int(find_keys(keys, _enlisted(key))[0])
        return _value_at(d, found)
    if isinstance(key, Vector):
        return take_rows(d.values, find_keys(keys, key))
    if isinstance(key, List):
        if isinstance(keys, List) or not any(isinstance(k, List | Vector) for k in key.items):
            return take_rows(d.values, find_keys(keys, key))
        return records([_by_key(d, part) for part in key.items])
    if isinstance(key, Dict):
        return Dict(key.keys, _by_key(d, key.values))
    raise QError("type")


def _is_key(keys: Value, key: Value) -> bool:
    if isinstance(key, Atom):
        return True
    if not isinstance(key, Vector | List | Dict):
        return True
    if isinstance(keys, List) and len(keys):
        return isinstance(keys[0], Vector | List) and not isinstance(key, List)
    return False


def _enlisted(key: Value) -> Value:
    return records([key])


def _value_at(d: Dict, at: int) -> Value:
    values = d.values
    if at >= 0:
        return index_at(values, Atom(Q.LONG, at))
    if isinstance(values, Vector):
        return Atom(values.qtype, _null_raw(values.qtype))
    if isinstance(values, Table):
        return index_at(values, Atom(Q.LONG, -1))
    return _past_end(values) if isinstance(values, List) else NULL


def _step(d: Dict, key: Value) -> Value:
    """A step dictionary gives the value of the last key that is not greater (page ref/apply.md)."""
    keys = d.keys
    wanted = key if isinstance(key, Vector) else _enlisted(key)
    if not (isinstance(keys, Vector) and isinstance(wanted, Vector) and keys.qtype is wanted.qtype):
        raise QError("type")
    have = keys.symbols.objects() if keys.qtype is Q.SYMBOL else keys.data
    want = wanted.symbols.objects() if wanted.qtype is Q.SYMBOL else wanted.data
    at = np.searchsorted(have, want, side="right") - 1
    if isinstance(key, Vector):
        return take_rows(d.values, at)
    return _value_at(d, int(at[0]))


def find_keys(keys: Value, wanted: Value) -> Positions:
    """The first position of each of ``wanted`` in ``keys``; -1 where there is none."""
    if isinstance(keys, Vector) and isinstance(wanted, Vector):
        if keys.qtype is not wanted.qtype:
            return _across_types(keys, wanted)
        have: Sequence[Any] = keys.symbols.objects().tolist() if keys.qtype is Q.SYMBOL else _raws(keys)
        want: Sequence[Any] = wanted.symbols.objects().tolist() if keys.qtype is Q.SYMBOL else _raws(wanted)
        if len(want) == 1 and len(have) < 64:
            return np.array([have.index(want[0]) if want[0] in have else _MISSING], np.int64)
        first: dict[Any, int] = {}
        for at, item in enumerate(have):
            first.setdefault(item, at)
        return np.fromiter((first.get(item, _MISSING) for item in want), np.int64, len(want))
    have_items = list(keys) if isinstance(keys, Vector | List) else []
    want_items = list(wanted) if isinstance(wanted, Vector | List) else []
    return np.fromiter((_first_match(have_items, item) for item in want_items), np.int64, len(want_items))


def _raws(x: Vector) -> Sequence[Any]:
    if x.qtype in (Q.FLOAT, Q.REAL, Q.DATETIME):
        return ["null" if v != v else v for v in x.data.tolist()]
    return x.data.tolist()  # type: ignore[no-any-return]


def _across_types(keys: Vector, wanted: Vector) -> Positions:
    """Numbers are looked up by value; other types never meet."""
    numeric = _POSITIONS | {Q.FLOAT, Q.REAL}
    if keys.qtype in numeric and wanted.qtype in numeric:
        as_float = [Vector.of(Q.FLOAT, x.data.astype(np.float64)) for x in (keys, wanted)]
        return find_keys(*as_float)
    if not len(keys):
        return np.full(len(wanted), _MISSING, np.int64)
    raise QError("type")


def _first_match(have: Sequence[Value], item: Value) -> int:
    return next((at for at, key in enumerate(have) if key == item), _MISSING)


# -- tables


def _of_table(t: Table, i: Value) -> Value:
    if isinstance(i, Atom):
        if i.qtype is Q.SYMBOL:
            names = t.column_names
            if i.raw not in names:
                raise QError(i.raw)
            return t.columns.items[names.index(i.raw)]
        if i.qtype in _POSITIONS:
            row = take_rows(t, np.array([i.raw], np.int64))
            assert isinstance(row, Table)
            return Dict(t.names, records([column[0] for column in row.columns.items]))  # type: ignore[index]
        raise QError("type")
    if isinstance(i, Vector) and i.qtype is Q.SYMBOL:
        return List.of(tuple([_of_table(t, name) for name in i]))
    where = positions(i)
    if where is not None:
        return take_rows(t, where)
    if isinstance(i, List):
        return records([_of_table(t, part) for part in i.items])
    if isinstance(i, Dict) and not isinstance(i, KeyedTable):
        return Dict(i.keys, _of_table(t, i.values))
    raise QError("type")


def _of_keyed(d: Dict, keys: Table, key: Value) -> Value:
    wanted, single = key_rows(keys, key)
    at = found_rows(keys, wanted)
    return index_at(d.values, Atom(Q.LONG, int(at[0]))) if single else take_rows(d.values, at)


def key_rows(keys: Table, key: Value) -> tuple[Table, bool]:
    """The keys that an index of a keyed table means, as rows like ``keys``; and whether it means just one."""
    if isinstance(key, Table):
        return _reordered(keys, key), False
    if isinstance(key, Dict):
        return _one_row(keys, index_at(key, keys.names)), True
    width = len(keys.columns)
    if isinstance(key, Atom) or (width == 1 and isinstance(keys.columns.items[0], List) and isinstance(key, Vector)):
        if width != 1:
            raise QError("length")
        return _one_row(keys, records([key])), True
    if isinstance(key, Vector | List):
        if width > 1 and len(key) == width and not any(isinstance(part, Vector | List) for part in key):
            return _one_row(keys, key), True
        if width > 1 and all(isinstance(part, Vector | List) and len(part) == width for part in key):
            return _transposed(keys, key), False
        if width == 1:
            return Table.of(keys.names, List.of((_single(key),))), False
    raise QError("length" if isinstance(key, Vector | List) else "type")


def _one_row(keys: Table, row: Value) -> Table:
    return Table.of(keys.names, List.of(tuple([records([part]) for part in row])))  # type: ignore[attr-defined]


def _single(key: Vector | List) -> Value:
    if isinstance(key, List) and key.items and all(isinstance(k, Vector | List) and len(k) == 1 for k in key.items):
        return records([k[0] for k in key.items])  # type: ignore[index]
    return key


def _transposed(keys: Table, rows: Vector | List) -> Table:
    width = len(keys.columns)
    columns = tuple([records([row[k] for row in rows]) for k in range(width)])  # type: ignore[index]
    return Table.of(keys.names, List.of(columns))


def _reordered(keys: Table, wanted: Table) -> Table:
    names = wanted.column_names
    try:
        columns = tuple([wanted.columns.items[names.index(name)] for name in keys.column_names])
    except ValueError:
        raise QError("mismatch") from None
    return Table.of(keys.names, List.of(columns))


def found_rows(keys: Table, wanted: Table) -> Positions:
    """`find_rows` of keys that the table may have: `QError` (``type``) for others."""
    for column, sought in zip(keys.columns.items, wanted.columns.items, strict=True):
        if isinstance(column, Vector) and isinstance(sought, Vector) and column.qtype is not sought.qtype:
            find_keys(column, sought)
    return find_rows(keys, wanted)


def find_rows(table: Table, wanted: Table) -> Positions:
    """The first position of each row of ``wanted`` among the rows of ``table``; -1 where there is none."""
    have = [_hashable(column) for column in table.columns.items]
    want = [_hashable(column) for column in wanted.columns.items]
    first: dict[Any, int] = {}
    for at, row in enumerate(zip(*have, strict=True)):
        first.setdefault(row, at)
    return np.fromiter((first.get(row, _MISSING) for row in zip(*want, strict=True)), np.int64, len(wanted))


def _hashable(column: Value) -> Sequence[Any]:
    if isinstance(column, Vector):
        return column.symbols.objects().tolist() if column.qtype is Q.SYMBOL else _raws(column)
    return [str(item) for item in column]  # type: ignore[attr-defined]


# -- depth


_FUNCTIONS: Final = (Lambda, Primitive, Projection, Composition, Derived)
Apply: TypeAlias = Callable[[Value, Sequence[Value]], Value]


def _no_function(f: Value, arguments: Sequence[Value]) -> Value:
    raise QError("type")


def index_deep(x: Value, path: Sequence[Value], apply: Apply = _no_function) -> Value:
    """``x . path`` for data: each of ``path`` selects one level further down; ``::`` selects all of a level.

    A function that is met on the way is applied to what is left of the path, by ``apply``.
    """
    for at, head in enumerate(path):
        if isinstance(x, _FUNCTIONS):
            return apply(x, path[at:])
        if head is NULL or head is ELIDED:
            return _whole_level(x, path[at + 1 :], apply)
        if isinstance(x, Atom):
            raise QError("rank")
        selected = index_at(x, head)
        if at + 1 < len(path) and _many(x, head):
            return _each_item(selected, path[at + 1 :], apply)
        x = selected
    return x


def _whole_level(x: Value, rest: Sequence[Value], apply: Apply) -> Value:
    if not rest:
        return x
    if isinstance(x, Table) and isinstance(rest[0], Atom | Vector) and _names(rest[0]):
        return index_deep(_of_table(x, rest[0]), [NULL, *rest[1:]] if len(rest) > 1 else (), apply)
    if isinstance(x, Dict):
        return Dict(x.keys, _each_item(x.values, rest, apply))
    return _each_item(x, rest, apply)


def _names(i: Value) -> bool:
    return (isinstance(i, Atom | Vector)) and i.qtype is Q.SYMBOL


def _many(x: Value, head: Value) -> bool:
    """Whether ``head`` selects several items of ``x``."""
    if isinstance(x, Dict) and isinstance(x.keys, List) and _is_key(x.keys, head):
        return False
    if (
        isinstance(x, Dict)
        and isinstance(x.keys, Table)
        and len(x.keys.columns) > 1
        and isinstance(head, Vector | List)
    ):
        return any(isinstance(part, Vector | List) for part in head)
    return isinstance(head, Vector | List | Table)


def _each_item(x: Value, rest: Sequence[Value], apply: Apply) -> Value:
    if isinstance(x, Table) and _names(rest[0]):
        return index_deep(_of_table(x, rest[0]), rest[1:], apply)
    if isinstance(x, Vector | List | Table):
        return records([index_deep(item, rest, apply) for item in x])
    raise QError("rank" if isinstance(x, Atom) else "type")
