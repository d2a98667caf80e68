from __future__ import annotations

import datetime as dt
import pickle
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.query.support import answer

import anyq
import anyq.sync
from anyq.embedded import BlockingEmbedded
from anyq.query import (
    Expression,
    FunctionalQuery,
    asc,
    avg,
    col,
    count,
    delete,
    desc,
    exec,
    fby,
    first,
    last,
    lit,
    max,
    med,
    min,
    neg,
    null,
    select,
    sum,
    sums,
    update,
    wavg,
    xbar,
)

DAY = dt.date(2024, 1, 2)

WRITTEN = [
    (select("trade"), "select from trade", "?[`trade;();0b;()]"),
    (
        select(
            "trade", {"vwap": wavg(col("size"), col("price"))}, by=["sym"],
            where=[col("date") == DAY, col("sym").isin(["a", "b"])],
        ),
        "select vwap:size wavg price by sym from trade where date=2024.01.02,sym in `a`b",
        "?[`trade;((=;`date;2024.01.02);(in;`sym;enlist`a`b));(enlist`sym)!enlist`sym;(enlist`vwap)!enlist(wavg;`size;`price)]",
    ),
    (select("trade", ["sym", "price"], where="flag"), "select sym,price from trade where flag",
     "?[`trade;enlist`flag;0b;`sym`price!`sym`price]"),
    (select("trade", "sym", distinct=True), "select distinct sym from trade",
     "?[`trade;();1b;(enlist`sym)!enlist`sym]"),
    (select("trade", limit=2), "select[2] from trade", "?[`trade;();0b;();2]"),
    (select("trade", limit=(1, 2)), "select[1 2] from trade", "?[`trade;();0b;();1 2]"),
    (select("trade", limit=-2), "select[-2] from trade", "?[`trade;();0b;();-2]"),
    (select("trade", order=desc("price")), "select[>price] from trade", "?[`trade;();0b;();0W;(idesc;`price)]"),
    (select("trade", limit=2, order=asc("price")), "select[2;<price] from trade",
     "?[`trade;();0b;();2;(iasc;`price)]"),
    (exec("trade", "sym"), "exec sym from trade", "?[`trade;();();`sym]"),
    (exec("trade", ["sym"]), "exec sym:sym from trade", "?[`trade;();();(enlist`sym)!enlist`sym]"),
    (exec("trade", sum("size"), by="sym"), "exec sum size by sym from trade", "?[`trade;();`sym;(sum;`size)]"),
    (exec("trade", "price", by=xbar(2, "price")), "exec price by 2 xbar price from trade",
     "?[`trade;();(xbar;2;`price);`price]"),
    (exec("trade", {"s": "sym"}, by=["date"]), "exec s:sym by date:date from trade",
     "?[`trade;();(enlist`date)!enlist`date;(enlist`s)!enlist`sym]"),
    (update("trade", {"price": col("price") * 2 + 1}, by="sym"), "update price:(price*2)+1 by sym from trade",
     "![trade;();(enlist`sym)!enlist`sym;(enlist`price)!enlist(+;(*;`price;2);1)]"),
    (delete("trade", ["price", "size"]), "delete price,size from trade", "![trade;();0b;`price`size]"),
    (delete("trade", where=col("sym") == "a"), "delete from trade where sym=`a",
     "![trade;enlist(=;`sym;enlist`a);0b;`symbol$()]"),
    (select(select("trade", where=col("price") > 1), where=col("size") < 40),
     "select from (select from trade where price>1) where size<40",
     "?[?[`trade;enlist(>;`price;1);0b;()];enlist(<;`size;40);0b;()]"),
    (select("trade", where=col("sym").isin(exec("trade", "sym", where=col("price") > 2))),
     "select from trade where sym in (exec sym from trade where price>2)",
     "?[`trade;enlist(in;`sym;(?;`trade;enlist enlist(>;`price;2);();enlist`sym));0b;()]"),
    (select("trade", {"n": count("i")}), "select n:count i from trade", "?[`trade;();0b;(enlist`n)!enlist(count;`i)]"),
    (select("trade", {"k": lit("a")}), "select k:`a from trade", "?[`trade;();0b;(enlist`k)!enlist enlist`a]"),
    (select(anyq.table({"a": [1, 2]}), where=col("a") > 1), None, "?[([]a:1 2);enlist(>;`a;1);0b;()]"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "text", "form"), WRITTEN, ids=[form for _, _, form in WRITTEN])
def test_query_is_its_text_and_its_form(
    q: BlockingEmbedded, query: FunctionalQuery, text: str | None, form: str
) -> None:
    if text is not None:
        assert str(query) == text
    wanted = q(form)
    assert q(query) == wanted
    assert q(str(query)) == wanted
    assert q(pickle.loads(pickle.dumps(query))) == wanted


