"""Partitions as a Ray dataset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from ._columns import schema
from ._filters import Filters
from ._needed import needed
from ._plan import Host, Plan, plan
from ._task import Task

if TYPE_CHECKING:
    import pyarrow
    import ray.data

__all__ = ["read_ray"]

_BYTES_A_CELL = 8


def read_ray(
    table: str,
    hosts: Sequence[Host],
    *,
    columns: Iterable[str] | None = None,
    filters: Filters = (),
    concurrency: int | None = None,
    **options: Any,
) -> ray.data.Dataset:
    """A table that is spread over q servers as a ``ray.data.Dataset``, which Ray's workers read from the servers.

    Each task of the plan is one read. ``select_columns`` travels to the servers; conditions that shall are
    ``filters``. ``concurrency`` bounds the reads at a time. Arguments and errors are those of `plan`; a worker that
    reads raises `PartitionError` within Ray's own error, and keeps one connection a server. Needs Ray and pyarrow
    (``anyq[ray]``).
    """
    data = needed("ray.data", "ray")
    made = plan(table, hosts, columns=columns, filters=filters, **options)
    found: ray.data.Dataset = data.read_datasource(_source(made, schema(made)), concurrency=concurrency)
    return found


def _source(made: Plan, types: pyarrow.Schema) -> Any:
    data, block = needed("ray.data", "ray"), needed("ray.data.block", "ray")

    class Partitions(data.Datasource):  # type: ignore[misc, name-defined]
        """The tasks of a plan."""

        _projection_map: Any = None  # Ray's own sources set it; a copy with a projection has another

        def estimate_inmemory_data_size(self) -> int:
            return sum(task.rows for task in made.tasks) * len(types) * _BYTES_A_CELL

        def get_read_tasks(self, parallelism: int, per_task_row_limit: int | None = None, *_: Any, **__: Any) -> Any:
            names = self.get_projection_map()
            wanted = tuple(made.names if names is None else names)
            found = [_limited(task, per_task_row_limit) for task in made.tasks or (made.empty,)]
            return [
                data.ReadTask(
                    partial(_read, task, wanted, types),
                    block.BlockMetadata(
                        num_rows=None, size_bytes=task.rows * len(wanted) * _BYTES_A_CELL, exec_stats=None
                    ),
                    schema=_chosen(types, wanted),
                )
                for task in found
            ]

        def supports_projection_pushdown(self) -> bool:
            return True

        def get_name(self) -> str:
            return "q"

    return Partitions()


def _limited(task: Task, rows: int | None) -> Task:
    return task if rows is None else attrs.evolve(task, query=attrs.evolve(task.query, limit=rows))


def _chosen(types: pyarrow.Schema, names: Sequence[str]) -> pyarrow.Schema:
    import pyarrow

    return pyarrow.schema([types.field(name) for name in names])


def _read(task: Task, names: Sequence[str], types: pyarrow.Schema) -> list[pyarrow.Table]:
    found = task.narrowed(names or [types.names[0]]).read()
    return [found.select(list(names)).cast(_chosen(types, names))]
