"""Random queries over random tables give what pandas gives."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

import anyq
from anyq.engine import Interpreter
from anyq.values import QType, Table, Vector

pd = pytest.importorskip("pandas")

Q = Interpreter()
NAMES = ["a", "b", "c", ""]
AGGREGATES = {"sum": "sum", "min": "min", "max": "max", "first": "first", "last": "last", "count": "size"}
COMPARISONS = {">": "__gt__", "<": "__lt__", ">=": "__ge__", "<=": "__le__", "=": "__eq__", "<>": "__ne__"}


@st.composite
def tables(draw: st.DrawFn, min_size: int = 0) -> Table:
    """Tables of the columns ``s`` (few symbols), ``k`` (few longs), ``j`` (longs), ``f`` (floats of whole numbers)."""
    size = draw(st.integers(min_size, 12))
    numbers = st.lists(st.integers(-1000, 1000), min_size=size, max_size=size)
    return Table(
        anyq.symbols(["s", "k", "j", "f"]),
        anyq.List(
            [
                anyq.symbols(draw(st.lists(st.sampled_from(NAMES), min_size=size, max_size=size))),
                anyq.vector("j", draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))),
                anyq.vector("j", draw(numbers)),
                anyq.vector("f", draw(numbers)),
            ]
        ),
    )


def frame(value: Any) -> Any:
    """A table as a frame of plain NumPy columns, for comparison."""
    plain = value.unkeyed() if isinstance(value, anyq.KeyedTable) else value
    assert isinstance(plain, Table)
    columns = {}
    for name, column in zip(plain.column_names, plain.data, strict=True):
        assert isinstance(column, Vector)
        # Texts as objects: pandas takes an empty column of them for something else than a full one.
        columns[name] = pd.Series(column.array, dtype=object if column.qtype is QType.SYMBOL else None)
    return pd.DataFrame(columns)


def same(found: Any, expected: Any) -> None:
    expected = expected.reset_index(drop=True)
    assert list(found.columns) == list(expected.columns)
    assert len(found) == len(expected)
    for name in found.columns:
        a, b = found[name].to_numpy(), expected[name].to_numpy()
        assert a.tolist() == b.tolist() or np.array_equal(a.astype(float), b.astype(float), equal_nan=True), name


@given(tables(), st.sampled_from(sorted(COMPARISONS)), st.integers(-3, 3), st.sampled_from([*NAMES, "z"]))
def test_where(table: Table, comparison: str, bound: int, name: str) -> None:
    Q.set("t", table)
    data = frame(table)
    kept = data[getattr(data["k"], COMPARISONS[comparison])(bound) & (data["s"] != name)]
    same(frame(Q.eval(f"select from t where k{comparison}{bound},s<>`{name}")), kept)
    same(frame(Q.eval(f"delete from t where not(k{comparison}{bound})&s<>`{name}")), kept)
    assert Q.eval(f"exec count i from t where (k{comparison}{bound})&not s=`{name}") == len(kept)


@given(tables(min_size=1), st.sampled_from(sorted(AGGREGATES)), st.sampled_from(["j", "f"]))
def test_aggregates_by_group(table: Table, aggregate: str, column: str) -> None:
    Q.set("t", table)
    groups = frame(table).groupby(["s", "k"], sort=True)[column]
    expected = getattr(groups, AGGREGATES[aggregate])().rename("x").reset_index()
    same(frame(Q.eval(f"select x:{aggregate} {column} by s,k from t")), expected)
    whole = Q.eval(f"exec {aggregate} {column} by s from t")
    assert isinstance(whole, anyq.Dict)
    by = getattr(frame(table).groupby("s", sort=True)[column], AGGREGATES[aggregate])()
    assert whole.value.py() == by.tolist()


@given(tables(min_size=1))
def test_averages_and_updates_by_group(table: Table) -> None:
    Q.set("t", table)
    data = frame(table)
    data["m"] = data.groupby("s")["f"].transform("mean")
    same(frame(Q.eval("update m:avg f by s from t")), data)
    data["d"] = data["j"] - data.groupby("k")["j"].transform("min")
    same(frame(Q.eval("update d:j-min j by k from update m:avg f by s from t")), data)
    data["r"] = data.groupby("s")["j"].cumsum()
    same(frame(Q.eval("update r:sums j by s from update d:j-min j by k from update m:avg f by s from t")), data)


@given(tables(min_size=1))
def test_filtered_by_group(table: Table) -> None:
    Q.set("t", table)
    data = frame(table)
    best = data[data["j"] == data.groupby("s")["j"].transform("max")]
    same(frame(Q.eval("select from t where j=(max;j)fby s")), best)
    above = data[data["f"] > data.groupby(["s", "k"])["f"].transform("mean")]
    same(frame(Q.eval("select from t where f>(avg;f)fby([]s;k)")), above)


@given(tables())
def test_order_and_distinct(table: Table) -> None:
    Q.set("t", table)
    data = frame(table)
    same(frame(Q.eval("`s`k xasc t")), data.sort_values(["s", "k"], kind="stable"))
    same(frame(Q.eval("`j xdesc t")), data.sort_values("j", ascending=False, kind="stable"))
    same(frame(Q.eval("select[3;>j] from t")), data.sort_values("j", ascending=False, kind="stable").head(3))
    same(frame(Q.eval("select distinct s,k from t")), data[["s", "k"]].drop_duplicates())


@given(tables(), tables(min_size=1))
def test_left_and_inner_joins(left: Table, right: Table) -> None:
    Q.set("t", left)
    Q.set("r", right)
    keyed = frame(right).drop_duplicates(["s", "k"])[["s", "k", "f"]].rename(columns={"f": "x"})
    joined = frame(left).merge(keyed, on=["s", "k"], how="left")
    same(frame(Q.eval("t lj 2!select s,k,x:f from r")), joined)
    same(frame(Q.eval("t ij 2!select s,k,x:f from r")), joined[joined["x"].notna()])


@given(tables(), tables())
def test_equal_joins(left: Table, right: Table) -> None:
    Q.set("t", left)
    Q.set("r", right)
    expected = frame(left).merge(frame(right)[["s", "f"]].rename(columns={"f": "x"}), on="s")
    found = frame(Q.eval("ej[`s;t;select s,x:f from r]"))
    order = ["s", "k", "j", "f", "x"]
    same(found.sort_values(order, kind="stable"), expected[order].sort_values(order, kind="stable"))


@given(tables(), tables(min_size=1))
def test_asof_joins(left: Table, right: Table) -> None:
    Q.set("t", left)
    Q.set("r", right)
    quotes = frame(right).sort_values("j", kind="stable")[["s", "j", "f"]].rename(columns={"f": "x"})
    trades = frame(left).reset_index().sort_values("j", kind="stable")
    expected = pd.merge_asof(trades, quotes, on="j", by="s").sort_values("index")
    same(frame(Q.eval("aj[`s`j;t;select s,j,x:f from `j xasc r]")), expected[["s", "k", "j", "f", "x"]])


@given(tables(), tables(min_size=1), st.integers(0, 300), st.sampled_from(["max", "min", "sum", "count"]))
def test_window_joins(left: Table, right: Table, width: int, aggregate: str) -> None:
    """``wj1``: an aggregate of the quotes of the same symbol inside each trade's window, both ends included."""
    Q.set("t", left)
    Q.set("r", right)
    trades, quotes = frame(left), frame(right)
    expected = []
    for s, j in zip(trades["s"], trades["j"], strict=True):
        inside = quotes[(quotes["s"] == s) & (quotes["j"] >= j - width) & (quotes["j"] <= j + width)]
        expected.append(getattr(inside["f"], aggregate)() if len(inside) else None)
    q = "update `p#s from `s`j xasc select s,j,f from r"
    found = Q.eval(f"exec f from wj1[{-width} {width}+\\:t`j;`s`j;t;({q};({aggregate};`f))]")
    # What an aggregate gives for nothing is q's own; it is compared where there is something.
    for got, wanted in zip(list(found), expected, strict=True):
        assert wanted is None or got.py() == wanted


