"""Pieces of queries, against Python's slices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.query._parts import common_size, conditions, in_order, limited, pairs, unlimited, window
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Atom, Attr, Dict, List, QType, Vector, boolean, long, symbols, vector

sizes = st.integers(0, 9)


@given(sizes, st.integers(-12, 12))
def test_a_limit_takes_from_either_end(size: int, limit: int) -> None:
    items = list(range(size))
    assert window(size, long(limit)).tolist() == (items[:limit] if limit >= 0 else items[limit:])


@given(sizes, sizes, sizes)
def test_a_limit_of_two_is_a_slice(size: int, start: int, length: int) -> None:
    assert window(size, vector("j", [start, length])).tolist() == list(range(size))[start : start + length]


@given(st.lists(q.vectors(max_size=3) | q.atoms(), min_size=1, max_size=4))
def test_columns_have_one_length(columns: list[Vector | Atom]) -> None:
    lengths = {len(column) for column in columns if isinstance(column, Vector)}
    if len(lengths) > 1:
        with pytest.raises(QError, match="length"):
            common_size(columns)
    else:
        assert common_size(columns) == (lengths.pop() if lengths else 1)


@given(q.vectors(), q.vectors())
def test_keys_are_sorted_or_parted(x: Vector, y: Vector) -> None:
    assert in_order((x.with_attr(Attr.NONE),))[0].attr is Attr.SORTED  # type: ignore[attr-defined]
    first, second = in_order((x.with_attr(Attr.NONE), y))
    assert (first.attr, second) == (Attr.PARTED, y)  # type: ignore[attr-defined]


def test_small_pieces() -> None:
    tree = List.of((symbols(["a"])[0], long(1)))
    assert conditions(List.of((tree, tree))) == (tree, tree)
    assert conditions(boolean(True)) == (boolean(True),)
    assert pairs(Dict(symbols(["a", "b"]), vector("j", [1, 2]))) == (("a", long(1)), ("b", long(2)))
    with pytest.raises(QError, match="type"):
        pairs(Dict(vector("j", [1]), vector("j", [1])))
    assert unlimited(Atom(QType.LONG, QType.LONG.inf))
    assert limited(vector("j", [1, 2, 3]), ()) == vector("j", [1, 2, 3])
    with pytest.raises(QError, match="type"):
        window(3, symbols(["a"]))
