"""Joins on equal keys: ``lj ljf ij ijf pj uj ujf ej`` (page basics/joins.md).

Rows are found by numbering the keys of both tables together, so that a join costs a few NumPy passes and not a look-up
a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from anyq.errors import QError
from anyq.values import KeyedTable, List, QType, Table, Value, Vector

from ...kernel._bulk import counting, repeated_items
from ...kernel._join import join
from ...kernel._search import positions, shared_codes
from ...kernel._steps import step_rows
from ...kernel._support import strs, table_of
from ...kernel._take import take
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..lists._types import fill
from ._tables import column_of, rekeyed, table_named, unkeyed

__all__ = ["install", "merged", "overlaid"]

Longs = npt.NDArray[np.int64]


def _lookup(x: Table, y: KeyedTable) -> tuple[Longs, npt.NDArray[np.bool_]]:
    """For each row of ``x`` the row of ``y`` with its key, and whether there is one."""
    keys = y.key_table
    missing = [name for name in keys.column_names if name not in x.column_names]
    if missing:
        raise QError(missing[0])
    wanted = table_of(keys.column_names, [x.column(name) for name in keys.column_names])
    if y.sorted:
        at = step_rows(keys, wanted)
        return at, at >= 0
    at = positions(keys, wanted)
    return at, at < len(y)


def overlaid(old: Value, new: Value, found: npt.NDArray[np.bool_]) -> Value:
    """``new`` where ``found``, else ``old``; both have an item for each row."""
    if bool(found.all()):
        return new
    size = len(found)
    both = join(old, new)
    return take(both, np.where(found, np.arange(size, 2 * size), np.arange(size)))


def merged(x: Table, values: Table, at: Longs, found: npt.NDArray[np.bool_], *, filling: bool = False) -> Table:
    """``x`` with the columns of ``values`` at rows ``at`` beside it: a column of both keeps its old items where no row
    was found, and with ``filling`` also where the new one is null; other columns are null there."""
    names, columns = x.column_names, list(x.data.items)
    for name, column in zip(values.column_names, values.data.items, strict=True):
        new = take(column, np.where(found, at, -1))
        if name in names:
            place = names.index(name)
            if filling:
                new = fill(columns[place], new)
            columns[place] = overlaid(columns[place], new, found)
        else:
            names.append(name)
            columns.append(new)
    return table_of(names, columns)


def _left(filling: bool) -> Callable[[Context, Value, Value], Value]:
    def lj(q: Context, x: Value, y: Value) -> Value:
        left = table_named(q, x)
        if isinstance(y, List) and not len(y):
            return left
        if not isinstance(y, KeyedTable):
            raise QError("type")
        plain = unkeyed(left)
        at, found = _lookup(plain, y)
        return rekeyed(merged(plain, y.value_table, at, found, filling=filling), left)

    return lj


def _inner(filling: bool) -> Callable[[Context, Value, Value], Value]:
    def ij(q: Context, x: Value, y: Value) -> Value:
        left = table_named(q, x)
        if not isinstance(y, KeyedTable):
            raise QError("type")
        plain = unkeyed(left)
        at, found = _lookup(plain, y)
        kept = np.flatnonzero(found)
        rows = take(plain, kept)
        assert isinstance(rows, Table)
        all_found = np.ones(len(kept), np.bool_)
        return rekeyed(merged(rows, y.value_table, at[kept], all_found, filling=filling), left)

    return ij


def pj(q: Context, x: Value, y: Value) -> Value:
    """q's ``pj``: numbers of ``y`` added to those of ``x``; zero where there is no row."""
    left = table_named(q, x)
    if not isinstance(y, KeyedTable):
        raise QError("type")
    plain = unkeyed(left)
    at, found = _lookup(plain, y)
    names, columns = plain.column_names, list(plain.data.items)
    for name, column in zip(y.value_table.column_names, y.value_table.data.items, strict=True):
        new = _zeroed(take(column, np.where(found, at, -1)), found)
        if name in names:
            place = names.index(name)
            columns[place] = q.verb("+", columns[place], new)
        else:
            names.append(name)
            columns.append(new)
    return rekeyed(table_of(names, columns), left)


