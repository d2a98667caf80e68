"""The engines of others, on clusters of two worker processes: their frames are those of one q.

These need Dask and Ray, which ``nox -s cluster`` installs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from tests.partitions.conftest import Cluster

from anyq.partitions import PartitionError, _ray, plan, read_dask, read_ray, scan_polars
from anyq.partitions._columns import schema

distributed = pytest.importorskip("distributed", reason="for the session cluster of nox")
ray = pytest.importorskip("ray", reason="for the session cluster of nox")
cloudpickle = pytest.importorskip("ray.cloudpickle")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

DAY = dt.date(2024, 1, 2)
NAMES = ["sym", "size", "price", "note", "time", "flag"]


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as local,
        distributed.Client(local) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def workers() -> Iterator[None]:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


def read(cluster: Cluster, **options: Any) -> Any:
    """The Dask frame, whose methods have no types."""
    return read_dask("trade", cluster.hosts, **options)


def whole(cluster: Cluster, text: str = "select from trade") -> Any:
    """The rows of one q as Dask has them: the partition field as the index, nullable integers."""
    frame = cluster.whole(text).pd().set_index("date")
    return frame.astype({"size": "Int64"})


def same(found: Any, expected: Any) -> None:
    """The same rows and types; Dask has a dtype of its own for texts."""
    found.attrs.clear()
    texts = [name for name, dtype in expected.dtypes.items() if isinstance(dtype, pd.StringDtype)]
    plain = expected.astype({name: found.dtypes[name] for name in texts})
    plain.attrs.clear()
    pd.testing.assert_frame_equal(found, plain)


def test_dask_has_all_rows(client: Any, cluster: Cluster) -> None:
    frame = read(cluster)
    assert list(frame.columns) == NAMES
    assert frame.npartitions == 5
    assert frame.known_divisions
    assert frame.divisions[0] == pd.Timestamp("2024-01-01")
    same(frame.compute(), whole(cluster))
    assert len(frame) == 28


def test_dask_computes(client: Any, cluster: Cluster) -> None:
    frame, one = read(cluster), whole(cluster)
    same(frame[["sym", "size"]].compute(), one[["sym", "size"]])
    same(frame.loc["2024-01-02":"2024-01-03"].compute(), one.loc["2024-01-02":"2024-01-03"])
    same(frame[frame["size"] > 2].compute(), one[one["size"] > 2])
    sums = frame.groupby("sym")["size"].sum().compute().sort_index()
    assert sums.tolist() == one.groupby("sym")["size"].sum().sort_index().tolist()
    filtered = read(cluster, filters=[("date", "=", DAY), ("size", ">", 1)])
    same(filtered.compute(), whole(cluster, "select from trade where date=2024.01.02,size>1"))
    nothing = read(cluster, filters=[("date", "<", dt.date(1999, 1, 1))])
    same(nothing.compute(), one[:0])


def test_dask_reads_from_a_replica(client: Any, frail: Cluster) -> None:
    frame = read(frail)
    frail.servers[0].close()
    same(frame.compute(), whole(frail))
    frail.servers[1].close()
    with pytest.raises(PartitionError, match=r"trade, partition 2024.01.01"):
        frame.compute()


def rows_of(source: Any, **limits: Any) -> list[str]:
    """What workers read, each task pickled as for one; in no order."""
    tasks = [cloudpickle.loads(cloudpickle.dumps(task)) for task in source.get_read_tasks(2, **limits)]
    return sorted(repr(row) for task in tasks for block in task() for row in block.to_pylist())


def test_rays_tasks_are_the_rows(cluster: Cluster) -> None:
    made = plan("trade", cluster.hosts)
    source, one = _ray._source(made, schema(made)), cluster.whole("select from trade").pa()
    assert rows_of(source) == sorted(map(repr, one.to_pylist()))
    assert source.get_read_tasks(1)[0].schema == schema(made)
    chosen = source.apply_projection({"size": "size", "sym": "sym"})
    assert rows_of(chosen) == sorted(map(repr, one.select(["size", "sym"]).to_pylist()))
    assert len(rows_of(source, per_task_row_limit=1)) == 4


def test_ray_has_all_rows(workers: None, cluster: Cluster) -> None:
    found = read_ray("trade", cluster.hosts)
    one = cluster.whole("select from trade").pa()
    assert found.schema().names == one.column_names
    key = ["date", "sym", "size", "price", "time"]
    assert found.count() == 28
    rows = pl.from_pandas(found.to_pandas()).sort(key, nulls_last=True)
    assert rows["size"].to_list() == pl.from_arrow(one).sort(key, nulls_last=True)["size"].to_list()
    assert sorted(map(repr, found.take_all())) == sorted(map(repr, one.to_pylist()))


def test_ray_reads_what_is_asked(workers: None, cluster: Cluster) -> None:
    chosen = read_ray("trade", cluster.hosts).select_columns(["size", "sym"])
    expected = cluster.whole("select size,sym from trade").pa()
    assert sorted(map(repr, chosen.take_all())) == sorted(map(repr, expected.to_pylist()))
    filtered = read_ray("trade", cluster.hosts, filters=[("date", "=", DAY)], columns=["sym", "note"])
    expected = cluster.whole("select sym,note from trade where date=2024.01.02").pa()
    assert sorted(map(repr, filtered.take_all())) == sorted(map(repr, expected.to_pylist()))


def test_the_engines_agree(client: Any, workers: None, cluster: Cluster) -> None:
    by_polars = scan_polars("trade", cluster.hosts).group_by("sym").agg(pl.col("size").sum()).sort("sym").collect()
    by_dask = read(cluster).groupby("sym")["size"].sum().compute().sort_index()
    by_ray = read_ray("trade", cluster.hosts).groupby("sym").sum("size").to_pandas().sort_values("sym")
    assert by_polars["size"].to_list() == by_dask.tolist() == by_ray["sum(size)"].tolist()
