"""Amending: only the named places change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._amend import amend_at, amend_deep, new_item, with_item
from anyq.engine.kernel._index import index_at, index_deep
from anyq.engine.kernel._support import items_of, long, longs, symbol
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import NULL, Dict, List, Table, Value, Vector

numbers = st.lists(st.integers(-99, 99), min_size=1, max_size=6)


@given(numbers, st.integers(0, 5), st.integers(-9, 9))
def test_one_place(x: list[int], at: int, new: int) -> None:
    at %= len(x)
    made = amend_at(longs(x), long(at), None, long(new))
    assert made == longs([*x[:at], new, *x[at + 1 :]])
    assert new_item(longs(x), (long(at),), None, long(new)) == (at, long(new))
    assert with_item(longs(x), at, long(new)) == made


@given(numbers, st.lists(st.integers(0, 5), max_size=6))
def test_places_in_their_order(x: list[int], places: list[int]) -> None:
    at = [place % len(x) for place in places]
    wanted = list(x)
    for n, place in enumerate(at):
        wanted[place] = n
    assert amend_at(longs(x), longs(at), None, longs(range(len(at)))) == longs(wanted)


@given(q.tables({"a": "j", "b": "s"}, min_rows=1, max_rows=4), st.integers(0, 3))
def test_a_cell_of_a_table(x: Table, at: int) -> None:
    path = (long(at % len(x)), symbol("a"))
    made = amend_deep(x, path, None, long(7))
    assert index_deep(made, path) == long(7)
    assert index_at(made, symbol("b")) == x.column("b")


@given(q.dicts("s", "j", max_size=4), q.atoms("s"))
def test_a_key_is_replaced_or_added(x: Dict, key: Value) -> None:
    made = amend_at(x, key, None, long(7))
    assert isinstance(made, Dict)
    assert index_at(made, key) == long(7) or x.sorted
    assert len(made) - len(x) in (0, 1)


@given(q.vectors("j", max_size=5))
def test_everything(x: Vector) -> None:
    assert items_of(amend_at(x, NULL, lambda item: long(1), None)) == [long(1)] * len(x)


@pytest.mark.parametrize(
    ("x", "path", "y", "error"),
    [
        (longs([1]), (long(1),), long(2), "length"),
        (longs([1]), (long(0),), symbol("a"), "type"),
        (longs([1, 2]), (longs([0, 1]),), longs([1, 2, 3]), "length"),
        (longs([1]), (symbol("a"),), long(1), "type"),
        (List.of((longs([1]), longs([2]))), (long(0), long(5)), long(1), "length"),
    ],
)
def test_refused(x: Value, path: tuple[Value, ...], y: Value, error: str) -> None:
    with pytest.raises(QError, match=error):
        amend_deep(x, path, None, y)
