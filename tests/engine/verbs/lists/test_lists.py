"""Building lists: take, reshape, first and last, reverse, flip, raze, cross, where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.engine.kernel._support import long, longs
from anyq.testing import strategies as q
from anyq.values import Dict, Table, Value, Vector

lists = q.vectors(max_size=8) | q.lists(max_size=6)


@given(lists)
def test_ends(x: Value) -> None:
    assert holds("(0=count x)|(first[x]~x 0)&last[x]~x -1+count x", x=x)


@given(lists)
def test_reverse_twice_is_the_list(x: Value) -> None:
    assert holds("x~reverse reverse x", x=x)
    assert holds("(reverse x)~x reverse til count x", x=x) or holds("0=count x", x=x)


@given(q.vectors(min_size=1, max_size=5), st.integers(-12, 12))
def test_take_goes_round(x: Vector, n: int) -> None:
    assert holds("(n#x)~x($[n<0;n;0]+til abs n)mod count x", x=x, n=long(n))


@given(st.integers(0, 5), st.integers(0, 5))
def test_reshape(rows: int, columns: int) -> None:
    assert holds("(r=count m)&all c=count each m:(r;c)#til 7", r=long(rows), c=long(columns))


@given(q.tables(max_rows=4))
def test_flip_twice_is_the_table(x: Table) -> None:
    assert holds("x~flip flip x", x=x)


@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=1, max_size=5))
def test_flip_of_a_matrix(rows: list[list[int]]) -> None:
    assert holds("x~flip flip x", x=_matrix(rows))


def _matrix(rows: list[list[int]]) -> Value:
    from anyq.values import List

    return List.of(tuple([longs(row) for row in rows]))


@given(q.vectors("j", max_size=4), q.vectors("s", max_size=4))
def test_cross_is_every_pair(x: Vector, y: Vector) -> None:
    assert holds("(count[x]*count y)=count x cross y", x=x, y=y)
    assert holds("(0=count x)|(0=count y)|(x cross y)~raze x,/:\\:y", x=x, y=y)


@given(st.lists(st.integers(0, 4), max_size=6).map(longs))
def test_where_repeats_places(x: Value) -> None:
    assert holds("(where x)~raze x#'til count x", x=x) or holds("0=sum x", x=x)


@given(q.dicts("s", "b", max_size=5))
def test_where_of_a_dict_gives_keys(x: Dict) -> None:
    assert holds("(where x)~(key x)where value x", x=x)


@pytest.mark.parametrize("text", ["where`a`b", "flip(1 2;1 2 3)", "flip 1 2", "til -1", "til`a"])
def test_refused(text: str) -> None:
    assert error(text) != ""
