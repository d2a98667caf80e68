"""``.Q``: laws and differentials of its tools."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q, ask, error, holds

from anyq.testing import strategies as q
from anyq.values import Dict, Table, Value, Vector, as_q, chars, strings, symbol, symbols


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)).filter(lambda d: d.day <= 28), st.integers(-40, 40))
def test_months_are_added_to_dates(date: dt.date, months: int) -> None:
    whole = date.year * 12 + date.month - 1 + months
    assert ask(".Q.addmonths[x;n]", x=as_q(date), n=as_q(months)).py() == date.replace(
        year=whole // 12, month=whole % 12 + 1
    )


@given(st.text("ab_1 .-é", max_size=5))
def test_names_become_ones_that_queries_can_use(name: str) -> None:
    made = ask(".Q.id x", x=symbol(name)).py()
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", made)
    assert ask(".Q.id x", x=symbol(made)).py() == made


@given(st.lists(st.text("a1 in", min_size=1, max_size=3), min_size=1, max_size=5, unique=True))
def test_columns_get_different_names(names: list[str]) -> None:
    x = Table(symbols(names), as_q([[1]] * len(names)))  # type: ignore[arg-type]
    made = ask(".Q.id x", x=x)
    assert isinstance(made, Table)
    assert len(set(made.column_names)) == len(names)
    for name in made.column_names:
        assert ask(f"exec {name} from y", y=made) == made.column(name)


@given(st.lists(st.lists(st.integers(0, 9).map(str), max_size=2), max_size=3))
def test_options(words: list[list[str]]) -> None:
    line = [word for at, values in enumerate(words) for word in (f"-o{at}", *values)]
    made = ask(".Q.opt x", x=strings(line) if line else ask("()"))
    assert isinstance(made, Dict)
    assert [key.raw for key in made.key] == [f"o{at}" for at in range(len(words))]
    read = ask(".Q.def[`o0`z!(5;6)]x", x=made)
    assert isinstance(read, Dict)
    assert list(read) == ["o0", "z"]
    if words and len(words[0]) == 1:
        assert read["o0"] == int(words[0][0])


@given(q.vectors(max_size=6))
def test_functions_of_different_items_only(x: Vector) -> None:
    assert holds("(.Q.fu[string;x])~string x", x=x)
    ask("calls:0")
    assert holds("(.Q.fu[{calls+:count x;x};x])~x", x=x)
    assert holds("calls=count distinct x", x=x)


@given(q.tables(max_rows=3))
def test_functions_of_simple_tables(x: Table) -> None:
    if len(x.column_names) > 1:
        assert holds("(.Q.ft[reverse]1!x)~1!reverse x", x=x)
    assert holds("(.Q.ft[reverse]x)~reverse x", x=x)
    assert holds("(.Q.ff[x;x])~x", x=x)


@given(q.values(allow_functions=False))
def test_text_of_the_console(x: Value) -> None:
    assert isinstance(ask(".Q.s x", x=x), Vector)
    assert holds("10h=type .Q.s1 x", x=x)


@given(st.floats(-(10.0**6), 10.0**6), st.integers(0, 5), st.integers(1, 14))
def test_formatted_numbers_fill_their_width(number: float, places: int, width: int) -> None:
    made = ask(".Q.fmt[w;p;x]", w=as_q(width), p=as_q(places), x=as_q(number))
    text = bytes(made).decode()
    assert len(text) == width
    if set(text) != {"*"}:
        assert abs(float(text) - number) <= 0.5000001 * 10.0**-places


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(".Q.dd[`a;`b]", "`a.b"), (".Q.dd[`:d;`t`c]", "`:d/t/c"), (".Q.dd[`:d;2020.01.01]", "`:d/2020.01.01"),
     (".Q.ty 1 2", '"j"'),
     (".Q.ty(1 2;3 4)", '"J"'), (".Q.ty(1;`a)", '" "'), (".Q.f[2]1.005", '"1.01"')],
)  # fmt: skip
def test_small_tools(text: str, wanted: str) -> None:
    assert holds(f"({text})~{wanted}") or ask(text) == chars(wanted.strip('"'))
    assert error(".Q.id 1") == "type"
    assert Q.eval("99h=type .Q.w[]") == 1
