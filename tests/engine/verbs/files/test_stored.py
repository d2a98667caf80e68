"""Values as files: what is stored comes back, appended bytes extend a file, and damage has the path's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._enumeration import Enumeration
from anyq.engine.kernel._support import longs
from anyq.engine.verbs.files._stored import LOG, appended_bytes, items_bytes, stored, stored_count, value_of
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import List, QType, Value, Vector, match, symbols

values = q.values(allow_functions=False)
fixed = q.vectors().filter(lambda x: x.qtype is not QType.SYMBOL)


def outcome(data: bytes) -> Value | str:
    """The value in a file, or the error's text."""
    try:
        return value_of(data, "db/f")
    except QError as error:
        return error.text


@given(values)
def test_what_is_stored_comes_back(x: Value) -> None:
    assert match(value_of(stored(x), "f"), x)


@given(fixed)
def test_vectors_can_be_mapped_and_counted(x: Vector) -> None:
    data = stored(x)
    assert data[16:] == items_bytes(x)
    assert stored_count(lambda at, n: data[at:] if n is None else data[at : at + n]) == len(x)


@given(st.lists(st.integers(-9, 9)), st.lists(st.integers(-9, 9)))
def test_appended_items_are_read_with_a_new_count(x: list[int], y: list[int]) -> None:
    head = stored(longs(x))
    data = head[:8] + (len(x) + len(y)).to_bytes(8, "little") + head[16:] + appended_bytes(longs(y))
    assert value_of(data, "f") == longs(x + y)


@given(st.lists(values, max_size=3))
def test_a_log_is_the_list_of_its_messages(messages: list[Value]) -> None:
    made = value_of(LOG + appended_bytes(List.of(tuple(messages))), "f")
    assert list(made) == messages


@given(st.lists(st.sampled_from(["a", "b", "cc"]), max_size=4), st.lists(st.sampled_from(["x", "yy"]), max_size=3))
def test_symbols_go_on_to_the_end_of_the_file(x: list[str], y: list[str]) -> None:
    assert value_of(stored(symbols(x)) + appended_bytes(symbols(y)), "f") == symbols(x + y)


@given(st.lists(st.integers(0, 5), max_size=5))
def test_enumerations_are_stored_as_places(at: list[int]) -> None:
    made = value_of(stored(Enumeration.over("sym", symbols(["a"] * len(at))), longs(at)), "f")
    assert isinstance(made, Enumeration)
    assert (made.domain, made.data.tolist()) == ("sym", at)


@given(values, st.data())
def test_damage_is_a_value_or_an_error_with_the_path(x: Value, data: st.DataObject) -> None:
    whole = bytearray(stored(x))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for damaged in (bytes(whole), cut):
        found = outcome(damaged)
        assert isinstance(found, Value) or found in ("db/f. The file is damaged", "type", "nyi")


def test_functions_have_no_file() -> None:
    with pytest.raises(QError, match="type"):
        appended_bytes(symbols(["a"])[0])
