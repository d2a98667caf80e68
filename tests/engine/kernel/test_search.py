"""Positions of items: one answer, whichever way it is found."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._index import find_key, find_keys
from anyq.engine.kernel._records import records
from anyq.engine.kernel._search import factorized, members, place_of, positions, row_place, shared_codes
from anyq.engine.kernel._support import items_of
from anyq.testing import strategies as q
from anyq.values import Atom, QType, Table, Value, Vector, collapse

pairs = q.kinds().flatmap(lambda kind: st.tuples(q.vectors(kind), q.vectors(kind)))
lists = q.vectors() | q.lists()


def first_of(x: list[Value], item: Value) -> int:
    return next((at for at, other in enumerate(x) if other == item), len(x))


def long_list(x: Vector, count: int) -> Vector:
    """``x`` with the same items again and again: another way is taken to search it."""
    return x[np.arange(count, dtype=np.int64) % max(len(x), 1)] if len(x) else x


@given(pairs, st.sampled_from([0, 20, 100]))
def test_positions_are_the_first_matches(both: tuple[Vector, Vector], count: int) -> None:
    x, y = both
    x = long_list(x, count) if count else x
    items = items_of(x)
    assert positions(x, y).tolist() == [first_of(items, item) for item in items_of(y)]


@given(lists, lists)
def test_place_of_is_positions_of_one(x: Value, y: Value) -> None:
    for item in [*items_of(x), *items_of(y)]:
        found = int(positions(x, records([item]))[0])
        assert place_of(x, item) == (found if found < len(items_of(x)) else -1)


@given(pairs)
def test_find_keys_says_minus_one(both: tuple[Vector, Vector]) -> None:
    keys, wanted = both
    assert find_keys(keys, wanted).tolist() == [at if at < len(keys) else -1 for at in positions(keys, wanted).tolist()]
    assert [find_key(keys, item) for item in wanted] == find_keys(keys, wanted).tolist()


@given(q.tables({"a": "s", "b": "j", "c": "f"}, max_rows=6), q.tables({"a": "s", "b": "j", "c": "f"}, max_rows=6))
def test_row_place_is_the_first_equal_row(x: Table, y: Table) -> None:
    rows = items_of(x)
    for table in (x, y):
        for row in table:
            at = first_of(rows, row)
            assert row_place(x.data.items, items_of(row.value)) == (at if at < len(rows) else -1)
    assert positions(x, y).tolist() == [first_of(rows, row) for row in y]


@given(pairs)
def test_members_agree_with_positions(both: tuple[Vector, Vector]) -> None:
    x, y = both
    assert members(x, y).tolist() == (positions(y, x) < len(y)).tolist()


@given(lists | q.tables(max_rows=6))
def test_factors_number_equal_items_alike(x: Value) -> None:
    items = items_of(x)
    codes, firsts = factorized(x)
    assert codes.tolist() == [first_of([items[at] for at in firsts.tolist()], item) for item in items]
    assert sorted(firsts.tolist()) == firsts.tolist()


@given(q.tables({"a": "s", "b": "j"}, max_rows=6), q.tables({"a": "s", "b": "j"}, max_rows=6))
def test_shared_codes_are_equal_for_equal_rows(x: Table, y: Table) -> None:
    own, other = shared_codes(x.data.items, y.data.items)
    mine, theirs = items_of(x), items_of(y)
    for a, code in zip(mine, own.tolist(), strict=True):
        assert [b == code for b in own.tolist()] == [row == a for row in mine]
        assert [b == code for b in other.tolist()] == [row == a for row in theirs]


def test_numbers_of_two_types_meet_by_value() -> None:
    x = collapse([Atom(QType.LONG, 1), Atom(QType.LONG, 2)])
    assert positions(x, collapse([Atom(QType.FLOAT, 2.0), Atom(QType.FLOAT, 2.5)])).tolist() == [1, 2]
