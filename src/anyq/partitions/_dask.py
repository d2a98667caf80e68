"""Partitions as a Dask DataFrame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from anyq.errors import ConversionError
from anyq.values import Table

from ._columns import first_rows
from ._filters import Filters
from ._needed import needed
from ._plan import Host, Plan, plan
from ._task import Task

if TYPE_CHECKING:
    import dask.dataframe
    import pandas

__all__ = ["read_dask"]


def read_dask(
    table: str,
    hosts: Sequence[Host],
    *,
    columns: Iterable[str] | None = None,
    filters: Filters = (),
    **options: Any,
) -> dask.dataframe.DataFrame:
    """A table that is spread over q servers as a ``dask.dataframe.DataFrame``, which workers read from the servers.

    Each value of the partition field is one Dask partition, whatever servers have rows of it. The field is the index,
    and its values are the divisions, so that ``frame.loc[day:]`` leaves out partitions; a table without partitions has
    no known divisions. Only the columns that a computation uses are read. Dtypes are those of ``.pd()``, and the
    nullable ones for all integers, as any partition may have nulls.

    Arguments and errors are those of `plan`, and `ConversionError` if ``columns`` lacks the partition field. A worker
    that reads raises `PartitionError`, and keeps one connection a server. Needs Dask and pandas (``anyq[dask]``).
    """
    dd = needed("dask.dataframe", "dask")
    made = plan(table, hosts, columns=columns, filters=filters, **options)
    field = made.field
    if field and field not in made.names:
        raise ConversionError(f"columns= has to hold the partition field {field!r}, which becomes the index")
    names = tuple([name for name in made.names if name != field])
    groups = _groups(made)
    reader = _Reader(field, names, _dtypes(_indexed(first_rows(made), field)))
    meta = reader.empty(made.empty.fetch())
    found: dask.dataframe.DataFrame = dd.from_map(
        reader, groups, meta=meta, divisions=_divisions(groups, field), label=f"q-{table}"
    )
    return found


def _groups(made: Plan) -> list[list[Task]]:
    """The tasks by value of the partition field; those in memory, of no value, last."""
    found: dict[Any, list[Task]] = {}
    for task in made.tasks or (made.empty,):
        found.setdefault(None if task.partition is None else task.partition.raw, []).append(task)
    return list(found.values())


def _divisions(groups: Sequence[Sequence[Task]], field: str) -> tuple[Any, ...] | None:
    keys = [tasks[0].partition for tasks in groups]
    ends = [key.pd() for key in keys if key is not None]
    return (*ends, ends[-1]) if field and len(ends) == len(keys) else None


def _indexed(tables: Iterable[Table], field: str) -> pandas.DataFrame:
    """One frame of tables, its index the partition field."""
    import pandas as pd

    frames = [table.pd() for table in tables]
    whole = pd.concat([frame for frame in frames if len(frame)] or frames[-1:])
    return whole.set_index(field) if field else whole.reset_index(drop=True)


def _dtypes(frame: pandas.DataFrame) -> dict[str, Any]:
    """The dtypes of all partitions: nullable integers in place of plain ones."""
    plain = {"int16": "Int16", "int32": "Int32", "int64": "Int64"}
    return {name: plain.get(str(dtype), dtype) for name, dtype in frame.dtypes.items()}


@attrs.frozen
class _Reader:
    """What a worker does: the tasks of one value of the partition field as a frame."""

    field: str
    names: tuple[str, ...]
    dtypes: dict[str, Any]

    def __call__(self, tasks: Sequence[Task], columns: Sequence[str] | None = None) -> pandas.DataFrame:
        wanted = list(self.names if columns is None else columns)
        read = [self.field, *wanted] if self.field else wanted or list(self.names[:1])
        return self._typed(_indexed([task.narrowed(read).fetch() for task in tasks], self.field)[wanted])

    def empty(self, table: Table) -> pandas.DataFrame:
        """The frame of a table without rows."""
        return self._typed(_indexed([table], self.field)[list(self.names)])

    def _typed(self, frame: pandas.DataFrame) -> pandas.DataFrame:
        frame.attrs.clear()  # Dask keeps them of some partitions only
        return frame.astype({name: self.dtypes[name] for name in frame.columns})
