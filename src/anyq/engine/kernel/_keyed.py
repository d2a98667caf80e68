"""Amending keyed tables: rows by their keys, and single columns of such rows.

A key that the table does not have adds a row of nulls first, so that a partial row (a dict that names some columns)
keeps what it does not name. Facts: KX reference, pages ref/amend.md, ref/join.md ("Append"), ref/upsert.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector

from ._append import kept_attr
from ._index import find_keys, found_rows, key_rows
from ._join import join
from ._places import inherit
from ._search import place_of
from ._take import Positions, take

__all__ = ["amend_keyed", "of_nothing"]

Amend = Callable[[Value, Sequence[Value], Callable[..., Value] | None, Value | None], Value]


def amend_keyed(
    x: Dict, head: Value, rest: Sequence[Value], change: Callable[..., Value] | None, y: Value | None, amend: Amend
) -> Value:
    """``x[head;rest]`` changed; ``head`` is one key or several, as a record, a table, an atom or a list.

    ``amend`` is the general amend, for the value table. Raises `QError`: ``type``, ``length``.
    """
    keys, values = x.key, x.value
    assert isinstance(keys, Table)
    assert isinstance(values, Table)
    known = _known_row(keys, head)
    if known >= 0:
        return _changed(keys, values, Atom(QType.LONG, known), rest, change, y, amend)
    wanted, single = key_rows(keys, head)
    at = found_rows(keys, wanted)
    missing = np.flatnonzero(at < 0)
    if len(missing) and change is not None and y is not None:
        if not single:
            return _one_by_one(x, wanted, rest, change, y, amend)
        y, change = of_nothing(change, y), None
    if len(missing) == len(at) and not rest and change is None and y is not None:
        return _appended(keys, values, wanted, single, y, amend)
    if len(missing):
        at = at.copy()
        fresh = take(wanted, missing)
        assert isinstance(fresh, Table)
        keys, at[missing], count = _with_keys(keys, fresh)
        blank = take(values, np.full(count, -1))
        assert isinstance(blank, Table)
        values = _joined(values, blank)
    where = Atom(QType.LONG, int(at[0])) if single else Vector.of(QType.LONG, at)
    return _changed(keys, values, where, rest, change, y, amend)


def _known_row(keys: Table, head: Value) -> int:
    """The row of an atom that is the only key of a row; -1 for what needs a closer look."""
    column = keys.data.items[0] if len(keys.data) == 1 else None
    if type(head) is Atom and isinstance(column, Vector) and column.qtype is head.qtype:
        return place_of(column, head)
    return -1


def _changed(
    keys: Table,
    values: Table,
    where: Value,
    rest: Sequence[Value],
    change: Callable[..., Value] | None,
    y: Value | None,
    amend: Amend,
) -> KeyedTable:
    if rest or change is not None or y is None:
        made = amend(values, (where, *rest), change, y)
        assert isinstance(made, Table)
        return KeyedTable(keys, made)
    return KeyedTable(keys, _rows(values, where, y, amend))


def of_nothing(change: Callable[..., Value], y: Value) -> Value:
    """``change[x;y]`` where there is no ``x``: that of the operator's identity element (page ref/assign.md)."""
    alone: Callable[[Value], Value] | None = getattr(change, "alone", None)
    if change is join:
        return join(List.of(()), y)
    return y if alone is None else alone(y)


def _one_by_one(
    x: Dict, wanted: Table, rest: Sequence[Value], change: Callable[..., Value], y: Value, amend: Amend
) -> Value:
    news = list(y) if isinstance(y, Vector | List | Table) else [y] * len(wanted)
    if len(news) != len(wanted):
        raise QError("length")
    made: Value = x
    for key, new in zip(wanted, news, strict=True):
        assert isinstance(made, Dict)
        made = amend_keyed(made, key, rest, change, new, amend)
    return made


def _appended(keys: Table, values: Table, wanted: Table, single: bool, y: Value, amend: Amend) -> KeyedTable:
    """Both tables with rows for keys that are all new. Only these rows are amended, which does not copy the others."""
    size = len(keys)
    blank = take(values, np.full(len(wanted), -1))
    keys, numbers, count = _with_keys(keys, wanted)
    assert isinstance(blank, Table)
    where = Atom(QType.LONG, 0) if single else Vector.of(QType.LONG, numbers - size)
    return KeyedTable(keys, _joined(values, _rows(blank[:count], where, y, amend)))


def _with_keys(keys: Table, fresh: Table) -> tuple[Table, Positions, int]:
    """The keys and new ones, the row of each of these, and how many rows are new; keys may come more than once."""
    first = find_keys(fresh, fresh) if len(fresh) > 1 else np.zeros(1, np.int64)
    own = np.flatnonzero(first == np.arange(len(first)))
    numbers = np.zeros(len(first), np.int64)
    numbers[own] = len(keys) + np.arange(len(own))
    columns = [_longer(old, take(new, own)) for old, new in zip(keys.data.items, fresh.data.items, strict=True)]
    return Table.of(keys.names, List.of(tuple(columns))), numbers[first], len(own)


def _joined(x: Table, y: Table) -> Table:
    columns = [join(old, new) for old, new in zip(x.data.items, y.data.items, strict=True)]
    return Table.of(x.names, List.of(tuple(columns)))


def _longer(old: Value, new: Value) -> Value:
    if isinstance(old, Vector):
        if not isinstance(new, Vector) or new.qtype is not old.qtype:
            raise QError("type")
        attr = kept_attr(old, new) if old.attr else old.attr
        made = join(old, new)
        return made.with_attr(attr) if attr and isinstance(made, Vector) else made
    made = join(old, new)
    if isinstance(old, List) and isinstance(made, List):
        inherit(old, made)
    return made


def _rows(values: Table, where: Value, y: Value, amend: Amend) -> Table:
    """Whole rows, or the columns of them that ``y`` names."""
    single = isinstance(where, Atom)
    if isinstance(y, Dict) and not isinstance(y, KeyedTable):
        named: Any = zip(list(y.key), list(y.value), strict=True)
        return _columns(values, where, [(_name(key), item) for key, item in named], amend)
    if isinstance(y, Table) and not single:
        return _columns(values, where, list(zip(y.column_names, y.data.items, strict=True)), amend)
    names = values.column_names
    if single or isinstance(y, Atom):
        fields = list(y) if isinstance(y, Vector | List) else [y]
        if len(fields) != len(names):
            raise QError("length" if isinstance(y, Vector | List) else "type")
        return _columns(values, where, list(zip(names, fields, strict=True)), amend)
    if not isinstance(y, Vector | List):
        raise QError("type")
    if not len(y):
        return values
    if len(y) == len(names):  # columns, as any table takes them
        return _columns(values, where, list(zip(names, y, strict=True)), amend)
    if len(y) != len(where):
        raise QError("length")
    made = values
    for at, row in zip(where, y, strict=True):
        assert isinstance(made, Table)
        made = _rows(made, at, row, amend)
    return made


def _name(key: Value) -> str:
    if isinstance(key, Atom) and key.qtype is QType.SYMBOL:
        return str(key.raw)
    raise QError("type")


def _columns(values: Table, where: Value, named: Sequence[tuple[str, Value]], amend: Amend) -> Table:
    names, columns = values.column_names, list(values.data.items)
    for name, item in named:
        if name not in names:
            raise QError("mismatch")
        at = names.index(name)
        columns[at] = amend(columns[at], (where,), None, item)
    return Table.of(values.names, List.of(tuple(columns)))
