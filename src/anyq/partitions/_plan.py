"""Plans of reads: which partitions on which servers, by which queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from anyq.client import Address, parse_address
from anyq.query import Columns, Expression, FunctionalQuery, call, col, lit, select, update
from anyq.values import KeyedTable, Primitive, QType, Table

from ._aggregate import Split, combined, split
from ._filters import Condition, Filters, conditions
from ._look import LOOK, Holding, holding
from ._open import Parts, opened
from ._read import ask
from ._task import Task

if TYPE_CHECKING:
    import pyarrow

__all__ = ["Host", "Plan", "plan"]

Host: TypeAlias = str | Address | Sequence[str | Address]
"""A server, or several that hold the same."""
_ENLIST: Final = Primitive(QType.UNARY, 41)


@attrs.frozen(kw_only=True)
class Plan:
    """The tasks of a read, in the order of partitions, made by `plan`. Immutable; it pickles."""

    tasks: tuple[Task, ...]
    empty: Task
    """A task without rows, which has the columns."""
    pruned: int = 0
    """How many partitions the conditions left out."""
    field: str = ""
    """The column that the partitions stand for; empty where no server has partitions."""
    sample: Task | None = attrs.field(default=None, repr=False)
    """A task of one row and without conditions, which tells the types of columns that an empty table does not."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the rows."""
        return self.empty.names

    def narrowed(self, names: Iterable[str], filters: Filters = ()) -> Plan:
        """The read of some of its columns, and of the rows for which more conditions hold; asks no server."""
        more = conditions(filters)
        chosen, where = tuple(names), [condition.expression for condition in more]
        tasks = tuple([task.narrowed(chosen, where) for task in self.tasks if _matters(task, self.field, more)])
        pruned = self.pruned + len(self.tasks) - len(tasks)
        return attrs.evolve(self, tasks=tasks, empty=self.empty.narrowed(chosen, where), pruned=pruned)

    def read(self) -> pyarrow.Table:
        """The rows of all tasks, read one after the other by the calling thread."""
        return joined([task.read() for task in self.tasks or (self.empty,)])

    def open(self, *, limit: int = 8, ordered: bool = True) -> AbstractAsyncContextManager[Parts]:
        """Read at most ``limit`` tasks at a time: ``async with plan.open() as parts: async for part in parts``.

        Parts come in the order of tasks, or as they are read if not ``ordered``; at most ``limit`` are ahead of the
        reader. The first failure cancels the others and is raised to the reader; so does the end of the block, however
        it comes, and no task or connection stays.
        """
        return opened(self.tasks, limit, ordered)

    async def gather(self, *, limit: int = 8) -> pyarrow.Table:
        """The rows of all tasks, at most ``limit`` of which are read at a time. Raises and is cancelled as `open`."""
        async with opened(self.tasks or (self.empty,), limit, True) as parts:
            return joined([part.table.pa() async for part in parts])

    async def aggregate(
        self,
        columns: Mapping[str, Expression] | None = None,
        *,
        by: Columns | None = None,
        limit: int = 8,
        **aggregates: Expression,
    ) -> Table | KeyedTable:
        """Aggregates of all rows: each server reduces its partitions, and the parts are combined here.

        ``await plan.aggregate(by=["sym"], vwap=wavg("size", "price"))``; ``columns`` is a mapping of names to
        aggregates, for other names. They are those of `anyq.query` that split: ``sum count min max first last avg wavg
        var dev``. Raises `ConversionError` for others, and as `open`.
        """
        wanted = {name: split(name, part) for name, part in {**(columns or {}), **aggregates}.items()}
        tasks = [attrs.evolve(task, query=_partial(task.query, by, wanted)) for task in self.tasks or (self.empty,)]
        async with opened(tuple(tasks), limit, True) as parts:
            tables = [part.table async for part in parts]
        return combined(tables, wanted, by)


def _partial(query: FunctionalQuery, by: Columns | None, wanted: Mapping[str, Split]) -> FunctionalQuery:
    columns = {name: expression for part in wanted.values() for name, expression in part.partials.items()}
    if by is None:  # one row, also of an aggregate that is a string
        columns = {name: call(_ENLIST, expression) for name, expression in columns.items()}
    return select(query.table, columns, where=query.where, by=by)


