"""update and delete, of tables in memory.

Facts: KX reference, pages ref/update.md and ref/delete.md.
"""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import List, Table, Value, Vector, symbols

from ..kernel._domains import appendable
from ..kernel._enumeration import Enumeration
from ..kernel._groups import Groups
from ..kernel._join import join, razed
from ..kernel._take import Positions, take
from ..session._context import Context, Scope
from ._prepared import Prepared
from ._segments import segmented
from ._selection import Selection, as_column, groups_of

__all__ = ["deleted", "updated"]


def updated(q: Context, query: Prepared, table: Table, scope: Scope | None) -> Table:
    """The table after ``update``: columns changed in the rows that pass, or added. Raises `QError`."""
    everything = Selection(q, table, query.context, scope)
    rows = everything.filtered(query.where)
    names, columns = table.column_names, list(table.data.items)
    groups = groups_of(query.by, rows) if query.by is not None else None
    for name, tree in query.columns:
        old = columns[names.index(name)] if name in names else None
        if groups is None:
            new = _placed(old, rows.eval(tree), rows, len(table))
        else:
            new = _placed_by(q, old, tree, rows, groups, len(table))
        if name in names:
            columns[names.index(name)] = new
        else:
            names.append(name)
            columns.append(new)
    return Table.of(symbols(names), List.of(tuple(columns)))


def _placed(old: Value | None, new: Value, rows: Selection, size: int) -> Value:
    """A column with new items in the selected rows; all rows if there was no condition."""
    column = as_column(new, len(rows))
    if rows.rows is None:
        return column
    return _put(old, rows.rows, column, size)


def _placed_by(q: Context, old: Value | None, tree: Value, rows: Selection, groups: Groups, size: int) -> Value:
    if not len(groups):
        return _placed(old, rows.eval(tree), rows, size)
    column = _by_group(q, tree, rows, groups)
    if rows.rows is None:
        back = np.empty(size, np.int64)
        back[groups.order] = np.arange(size)
        return take(column, back)
    return _put(old, rows.all_rows()[groups.order], column, size)


def _by_group(q: Context, tree: Value, rows: Selection, groups: Groups) -> Value:
    """The new items of all groups, in the order of the groups."""
    found = segmented(q, tree, rows, groups)
    if isinstance(found, Vector):
        return found
    parts: list[Value] = []
    for k, size in enumerate(np.diff(groups.starts).tolist()):
        q.check()
        made = rows.among(groups.rows(k)).eval(tree) if found is None else found[k]
        parts.append(as_column(made, size))
    return razed(parts)


def _put(old: Value | None, rows: Positions, new: Value, size: int) -> Value:
    """A column with ``new`` at ``rows``; a column that was not there is null elsewhere.

    An enumeration stays one. Raises `QError`: ``type``, and ``cast`` for a value outside its domain.
    """
    if old is None:
        where = np.full(size, -1, np.int64)
        where[rows] = np.arange(len(rows))
        return take(new, where)
    if isinstance(old, Vector) and not (isinstance(new, Vector) and new.qtype is old.qtype):
        if not len(rows):
            return old
        raise QError("type")
    if isinstance(old, Enumeration):
        new = appendable(old, new)
    both = np.arange(size, dtype=np.int64)
    both[rows] = size + np.arange(len(rows))
    return take(join(old, new), both)


def deleted(q: Context, query: Prepared, table: Table, scope: Scope | None) -> Table:
    """The table after ``delete``: without some columns, or without the rows that pass. Raises `QError`."""
    if query.columns:
        doomed = [name for name, _ in query.columns]
        missing = [name for name in doomed if name not in table.column_names]
        if missing:
            raise QError(missing[0])
        kept = [(n, c) for n, c in zip(table.column_names, table.data.items, strict=True) if n not in doomed]
        return Table.of(symbols([n for n, _ in kept]), List.of(tuple([c for _, c in kept])))
    rows = Selection(q, table, query.context, scope).filtered(query.where)
    stay = np.ones(len(table), np.bool_)
    stay[rows.all_rows()] = False
    made = take(table, np.flatnonzero(stay).astype(np.int64))
    assert isinstance(made, Table)
    return made
