"""qSQL against pandas: the same query over random tables gives the same rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples

import anyq
from anyq.engine import Interpreter

pd = pytest.importorskip("pandas")

Q = Interpreter()
Row = tuple[str, int, float]
rows = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(-5, 5), st.integers(-40, 40).map(lambda n: n / 4)), max_size=25
)
AGGREGATES = ["sum", "min", "max", "first", "last", "count"]


def set_table(data: list[Row]) -> Any:
    """Set ``t`` in the session; the same as a frame."""
    columns: dict[str, list[Any]] = {
        "s": [r[0] for r in data],
        "n": [r[1] for r in data],
        "f": [r[2] for r in data],
    }
    table = anyq.table(
        {
            "s": anyq.symbols(columns["s"]),
            "n": anyq.vector("j", columns["n"]),
            "f": anyq.vector("f", columns["f"]),
        }
    )
    Q.set("t", table)
    frame = pd.DataFrame(columns)
    return frame.astype({"s": object, "n": "int64", "f": "float64"})


def records(text: str) -> list[tuple[Any, ...]]:
    """The rows of a query's result, as plain numbers and text; a keyed table without its key's mark."""
    made = Q.eval(f"0!{text}")
    assert isinstance(made, anyq.Table)
    return list(zip(*[column.py() for column in made.data.items], strict=True)) if len(made) else []


@settings(max_examples=examples(60), deadline=None)
@given(rows, st.integers(-5, 5), st.sampled_from(["<", ">", "=", "<>", "<=", ">="]))
def test_where(data: list[Row], bound: int, glyph: str) -> None:
    frame = set_table(data)
    python = {"=": "==", "<>": "!="}.get(glyph, glyph)
    wanted = frame.query(f"n {python} {bound}")
    assert records(f"select from t where n{glyph}{bound}") == list(wanted.itertuples(index=False, name=None))


@settings(max_examples=examples(60), deadline=None)
@given(rows, st.sampled_from("abcd"), st.integers(-5, 5))
def test_conditions_narrow_one_after_the_other(data: list[Row], key: str, bound: int) -> None:
    frame = set_table(data)
    wanted = frame[(frame.s == key) & (frame.n > bound)]
    assert records(f"select f,n from t where s=`{key},n>{bound}") == list(zip(wanted.f, wanted.n, strict=True))


@settings(max_examples=examples(60), deadline=None)
@given(rows.filter(bool), st.sampled_from(AGGREGATES), st.sampled_from(["n", "f"]))
def test_by(data: list[Row], aggregate: str, column: str) -> None:
    grouped = set_table(data).groupby("s")[column].agg(aggregate)
    assert records(f"select {aggregate} {column} by s from t") == list(grouped.items())
    assert Q.eval(f"exec {aggregate} {column} by s from t").py() == dict(grouped.items())


@settings(max_examples=examples(40), deadline=None)
@given(rows.filter(bool))
def test_by_two_columns(data: list[Row]) -> None:
    grouped = set_table(data).groupby(["s", "n"])["f"].sum()
    assert records("select sum f by s,n from t") == [(*key, value) for key, value in grouped.items()]


@settings(max_examples=examples(40), deadline=None)
@given(rows.filter(bool))
def test_expressions_by_group(data: list[Row]) -> None:
    frame = set_table(data)
    wanted = frame.assign(v=frame.n * frame.f).groupby("s")["v"].sum()
    assert [value for _, value in records("select v:sum n*f by s from t")] == pytest.approx(list(wanted))
    spread = frame.groupby("s")["n"].agg(lambda g: g.max() - g.min())
    assert [value for _, value in records("select v:(max n)-min n by s from t")] == list(spread)


@settings(max_examples=examples(40), deadline=None)
@given(rows.filter(bool), st.integers(-5, 5))
def test_update(data: list[Row], bound: int) -> None:
    frame = set_table(data)
    wanted = frame.assign(n=frame.n.where(frame.n <= bound, frame.n * 2))
    assert records(f"update n:n*2 from t where n>{bound}") == list(wanted.itertuples(index=False, name=None))
    spread = frame.assign(n=frame.groupby("s")["n"].transform("max"))
    assert records("update n:max n by s from t") == list(spread.itertuples(index=False, name=None))


@settings(max_examples=examples(40), deadline=None)
@given(rows, st.sampled_from("abcd"))
def test_delete_is_the_rest(data: list[Row], key: str) -> None:
    set_table(data)
    deleted, kept = records(f"delete from t where s=`{key}"), records(f"select from t where s<>`{key}")
    assert deleted == kept


@settings(max_examples=examples(40), deadline=None)
@given(rows, st.integers(-30, 30))
def test_limits(data: list[Row], limit: int) -> None:
    frame = set_table(data)
    wanted = frame.head(limit) if limit >= 0 else frame.tail(-limit)
    assert records(f"select[{limit}]from t") == list(wanted.itertuples(index=False, name=None))
    ordered = frame.sort_values("f", ascending=False, kind="stable").head(max(limit, 0))
    assert records(f"select[{max(limit, 0)};>f]from t") == list(ordered.itertuples(index=False, name=None))


@settings(max_examples=examples(30), deadline=None)
@given(rows)
def test_phrases_and_functional_form_agree(data: list[Row]) -> None:
    set_table(data)
    for query in (
        "select from t",
        "select n by s from t",
        "select sum n,max f by s from t where n>0",
        "exec n from t",
        "update n:neg n from t where f>0",
        "delete f from t",
    ):
        assert Q.eval(query) == Q.eval(f'eval parse"{query}"')
