"""Indexing: lists by position, dicts by key, tables by row or column, at any depth.

Facts: KX reference, page ref/apply.md ("Index", "Cross sections", "Nulls in i"); an index out of range gives the null
of the list's first item.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np

from anyq.errors import QError
from anyq.values import (
    ELIDED,
    NULL,
    Atom,
    Dict,
    KeyedTable,
    List,
    QType,
    Table,
    Value,
    Vector,
    count,
)

from ._domains import place, places
from ._enumeration import EnumeratedAtom, Enumeration
from ._records import records
from ._search import is_item_of, place_of, positions, row_place
from ._steps import step_rows
from ._support import FUNCTIONS, missing_item
from ._take import Positions, take

__all__ = ["as_positions", "find_key", "find_keys", "found_rows", "index_at", "index_deep", "key_rows"]

Q = QType
_POSITIONS: Final = frozenset({Q.BOOLEAN, Q.BYTE, Q.SHORT, Q.INT, Q.LONG})
_NUMBERS: Final = _POSITIONS | {Q.FLOAT, Q.REAL}
_MISSING: Final = -1


def index_at(x: Value, i: Value) -> Value:
    """``x@i`` for data: lists, dicts and tables. Raises `QError` (``type``, ``domain``, ``index``)."""
    if i is NULL or i is ELIDED:
        return x
    if isinstance(x, Vector):
        if type(i) is Atom and i.qtype in _POSITIONS:
            raw = i.raw
            return x.atom(raw) if 0 <= raw < len(x.data) else missing_item(x)
        return _by_position(x, i)
    if isinstance(x, List):
        if type(i) is Atom and i.qtype in _POSITIONS:
            raw = i.raw
            return x[raw] if 0 <= raw < len(x) else missing_item(x)
        return _by_position(x, i)
    if isinstance(x, Dict):
        return _by_key(x, i)
    if isinstance(x, Table):
        return _of_table(x, i)
    raise QError("type")


def as_positions(i: Value) -> Positions | None:
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
    where = as_positions(i)
    if where is not None:
        if isinstance(i, List):
            return List.of(())
        return take(x, where)
    if isinstance(i, List):
        return records([index_at(x, part) for part in i.items])
    if isinstance(i, Dict):
        return Dict(i.key, index_at(x, i.value))
    if isinstance(i, EnumeratedAtom):
        return index_at(x, place(i))
    raise QError("type")


# -- dicts


def _by_key(d: Dict, key: Value) -> Value:
    keys = d.key
    if type(keys) is Vector and type(key) is Atom and key.qtype is keys.qtype and not d.sorted:
        return _value_at(d, place_of(keys, key))
    if isinstance(keys, Table):
        return _of_keyed(d, keys, key)
    if d.sorted:
        return _step(d, key)
    if _is_key(keys, key):
        return _value_at(d, find_key(keys, key))
    if isinstance(key, Vector):
        return take(d.value, find_keys(keys, key))
    if isinstance(key, List):
        if isinstance(keys, List) or not any(isinstance(k, List | Vector) for k in key.items):
            return take(d.value, find_keys(keys, key))
        return records([_by_key(d, part) for part in key.items])
    if isinstance(key, Dict):
        return Dict(key.key, _by_key(d, key.value))
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
    values = d.value
    if at >= 0:
        return values[at] if isinstance(values, Vector | List) else index_at(values, Atom(Q.LONG, at))
    if isinstance(values, Table):
        return index_at(values, Atom(Q.LONG, -1))
    return missing_item(values) if isinstance(values, Vector | List) else NULL


def _step(d: Dict, key: Value) -> Value:
    """A step dictionary gives the value of the last key that is not greater (page ref/apply.md)."""
    keys = d.key
    wanted = key if isinstance(key, Vector) else _enlisted(key)
    if not (isinstance(keys, Vector) and isinstance(wanted, Vector) and keys.qtype is wanted.qtype):
        raise QError("type")
    have = keys.symbols.objects() if keys.qtype is Q.SYMBOL else keys.data
    want = wanted.symbols.objects() if wanted.qtype is Q.SYMBOL else wanted.data
    at = np.searchsorted(have, want, side="right") - 1
    if isinstance(key, Vector):
        return take(d.value, at)
    return _value_at(d, int(at[0]))


def find_key(keys: Value, wanted: Value) -> int:
    """`find_keys` of one key."""
    if type(wanted) is Atom and isinstance(keys, Vector) and wanted.qtype is keys.qtype:
        return place_of(keys, wanted)
    return int(find_keys(keys, records([wanted]))[0])


def find_keys(keys: Value, wanted: Value) -> Positions:
    """The first position of each of ``wanted`` in ``keys``; -1 where there is none.

    Numbers meet as numbers. Raises `QError` (``type``) for vectors of other types that differ.
    """
    if isinstance(keys, Vector) and isinstance(wanted, Vector) and keys.qtype is not wanted.qtype:
        numbers = keys.qtype in _NUMBERS and wanted.qtype in _NUMBERS
        if len(keys) and not numbers:
            raise QError("type")
    found = positions(keys, wanted)
    found[found == count(keys)] = _MISSING
    return found


# -- tables


def _of_table(t: Table, i: Value) -> Value:
    if isinstance(i, Atom):
        if i.qtype is Q.SYMBOL:
            names = t.column_names
            if i.raw not in names:
                raise QError(i.raw)
            return t.data.items[names.index(i.raw)]
        if i.qtype in _POSITIONS:
            return _row(t, i.raw)
        raise QError("type")
    if isinstance(i, Vector) and i.qtype is Q.SYMBOL:
        return List.of(tuple([_of_table(t, name) for name in i]))
    where = as_positions(i)
    if where is not None:
        return take(t, where)
    if isinstance(i, List):
        return records([_of_table(t, part) for part in i.items])
    if isinstance(i, Dict) and not isinstance(i, KeyedTable):
        return Dict(i.key, _of_table(t, i.value))
    raise QError("type")


def _row(t: Table, at: int) -> Dict:
    """A row as a dict; of nulls for one that the table does not have."""
    columns = t.data.items
    if not 0 <= at < len(t):
        outside = np.array([_MISSING], np.int64)
        return Dict.of(t.names, records([take(column, outside)[0] for column in columns]))
    return Dict.of(t.names, records([column[at] for column in columns]))


def _of_keyed(d: Dict, keys: Table, key: Value) -> Value:
    if not d.sorted and isinstance(d.value, Table):
        parts = _parts_of(keys, key)
        if parts is not None and all(map(is_item_of, keys.data.items, parts)):
            return _row(d.value, row_place(keys.data.items, parts))
    wanted, single = key_rows(keys, key)
    at = step_rows(keys, wanted) if d.sorted else found_rows(keys, wanted)
    return index_at(d.value, Atom(Q.LONG, int(at[0]))) if single else take(d.value, at)


def _parts_of(keys: Table, key: Value) -> list[Value] | None:
    """The parts of an index that is one key and no more; ``None`` for any that needs a closer look."""
    if len(keys.data) == 1:
        return [key] if isinstance(key, Atom) and isinstance(keys.data.items[0], Vector) else None
    return list(key) if isinstance(key, Vector | List) and len(key) == len(keys.data) else None


def key_rows(keys: Table, key: Value) -> tuple[Table, bool]:
    """The keys that an index of a keyed table means, as rows like ``keys``; and whether it means just one."""
    if isinstance(key, Table):
        return _reordered(keys, key), False
    if isinstance(key, Dict):
        return _one_row(keys, index_at(key, keys.names)), True
    width = len(keys.data)
    if isinstance(key, Atom) or (width == 1 and isinstance(keys.data.items[0], List) and isinstance(key, Vector)):
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
    return Table.of(keys.names, List.of(tuple([records([part]) for part in row])))


def _single(key: Vector | List) -> Value:
    if isinstance(key, List) and key.items and all(isinstance(k, Vector | List) and len(k) == 1 for k in key.items):
        return records([k[0] for k in key.items])
    return key


def _transposed(keys: Table, rows: Vector | List) -> Table:
    width = len(keys.data)
    columns = tuple([records([row[k] for row in rows]) for k in range(width)])
    return Table.of(keys.names, List.of(columns))


def _reordered(keys: Table, wanted: Table) -> Table:
    names = wanted.column_names
    try:
        columns = tuple([wanted.data.items[names.index(name)] for name in keys.column_names])
    except ValueError:
        raise QError("mismatch") from None
    return Table.of(keys.names, List.of(columns))


def found_rows(keys: Table, wanted: Table) -> Positions:
    """`find_keys` of keys that the table may have: `QError` (``type``) for others."""
    for column, sought in zip(keys.data.items, wanted.data.items, strict=True):
        if isinstance(column, Vector) and isinstance(sought, Vector) and column.qtype is not sought.qtype:
            find_keys(column, sought)
    return find_keys(keys, wanted)


# -- depth


Apply: TypeAlias = Callable[[Value, Sequence[Value]], Value]


def _no_function(f: Value, arguments: Sequence[Value]) -> Value:
    raise QError("type")


def index_deep(x: Value, path: Sequence[Value], apply: Apply = _no_function) -> Value:
    """``x . path`` for data: each of ``path`` selects one level further down; ``::`` selects all of a level.

    A function that is met on the way is applied to what is left of the path, by ``apply``.
    """
    for at, head in enumerate(path):
        if isinstance(x, FUNCTIONS):
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
        return Dict(x.key, _each_item(x.value, rest, apply))
    return _each_item(x, rest, apply)


def _names(i: Value) -> bool:
    return (isinstance(i, Atom | Vector)) and i.qtype is Q.SYMBOL


def _many(x: Value, head: Value) -> bool:
    """Whether ``head`` selects several items of ``x``."""
    if isinstance(x, Dict) and isinstance(x.key, List) and _is_key(x.key, head):
        return False
    if isinstance(x, Dict) and isinstance(x.key, Table) and len(x.key.data) > 1 and isinstance(head, Vector | List):
        return any(isinstance(part, Vector | List) for part in head)
    return isinstance(head, Vector | List | Table)


def _each_item(x: Value, rest: Sequence[Value], apply: Apply) -> Value:
    if isinstance(x, Table) and _names(rest[0]):
        return index_deep(_of_table(x, rest[0]), rest[1:], apply)
    if isinstance(x, Vector | List | Table):
        return records([index_deep(item, rest, apply) for item in x])
    raise QError("rank" if isinstance(x, Atom) else "type")
