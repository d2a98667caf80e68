"""What iterators visit, and what is made of the results."""

from __future__ import annotations

from hypothesis import given

from anyq.engine.kernel._items import iterated, nothing_visited, rebuilt
from anyq.testing import strategies as q
from anyq.values import Atom, Dict, List, Value, Vector

lists = q.vectors() | q.lists() | q.tables()


@given(lists)
def test_visiting_each_item_gives_the_list_again(x: Value) -> None:
    items = iterated(x)
    assert items is not None
    again = rebuilt(x, items)
    if items and not isinstance(x, Vector):
        assert again == x
    assert iterated(again) == items


@given(q.dicts())
def test_a_dict_keeps_its_keys(x: Dict) -> None:
    items = iterated(x)
    assert items == (iterated(x.value) if iterated(x.value) is not None else [])
    made = rebuilt(x, items or [])
    assert isinstance(made, Dict)
    assert made.key == x.key
    if not len(x):
        empty = nothing_visited(x)
        assert isinstance(empty, Dict)
        assert (empty.key, empty.value) == (x.key, List.of(()))


@given(q.atoms())
def test_an_atom_goes_with_every_item(x: Atom) -> None:
    assert iterated(x) is None
    assert nothing_visited(x) == List.of(())
