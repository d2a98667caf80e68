"""The lazy frame of partitions is the frame of all rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.partitions.conftest import Cluster

import anyq
from anyq.partitions import _polars, _threads, scan_polars
from anyq.partitions._predicate import pushed
from anyq.values import QType

pl = pytest.importorskip("polars")

DAY = dt.date(2024, 1, 2)
NOON = dt.datetime(2024, 1, 2, 9, 45)


def whole(cluster: Cluster) -> Any:
    return cluster.whole("select from trade").pl()


def test_all_rows(cluster: Cluster) -> None:
    scanned = scan_polars("trade", cluster.hosts)
    assert scanned.collect_schema() == whole(cluster).schema
    assert scanned.collect().equals(whole(cluster))


CONDITIONS: list[Any] = [
    pl.col("date") >= DAY, pl.col("date") == DAY, pl.col("date") > DAY, pl.col("date").is_in([DAY]),
    pl.col("date").is_between(DAY, dt.date(2024, 1, 4)), pl.col("size") > 2, pl.col("size") != 2, pl.col("size") < 3,
    pl.col("price") > 2.0, pl.col("price") < 2.0, pl.col("price") == 1.5, pl.col("price").is_nan(),
    pl.col("sym") == "a", pl.col("sym").is_in(["a", "zz"]), pl.col("flag"), ~pl.col("flag"),
    pl.col("note") == "x1", pl.col("note").str.starts_with("y"), pl.col("size").is_null(), pl.col("time") < NOON,
    pl.col("time").is_null(), pl.col("size") + 1 > 3, pl.col("size") > 1.5, pl.col("sym") > "a", pl.lit(True),
]  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_conditions(cluster: Cluster, condition: Any) -> None:
    expected = whole(cluster).filter(condition)
    assert scan_polars("trade", cluster.hosts).filter(condition).collect().equals(expected)
    assert scan_polars("trade", cluster.hosts).filter(condition).select("note").collect().equals(expected[["note"]])


NAMES = st.lists(st.sampled_from(["date", "sym", "size", "price", "note", "time", "flag"]), min_size=1, unique=True)


def joined(inner: Any) -> Any:
    """Conditions of conditions."""
    both = st.tuples(inner, inner)
    return st.one_of(both.map(lambda two: two[0] & two[1]), both.map(lambda two: two[0] | two[1]), inner.map(negated))


def negated(condition: Any) -> Any:
    return ~condition


@pytest.mark.hypothesis
@settings(max_examples=100, deadline=None)
@given(st.recursive(st.sampled_from(CONDITIONS), joined, max_leaves=5), NAMES)
def test_random_conditions(cluster: Cluster, condition: Any, names: list[str]) -> None:
    found = scan_polars("trade", cluster.hosts).filter(condition).select(names).collect()
    assert found.equals(whole(cluster).filter(condition).select(names))


def test_limits_and_counts(cluster: Cluster) -> None:
    scanned = scan_polars("trade", cluster.hosts)
    frame = whole(cluster)
    for rows in (0, 1, 8, 100):
        assert scanned.head(rows).collect().equals(frame.head(rows))
        assert (
            scanned.filter(pl.col("size") > 2).head(rows).collect().equals(frame.filter(pl.col("size") > 2).head(rows))
        )
    assert scanned.select(pl.len()).collect().item() == frame.height
    assert (
        scanned.group_by("sym")
        .agg(pl.col("size").sum())
        .sort("sym")
        .collect()
        .equals(frame.group_by("sym").agg(pl.col("size").sum()).sort("sym"))
    )


KINDS = {"date": QType.DATE, "size": QType.LONG, "price": QType.FLOAT, "sym": QType.SYMBOL, "flag": QType.BOOLEAN}


@pytest.mark.parametrize(
    ("condition", "filters"),
    [
        ((pl.col("date") >= DAY) & (pl.col("size") > 2), [("date", ">=", DAY), ("size", ">", 2)]),
        ((pl.col("price") < 2.0) & pl.col("flag"), [("price", "<=", 2.0), ("flag", "=", True)]),
        (pl.col("sym").is_in(["a", "b"]), [("sym", "in", anyq.symbols(["a", "b"]))]),
        (pl.col("price") > 2.0, []), (pl.col("size") > 1.5, []), ((pl.col("size") > 1) | pl.col("flag"), []),
        (pl.col("date") <= dt.date(9999, 12, 31), []), (pl.col("sym") == "\\xff", []),
        (pl.col("date").is_between(DAY, DAY), [("date", "within", anyq.dates([DAY, DAY]))]),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_pushed(condition: Any, filters: list[Any]) -> None:
    assert [(name, operator, anyq.as_q(value)) for name, operator, value in pushed(condition, KINDS)] == [
        (name, operator, anyq.as_q(value)) for name, operator, value in filters
    ]


def test_only_matching_partitions_are_read(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def noted(tasks: Any, limit: int) -> Any:
        asked.extend(tasks)
        return _threads.read_ahead(tasks, limit)

    monkeypatch.setattr(_polars, "read_ahead", noted)
    scan_polars("trade", cluster.hosts).filter(pl.col("date") == DAY, pl.col("size") > 1).select("sym").collect()
    (task,) = asked
    assert task.partition == anyq.date(DAY)
    assert str(task.query) == "select date,sym,size from trade where date=2024.01.02,date=2024.01.02,size>1"


def test_what_fails_names_the_partition(frail: Cluster) -> None:
    scanned = scan_polars("trade", frail.hosts)
    for server in frail.servers[:2]:
        server.close()
    with pytest.raises(Exception, match=r"trade, partition 2024.01.01"):
        scanned.collect()
