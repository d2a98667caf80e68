"""Each, each left, each right, each prior, case: as loops."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.engine.asking import error, holds

from anyq.testing import strategies as q
from anyq.values import Dict, Vector

lists = q.vectors("j", allow_infinities=False, max_size=5)


@pytest.mark.parametrize("f", ["neg", "{x,x}", "{x*2}", "string", "(::)", "enlist"])
@given(x=lists)
def test_each_is_a_loop(f: str, x: Vector) -> None:
    assert holds(f"r:();i:0;while[i<count x;r,:enlist {f} x i;i+:1];(0=count x)|r~{f} each x", x=x)


@given(lists, lists)
def test_left_and_right(x: Vector, y: Vector) -> None:
    assert holds("(x+/:y)~{x+y}[x]each y", x=x, y=y)
    assert holds("(x+\\:y)~{x+y}[;y]each x", x=x, y=y)
    assert holds("(0=count x)|(0=count y)|(x,/:\\:y)~flip x,\\:/:y", x=x, y=y)


@given(lists)
def test_each_pairs_lists_of_one_count(x: Vector) -> None:
    assert holds("(0=count x)|(x+'x)~x+x", x=x)
    assert holds("(0=count x)|({x,y}'[x;x])~flip(x;x)", x=x)


@given(lists)
def test_prior_sees_the_item_before(x: Vector) -> None:
    assert holds("(1_(-':)x)~(1_x)- -1_x", x=x)
    assert holds("(0=count x)|({y}':[0N;x])~prev x", x=x)


@given(q.dicts("s", "j", max_size=4))
def test_a_dict_keeps_its_keys(x: Dict) -> None:
    assert holds("(key{x}each x)~key x", x=x)


@pytest.mark.parametrize("text", ["1 2+'1 2 3", "{x+y}'[1 2;1 2 3]"])
def test_lists_of_other_counts_are_length(text: str) -> None:
    assert error(text) == "length"


@given(lists)
def test_case_picks_from_lists(x: Vector) -> None:
    assert holds("(0=count x)|(((count x)#0 1)'[x;neg x])~x*(count x)#1 -1", x=x)


def test_nothing_visited() -> None:
    assert holds("()~{x}each()")
    assert holds("(0#`)~key{x}each(0#`)!()")