def test_in_place_changes_the_variable(q: BlockingEmbedded) -> None:
    q("changed:([]a:1 2 3)")
    assert q(update("changed", {"a": col("a") * 2})) == q("([]a:2 4 6)")
    assert q("changed") == q("([]a:1 2 3)")
    query = update("changed", {"a": col("a") * 2}, in_place=True)
    assert str(query) == "update a:a*2 from `changed"
    assert q(query) == "changed"
    assert q("changed") == q("([]a:2 4 6)")
    assert q(delete("changed", where=col("a") > 2, in_place=True)) == "changed"
    assert q("changed") == q("([]a:enlist 2)")


# Any query is the text that it prints

NUMBERS = st.sampled_from(["price", "size"]).map(col) | st.integers(-9, 99).map(lit) | st.floats(-9, 9).map(lit)


def _both(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]), pairs.map(lambda p: p[0] - p[1]), pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: p[0] / p[1]), pairs.map(lambda p: p[0] // p[1]), pairs.map(lambda p: p[0] % p[1]),
        pairs.map(lambda p: p[0] & p[1]), pairs.map(lambda p: p[0] | p[1]), pairs.map(lambda p: p[0].fill(p[1])),
        inner.map(neg), inner.map(abs), inner.map(sums), inner.map(max), inner.map(med),
    )  # fmt: skip


NUMERIC = st.recursive(NUMBERS, _both, max_leaves=6)
CONDITIONS = st.recursive(
    st.one_of(
        st.tuples(NUMERIC, NUMERIC).map(lambda p: p[0] < p[1]), st.tuples(NUMERIC, NUMERIC).map(lambda p: p[0] >= p[1]),
        st.tuples(NUMERIC, NUMERIC).map(lambda p: p[0] != p[1]), NUMERIC.map(null), st.just(col("flag")),
        st.tuples(NUMERIC, NUMERIC, NUMERIC).map(lambda p: p[0].within(p[1], p[2])),
        st.lists(st.text(max_size=3).filter(lambda t: "\0" not in t)).map(col("sym").isin),
        st.dates(dt.date(2023, 12, 30), dt.date(2024, 1, 3)).map(lambda d: col("date") == d),
        st.text("ab*?[]x", max_size=4).map(col("note").like),
        st.sampled_from([col("price") == fby(max, "price", "sym"), col("size") < fby(avg, "size", ["date", "flag"])]),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] & p[1]), st.tuples(inner, inner).map(lambda p: p[0] | p[1]),
        inner.map(lambda p: ~p),
    ),
    max_leaves=4,
)  # fmt: skip
NAMES = st.sampled_from(["a", "b1", "c_", "price", "count", "x y", "`", "select", "a from t", "é", "_", "1a", "i"])
RESULTS = st.dictionaries(NAMES, NUMERIC | st.sampled_from([first("note"), last("sym"), min("time"), count("i")]),
                          min_size=1, max_size=3)  # fmt: skip
GROUPS = st.none() | st.dictionaries(NAMES, st.sampled_from(["sym", "date", "flag"]).map(col), min_size=1, max_size=2)


@st.composite
def queries(draw: st.DrawFn, depth: int = 1) -> FunctionalQuery:
    where = draw(st.lists(CONDITIONS, max_size=2))
    table: Any = draw(queries(depth - 1)) if depth and draw(st.booleans()) else "trade"
    kind = draw(st.sampled_from(["select", "all", "exec", "vector", "update", "delete"]))
    if kind == "all":
        order = draw(st.none() | NUMERIC.map(desc) | NUMERIC.map(asc))
        return select(table, where=where, limit=draw(st.none() | st.integers(-4, 4)), order=order)
    if kind == "delete":
        return delete(table, where=where)
    if kind == "vector":
        return exec(table, draw(NUMERIC), where=where, by=draw(st.none() | st.just("sym")))
    columns, by = draw(RESULTS), draw(GROUPS)
    by = by and {name: part for name, part in by.items() if name not in columns}
    make: Any = {"select": select, "exec": exec, "update": update}[kind]
    made: FunctionalQuery = make(table, columns, where=where, by=by)
    return made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries())
def test_any_query_is_the_text_that_it_prints(q: BlockingEmbedded, query: FunctionalQuery) -> None:
    by_value, by_text = answer(q, query), answer(q, str(query))
    assert by_value == by_text, f"{query}\n{by_value}\n{by_text}"


# Nothing is read as q text

HOSTILE = st.text(min_size=1, max_size=12).filter(lambda t: "\0" not in t and t != "i") | st.sampled_from(
    ["x;hacked::1", "`a`b", "a from trade;hacked::1;select b", "){hacked::1}(", '"', "\\", "\n", " ", "a b",
     "hacked::1", "select", "from", ".z.exit", "`", "$[1b;hacked::1;2]", "system\"ls\""]
)  # fmt: skip
QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(names=st.lists(HOSTILE, min_size=3, max_size=3, unique=True), data=st.lists(st.integers(0, 5), min_size=1))
def test_any_text_is_a_name_or_a_constant_and_nothing_else(
    q: BlockingEmbedded, names: list[str], data: list[int]
) -> None:
    try:
        names = [name.encode("utf-8").decode() for name in names]
    except UnicodeEncodeError:
        return
    first_name, second, word = names
    table = anyq.table({first_name: data, second: [word] * len(data)})
    q.set("hostile", table)
    query = select(
        "hostile", {second: first_name, first_name: max(first_name), word: lit(word)},
        where=[col(second) == word, col(second).isin([word, "other"]), col(first_name) >= 0], by=None,
    )  # fmt: skip
    made = q(query)
    assert isinstance(made, anyq.Table)
    assert made[second] == anyq.vector("j", data)
    assert set(made[word].py()) == {word}
    assert q(str(query)) == made
    assert q(exec("hostile", first_name, where=col(second) == word)) == anyq.vector("j", data)
    assert len(q(delete("hostile", [first_name])).column_names) == 1  # type: ignore[attr-defined]
    assert q("`hacked in key `.") == False  # noqa: E712


