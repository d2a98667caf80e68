from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import anyio
import anyio.to_thread
import pyarrow as pa
import pytest
from tests.partitions.conftest import Cluster

import anyq
from anyq.partitions import PartitionError, Plan, plan
from anyq.query import Expression, avg, col, count, dev, first, last, max, med, min, sum, var, wavg

DAY = dt.date(2024, 1, 2)


def whole(cluster: Cluster, text: str = "select from trade") -> pa.Table:
    return cluster.whole(text).pa()


def same(x: pa.Table, y: pa.Table) -> bool:
    """The same rows and columns; texts of any width."""
    return bool(x.to_pylist() == y.to_pylist() and x.column_names == y.column_names) or repr(x.to_pylist()) == repr(
        y.to_pylist()
    )


FILTERS: list[tuple[list[tuple[str, str, Any]], str, int]] = [
    ([], "", 5),
    ([("date", ">=", DAY)], "where date>=2024.01.02", 4),
    ([("date", "=", DAY)], "where date=2024.01.02", 1),
    ([("date", "in", [DAY, dt.date(2024, 1, 5)])], "where date in 2024.01.02 2024.01.05", 2),
    ([("date", "within", (DAY, dt.date(2024, 1, 4)))], "where date within 2024.01.02 2024.01.04", 2),
    ([("date", "not in", [DAY])], "where not date in enlist 2024.01.02", 4),
    ([("date", "<", dt.date(2024, 1, 1))], "where date<2024.01.01", 0),
    ([("date", "<", dt.datetime(2024, 1, 2))], "where date<2024.01.02D00:00", 5),
    ([("sym", "=", "a"), ("size", ">", 1)], "where sym=`a,size>1", 5),
    ([("date", ">", DAY), ("note", "like", "x*")], 'where date>2024.01.02,note like "x*"', 3),
]


@pytest.mark.parametrize(("filters", "text", "tasks"), FILTERS, ids=[text for _, text, _ in FILTERS])
def test_filters_give_the_rows_of_one_q(cluster: Cluster, filters: Any, text: str, tasks: int) -> None:
    made = plan("trade", cluster.hosts, filters=filters)
    assert len(made.tasks) == tasks
    assert made.pruned == 5 - tasks
    assert same(made.read(), whole(cluster, f"select from trade {text}"))


def test_columns_are_projected(cluster: Cluster) -> None:
    made = plan("trade", cluster.hosts, columns=["size", "date"], filters=[("flag", "=", True)])
    assert same(made.read(), whole(cluster, "select size,date from trade where flag"))


def test_only_matching_partitions_are_asked(cluster: Cluster) -> None:
    made = plan("trade", cluster.hosts, filters=[("date", "=", DAY)])
    (task,) = made.tasks
    assert str(task.query).endswith("from trade where date=2024.01.02,date=2024.01.02")
    assert task.rows == 8
    assert task.partition == anyq.date(DAY)
    assert str(task.addresses[0]) == cluster.hosts[0][0]


def test_a_plan_pickles(cluster: Cluster) -> None:
    made: Plan = pickle.loads(pickle.dumps(plan("trade", cluster.hosts)))
    assert same(made.read(), whole(cluster))


def test_a_replica_answers_for_a_lost_server(frail: Cluster) -> None:
    made = plan("trade", frail.hosts)
    made.tasks[0].read()
    frail.servers[0].close()
    assert same(made.read(), whole(frail))
    frail.servers[1].close()
    with pytest.raises(PartitionError, match=r"trade, partition 2024.01.01") as caught:
        made.read()
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.partition == "trade, partition 2024.01.01"
    assert len(again.addresses) == 2


@pytest.mark.anyio
@pytest.mark.parametrize("limit", [1, 2, 8])
async def test_gather_is_one_q(cluster: Cluster, limit: int) -> None:
    made = await anyio.to_thread.run_sync(plan, "trade", cluster.hosts)
    assert same(await made.gather(limit=limit), whole_table := await anyio.to_thread.run_sync(whole, cluster))
    async with made.open(limit=limit, ordered=False) as parts:
        found = [part async for part in parts]
    assert sorted(part.index for part in found) == list(range(5))
    assert len(whole_table) == 28
    before: list[tuple[str, str, Any]] = [("date", "<", dt.date(1999, 1, 1))]
    nothing = await anyio.to_thread.run_sync(lambda: plan("trade", cluster.hosts, filters=before))
    assert (await nothing.gather()).num_rows == 0
    assert (await nothing.gather()).column_names == whole_table.column_names


@pytest.mark.anyio
async def test_a_block_that_ends_early_leaves_nothing(cluster: Cluster) -> None:
    made = await anyio.to_thread.run_sync(plan, "trade", cluster.hosts)
    async with made.open(limit=2) as parts:
        async for part in parts:
            assert part.index == 0
            break
    with pytest.raises(KeyError, match="mine"):
        async with made.open(limit=2) as parts:
            raise KeyError("mine")
    with anyio.CancelScope() as scope:
        async with made.open(limit=2) as parts:
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    broken = await anyio.to_thread.run_sync(lambda: plan("trade", cluster.hosts, filters=[("nothing", "=", 1)]))
    with pytest.raises(anyq.QError, match="nothing"):
        await broken.gather()


AGGREGATES: list[tuple[Expression, str]] = [
    (sum("size"), "sum size"), (count("i"), "count i"), (count("price"), "count price"), (min("price"), "min price"),
    (max("size"), "max size"), (first("note"), "first note"), (last("size"), "last size"), (avg("price"), "avg price"),
    (avg("size"), "avg size"), (wavg("size", "price"), "size wavg price"), (var("price"), "var price"),
    (dev("size"), "dev size"), (sum(col("size") * col("price")), "sum size*price"),
]  # fmt: skip


@pytest.mark.anyio
async def test_aggregates_are_those_of_one_q(cluster: Cluster) -> None:
    made = await anyio.to_thread.run_sync(plan, "trade", cluster.hosts)
    for by in (None, ["sym"], ["date"], ["sym", "flag"]):
        wanted = {f"c{number}": expression for number, (expression, _) in enumerate(AGGREGATES)}
        texts = ",".join(f"c{number}:{text}" for number, (_, text) in enumerate(AGGREGATES))
        grouping = "" if by is None else f" by {','.join(by)}"
        answer = await made.aggregate(wanted, by=by)
        expected = await anyio.to_thread.run_sync(cluster.whole, f"select {texts}{grouping} from trade")
        assert answer == expected, f"{grouping}\n{answer}\n{expected}"
    with pytest.raises(TypeError, match="does not split"):
        await made.aggregate({"m": med("price")})


def test_what_is_no_plan(cluster: Cluster) -> None:
    with pytest.raises(TypeError, match="list of servers"):
        plan("trade", "localhost:1")
    with pytest.raises(ValueError, match="none of the servers"):
        plan("quote", cluster.hosts)
    with pytest.raises(TypeError, match="no operator"):
        plan("trade", cluster.hosts, filters=[("a", "~", 1)])
    with pytest.raises(TypeError, match="two ends"):
        plan("trade", cluster.hosts, filters=[("a", "within", [1])])
    with pytest.raises(PartitionError, match="partitions of trade"):
        plan("trade", ["localhost:1"])
