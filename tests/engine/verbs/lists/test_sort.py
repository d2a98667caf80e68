"""What sorting promises, for every type."""

from __future__ import annotations

from hypothesis import given
from tests.engine.asking import holds

from anyq.testing import strategies as q
from anyq.values import Dict, Table, Value

lists = q.vectors(max_size=8) | q.lists(max_size=6)


@given(lists)
def test_ascending(x: Value) -> None:
    assert holds("(asc x)~`s#x iasc x", x=x) or holds("(0h=type x)&(asc x)~x iasc x", x=x)
    assert holds("(til count x)~asc iasc x", x=x)


@given(lists)
def test_descending(x: Value) -> None:
    assert holds("(desc x)~x idesc x", x=x)


@given(lists)
def test_sorting_is_stable(x: Value) -> None:
    assert holds("all{all 0<1_deltas x}each iasc[x]value group x iasc x", x=x)


@given(lists)
def test_rank_undoes_grade(x: Value) -> None:
    assert holds("(rank x)~iasc iasc x", x=x)


@given(q.tables({"a": "j", "b": "s"}, max_rows=6))
def test_columns_sort_tables(x: Table) -> None:
    assert holds("(`a xasc x)~x iasc x`a", x=x)
    assert holds("(`b`a xasc x)~(`a xasc x)iasc(`a xasc x)`b", x=x)
    assert holds("(`a xdesc x)~x idesc x`a", x=x)


@given(q.dicts("s", "j", max_size=5))
def test_dicts_sort_by_value(x: Dict) -> None:
    assert holds("(value asc x)~asc value x", x=x)
    assert holds("(key asc x)~(key x)iasc value x", x=x)
