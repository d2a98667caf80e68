"""Joins on time, against loops over rows and against pandas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples
from tests.engine.asking import Q, ask, error, holds

from anyq.values import Value, symbols, vector

pd = pytest.importorskip("pandas")

AGGREGATES: dict[str, Callable[[list[int]], int | None]] = {
    "sum": sum,
    "count": len,
    "{$[count x;max x;0N]}": lambda items: max(items, default=None),
}
Row = tuple[str, int, int]
rows = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.integers(0, 99)), max_size=8)


def set_table(name: str, data: list[Row], column: str) -> None:
    given: dict[str, Value] = {
        "s": symbols([row[0] for row in data]),
        "n": vector("j", [row[1] for row in data]),
        "v": vector("j", [row[2] for row in data]),
    }
    ask(f"{name}:([]sym:s;time:n;{column}:v)", **given)


def rows_of(text: str) -> list[tuple[Any, ...]]:
    return [tuple(row.value.py()) for row in Q.eval(text)]


@settings(max_examples=examples(40))
@given(rows, rows)
def test_aj_takes_the_last_row_that_is_not_later(left: list[Row], right: list[Row]) -> None:
    set_table("t", left, "v")
    set_table("u", right, "p")
    wanted = []
    for sym, time, v in left:
        before = [(row[1], at) for at, row in enumerate(right) if row[0] == sym and row[1] <= time]
        wanted.append((sym, time, v, right[max(before)[1]][2] if before else None))
    found = rows_of("aj[`sym`time;t;u]")
    assert found == wanted
    assert [row[:1] + row[2:] for row in rows_of("aj0[`sym`time;t;u]")] == [row[:1] + row[2:] for row in wanted]


@settings(max_examples=examples(40))
@given(rows.filter(bool), rows.filter(bool))
def test_aj_is_merge_asof(left: list[Row], right: list[Row]) -> None:
    left, right = sorted(left, key=lambda row: row[1]), sorted(right, key=lambda row: row[1])
    set_table("t", left, "v")
    set_table("u", right, "p")
    frames = [pd.DataFrame(data, columns=["sym", "time", name]) for data, name in ((left, "v"), (right, "p"))]
    wanted = pd.merge_asof(*frames, on="time", by="sym")["p"]
    assert Q.eval("exec p from aj[`sym`time;t;u]").py() == [None if p != p else int(p) for p in wanted]


@settings(max_examples=examples(15))
@given(rows, rows, st.integers(0, 3), st.sampled_from(sorted(AGGREGATES)))
def test_windows_against_a_loop(left: list[Row], right: list[Row], back: int, name: str) -> None:
    """``wj1`` sees the rows in the window, ``wj`` also the one before it."""
    set_table("t", left, "v")
    set_table("u", right, "p")
    Q.eval("t:`sym`time xasc t;u:`sym`time xasc u")
    table, aggregate = sorted(left, key=lambda row: row[:2]), AGGREGATES[name]
    quotes = sorted(right, key=lambda row: row[:2])
    for verb in ("wj", "wj1"):
        wanted = []
        for sym, time, _ in table:
            inside = [p for s, n, p in quotes if s == sym and time - back <= n <= time]
            before = [p for s, n, p in quotes if s == sym and n < time - back]
            if verb == "wj" and before and not any(s == sym and n == time - back for s, n, _ in quotes):
                inside = [before[-1], *inside]
            wanted.append(aggregate(inside))
        assert (
            Q.eval(f"exec r from {verb}[({-back};0)+\\:t`time;`sym`time;t;(update r:p from u;({name};`r))]").py()
            == wanted
        )


@settings(max_examples=examples(20))
@given(rows.filter(bool), st.sampled_from("ab"), st.integers(0, 9))
def test_asof_of_a_record_is_aj_of_one_row(right: list[Row], sym: str, time: int) -> None:
    set_table("u", sorted(right), "p")
    row = f"`sym`time!(`{sym};{time})"
    assert holds(f"(u asof {row})~first(cols[u]except`sym`time)#aj[`sym`time;enlist {row};u]")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("aj[`sym`nix;t;t]", "nix"),
        ("aj[`sym`time;t;update time:\"t\"$time from t]", "type"),
        ("wj[enlist t`time;`sym`time;t;(t;(sum;`v))]", "length"),
    ],
)  # fmt: skip
def test_errors(text: str, wanted: str) -> None:
    set_table("t", [("a", 1, 2), ("b", 3, 4)], "v")
    assert error(text) == wanted
