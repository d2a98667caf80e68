"""Partial rows appended to keyed tables, against a dict of dicts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._append_rows import append_columns
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, symbols
from anyq.values import table as make_table

keys = st.integers(0, 4)
rows = st.lists(st.tuples(keys, st.integers(0, 9)), min_size=1, max_size=5)


def keyed(pairs: dict[int, tuple[int, int]]) -> KeyedTable:
    columns = {"k": list(pairs), "a": [a for a, _ in pairs.values()], "b": [b for _, b in pairs.values()]}
    plain = make_table({name: [*map(int, items)] for name, items in columns.items()})
    return KeyedTable(
        Table.of(symbols(["k"]), List.of((plain.column("k"),))),
        Table.of(symbols(["a", "b"]), List.of((plain.column("a"), plain.column("b")))),
    )


@given(st.dictionaries(keys, st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4), rows)
def test_known_keys_change_and_new_ones_have_nulls(
    have: dict[int, tuple[int, int]], more: list[tuple[int, int]]
) -> None:
    wanted: dict[int, tuple[int, int | None]] = dict(have)
    for key, b in more:
        wanted[key] = (wanted[key][0] if key in wanted else None, b)  # type: ignore[assignment]
    given_rows = make_table({"b": [b for _, b in more], "k": [key for key, _ in more]})
    made = append_columns(keyed(have), given_rows)
    assert isinstance(made, KeyedTable)
    found = made.unkeyed()
    assert found.column("k").py() == list(wanted)
    assert found.column("a").py() == [a for a, _ in wanted.values()]
    assert found.column("b").py() == [b for _, b in wanted.values()]


def test_other_values_are_left_to_upsert() -> None:
    x = keyed({1: (2, 3)})
    whole = make_table({"k": [1], "a": [2], "b": [3]})
    assert append_columns(x, whole) is None  # all columns
    assert append_columns(x, make_table({"a": [2]})) is None  # no key
    assert append_columns(x, make_table({"k": [2], "z": [2]})) is None  # a column that is not there
    assert append_columns(x, Atom(QType.LONG, 1)) is None
    assert append_columns(x, Dict(symbols(["k", "a"]), List.of((Atom(QType.LONG, 1), Atom(QType.LONG, 7))))) is not None
