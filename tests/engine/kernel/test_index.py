"""Indexing data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._index import as_positions, index_at, index_deep
from anyq.engine.kernel._support import items_of, long, longs, missing_item, symbols
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import NULL, Atom, Dict, KeyedTable, List, QType, Table, Value, Vector

lists = q.vectors(max_size=6) | q.lists(max_size=5)


@given(lists, st.integers(-3, 9))
def test_one_position(x: Value, at: int) -> None:
    assert isinstance(x, Vector | List)
    items = items_of(x)
    assert index_at(x, long(at)) == (items[at] if 0 <= at < len(items) else missing_item(x))


@given(lists, st.lists(st.integers(-3, 9), min_size=1, max_size=5))
def test_many_positions_are_one_by_one(x: Value, at: list[int]) -> None:
    assert items_of(index_at(x, longs(at))) == [index_at(x, long(i)) for i in at]


@given(lists)
def test_nothing_is_everything(x: Value) -> None:
    assert index_at(x, NULL) is x


@given(q.dicts("s", max_size=5))
def test_a_dict_gives_the_first_value_of_a_key(x: Dict) -> None:
    if isinstance(x, KeyedTable) or x.sorted:
        return
    values = items_of(x.value)
    keys = items_of(x.key)
    for key in keys:
        assert index_at(x, key) == values[keys.index(key)]


@given(q.tables({"a": "j", "b": "s"}, min_rows=1, max_rows=4), st.integers(0, 3))
def test_a_table_by_row_by_column_and_both(x: Table, at: int) -> None:
    row = long(at % len(x))
    name = Atom(QType.SYMBOL, "a")
    assert index_at(index_at(x, row), name) == index_at(index_at(x, name), row)
    assert index_deep(x, (row, name)) == index_at(index_at(x, name), row)
    assert index_deep(x, (NULL, name)) == x.column("a")


@pytest.mark.parametrize("index", [Atom(QType.SYMBOL, "a"), Atom(QType.FLOAT, 1.0), symbols(["a"])])
def test_lists_take_whole_numbers_only(index: Value) -> None:
    with pytest.raises(QError, match="type"):
        index_at(longs([1, 2]), index)


def test_as_positions() -> None:
    assert as_positions(symbols(["a"])) is None
    widened = as_positions(Vector.of(QType.INT, longs([1, 2]).data.astype("i4")))
    assert widened is not None
    assert widened.tolist() == [1, 2]
    empty = as_positions(List.of(()))
    assert empty is not None
    assert not len(empty)
