from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.query.support import answer

import anyq
from anyq.embedded import BlockingEmbedded
from anyq.query import Expression, call, col, count, exec, lit, not_, select, sum, when

A, B = col("a"), col("b")
TEXTS: list[tuple[Expression, str]] = [
    (A + B, "a+b"),
    ((A + B) * 2, "(a+b)*2"),
    (A + B * 2, "a+b*2"),
    (1 - A, "1-a"),
    (A - -1, "a--1"),
    (-1 * A, "(-1)*a"),
    (2**A, "2 xexp a"),
    (A // 2, "a div 2"),
    (A % 2, "a mod 2"),
    (2 / A, "2%a"),
    (-A, "neg a"),
    (~(A > 1), "not a>1"),
    (A == "x", "a=`x"),
    (A != "x y", 'a<>`$"x y"'),
    (A == b"x", 'a=enlist "x"'),
    (A == None, "null a"),  # noqa: E711
    (A != None, "not null a"),  # noqa: E711
    ((A <= 1) & (B >= 2), "(a<=1)&b>=2"),
    (A.within(1, 2), "a within 1 2"),
    (A.within(1, B), "a within (1;b)"),
    (A.isin(["x", "y"]), "a in `x`y"),
    (A.isin(["x"]), "a in enlist `x"),
    (A.isin(iter((1, 2))), "a in 1 2"),
    (A.like("x*"), 'a like "x*"'),
    (A.fill(0), "0^a"),
    (A.cast("minute"), "`minute$a"),
    (A.each(count), "count each a"),
    (sum(A * B), "sum a*b"),
    (when(A > 1, "x", B), "?[a>1;`x;b]"),
    (call("f", A, 1), "f[a;1]"),
    (call(".n.f"), ".n.f[(::)]"),
    (call(anyq.Lambda("", "{x+y}"), "a", "b"), "({x+y})[a;b]"),
    (lit(dt.timedelta(hours=1)) + A, "(0D01:00:00.000000000)+a"),
    (col("time.minute"), "time.minute"),
]


@pytest.mark.parametrize(("made", "text"), TEXTS, ids=[text for _, text in TEXTS])
def test_text_is_q(q: BlockingEmbedded, made: Expression, text: str) -> None:
    assert str(made) == text
    assert repr(made) == f"<Expression: {text}>"
    q("f:{x+y};.n.f:{1};w:([]a:1 2;b:3 4;time:09:30 10:00)")
    query = select("w", {"made": made})
    assert answer(q, query) == answer(q, str(query))


def test_names_of_columns_are_those_of_q() -> None:
    for made, name in (
        (A + B, "a"), (1 + A, "x"), (sum("b"), "b"), (sum(A * B), "a"), (count("i"), "x"), (col("t.minute"), "minute"),
        (lit(1), "x"), (A.cast("date"), "a"), (A.alias("z"), "z"),
    ):  # fmt: skip
        assert made.name == name


def test_an_expression_has_no_truth() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(A > 1)
    with pytest.raises(TypeError, match="neither true nor false"):
        1 < A < 2  # noqa: B015
    with pytest.raises(TypeError, match="no items"):
        list(A)
    with pytest.raises(TypeError, match="unhashable"):
        hash(A)


@pytest.mark.parametrize("name", ["", None, 3, b"a"])
def test_a_column_has_a_name(name: Any) -> None:
    with pytest.raises(TypeError, match="not empty"):
        col(name)


def test_what_has_no_q_form_is_named() -> None:
    with pytest.raises(TypeError, match="object"):
        A + object()
    with pytest.raises(TypeError, match="NUL"):
        col("a\0b")
    with pytest.raises(TypeError, match="names no function"):
        call('system"ls"', A)
    with pytest.raises(TypeError, match="by its name"):
        call(anyq.long(1), A)
    with pytest.raises(TypeError, match="no q form"):
        anyq.as_q(A)
    with pytest.raises(TypeError):
        lit(Decimal)


def test_thousands_of_conditions(q: BlockingEmbedded) -> None:
    made = A == 0
    for number in range(3000):
        made = made | (number == A)
    assert len(str(made)) > 20_000
    assert anyq.as_q(exec("t", made)) is not None


def test_negation_is_q(q: BlockingEmbedded) -> None:
    assert q(exec("trade", not_("flag"))) == q("exec not flag from trade")