def _zeroed(column: Value, found: npt.NDArray[np.bool_]) -> Value:
    if not isinstance(column, Vector) or column.qtype in (QType.SYMBOL, QType.GUID):
        raise QError("type")
    data: npt.NDArray[Any] = column.data
    missing = ~found
    if column.qtype.null is not None:
        missing = missing | (np.isnan(data) if data.dtype.kind == "f" else data == column.qtype.null)
    return Vector(column.qtype, np.where(missing, np.zeros(1, data.dtype), data))


# -- union


def _filled_out(table: Table, names: list[str], like: Table) -> Table:
    """A table with all of ``names``, null where it has no such column but ``like`` has."""
    have = set(table.column_names)
    columns = [
        table.column(name) if name in have else take(like.column(name), np.full(len(table), -1, np.int64))
        for name in names
    ]
    return table_of(names, columns)


def _union(filling: bool) -> Callable[[Context, Value, Value], Value]:
    def uj(q: Context, x: Value, y: Value) -> Value:
        if isinstance(x, List) and not len(x):
            return y
        left = table_named(q, x)
        if not isinstance(y, Table | KeyedTable) or isinstance(left, KeyedTable) is not isinstance(y, KeyedTable):
            raise QError("type")
        if isinstance(left, KeyedTable) and isinstance(y, KeyedTable):
            return _keyed_union(left, y, filling)
        assert isinstance(left, Table)
        assert isinstance(y, Table)
        return _stacked(left, y)

    return uj


def _stacked(x: Table, y: Table) -> Table:
    names = [*x.column_names, *[name for name in y.column_names if name not in x.column_names]]
    top, bottom = _filled_out(x, names, y), _filled_out(y, names, x)
    columns = [join(a, b) for a, b in zip(top.data.items, bottom.data.items, strict=True)]
    return table_of(names, columns)


def _keyed_union(x: KeyedTable, y: KeyedTable, filling: bool) -> KeyedTable:
    if set(x.key_table.column_names) != set(y.key_table.column_names):
        raise QError("mismatch")
    keys = table_of(x.key_table.column_names, [y.key_table.column(n) for n in x.key_table.column_names])
    order = positions(keys, x.key)
    found = order < len(y)
    updated = merged(x.value_table, y.value_table, order, found, filling=filling)
    fresh = np.flatnonzero(positions(x.key, keys) == len(x))
    more_keys, more = take(keys, fresh), take(y.value, fresh)
    assert isinstance(more_keys, Table)
    assert isinstance(more, Table)
    return KeyedTable(_stacked(x.key_table, more_keys), _stacked(updated, more))


# -- equal


def ej(q: Context, c: Value, x: Value, y: Value) -> Value:
    """q's ``ej``: every pair of rows that agree in the columns ``c``."""
    names = strs(c)
    left, right = unkeyed(table_named(q, x)), unkeyed(table_named(q, y))
    own, other = shared_codes([column_of(right, n) for n in names], [column_of(left, n) for n in names])
    order = np.argsort(own, kind="stable")
    ranked = own[order]
    starts, ends = np.searchsorted(ranked, other), np.searchsorted(ranked, other, side="right")
    sizes = ends - starts
    rows = repeated_items(counting(len(left)), sizes)
    at = counting(len(rows)) + repeated_items(starts - np.cumsum(sizes) + sizes, sizes)
    if len(order):
        at = order[at]
    picked = take(left, rows)
    assert isinstance(picked, Table)
    rest = [n for n in right.column_names if n not in names]
    values = table_of(rest, [right.column(n) for n in rest])
    return merged(picked, values, at, np.ones(len(at), np.bool_))


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    for name, function in {
        "lj": _left(False), "ljf": _left(True), "ij": _inner(False), "ijf": _inner(True), "pj": pj,
        "uj": _union(False), "ujf": _union(True),
    }.items():  # fmt: skip
        vocabulary.define(name, 2, function, context=True)
    vocabulary.define("ej", 3, ej, context=True)
