"""Sets and groups: laws."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import holds

from anyq.testing import strategies as q
from anyq.values import Value, Vector

lists = q.vectors(max_size=8) | q.lists(max_size=5)
pairs = q.kinds().flatmap(lambda kind: st.tuples(q.vectors(kind, max_size=6), q.vectors(kind, max_size=6)))


@given(lists)
def test_distinct_keeps_the_first_of_each(x: Value) -> None:
    assert holds("(distinct x)~x asc distinct x?x", x=x)
    assert holds("(distinct distinct x)~distinct x", x=x)


@given(lists)
def test_groups_hold_every_place_once(x: Value) -> None:
    assert holds("all(til count x)=asc raze value group x", x=x)
    assert holds("(count x)=count raze value group x", x=x)
    assert holds("(0=count x)|(key group x)~distinct x", x=x)


@given(pairs)
def test_union_inter_except(both: tuple[Vector, Vector]) -> None:
    x, y = both
    assert holds("(x union y)~distinct x,y", x=x, y=y)
    assert holds("(x inter y)~x where x in y", x=x, y=y)
    assert holds("(x except y)~x where not x in y", x=x, y=y)


@given(q.vectors("j", max_size=6))
def test_differ_marks_changes(x: Vector) -> None:
    assert holds("(differ x)~not(til count x)in 1+where 1_x=prev x", x=x) or holds("2>count x", x=x)
