"""Rows appended to keyed tables in place, with some of the columns: ``t,:rows``.

Rows with known keys change in the columns that are given; the others of new rows are nulls. Facts: KX reference, page
ref/join.md ("Append").
"""

from __future__ import annotations

from anyq.values import KeyedTable, Table, Value

from ._amend import amend_deep
from ._keyed import amend_keyed
from ._records import is_row, records
from ._support import table_of

__all__ = ["append_columns"]


def append_columns(x: KeyedTable, y: Value) -> Value | None:
    """``x`` with the rows of a table or a record that has its keys and not all of its other columns; ``None`` for any
    other value. Raises `QError`: ``type``, ``mismatch``."""
    if is_row(y):
        y = records([y])
    if not isinstance(y, Table | KeyedTable):
        return None
    plain = y.unkeyed() if isinstance(y, KeyedTable) else y
    names, keys = plain.column_names, x.key_table.column_names
    others = [name for name in names if name not in keys]
    if set(keys) - set(names) or not set(others) < set(x.value_table.column_names):
        return None
    rows, values = (table_of(part, [plain.column(name) for name in part]) for part in (keys, others))
    return amend_keyed(x, rows, (), None, values, amend_deep)
