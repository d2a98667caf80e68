"""Dicts: laws of making, taking and dropping entries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import ask, error, holds

from anyq.engine.verbs.tables._dicts import delete_keys, keyed, make_dict, take_keys
from anyq.testing import strategies as q
from anyq.values import Dict, KeyedTable, Table, Value, Vector, symbols

entries = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), min_size=1, max_size=4)


def made(items: dict[str, int]) -> Dict:
    found = ask("k!v", k=symbols(list(items)), v=ask(f"(),{' '.join(map(str, items.values()))}"))
    assert isinstance(found, Dict)
    return found


@given(st.integers(1, 4).flatmap(lambda n: st.tuples(*[q.vectors(min_size=n, max_size=n)] * 2)))
def test_a_dict_is_its_keys_and_values(both: tuple[Value, Value]) -> None:
    x, y = both
    found = make_dict(x, y)
    assert isinstance(found, Dict)
    assert found.key == x
    assert found.value == y
    assert holds("(x!y)~(key d)!value d:x!y", x=x, y=y)


@given(entries, st.lists(st.sampled_from("abcdz"), max_size=5, unique=True))
def test_taking_and_deleting_keys(items: dict[str, int], names: list[str]) -> None:
    x = made(items)
    taken = take_keys(symbols(names), x)
    assert isinstance(taken, Dict)
    assert [key.raw for key in taken.key] == names
    assert [item.py() for item in taken.value] == [items.get(name) for name in names]
    left = delete_keys(x, symbols(names))
    assert isinstance(left, Dict)
    assert [key.raw for key in left.key] == [name for name in items if name not in names]


@given(entries, entries)
def test_joined_dicts_are_pythons_update(x: dict[str, int], y: dict[str, int]) -> None:
    found = ask("x,y", x=made(x), y=made(y))
    assert isinstance(found, Dict)
    assert dict(found.items()) == {**x, **y}
    assert holds("(x,y)~x upsert y", x=made(x), y=made(y))


@given(q.tables(max_rows=3), st.integers(-1, 5))
def test_key_columns_come_and_go(x: Table, size: int) -> None:
    width = len(x.column_names)
    if size >= width:
        assert error("n!x", n=ask(str(size)), x=x) == "length"
        return
    found = keyed(size, x)
    assert isinstance(found, KeyedTable) is (size > 0)
    assert (found.unkeyed() if isinstance(found, KeyedTable) else found) == x


def test_what_makes_no_dict() -> None:
    assert error("1 2!3") == "type"
    assert error("1 2!3 4 5") == "length"
    assert error("(`a`b!1 2)+`a") == "type"
    assert isinstance(ask("`a`b!1 2"), Dict)
    assert isinstance(ask("`a`b"), Vector)
