"""The read of one partition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from anyq.client import Address
from anyq.console import line
from anyq.query import Expression, FunctionalQuery
from anyq.values import Atom, KeyedTable, Table, Value

from ._read import ask

if TYPE_CHECKING:
    import pyarrow

__all__ = ["Task", "as_table"]


@attrs.frozen(kw_only=True)
class Task:
    """The read of one partition of one server. Immutable; it pickles, and runs wherever the server can be reached."""

    addresses: tuple[Address, ...]
    """The servers that hold it; the later ones are asked when the earlier are lost."""
    query: FunctionalQuery
    partition: Atom | None = None
    """The value of the partition field; ``None`` for a table in memory."""
    rows: int = 0
    """How many rows the partition has, before conditions."""
    options: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def name(self) -> str:
        """What it reads, for errors."""
        table = self.query.table
        if isinstance(table, FunctionalQuery):
            table = table.table
        where = "in memory" if self.partition is None else line(self.partition)
        return f"{table if isinstance(table, str) else 'table'}, partition {where}"

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it reads."""
        found = self.query.columns
        return tuple([name for name, _ in found]) if isinstance(found, tuple) else ()

    def narrowed(self, names: Iterable[str], conditions: Iterable[Expression] = ()) -> Task:
        """The read of some of the columns, and of the rows for which more conditions hold."""
        found = self.query.columns
        kept = dict(found) if isinstance(found, tuple) else {}
        columns = tuple([(name, kept[name]) for name in names])
        where = (*self.query.where, *conditions)
        return attrs.evolve(self, query=attrs.evolve(self.query, columns=columns, where=where))

    def fetch(self) -> Table:
        """The rows as a q table. Raises `PartitionError` if no server answers, `QError` for q's own errors."""
        return as_table(ask(self.addresses, self.options, self.name, self.query))

    def read(self) -> pyarrow.Table:
        """The rows as an Arrow table, over a connection that this process keeps for the address. Raises as `fetch`.

        It only reads, so it may be done again, and elsewhere.
        """
        return self.fetch().pa()


def as_table(answer: Value) -> Table:
    """The table of an answer; keys are columns."""
    if isinstance(answer, KeyedTable):
        return answer.unkeyed()
    assert isinstance(answer, Table)
    return answer
