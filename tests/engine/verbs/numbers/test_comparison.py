"""Laws of comparison."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.engine.asking import ask, error, holds

from anyq.testing import strategies as q
from anyq.values import Value, Vector


@given(q.vectors(max_size=5))
def test_a_vector_equals_itself(x: Vector) -> None:
    assert holds("all(x=x)&(x<=x)&(x>=x)&not(x<x)|(x>x)|x<>x", x=x)


@given(q.vectors("j", min_size=1, max_size=4), q.atoms("j"))
def test_one_of_three_holds(x: Vector, y: Value) -> None:
    assert holds("all 1=(x<y)+(x=y)+x>y", x=x, y=y)
    assert holds("((x<=y)~not x>y)&(x>=y)~not x<y", x=x, y=y)


@given(q.vectors("f", min_size=1, max_size=4))
def test_nulls_are_below_everything_and_equal_to_each_other(x: Vector) -> None:
    assert holds("all(null x)|0n<x", x=x)
    assert holds("all(null x)=x=0n", x=x)


@given(q.atoms("f", allow_nulls=False, allow_infinities=False))
def test_floats_are_equal_within_tolerance(x: Value) -> None:
    assert holds("(1e300<abs x)|x=x*1+1e-15", x=x)
    assert holds("(x=0f)|abs[x]<1e-300", x=x) or holds("not x=x*1.001", x=x)


@given(q.values(allow_functions=False), q.values(allow_functions=False))
def test_match_is_of_whole_values(x: Value, y: Value) -> None:
    assert holds("x~x", x=x)
    assert holds("(x~y)=y~x", x=x, y=y)


@pytest.mark.parametrize("kind", "hijef")
def test_lesser_and_greater_pick_by_order(kind: str) -> None:
    assert holds(f'((a&b)~"{kind}"$1 2)&(a|b)~"{kind}"$3 4', a=ask(f'"{kind}"$1 4'), b=ask(f'"{kind}"$3 2'))


@pytest.mark.parametrize("text", ["1=`a", "`a<1", "1 2=1 2 3", "(1 2;3)<(1 2 3;4)"])
def test_refused(text: str) -> None:
    assert error(text) in ("type", "length")
