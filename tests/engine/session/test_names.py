"""Variables, namespaces, and what stands for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._support import long, longs, symbols
from anyq.engine.session._names import Names
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import NULL, Dict, List, Value

names = st.sampled_from(["a", "b", ".n.a", ".n.b", ".n.m.a", ".o.a"])


@given(st.dictionaries(names, q.atoms("j"), max_size=6))
def test_what_is_put_is_found(values: dict[str, Value]) -> None:
    table = Names()
    for name, value in values.items():
        table.put(name, value)
    assert {name: table[name] for name in values} == values
    spaces = {name[1:].split(".")[0] for name in values if name.startswith(".")}
    assert set(table.spaces()) == spaces
    assert table.listed("") == sorted(name for name in values if not name.startswith("."))


@given(st.dictionaries(names, q.atoms("j"), min_size=1, max_size=6), names)
def test_what_is_dropped_is_unknown(values: dict[str, Value], gone: str) -> None:
    table = Names()
    for name, value in values.items():
        table.put(name, value)
    table.drop(gone)
    assert table.find(gone) is None
    with pytest.raises(QError, match=r"a|b"):
        table[gone]
    assert all(table[name] == value for name, value in values.items() if name != gone)


def test_a_namespace_is_a_dict_and_a_dict_a_namespace() -> None:
    table = Names()
    table.put(".n", Dict(symbols(["a", "b"]), longs([1, 2])))
    assert table[".n.b"] == long(2)
    assert table[".n"] == Dict(symbols(["", "a", "b"]), List.of((NULL, long(1), long(2))))
    table.drop(".n")
    assert table.find(".n.a") is None


def test_parts_of_a_value_have_dotted_names() -> None:
    table = Names()
    table.put("d", Dict(symbols(["x"]), longs([5])))
    assert table["d.x"] == long(5)
    with pytest.raises(QError):
        table["d.y.z"]


def test_frozen_names_cannot_be_set() -> None:
    table = Names()
    table.put("a", long(1))
    table.frozen = True
    with pytest.raises(QError, match="noupdate"):
        table.put("a", long(2))
    with pytest.raises(QError, match="noupdate"):
        table.drop("a")
    assert table["a"] == long(1)


def test_changes_are_told_with_their_path() -> None:
    heard: list[tuple[str, tuple[Value, ...]]] = []

    def hear(name: str, path: tuple[Value, ...]) -> None:
        heard.append((name, path))

    table = Names()
    table.on_change = hear
    table.put("a", longs([1, 2]))
    table.amend("a", (long(0),), None, long(9))
    assert [name for name, _ in heard] == ["a", "a"]
    assert heard[1][1] == (long(0),)
    assert table["a"] == longs([9, 2])


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.integers(0, 4), st.integers(-9, 9))
def test_amend_leaves_other_holders_alone(numbers: list[int], place: int, new: int) -> None:
    table = Names()
    x = longs(list(numbers))
    table.put("a", x)
    at = place % len(numbers)
    table.amend("a", (long(at),), None, long(new))
    assert x == longs(numbers)
    wanted = list(numbers)
    wanted[at] = new
    assert table["a"] == longs(wanted)
