"""New rows: ``insert``, ``upsert``, and what makes rows of lists, dicts and tables.

Types are checked column by column: a typed column takes its own type only, an empty general one takes the type of the
first rows, an enumerated one symbols of its domain. An int column takes longs that fit: since whole numbers are long by
default, schemas older than that go on working (page learn/startingkdb/tables.md inserts 20 into ``"i"$()`` and 40000
into ``size:`int$()``; releases/ChangesIn3.0.md). Facts: KX reference, pages ref/insert.md and ref/upsert.md.
"""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse, count

from ...kernel._append import kept_attr
from ...kernel._enumeration import Enumeration
from ...kernel._join import join
from ...kernel._join import upsert as upsert_keyed
from ...kernel._records import is_row, rows_as
from ...kernel._search import positions
from ...kernel._support import is_atom, items_of, longs, nulls, strs, table_of
from ...kernel._temporal import cast
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ._enums import enumerate_over
from ._tables import AnyTable, changed, rekeyed, unkeyed

__all__ = ["appended", "insert", "install", "records", "upsert"]


def _null_column(column: Value, size: int) -> Value:
    if isinstance(column, Vector):
        made = Vector.of(column.qtype, nulls(column.qtype, size))
        return column.like(made) if isinstance(column, Enumeration) else made
    return List.of((List.of(()),) * size)


def _of_table(table: Table, rows: Table) -> Table:
    """Rows that are a table, in the order of the other's columns, with nulls for those they lack."""
    given, names = rows.column_names, table.column_names
    if given == names:
        return rows
    have = set(given)
    if have - set(names):
        raise QError("mismatch")
    columns = [
        rows.column(name) if name in have else _null_column(column, len(rows))
        for name, column in zip(names, table.data.items, strict=True)
    ]
    return Table.of(table.names, List.of(tuple(columns)))


def records(table: Table, y: Value, *, by_column: bool) -> Table:
    """``y`` as a table of ``table``'s columns: of a table or dict, of one row as a list of its items, of rows as a list
    of such lists, or with ``by_column`` of a list of columns. ``'length`` or ``'mismatch`` for what does not fit."""
    if isinstance(y, KeyedTable):
        y = y.unkeyed()
    if isinstance(y, Table):
        return _of_table(table, y)
    if is_row(y):
        assert isinstance(y, Dict)
        assert isinstance(y.key, Vector)
        return _of_table(table, Table.of(y.key, List.of(tuple([collapse([item]) for item in y.value]))))
    if not isinstance(y, Vector | List):
        y = collapse([y])
    items = items_of(y)
    if items and all(is_row(item) for item in items):
        return _of_table(table, rows_as(strs(items[0].key), items))  # type: ignore[attr-defined]
    width = len(table.data)
    if by_column and _wrapped(items):
        return _of_columns(table, items)
    if by_column and items and not is_atom(items[0]) and not _takes(table.data.items[0], items[0]):
        return _of_columns(table, items)
    if not by_column and items and all(not is_atom(item) and count(item) == width for item in items) and width > 1:
        return _of_columns(table, [collapse(list(column)) for column in zip(*map(items_of, items), strict=True)])
    if not items:
        return table[0:0]
    if len(items) != width:
        raise QError("length")
    return Table.of(table.names, List.of(tuple([collapse([item]) for item in items])))


def _wrapped(items: list[Value]) -> bool:
    """Whether the items are columns of one row: atoms, and lists that hold just a list (page kb/faq.md)."""
    lists = [item for item in items if not is_atom(item)]
    return bool(lists) and all(isinstance(item, List) and len(item) == 1 and not is_atom(item[0]) for item in lists)


def _takes(column: Value, item: Value) -> bool:
    """Whether a list can be one item of a column: of a general list that holds lists."""
    return isinstance(column, List) and bool(len(column)) and not is_atom(column[0])


def _of_columns(table: Table, columns: list[Value]) -> Table:
    if len(columns) != len(table.data):
        raise QError("length")
    sizes = {len(c) for c in columns if isinstance(c, Vector | List)}
    if len(sizes) > 1:
        raise QError("length")
    size = sizes.pop() if sizes else 1
    full = [c if isinstance(c, Vector | List) else collapse([c] * size) for c in columns]
    return Table.of(table.names, List.of(tuple(full)))