def test_constants_of_any_shape_are_not_evaluated(q: BlockingEmbedded) -> None:
    call = anyq.List([anyq.Lambda("", "{hacked::1}"), anyq.long(1)])
    for constant in (
        call, anyq.List([call]), anyq.dict({"a": call}), anyq.table({"a": [call, call]}),
        anyq.List([anyq.symbol("sym")]), anyq.symbols(["sym"]), anyq.symbol("sym"),
            anyq.symbols([]), anyq.List([]), anyq.chars("sym"), anyq.NULL, anyq.boolean(True), anyq.long(5),
        anyq.Lambda("", "{x+y}"), anyq.List([anyq.chars("hacked::1")]), anyq.dict(["a"], [call]),
    ):  # fmt: skip
        assert q(exec("trade", lit(constant))) == constant
    assert q("`hacked in key `.") == False  # noqa: E712


# What is refused

REFUSED: list[tuple[Any, type[Exception], str]] = [
    (lambda: select(""), TypeError, "empty"),
    (lambda: select(5), TypeError, "a query reads a table"),
    (lambda: select("t", [sum("a"), max("a")]), ValueError, "two columns are named 'a'"),
    (lambda: select("t", {"": "a"}), TypeError, "not empty"),
    (lambda: select("t", "a", by="a"), ValueError, "two columns are named 'a'"),
    (lambda: select("t", cast(Any, {1: "a"})), TypeError, "not empty: not 1"),
    (lambda: select("t", where=cast(Any, [True])), TypeError, "a condition is an expression"),
    (lambda: select("t", by="a", distinct=True), ValueError, "distinct"),
    (lambda: select("t", by="a", order="a"), ValueError, "before it groups"),
    (lambda: select("t", limit=(-1, 2)), ValueError, "neither negative"),
    (lambda: update("t", {}), ValueError, "columns that it sets"),
    (lambda: update(select("t"), {"a": 1}, in_place=True), ValueError, "has no place"),
    (lambda: delete(anyq.table({"a": [1]}), in_place=True), ValueError, "has no place"),
    (lambda: select(update("t", {"a": 1}, in_place=True)), ValueError, "not a table"),
    (lambda: delete("t", "a", where=col("a") > 1), ValueError, "columns or where"),
]


@pytest.mark.parametrize(("make", "error", "text"), REFUSED)
def test_what_q_does_not_have_is_refused_at_once(make: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        make()


def test_a_query_is_a_value() -> None:
    made = select("trade", {"a": sum("b")}, where=col("c") == "x")
    assert made == select("trade", {"a": sum("b")}, where=[col("c") == lit("x")])
    assert made != select("trade", {"a": sum("b")}, where=col("c") == "y")
    assert hash(made) == hash(pickle.loads(pickle.dumps(made)))
    assert repr(made) == "<FunctionalQuery: select a:sum b from trade where c=`x>"
    assert len(repr(select("t", where=col("a").isin(list(range(100_000)))))) < 1100
    assert anyq.as_q([made, made]) == anyq.List([anyq.as_q(made)] * 2)


# Entry points


async def test_async_entry_points(anyio_backend: str) -> None:
    query = select("t", where=col("a") > 1)
    table = anyq.table({"a": [2, 3]})
    async with anyq.open_embedded() as q, anyq.serve(port=0) as server:
        await q("t:([]a:1 2 3)")
        assert await q(query) == table
        assert await q.submit(query) == table
        async with anyq.connect("localhost", server.port) as c, anyq.Pool("localhost", server.port) as pool:
            await c("t:([]a:1 2 3)")
            for ask in (c, pool):
                assert await ask(query) == table
            assert await c.submit(query) == table
            await c.post(delete("t", where=col("a") > 1, in_place=True))
            assert await c("count t") == 1
            assert await c("value", query) == anyq.table({"a": [2, 3]})[:0]


def test_blocking_entry_points() -> None:
    query = exec("t", max("a"))
    with anyq.sync.serve(port=0) as server, anyq.start_portal() as portal:
        with anyq.sync.connect("localhost", server.port) as q:
            q("t:([]a:1 2 3)")
            assert q(query) == 3
            assert q.submit(query).result() == 3
        with portal.connect("localhost", server.port) as shared, portal.pool("localhost", server.port) as pool:
            assert shared(query) == 3
            assert pool(query) == 3
            assert shared.submit(query).result() == 3
