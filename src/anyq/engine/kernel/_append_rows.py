"""Rows appended to tables in place: ``t,:rows``.

Columns that the rows lack are filled with nulls; a keyed table's rows with known keys change in the columns that the
rows have. A column keeps its type. Facts: KX reference, page ref/join.md ("Append").
"""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import Dict, KeyedTable, List, QType, Table, Value, Vector, collapse

from ._amend import amend_deep
from ._append import kept_attr
from ._domains import appendable
from ._enumeration import Enumeration
from ._join import join
from ._keyed import amend_keyed
from ._support import table_of
from ._take import take

__all__ = ["append_rows"]


def append_rows(x: Table | KeyedTable, y: Value) -> Value:
    """``x`` with the rows of a table or a record. Raises `QError`: ``type``, ``mismatch``."""
    if isinstance(y, Dict) and not isinstance(y, KeyedTable):
        y = _one_row(y)
    if isinstance(x, KeyedTable):
        keys, values = _split(x, y)
        return amend_keyed(x, keys, (), None, values, amend_deep)
    if not isinstance(y, Table):
        raise QError("type")
    if not len(x.columns):
        return y
    if set(y.column_names) - set(x.column_names):
        raise QError("mismatch")
    have = dict(zip(y.column_names, y.columns.items, strict=True))
    columns = [
        _longer(old, have[name]) if name in have else join(old, take(old, np.full(len(y), -1)))
        for name, old in zip(x.column_names, x.columns.items, strict=True)
    ]
    return Table.of(x.names, List.of(tuple(columns)))


def _one_row(record: Dict) -> Table:
    names = record.keys
    if not isinstance(names, Vector) or names.qtype is not QType.SYMBOL:
        raise QError("type")
    return Table.of(names, List.of(tuple([collapse([item]) for item in record.values])))  # type: ignore[attr-defined]


def _split(x: KeyedTable, y: Value) -> tuple[Table, Table]:
    """The key columns of ``y`` and its others."""
    if isinstance(y, KeyedTable):
        return y.key_table, y.value_table
    if not isinstance(y, Table):
        raise QError("type")
    names = y.column_names
    own = x.key_table.column_names
    if set(own) - set(names):
        raise QError("mismatch")
    others = [name for name in names if name not in own]
    return table_of(own, [y.column(name) for name in own]), table_of(others, [y.column(name) for name in others])


def _longer(old: Value, new: Value) -> Value:
    if isinstance(old, Enumeration):
        return join(old, appendable(old, new))
    if isinstance(old, Vector):
        if isinstance(new, List) and not len(new):
            return old
        if not isinstance(new, Vector) or new.qtype is not old.qtype:
            raise QError("type")
        made = join(old, new)
        return made.with_attr(kept_attr(old, new)) if old.attr and isinstance(made, Vector) else made
    return join(old, new)