@given(tables(min_size=1), st.sampled_from(sorted(AGGREGATES)), st.integers(-3, 3))
def test_updates_and_deletes_where(table: Table, aggregate: str, bound: int) -> None:
    Q.set("t", table)
    data = frame(table)
    chosen = data["k"] > bound
    data.loc[chosen, "j"] = data.loc[chosen, "j"] * 2 + 1
    same(frame(Q.eval(f"update j:1+2*j from t where k>{bound}")), data)
    groups = data[chosen].groupby("s")["j"]
    if aggregate != "count" and chosen.any():
        data.loc[chosen, "j"] = groups.transform(AGGREGATES[aggregate])
        same(
            frame(Q.eval(f"update j:{aggregate} j by s from(update j:1+2*j from t where k>{bound})where k>{bound}")),
            data,
        )
    same(frame(Q.eval("delete j,f from t")), frame(table)[["s", "k"]])
    Q.eval(f"delete from `t where k>{bound}")
    same(frame(Q.eval("t")), frame(table)[~chosen])


@given(tables(min_size=1), st.integers(1, 5))
def test_exec_and_limits(table: Table, n: int) -> None:
    Q.set("t", table)
    data = frame(table)
    assert Q.eval("exec j from t").py() == data["j"].tolist()
    assert Q.eval("exec distinct s from t").py() == data["s"].drop_duplicates().tolist()
    assert Q.eval("value exec s!j from t").py() == data["j"].tolist()
    assert Q.eval("value exec first j by s from t").py() == data.groupby("s")["j"].first().tolist()
    same(frame(Q.eval(f"select[{n}]from t")), data.head(n))
    same(frame(Q.eval(f"select[{-n}]from t")), data.tail(n))
    last = data.drop_duplicates("s", keep="last").sort_values("s", kind="stable")
    same(frame(Q.eval("select by s from t")), last)
    wide = data.groupby(["s", data["k"] // 2])["f"].agg(["sum", "size"]).reset_index().rename(columns={"sum": "total"})
    same(frame(Q.eval("select total:sum f,size:count i by s,k:k div 2 from t")), wide)


@given(tables(), tables())
def test_unions_and_sets_of_rows(left: Table, right: Table) -> None:
    Q.set("t", left)
    Q.set("r", right)
    a, b = frame(left)[["s", "k"]], frame(right)[["s", "k"]]
    both = pd.concat([a, b])
    same(frame(Q.eval("(select s,k from t),select s,k from r")), both)
    same(frame(Q.eval("(select s,k from t)union select s,k from r")), both.drop_duplicates())
    inside = a.merge(b.drop_duplicates(), on=["s", "k"], how="left", indicator=True)["_merge"] == "both"
    same(frame(Q.eval("(select s,k from t)inter select s,k from r")), a.reset_index(drop=True)[inside])
    same(frame(Q.eval("(select s,k from t)except select s,k from r")), a.reset_index(drop=True)[~inside])


@given(tables(), tables(min_size=1))
def test_plus_joins(left: Table, right: Table) -> None:
    Q.set("t", left)
    Q.set("r", right)
    keyed = frame(right).drop_duplicates("s")[["s", "j"]].rename(columns={"j": "more"})
    data = frame(left).merge(keyed, on="s", how="left")
    data["j"] = data["j"] + data["more"].fillna(0).astype(np.int64)
    same(frame(Q.eval("t pj 1!0!select first j by s from r")), data[["s", "k", "j", "f"]])
