"""Grouping rows: order, completeness, and reductions that equal those of each group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from anyq.engine.kernel._groups import grouped, reduced
from anyq.engine.kernel._order import ranks
from anyq.engine.kernel._support import items_of, long
from anyq.testing import strategies as q
from anyq.values import Table, Value, Vector

columns = q.vectors(max_size=8) | q.lists(max_size=6)


@given(columns)
def test_groups_come_in_ascending_order_and_hold_every_row_once(x: Value) -> None:
    size = len(items_of(x))
    groups = grouped([x], size)
    rows = [groups.rows(k).tolist() for k in range(len(groups))]
    assert sorted(at for group in rows for at in group) == list(range(size))
    assert all(group == sorted(group) for group in rows)
    numbers = np.asarray(ranks(x)) if size else np.zeros(0)
    firsts = [numbers[group[0]] for group in rows]
    assert all(len({numbers[at] for at in group}) == 1 or numbers.dtype.kind == "f" for group in rows)
    assert firsts == sorted(firsts) or numbers.dtype.kind == "f"


@given(q.tables({"a": "s", "b": "j"}, max_rows=8))
def test_rows_of_one_group_have_the_same_keys(x: Table) -> None:
    groups = grouped(x.data.items, len(x))
    rows = items_of(x)
    for k in range(len(groups)):
        assert len({str(rows[at]) for at in groups.rows(k).tolist()}) == 1
    assert len(groups) == len({str(row) for row in rows})
    assert groups.firsts().tolist() == [int(groups.rows(k)[0]) for k in range(len(groups))]
    assert groups.lasts().tolist() == [int(groups.rows(k)[-1]) for k in range(len(groups))]


@pytest.mark.parametrize(("name", "run"), [("sum", sum), ("min", min), ("max", max), ("count", len)])
@given(x=q.vectors("j", min_size=1, max_size=8, allow_nulls=False).filter(lambda x: abs(x.data // 16).max() < 2**58))
def test_reductions_are_those_of_each_group(name: str, run: object, x: Vector) -> None:
    assert callable(run)
    groups = grouped([Vector.of(x.qtype, x.data % 3)], len(x))
    made = reduced(name, x, groups, long(0))
    assert isinstance(made, Vector)
    data = x.data.tolist()
    assert made.data.tolist() == [run([data[at] for at in groups.rows(k).tolist()]) for k in range(len(groups))]


def test_many_columns_do_not_overflow() -> None:
    wide = [Vector.of(long(0).qtype, np.arange(2000) * 10**9 + shift) for shift in range(8)]
    assert len(grouped(wide, 2000)) == 2000