def _longer(q: Context, column: Value, more: Value) -> Value:
    """A column with new items at its end. ``'type`` for items that it does not take."""
    if isinstance(column, Enumeration):
        same = isinstance(more, Enumeration) and more.domain == column.domain
        checked = more if same else enumerate_over(q, column.domain, more)
        return join(column, checked)
    if isinstance(column, Vector):
        if isinstance(more, Enumeration):
            more = more.plain()
        if column.qtype is QType.INT and isinstance(more, Vector) and more.qtype is QType.LONG:
            more = _narrowed(more)
        if isinstance(more, Vector) and more.qtype is column.qtype:
            made = join(column, more)
            assert isinstance(made, Vector)
            return made.with_attr(kept_attr(column, more)) if column.attr else made
        if count(more) == 0:
            return column
        raise QError("type")
    if not count(column):
        return more
    return join(column, more) if isinstance(more, List) else collapse([*items_of(column), *items_of(more)])


def _narrowed(longs_: Vector) -> Vector:
    """Longs as ints, nulls and infinities as such; ``'type`` where one does not fit."""
    made = cast(QType.INT, longs_)
    assert isinstance(made, Vector)
    finite = (np.abs(longs_.data.astype(np.float64)) < 2.0**63 - 1024) & (longs_.data != -(2**63))
    if bool((finite & (made.data != longs_.data)).any()):
        raise QError("type")
    return made


def appended(q: Context, table: Table, rows: Table) -> Table:
    """A table with rows of the same columns at its end."""
    columns = [_longer(q, column, more) for column, more in zip(table.data.items, rows.data.items, strict=True)]
    return Table.of(table.names, List.of(tuple(columns)))


def insert(q: Context, x: Value, y: Value) -> Value:
    """q's ``insert``: new rows of the table of a name; their row numbers. ``'insert`` for a key that is there."""
    if not (isinstance(x, Atom) and x.qtype is QType.SYMBOL):
        raise QError("type")
    have = q.names.find(_full(q, x.raw))
    if have is None:
        if not isinstance(y, Table | KeyedTable):
            raise QError(x.raw)
        q.set(x.raw, y)
        return longs(np.arange(len(y)))
    size = count(have)
    changed(q, x, lambda table: _inserted(q, table, y))
    return longs(np.arange(size, count(q.get(x.raw))))


def _full(q: Context, name: str) -> str:
    return name if name.startswith(".") or not q.context else f"{q.context}.{name}"


def _inserted(q: Context, table: AnyTable, y: Value) -> Value:
    plain = unkeyed(table)
    rows = records(plain, y, by_column=True)
    if isinstance(table, KeyedTable):
        fresh = table_of(table.key_table.column_names, [rows.column(name) for name in table.key_table.column_names])
        if len(rows) and (
            bool((positions(table.key, fresh) < len(table)).any())
            or bool((positions(fresh, fresh) != np.arange(len(fresh))).any())
        ):
            raise QError("insert")
    return rekeyed(appended(q, plain, rows), table)


def upsert(q: Context, x: Value, y: Value) -> Value:
    """q's ``upsert``: new rows at the end; in a keyed table, rows with the same key are replaced."""
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL and not x.raw.startswith(":"):
        have = q.names.find(_full(q, x.raw))
        if have is None:
            if not isinstance(y, Table | KeyedTable):
                raise QError(x.raw)
            q.set(x.raw, y)
            return x
        if not isinstance(have, Table | KeyedTable):
            q.set(x.raw, upsert(q, have, y))
            return x
    elif isinstance(x, Dict) and not isinstance(x, KeyedTable):
        return join(x, y)
    elif isinstance(x, List) and not len(x):
        return y
    elif isinstance(x, Vector | List):
        return join(x, y)
    return changed(q, x, lambda table: _upserted(q, table, y))


def _upserted(q: Context, table: AnyTable, y: Value) -> Value:
    plain = unkeyed(table)
    rows = records(plain, y, by_column=False)
    if not isinstance(table, KeyedTable):
        return appended(q, plain, rows)
    empty = plain[0:0]
    made = rekeyed(appended(q, empty, rows), table)
    return upsert_keyed(table, made)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.define("insert", 2, insert, context=True)
    vocabulary.define("upsert", 2, upsert, context=True)
