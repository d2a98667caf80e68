"""Rows of a table as the scope in which a query's expressions are evaluated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, KeyedTable, List, QType, Table, Value, Vector, collapse

from ..kernel._bulk import counting, repeated_items, same
from ..kernel._domains import places
from ..kernel._enumeration import Enumeration
from ..kernel._groups import Groups, grouped
from ..kernel._index import as_positions, index_at
from ..kernel._take import Positions, take
from ..kernel._temporal import part_of
from ..session._context import Context, Scope

__all__ = ["Selection", "as_column", "groups_of"]


def as_column(x: Value, size: int) -> Value:
    """A result as a column of ``size`` items: an atom is repeated. Raises `QError` (``length``)."""
    if isinstance(x, Vector | List | Table):
        if len(x) != size:
            raise QError("length")
        return x
    if isinstance(x, Atom) and x.qtype is not QType.SYMBOL and x.qtype.dtype is not None:
        if x.qtype is QType.GUID:
            return collapse([x] * size)
        return Vector(x.qtype, same(x.raw, size, x.qtype.dtype))
    return collapse([x] * size)


def groups_of(by: Sequence[tuple[str, Value]], rows: Selection) -> Groups:
    """The selected rows by the values of expressions."""
    size = len(rows)
    return grouped([as_column(rows.eval(tree), size) for _, tree in by], size)


class Selection:
    """Some rows of a table, in order; ``rows`` is ``None`` for all of them.

    Columns come before names of the surrounding scope, which come before globals; ``i`` is the row number.
    """

    def __init__(
        self, q: Context, table: Table, context: str, outer: Scope | None = None, rows: Positions | None = None
    ) -> None:
        self.q = q
        self.table = table
        self.context = context
        self.outer = outer
        self.rows = rows
        self._columns: dict[str, Value] = {}
        self._at = {name: at for at, name in enumerate(table.column_names)}

    def __len__(self) -> int:
        return len(self.table) if self.rows is None else len(self.rows)

    def among(self, rows: Positions) -> Selection:
        """Rows of this selection, by their places in it."""
        chosen = rows if self.rows is None else self.rows[rows]
        return Selection(self.q, self.table, self.context, self.outer, chosen)

    def all_rows(self) -> Positions:
        return np.arange(len(self.table), dtype=np.int64) if self.rows is None else self.rows

    def column(self, name: str) -> Value | None:
        """The items of a column in the selected rows; ``None`` if there is no such column."""
        found = self._columns.get(name)
        if found is None:
            at = self._at.get(name)
            if at is None:
                return self._row_numbers() if name == "i" else None
            found = self.table.data.items[at]
            if self.rows is not None:
                found = take(found, self.rows)
            self._columns[name] = found
        return found

    def _row_numbers(self) -> Vector:
        """``i``: the row number, in a partitioned table that in the partition."""
        numbers = getattr(self.table, "numbers", None)
        rows = self.all_rows()
        return Vector.of(QType.LONG, rows if numbers is None else numbers[rows])

    def scope(self, name: str) -> Value | None:
        """Names as the query's expressions see them. A dotted name follows a foreign key or indexes a column."""
        found = self.column(name)
        if found is None and "." in name.lstrip("."):
            found = self._dotted(name)
        if found is None and self.outer is not None:
            found = self.outer(name)
        return found

    def _dotted(self, name: str) -> Value | None:
        head, *rest = name.split(".")
        found = self.column(head)
        if found is None:
            return None
        for part in rest:
            found = self._followed(found, part)
        return found

    def _followed(self, column: Value, name: str) -> Value:
        """``s.city``: the column ``city`` of the table that ``s`` is a foreign key to; ``time.hh``: a part of times."""
        key = Atom(QType.SYMBOL, name)
        domain = getattr(column, "domain", "")
        if domain:
            target = self.q.get(domain)
            if isinstance(target, KeyedTable) and isinstance(column, Enumeration):
                return index_at(index_at(target.unkeyed(), places(column)), key)
            return index_at(index_at(target, self.q.plain(column)), key)
        if isinstance(column, Atom | Vector) and column.qtype >= QType.TIMESTAMP:
            part = part_of(name, column)
            if part is not None:
                return part
        return index_at(column, key)

    def eval(self, tree: Value) -> Value:
        """An expression over the selected rows."""
        return self.q.trees.eval(tree, self.context, self.scope)

    def filtered(self, conditions: tuple[Value, ...]) -> Selection:
        """The rows that pass all conditions, each tried on what passed those before it."""
        chosen = self
        for condition in conditions:
            chosen = chosen.among(_passing(chosen.eval(condition), len(chosen)))
        return chosen

    def restricted(self) -> Table:
        """The selected rows as a table."""
        rows = self.rows
        if rows is None:
            return self.table
        made = take(self.table, rows)
        assert isinstance(made, Table)
        return made


def _passing(result: Value, size: int) -> Positions:
    """The places where a condition holds."""
    if isinstance(result, Atom):
        everything = np.arange(size, dtype=np.int64)
        if result.qtype is QType.SYMBOL or not isinstance(result.raw, int):
            raise QError("type")
        return everything if result.raw else everything[:0]
    if isinstance(result, Vector) and result.qtype is QType.BOOLEAN:
        if len(result) != size:
            raise QError("length")
        return np.flatnonzero(result.data).astype(np.int64)
    if isinstance(result, List) and all(isinstance(item, Atom) for item in result.items):
        return np.flatnonzero([bool(item.raw) for item in result.items]).astype(np.int64)  # type: ignore[attr-defined]
    counts = as_positions(result)
    if counts is None:
        raise QError("type")
    return repeated_items(counting(len(counts)), np.maximum(counts, 0))
