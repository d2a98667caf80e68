"""The attribute after an append is the one that the longer vector still has."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._append import kept_attr
from anyq.values import Attr, QType, Vector

numbers = st.lists(st.integers(-3, 6), max_size=5)


def longs(items: list[int], attr: Attr = Attr.NONE) -> Vector:
    return Vector.of(QType.LONG, np.array(items, np.int64), attr)


@given(numbers.map(sorted), numbers)
def test_sorted_stays_where_the_whole_is_sorted(old: list[int], new: list[int]) -> None:
    kept = kept_attr(longs(old, Attr.SORTED), longs(new))
    assert (kept is Attr.SORTED) == (old + new == sorted(old + new))


@given(st.lists(st.integers(-3, 6), max_size=5, unique=True), numbers)
def test_unique_stays_where_no_item_comes_twice(old: list[int], new: list[int]) -> None:
    kept = kept_attr(longs(old, Attr.UNIQUE), longs(new))
    assert (kept is Attr.UNIQUE) == (len(set(old + new)) == len(old + new))


@given(numbers, numbers.filter(bool))
def test_grouped_stays_and_parted_goes(old: list[int], new: list[int]) -> None:
    assert kept_attr(longs(old, Attr.GROUPED), longs(new)) is Attr.GROUPED
    assert kept_attr(longs(old, Attr.PARTED), longs(new)) is Attr.NONE
    assert kept_attr(longs(old, Attr.PARTED), longs([])) is Attr.PARTED
