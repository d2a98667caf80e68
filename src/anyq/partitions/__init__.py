"""Reads of tables that are spread over many q processes: by partitions, segments and replicas.

::

    made = anyq.partitions.plan("trade", [("a:5010", "b:5010"), "c:5011"], filters=[("date", ">=", day)])
    for task in made.tasks: task.read()              # here, or in any process that it is sent to
    async with made.open(limit=8) as parts:
        async for part in parts: ...
    await made.aggregate(by=["sym"], vwap=wavg("size", "price"))
    scan_polars("trade", hosts), read_dask("trade", hosts), read_ray("trade", hosts)  # in others' engines

`plan` looks at the servers once; conditions on the partition field leave out partitions, all travel to the servers. A
task pickles, only reads, and may be done again. A part of a table that is in memory (a real-time server) counts as the
partition of today.
"""

from ._aggregate import Split, combined, split
from ._dask import read_dask
from ._filters import Filters
from ._look import LOOK, Holding, holding
from ._open import Part, Parts
from ._plan import Host, Plan, plan
from ._polars import scan_polars
from ._ray import read_ray
from ._read import PartitionError, close_connections
from ._task import Task

__all__ = [
    "LOOK", "Filters", "Holding", "Host", "Part", "PartitionError", "Parts", "Plan", "Split", "Task",
    "close_connections", "combined", "holding", "plan", "read_dask", "read_ray", "scan_polars", "split",
]  # fmt: skip