def joined(tables: Sequence[pyarrow.Table]) -> pyarrow.Table:
    """One table of several with the same columns; a column without a value anywhere takes the type of the others."""
    from pyarrow import concat_tables

    whole: pyarrow.Table = concat_tables(tables, promote_options="default")
    return whole


def plan(
    table: str,
    hosts: Sequence[Host],
    *,
    columns: Iterable[str] | None = None,
    filters: Filters = (),
    **options: Any,
) -> Plan:
    """Look at the servers, and plan the read of a table that is spread over them.

    ``hosts`` are servers in any form of `anyq.parse_address`; a tuple is of replicas that hold the same. Each is asked
    for its partitions of the table (``.Q.pv``), or for its table in memory: one without the partition field holds
    today. A server without the table is passed over. Conditions on the partition field leave out partitions, all travel
    to the servers. ``options`` are those of `anyq.sync.connect`, for each connection.

    It blocks; in an event loop call it in a thread. Raises `PartitionError` for a server that cannot be asked,
    `ConversionError` for filters that are none, ``ValueError`` if no server has the table.
    """
    if isinstance(hosts, str):
        raise TypeError(f"hosts is a list of servers: hosts=[{hosts!r}]")
    wanted = conditions(filters)
    held: list[tuple[tuple[Address, ...], Holding]] = []
    for host in hosts:
        addresses = _addresses(host)
        found = holding(ask(addresses, options, f"the partitions of {table}", LOOK, table))
        if found is not None:
            held.append((addresses, found))
    if not held:
        raise ValueError(f"none of the servers has a table {table!r}")
    field = next((found.field for _, found in held if found.field), "")
    names = list(held[0][1].columns if columns is None else columns)
    if columns is None and field and field not in names:
        names.insert(0, field)
    tasks = [
        task
        for addresses, found in held
        for task in _tasks(table, found, field, names, wanted, addresses=addresses, options=options)
    ]
    if not tasks:
        raise ValueError(f"the table {table!r} has no partitions yet")
    kept = [task for task in tasks if _matters(task, field, wanted)]
    kept.sort(key=lambda task: (task.partition is None, 0 if task.partition is None else task.partition.raw))
    first = tasks[0]
    nothing = attrs.evolve(first.query, where=(*first.query.where, col("i") < 0))
    largest = max(tasks, key=lambda task: task.rows)
    return Plan(
        tasks=tuple(kept),
        empty=attrs.evolve(first, query=nothing, rows=0),
        pruned=len(tasks) - len(kept),
        field=field,
        sample=_sample(largest, len(wanted)) if largest.rows else None,
    )


def _sample(task: Task, conditions: int) -> Task:
    """The first row of a task, whatever its conditions, which are the last of its query."""
    where = task.query.where
    return attrs.evolve(task, query=attrs.evolve(task.query, where=where[: len(where) - conditions], limit=1))


def _addresses(host: Host) -> tuple[Address, ...]:
    several = [host] if isinstance(host, str | Address) else list(host)
    return tuple([parse_address(one) for one in several])


def _tasks(
    table: str, found: Holding, field: str, names: list[str], wanted: tuple[Condition, ...], **common: Any
) -> list[Task]:
    """The tasks of one server, their conditions with the partition first."""
    everywhere = [condition.expression for condition in wanted]
    if found.field:
        return [
            Task(
                query=select(table, names, where=[col(field) == value, *everywhere]),
                partition=value,
                rows=rows,
                **common,
            )
            for value, rows in zip(found.partitions, found.counts, strict=True)
        ]
    rows = sum(found.counts)
    if not field or field in found.columns:
        return [Task(query=select(table, names, where=everywhere), rows=rows, **common)]
    # A table in memory is of today, and has no column that says so.
    dated = update(table, {field: lit(found.today)})
    return [Task(query=select(dated, names, where=everywhere), partition=found.today, rows=rows, **common)]


def _matters(task: Task, field: str, wanted: tuple[Condition, ...]) -> bool:
    partition = task.partition
    if partition is None:
        return True
    return all(
        condition.keeps(partition)
        for condition in wanted
        if condition.column == field and condition.decides(partition.qtype)
    )
