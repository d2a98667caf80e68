"""Partitions as a lazy frame of polars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from anyq.values import Table

from ._columns import first_rows
from ._filters import Filters
from ._plan import Host, Plan, plan
from ._predicate import pushed
from ._threads import read_ahead

if TYPE_CHECKING:
    import polars

__all__ = ["scan_polars"]


def scan_polars(
    table: str,
    hosts: Sequence[Host],
    *,
    columns: Iterable[str] | None = None,
    filters: Filters = (),
    limit: int = 8,
    **options: Any,
) -> polars.LazyFrame:
    """A table that is spread over q servers as a ``LazyFrame``; the servers are looked at now, and read at ``collect``.

    The columns and conditions of the query, and its limit of rows, are the servers' work: a condition on the partition
    field leaves out partitions. What a server cannot check as polars does, such as an order among floats, is checked
    here. ``limit`` partitions are read at a time. Arguments and errors are those of `plan`; what fails while it reads
    is polars' ``ComputeError`` with that text. Needs polars.
    """
    from polars.io.plugins import register_io_source

    made = plan(table, hosts, columns=columns, filters=filters, **options)
    empty, row = first_rows(made)
    kinds = empty.dtypes
    frame = row.pl()[:0]

    def source(
        names: list[str] | None, predicate: polars.Expr | None, rows: int | None, batch: int | None
    ) -> Iterator[polars.DataFrame]:
        wanted = list(made.names if names is None else names)
        needed = [] if predicate is None else [name for name in predicate.meta.root_names() if name not in wanted]
        read = [*wanted, *needed] or list(made.names[:1])
        narrow = made.narrowed(read, [] if predicate is None else pushed(predicate, kinds))
        left = rows
        yield frame.select(wanted)
        for part in read_ahead(_limited(narrow, rows if predicate is None else None).tasks, limit):
            found = _as_schema(part, frame.select(read))
            found = found if predicate is None else found.filter(predicate)
            found = found if left is None else found.head(left)
            left = None if left is None else left - found.height
            yield found.select(wanted) if wanted else found
            if left is not None and left <= 0:
                return

    return register_io_source(source, schema=dict(frame.schema), explain_name=f"q {table}")


def _limited(made: Plan, rows: int | None) -> Plan:
    if rows is None:
        return made
    tasks = [attrs.evolve(task, query=attrs.evolve(task.query, limit=rows)) for task in made.tasks]
    return attrs.evolve(made, tasks=tuple(tasks))


def _as_schema(part: Table, frame: polars.DataFrame) -> polars.DataFrame:
    """The rows with the columns' types of ``frame``; an empty column of lists has none of its own."""
    found: polars.DataFrame = part.pl()
    return found if found.schema == frame.schema else found.cast(frame.schema)
