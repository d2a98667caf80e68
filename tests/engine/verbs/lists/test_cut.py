"""Drop, cut, sublist, rotate."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import holds

from anyq.engine.kernel._support import long, longs
from anyq.testing import strategies as q
from anyq.values import Value

lists = q.vectors(max_size=8, allow_attributes=False) | q.lists(max_size=6) | q.tables(max_rows=5)


@given(lists, st.integers(0, 10))
def test_take_and_drop_make_the_whole(x: Value, n: int) -> None:
    assert holds("x~((n&count x)#x),n _x", x=x, n=long(n)) or holds("0 in count each(n#x;n _x)", x=x, n=long(n))


@given(lists, st.integers(1, 5))
def test_cut_pieces_make_the_whole(x: Value, n: int) -> None:
    assert holds("(count x)=sum count each n cut x", x=x, n=long(n))
    assert holds("all n>=count each n cut x", x=x, n=long(n))


@given(st.lists(st.integers(), max_size=8).map(lambda n: longs([i % 9 for i in n])), st.integers(-20, 20))
def test_rotate_there_and_back(x: Value, n: int) -> None:
    assert holds("x~(neg n)rotate n rotate x", x=x, n=long(n))
    assert holds("(asc x)~asc n rotate x", x=x, n=long(n))


@given(lists, st.integers(-10, 10), st.integers(0, 5))
def test_sublist_never_has_more(x: Value, n: int, start: int) -> None:
    assert holds("(abs[n]&count x)=count n sublist x", x=x, n=long(n))
    assert holds("(0|(count[x]-s)&abs n)=count(s,abs n)sublist x", x=x, n=long(n), s=long(start))
