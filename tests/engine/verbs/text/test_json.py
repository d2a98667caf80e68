"""JSON there and back, beside Python's module."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import ask, error, holds

from anyq.engine.kernel._support import longs, symbols, table_of
from anyq.values import Vector, chars

keys = st.text("abc", min_size=1, max_size=3)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text("abc", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(plain)
def test_what_is_read_is_written_again_as_the_same_json(value: object) -> None:
    text = chars(json.dumps(value).encode())
    assert holds(".j.k[x]~.j.k .j.j .j.k x", x=text)


@given(st.lists(st.tuples(st.integers(-99, 99), st.text("ab", max_size=3)), max_size=4))
def test_a_table_is_a_list_of_objects(rows: list[tuple[int, str]]) -> None:
    columns = table_of(["a", "b"], [longs([a for a, _ in rows]), symbols([b for _, b in rows])])
    made = ask(".j.j x", x=columns)
    assert isinstance(made, Vector)
    assert json.loads(bytes(made)) == [{"a": a, "b": b} for a, b in rows]


@pytest.mark.parametrize("text", ["{", "[1,", '"abc', "tru", "{1:2}", "[1 2]"])
def test_no_json(text: str) -> None:
    assert error(".j.k x", x=chars(text.encode())) != ""


ATOMS = {"1b": "true", "0n": "null", "`a": '"a"', "1 2": "[1,2]", "()": "[]"}


@pytest.mark.parametrize("q_text", ATOMS)
def test_atoms(q_text: str) -> None:
    assert holds(f"w~.j.j {q_text}", w=chars(ATOMS[q_text].encode()))
