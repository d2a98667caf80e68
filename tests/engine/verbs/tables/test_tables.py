"""Columns and rows of tables: laws."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.engine.asking import ask, error, holds

from anyq.testing import strategies as q
from anyq.values import Table, symbols

plain = q.tables(max_rows=4)
simple = q.tables({"k": "j", "a": "s", "b": "f"}, max_rows=5)


@given(plain)
def test_columns_and_meta(x: Table) -> None:
    assert holds("(cols x)~key flip x", x=x)
    assert holds("(exec c from meta x)~cols x", x=x)
    assert holds("(flip flip x)~x", x=x)
    assert holds("((reverse cols x)xcols x)~(reverse cols x)#x", x=x)


@given(plain, st.data())
def test_renamed_columns_keep_their_data(x: Table, data: st.DataObject) -> None:
    names = [f"n{at}" for at in range(data.draw(st.integers(1, len(x.column_names))))]
    assume(not set(names) & set(x.column_names))
    assert holds("(value flip n xcol x)~value flip x", x=x, n=symbols(names))
    assert holds("(cols n xcol x)~n,(count n)_cols x", x=x, n=symbols(names))


@given(simple)
def test_keys_come_and_go(x: Table) -> None:
    assert holds("(0!`k xkey x)~x", x=x)
    assert holds("(keys`k`b xkey x)~`k`b", x=x)
    assert holds("(1!x)~`k xkey x", x=x)


@given(simple)
def test_sorting_is_stable(x: Table) -> None:
    assert holds("(`k xasc x)~x iasc x`k", x=x)
    assert holds("(`k xdesc x)~x idesc x`k", x=x)
    assert holds("(`a`k xasc x)~`a xasc`k xasc x", x=x)


@given(simple.filter(len))
def test_ungroup_undoes_xgroup(x: Table) -> None:
    assert holds("(ungroup`k xgroup x)~x raze value group x`k", x=x)
    assert holds("(count`k xgroup x)=count distinct x`k", x=x)


@given(simple)
def test_a_name_stands_for_its_table(x: Table) -> None:
    for text in ("`k xasc t", "`k xkey t", "`z xcol t", "`b xcols t"):
        ask("t:x", x=x)
        wanted = ask(text)
        assert ask(text.replace(" t", "`t")) == symbols(["t"])[0]
        assert ask("t") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("`z xkey t", "z"), ("`z xasc t", "z"), ("`z xcols t", "z"), ("cols 1", "type"),
     ("ungroup([]a:(1 2;3);b:(1;2 3))", "length"),
     ("keys 1", "type"), ("meta 1", "type")],
)  # fmt: skip
def test_errors(text: str, wanted: str) -> None:
    ask("t:([]k:1 2;a:`a`b)")
    assert error(text) == wanted
