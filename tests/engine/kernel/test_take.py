"""Items at positions, as properties of every list that q has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._enumeration import Enumeration
from anyq.engine.kernel._support import items_of, missing_item
from anyq.engine.kernel._take import take, window
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, symbols

lists = q.vectors() | q.lists() | q.tables()
indexes = st.lists(st.integers(-3, 12) | st.just(-(2**63)), max_size=6).map(lambda items: np.array(items, np.int64))


@given(lists, indexes)
def test_an_item_of_each_position_or_a_null(x: Value, index: np.ndarray) -> None:
    items = items_of(x)
    null = missing_item(x) if isinstance(x, Vector | List) else None
    made = items_of(take(x, index))
    assert len(made) == (len(index) if items or not isinstance(x, Table) or len(x.data) else 0)
    for at, item in zip(index.tolist(), made, strict=False):
        if 0 <= at < len(items):
            assert item == items[at]
        elif null is not None:
            assert item == null
        elif isinstance(x, Table):
            assert isinstance(item, Dict)
            assert item.key == x.names


@given(q.vectors(), indexes)
def test_a_vector_keeps_its_type_and_loses_its_attribute(x: Vector, index: np.ndarray) -> None:
    made = take(x, index)
    assert isinstance(made, Vector)
    assert (made.qtype, made.attr.char) == (x.qtype, "")


@given(st.lists(st.sampled_from(["a", "b", ""]), max_size=5), indexes)
def test_an_enumeration_stays_one(texts: list[str], index: np.ndarray) -> None:
    made = take(Enumeration.over("sym", symbols(texts)), index)
    assert isinstance(made, Enumeration)
    assert made.domain == "sym"
    assert list(made.plain()) == [
        Atom(QType.SYMBOL, texts[at] if 0 <= at < len(texts) else "") for at in index.tolist()
    ]


@given(q.dicts() | q.keyed_tables(), indexes)
def test_a_dict_gives_values_and_a_keyed_table_rows(x: Dict, index: np.ndarray) -> None:
    made = take(x, index)
    if isinstance(x, KeyedTable):
        assert isinstance(made, KeyedTable)
        assert made.key_table == take(x.key_table, index)
        assert made.value_table == take(x.value_table, index)
    else:
        assert made == take(x.value, index)


@given(q.atoms())
def test_an_atom_has_no_items(x: Atom) -> None:
    with pytest.raises(QError, match="type"):
        take(x, np.zeros(1, np.int64))


@given(lists, st.integers(0, 6), st.integers(0, 6))
def test_window_is_take_of_a_range(x: Value, start: int, length: int) -> None:
    size = len(items_of(x))
    start = min(start, size)
    stop = min(start + length, size)
    assert items_of(window(x, start, stop)) == items_of(x)[start:stop]
