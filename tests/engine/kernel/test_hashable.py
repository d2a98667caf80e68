"""Python keys of values: equal exactly when the values match."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._hashable import hashable, keys_of, raw_key
from anyq.engine.kernel._support import items_of
from anyq.testing import strategies as q
from anyq.values import List, Value, Vector, match


@given(
    st.lists(
        q.atoms("j") | q.atoms("s") | q.vectors("j", max_size=2) | q.vectors("c", max_size=2), min_size=2, max_size=5
    )
)
def test_keys_are_equal_when_values_match(items: list[Value]) -> None:
    for x in items:
        for y in items:
            assert (hashable(x) == hashable(y)) == match(x, y)
            assert (hashable(List.of((x, x))) == hashable(List.of((y, y)))) == match(x, y)


@given(q.vectors() | q.lists(), st.integers(0, 4), st.integers(0, 6))
def test_keys_of_a_part_are_those_of_its_items(x: Vector | List, start: int, stop: int) -> None:
    assert keys_of(x, start, stop) == [raw_key(item, x) for item in items_of(x)[start:stop]]
