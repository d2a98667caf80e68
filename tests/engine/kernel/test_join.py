"""Joined lists and dicts."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._enumeration import Enumeration
from anyq.engine.kernel._join import concatenate, join, razed, upsert
from anyq.engine.kernel._support import items_of, longs
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, symbols

items = q.vectors() | q.lists() | q.atoms()
alike = q.kinds().flatmap(lambda kind: st.lists(q.vectors(kind), min_size=1, max_size=4))


@given(items, items)
def test_join_has_the_items_of_both(x: Value, y: Value) -> None:
    assert items_of(join(x, y)) == items_of(x) + items_of(y)


@given(alike)
def test_vectors_of_one_type_stay_one(parts: list[Vector]) -> None:
    made = concatenate(parts)
    assert made.qtype is parts[0].qtype
    assert items_of(made) == [item for part in parts for item in part]
    one_by_one: Value = concatenate(parts[:1])
    assert made == reduce(join, parts[1:], one_by_one)


@given(st.lists(q.vectors() | q.lists(), max_size=4))
def test_razed_is_join_over(parts: list[Value]) -> None:
    assert items_of(razed(parts)) == [item for part in parts for item in items_of(part)]


@given(st.sampled_from(["sym", "other"]))
def test_enumerations_of_one_domain_stay_one(domain: str) -> None:
    x, y = Enumeration.over("sym", symbols(["a"])), Enumeration.over(domain, symbols(["b"]))
    for made in (concatenate([x, y]), concatenate([x, y, x])):
        assert isinstance(made, Enumeration) is (domain == "sym")


@given(q.dicts() | q.tables() | q.keyed_tables())
def test_join_with_the_empty_list_changes_nothing(x: Value) -> None:
    assert join(x, List.of(())) == x


@given(q.dicts("s", "j"), q.dicts("s", "j"))
def test_upsert_takes_the_last_value_of_a_key(x: Dict, y: Dict) -> None:
    if isinstance(x, KeyedTable) or isinstance(y, KeyedTable) or x.sorted:
        return
    wanted = {key.raw: value for pairs in (x, y) for key, value in pairs.pairs()}  # type: ignore[attr-defined]
    if len(wanted) < len(x):
        return  # a key that comes twice in a dict names its first entry alone
    made = upsert(x, y)
    assert isinstance(made, Dict)
    firsts: dict[str, Value] = {}
    for key, value in made.pairs():
        firsts.setdefault(key.raw, value)  # type: ignore[attr-defined]
    assert firsts.keys() == wanted.keys()


@given(q.tables({"a": "j", "b": "s"}, max_rows=4), st.booleans())
def test_a_table_takes_rows_in_any_order_of_columns(x: Table, turned: bool) -> None:
    row = Dict(symbols(["b", "a"] if turned else ["a", "b"]), List.of((Atom(QType.SYMBOL, "s"), Atom(QType.LONG, 7))))
    if not turned:
        row = Dict(symbols(["a", "b"]), List.of((Atom(QType.LONG, 7), Atom(QType.SYMBOL, "s"))))
    for more in (row, List.of((row, row))):
        made = join(x, more)
        assert isinstance(made, Table)
        assert len(made) == len(x) + (1 if more is row else 2)
        assert made.column("a") == join(x.column("a"), longs([7] * (len(made) - len(x))))


@pytest.mark.parametrize("names", [["a"], ["a", "c"], ["a", "b", "c"]])
def test_a_table_refuses_rows_with_other_columns(names: list[str]) -> None:
    x = Table.of(symbols(["a", "b"]), List.of((symbols([]), symbols([]))))
    with pytest.raises(QError, match="mismatch"):
        join(x, Dict(symbols(names), symbols(names)))
