"""Files of values: whatever is written is read again."""

from __future__ import annotations

import contextlib

import hypothesis.strategies as st
import pytest
from hypothesis import given

import anyq
from anyq.engine.verbs._stored import appended_bytes, stored, value_of
from anyq.errors import QError
from anyq.testing import strategies as qst
from anyq.values import QType, Vector


@given(qst.values())
def test_values_come_back_from_their_file(value: anyq.Value) -> None:
    assert anyq.identical(value_of(stored(value), "f"), value)


@given(qst.values(), st.data())
def test_a_file_that_was_cut_is_damaged_and_never_something_else(value: anyq.Value, data: st.DataObject) -> None:
    whole = stored(value)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        found: anyq.Value | str = value_of(cut, "the/file")
    except QError as error:
        found = error.text
    # A log may end after any of its messages.
    assert isinstance(found, anyq.List) or found == "type" or str(found).startswith("the/file")


@given(st.binary(max_size=64), st.sampled_from([b"\xfe\x20", b"\xff\x01", b"\xfd\x20", b""]))
def test_any_bytes_are_a_value_or_an_error(tail: bytes, head: bytes) -> None:
    with contextlib.suppress(QError):
        value_of(head + tail, "f")


@given(st.lists(qst.vectors(), max_size=3))
def test_vectors_grow_by_their_items(parts: list[Vector]) -> None:
    for part in parts:
        if part.qtype is not QType.SYMBOL:
            assert stored(part.with_attr(anyq.Attr.NONE)).endswith(appended_bytes(part))


def test_what_cannot_be_in_a_file() -> None:
    with pytest.raises(QError, match="type"):
        appended_bytes(anyq.dict({"a": 1}))
