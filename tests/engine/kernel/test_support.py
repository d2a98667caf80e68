"""Nulls beside a value, and the small conversions that verbs read their arguments with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from anyq.engine.kernel._enumeration import EnumeratedAtom, Enumeration
from anyq.engine.kernel._support import (
    integer,
    integers,
    is_atom,
    items_of,
    like,
    missing_item,
    null_like,
    strs,
    text_of,
    type_number,
)
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse, symbols


@given(q.values(allow_functions=False))
def test_null_like_has_the_type_and_is_its_own_null(x: Value) -> None:
    null = null_like(x)
    assert type_number(null) == type_number(x)
    assert null_like(null) == null


@given(q.dicts(keys="s"))
def test_null_of_a_record_has_the_null_of_each_value(x: Dict) -> None:
    null = null_like(x)
    if isinstance(x, KeyedTable):
        return
    assert isinstance(null, Dict)
    assert null.key == x.key
    assert items_of(null.value) == [null_like(item) for item in items_of(x.value)]


@given(q.tables() | q.keyed_tables())
def test_null_of_a_table_is_the_table_without_rows(x: Table | KeyedTable) -> None:
    null = null_like(x)
    assert type(null) is type(x)
    assert len(null) == 0


@given(q.vectors())
def test_missing_item_of_a_vector_is_an_atom_of_its_type(x: Vector) -> None:
    item = missing_item(x)
    assert isinstance(item, Atom)
    assert item.qtype is x.qtype
    assert item == null_like(item)


def test_missing_item_of_an_enumeration_belongs_to_the_domain() -> None:
    item = missing_item(Enumeration.over("sym", symbols(["a"])))
    assert isinstance(item, EnumeratedAtom)
    assert (item.domain, item.raw) == ("sym", "")
    assert null_like(EnumeratedAtom(QType.SYMBOL, "a", "sym")) == item


def test_missing_item_of_a_list_is_as_its_first() -> None:
    assert missing_item(List.of(())) == List.of(())
    assert missing_item(List.of((Atom(QType.LONG, 3), symbols(["a"])))) == null_like(Atom(QType.LONG, 3))


def test_like_keeps_the_class() -> None:
    made = like(Enumeration.over("sym", symbols(["a"])), symbols(["b"]).data)
    assert isinstance(made, Enumeration)
    assert type(like(symbols(["a"]), symbols(["b"]).data)) is Vector


@given(q.values())
def test_items_of_an_atom_is_the_atom(x: Value) -> None:
    items = items_of(x)
    if is_atom(x):
        assert items == [x]
    elif isinstance(x, Dict):
        assert items == items_of(x.value)
    else:
        assert len(items) == len(x)


@pytest.mark.parametrize("qtype", [QType.BOOLEAN, QType.BYTE, QType.SHORT, QType.INT, QType.LONG])
def test_integer_widens_and_keeps_nulls(qtype: QType) -> None:
    assert integer(Atom(qtype, 1)) == 1
    assert integers(collapse([Atom(qtype, 1), Atom(qtype, 0)])).tolist() == [1, 0]
    if qtype.null is not None:
        assert integer(Atom(qtype, qtype.null)) == -(2**63)
        assert integers(Atom(qtype, qtype.null)).tolist() == [-(2**63)]


@pytest.mark.parametrize("read", [integer, integers, strs, text_of])
def test_readers_refuse_other_types(read: object) -> None:
    assert callable(read)
    with pytest.raises(QError, match="type"):
        read(Vector.of(QType.FLOAT, np.zeros(2)))
