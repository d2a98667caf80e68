"""Rows as the scope of expressions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q, ask

from anyq.engine.query._selection import Selection, as_column, groups_of
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Atom, Table, Value, Vector, long, symbol, vector

tables = q.tables({"a": "j", "b": "s"}, max_rows=6)


def chosen(table: Table, rows: list[int]) -> Selection:
    return Selection(Q, table, "", None, np.array(rows, np.int64))


@given(tables, st.data())
def test_among_composes(x: Table, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(x) - 1), max_size=5)) if len(x) else []
    again = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=5)) if rows else []
    picked = chosen(x, rows).among(np.array(again, np.int64))
    wanted = [rows[at] for at in again]
    assert picked.all_rows().tolist() == wanted
    assert picked.column("a") == x.column("a")[np.array(wanted, np.int64)]
    assert picked.column("i") == vector("j", wanted)
    assert len(picked.restricted()) == len(picked) == len(wanted)


@given(tables, st.integers(-3, 3))
def test_conditions_filter_one_after_the_other(x: Table, bound: int) -> None:
    trees = tuple(ask(f'parse"{text}"') for text in (f"a>{bound}", "i=(first;i)fby b"))
    one = Selection(Q, x, "").filtered(trees)
    two = Selection(Q, x, "").filtered(trees[:1]).filtered(trees[1:])
    assert one.all_rows().tolist() == two.all_rows().tolist()
    items = x.column("a").py()
    assert all(items[row] is not None and items[row] > bound for row in one.all_rows().tolist())


@given(tables)
def test_names_of_columns_go_before_those_outside(x: Table) -> None:
    rows = Selection(Q, x, "", {"a": long(7), "z": long(8)}.get)
    assert rows.scope("a") == x.column("a")
    assert rows.scope("z") == long(8)
    assert rows.scope("nothing") is None


@given(tables)
def test_groups_cover_every_row_once(x: Table) -> None:
    rows = Selection(Q, x, "")
    groups = groups_of([("b", symbol("b"))], rows)
    assert sorted(groups.order.tolist()) == list(range(len(x)))
    assert len(groups) == len(set(x.column("b").py()))


@given(q.atoms() | q.vectors(max_size=3), st.integers(0, 3))
def test_a_result_as_a_column(x: Value, size: int) -> None:
    if isinstance(x, Vector) and len(x) != size:
        with pytest.raises(QError, match="length"):
            as_column(x, size)
        return
    made = as_column(x, size)
    assert len(made) == size
    if isinstance(x, Atom):
        assert list(made) == [x] * size
