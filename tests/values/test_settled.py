"""Values whose memory nobody can write to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

import anyq
from anyq import codec
from anyq.testing import strategies
from anyq.values import List, ReceivedMemory, StringArray, SymbolArray, is_settled, settled


def arrays(value: anyq.Value) -> list[Any]:
    """What holds the items of a value."""
    if isinstance(value, anyq.Vector):
        return value.data.forms() if isinstance(value.data, SymbolArray) else [value.data]
    if isinstance(value, anyq.List):
        if value.strings is not None:
            return [value.strings.data]
        return [array for item in value.items for array in arrays(item)]
    if isinstance(value, anyq.Table):
        return arrays(value.names) + arrays(value.data)
    if isinstance(value, anyq.Dict):
        return arrays(value.key) + arrays(value.value)
    if isinstance(value, anyq.Projection | anyq.Composition):
        return [array for item in value.items for array in arrays(item)]
    return []


@given(strategies.values())
def test_it_matches_and_is_settled(value: anyq.Value) -> None:
    found = settled(value)
    assert anyq.identical(found, value)
    assert all(map(is_settled, arrays(found)))
    assert settled(found) is found


@given(strategies.vectors())
def test_what_was_received_stays_shared(value: anyq.Vector) -> None:
    found = codec.decode(codec.encode(value))
    assert settled(found) is found


def views() -> dict[str, Any]:
    base = np.arange(8.0)
    locked = base.view()
    locked.flags.writeable = False
    return {
        "an array": base,
        "a part": base[2:5],
        "every second item": base[::2],
        "a locked view": locked,
        "a view of that": locked[1:],
        "a bytearray's": np.frombuffer(bytearray(16), np.uint8),
        "a locked bytearray's": np.frombuffer(memoryview(bytearray(16)).toreadonly(), np.uint8),
    }


@pytest.mark.parametrize("name", views())
def test_what_may_be_written_to_is_copied(name: str) -> None:
    array = views()[name]
    value = anyq.as_q(array)
    found = settled(value)
    assert found == value
    assert found is not value
    assert not any(np.may_share_memory(mine, array) for mine in arrays(found))


def test_what_nobody_can_write_to_is_shared() -> None:
    own = np.arange(8)
    own.flags.writeable = False
    received = np.empty(8, np.uint8).view(ReceivedMemory)
    for array in (own, own[2:], np.frombuffer(bytes(8), np.uint8), np.frombuffer(received.data.toreadonly(), np.int32)):
        value = anyq.vector({1: "byte", 4: "int", 8: "long"}[array.itemsize], array)
        assert settled(value) is value


@pytest.mark.parametrize("form", ["texts", "codes", "raw"])
def test_each_form_of_symbols(form: str) -> None:
    texts, codes, words = np.array(["a", "b"], object), np.array([0, 1], np.int32), np.array(["a", "b"], object)
    raw = bytearray(b"a\0b\0")
    data = {
        "texts": lambda: SymbolArray.from_strs(texts),
        "codes": lambda: SymbolArray.from_codes(codes, words),
        "raw": lambda: SymbolArray.from_raw(2, raw),
    }[form]()
    found = settled(anyq.Vector.of(anyq.QType.SYMBOL, data))
    texts[0] = words[0] = "z"
    codes[0] = 1
    raw[0:1] = b"z"
    assert found == anyq.symbols(["a", "b"])


def test_texts_that_are_read_later_are_settled_too() -> None:
    texts = np.array(["a", "b"], object)
    data = SymbolArray.from_strs(texts)
    data.raw()
    found = settled(anyq.Vector.of(anyq.QType.SYMBOL, data))
    texts[0] = "z"
    assert found.py() == ["a", "b"]


def test_char_vectors_in_one_buffer() -> None:
    buffer = np.frombuffer(bytearray(b"abcd"), np.uint8)
    found = settled(List.of(StringArray(buffer, np.array([0, 2]), np.array([2, 4]))))
    buffer[:] = 0
    assert found == anyq.strings([b"ab", b"cd"])


@pytest.mark.parametrize("text", ["`a`b`c", "1 2 3", '"abc"', "101b", "2000.01.01 2001.01.01"])
@pytest.mark.parametrize("how", ["np", "array", "pd"])
def test_what_was_given_out_cannot_be_written_through(text: str, how: str) -> None:
    with anyq.sync.open_embedded() as q:
        q(f"x:{text}")
        before = str(q("x"))
        if how == "pd":
            pytest.importorskip("pandas")
        given_out = q("x").array if how == "array" else getattr(q("x"), how)()  # type: ignore[attr-defined]
        array = given_out.to_numpy() if how == "pd" else given_out
        try:
            array[:] = array[::-1].copy()
        except ValueError:
            assert not array.flags.writeable
        assert str(q("x")) == before
