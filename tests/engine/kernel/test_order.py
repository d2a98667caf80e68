"""Ranks, comparison and grades agree with each other."""

from __future__ import annotations

from functools import cmp_to_key

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._order import compare_values, grade, is_sorted, ranks, stable_order
from anyq.engine.kernel._support import items_of
from anyq.testing import strategies as q
from anyq.values import Value

lists = q.vectors(max_size=8) | q.lists(max_size=6)


def sorted_places(items: list[Value], *, down: bool = False) -> list[int]:
    def compare(a: int, b: int) -> int:
        return compare_values(items[b], items[a]) if down else compare_values(items[a], items[b])

    return sorted(range(len(items)), key=cmp_to_key(compare))


@given(lists)
def test_a_grade_sorts_by_comparison(x: Value) -> None:
    assert grade(x).tolist() == sorted_places(items_of(x))


@given(lists)
def test_down_is_the_other_way_and_stable_too(x: Value) -> None:
    assert grade(x, down=True).tolist() == sorted_places(items_of(x), down=True)


@given(lists)
def test_is_sorted_says_what_a_grade_does(x: Value) -> None:
    assert is_sorted(x) is (grade(x).tolist() == list(range(len(items_of(x)))))


@given(q.values(allow_functions=False), q.values(allow_functions=False), q.values(allow_functions=False))
def test_comparison_is_an_order(x: Value, y: Value, z: Value) -> None:
    assert compare_values(x, x) == 0
    assert compare_values(x, y) == -compare_values(y, x)
    if compare_values(x, y) <= 0 and compare_values(y, z) <= 0:
        assert compare_values(x, z) <= 0


@given(lists)
def test_ranks_are_equal_for_equal_items_only(x: Value) -> None:
    items, numbers = items_of(x), np.asarray(ranks(x)).tolist()
    for a, m in zip(items, numbers, strict=True):
        for b, n in zip(items, numbers, strict=True):
            assert (m == n) is (compare_values(a, b) == 0) or m != m or n != n


@given(st.lists(st.integers(0, 2**20), max_size=50), st.booleans())
def test_stable_order_is_numpys(numbers: list[int], many: bool) -> None:
    rank = np.array(numbers * (1000 if many else 1), np.int64)
    assert (stable_order(rank) == np.argsort(rank, kind="stable")).all()
