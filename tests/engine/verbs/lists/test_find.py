"""Find, membership, binary search and ranges: laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.engine.kernel._support import longs
from anyq.testing import strategies as q
from anyq.values import Dict, List, Value, Vector

alike = q.kinds().flatmap(lambda kind: st.tuples(q.vectors(kind, max_size=6), q.vectors(kind, max_size=6)))


@given(alike)
def test_find_gives_the_first_place(both: tuple[Vector, Vector]) -> None:
    x, y = both
    assert holds("all(x?y)within(0;count x)", x=x, y=y)
    assert holds("all((x?y)=count x)|y~'x x?y", x=x, y=y)
    assert holds("all(x?x)={first where x~\\:y}[x]each x", x=x)


@given(alike)
def test_in_is_found(both: tuple[Vector, Vector]) -> None:
    x, y = both
    assert holds("(y in x)~(x?y)<count x", x=x, y=y)


@given(q.vectors("j", min_size=1, max_size=8), q.vectors("j", max_size=5))
def test_bin_and_binr(x: Vector, y: Vector) -> None:
    assert holds("all(x bin y)=-1+sum each x<=/:y", x=longs(np.sort(x.data)), y=y)
    assert holds("all(x binr y)=sum each x</:y", x=longs(np.sort(x.data)), y=y)


@given(q.vectors("j", max_size=5), q.atoms("j"), q.atoms("j"))
def test_within_is_both_bounds(x: Vector, low: Value, high: Value) -> None:
    assert holds("(x within(l;h))~(x>=l)&x<=h", x=x, l=low, h=high)


@given(q.dicts("s", "j", max_size=5))
def test_find_in_a_dict_gives_the_key(x: Dict) -> None:
    assert holds("(x?value x)~key[x](value x)?value x", x=x)


kinds_of_rows = q.kinds().flatmap(
    lambda kind: st.tuples(
        st.lists(q.vectors(kind, max_size=2), min_size=2, max_size=4), q.vectors(kind, min_size=1, max_size=2)
    )
)


@given(kinds_of_rows)
def test_a_list_of_lists_is_searched_for_whole_items(both: tuple[list[Vector], Vector]) -> None:
    x, y = List.of(tuple(both[0])), both[1]
    assert holds("(y in x)~any y~/:x", x=x, y=y)
    assert holds("(x?y)~(y~/:x)?1b", x=x, y=y)
    assert holds("((y;y)in x)~2#any y~/:x", x=x, y=y)
    assert holds("((first y)in x)~0b", x=x, y=y)


@pytest.mark.parametrize("x", ["1b", "0x01", "2h", "1 2f", "`a", '"ab"', "2000.01.01", "0D", "1 2e"])
def test_types_that_differ_are_refused(x: str) -> None:
    whole = x in ("0x01", "2h")
    assert (error(f"{x} in 1 2 3") == "type") is not whole
    assert (error(f"1 2 3?{x}") == "type") is not whole


@pytest.mark.parametrize("text", ["1 2?`a", "`a`b?1", "1 2 within 3", "`a within 1 2"])
def test_refused(text: str) -> None:
    assert error(text) in ("type", "length")
