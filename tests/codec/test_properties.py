"""Decoding and encoding are each other's inverse, for every value, and any other bytes are one documented error."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anyq
from anyq import codec
from anyq.testing import strategies as q

from .big_endian import big_endian


@st.composite
def longer_values(draw: st.DrawFn) -> anyq.Value:
    """Values of some size, so that loops which take many items at once have many."""
    kind = draw(st.sampled_from(["few symbols", "symbols", "strings", "numbers", "mixed"]))
    times = draw(st.integers(20, 3000))
    texts = draw(st.lists(st.binary(max_size=9).map(lambda raw: raw.replace(b"\0", b"")), min_size=1, max_size=9))
    if kind == "few symbols":
        return anyq.symbols((texts * times)[:70])
    if kind == "symbols":
        return anyq.symbols(texts * times)
    if kind == "strings":
        return anyq.strings(texts * times)
    if kind == "numbers":
        numbers = draw(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=9))
        return anyq.vector("j", numbers * times)
    return anyq.List.of((*anyq.strings(texts * 20).items, draw(q.atoms()), *anyq.strings(texts * 5).items))


VALUES = q.values() | q.lists(allow_collapsible=True) | longer_values()


@given(VALUES)
def test_bodies_come_back(value: anyq.Value) -> None:
    body = codec.encode(value)
    for buffer in (body, bytearray(body), memoryview(body)):
        again = codec.decode(buffer)
        assert anyq.identical(again, value)
        assert codec.encode(again) == body
        assert b"".join(codec.encode_parts(again)) == body


@given(VALUES)
def test_the_other_byte_order(value: anyq.Value) -> None:
    again = codec.decode(big_endian(codec.encode(value)), little_endian=False)
    assert anyq.identical(again, value)
    assert codec.encode(again) == codec.encode(value)


@given(VALUES, st.sampled_from(["async", "sync", "response"]), st.booleans())
def test_messages_come_back(value: anyq.Value, kind: codec.Kind, compress: bool) -> None:
    message = codec.dumps(value, kind=kind, compress=compress)
    assert anyq.identical(codec.loads(message), value)


@given(q.values(), st.data())
def test_a_body_that_is_cut_is_an_error(value: anyq.Value, data: st.DataObject) -> None:
    body = codec.encode(value)
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(anyq.DecodeError):
        codec.decode(body[:cut])
    with pytest.raises(anyq.DecodeError):
        codec.decode(body + body[:cut] + b"\0")


@given(q.values(), st.data())
def test_a_changed_byte_is_a_value_or_an_error(value: anyq.Value, data: st.DataObject) -> None:
    body = bytearray(codec.encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    check_any(bytes(body))


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_a_value_or_an_error(body: bytes, little_endian: bool) -> None:
    check_any(body, little_endian)


def check_any(body: bytes, little_endian: bool = True) -> None:
    try:
        value = codec.decode(body, little_endian=little_endian)
    except (anyq.DecodeError, anyq.QError):
        return
    again = codec.encode(value)
    assert anyq.identical(codec.decode(again), value)
    # an 8-byte count is read, and written only where it is needed
    assert not little_endian or again == body or len(again) < len(body)


@given(q.messages(), st.data())
def test_a_message_that_is_changed_is_a_value_or_an_error(message: bytes, data: st.DataObject) -> None:
    changed = bytearray(message)
    changed[data.draw(st.integers(0, len(message) - 1))] ^= data.draw(st.integers(1, 255))
    for wrong in (bytes(changed), message[: data.draw(st.integers(0, len(message) - 1))]):
        with suppress(anyq.DecodeError, anyq.QError):
            assert isinstance(codec.loads(wrong), anyq.Value)


_LONGEST = 100_000


@st.composite
def compressible(draw: st.DrawFn) -> bytes:
    """Bytes with repeats of all lengths, near and far, and noise between them."""
    parts: list[bytes] = []
    for _ in range(draw(st.integers(1, 12))):
        again: bool = draw(st.booleans())
        if parts and again:
            part = draw(st.sampled_from(parts))
            most = max(1, _LONGEST // max(1, len(part)))  # or repeats of repeats fill the memory
            parts.append(part * draw(st.integers(1, min(30, most))))
        else:
            parts.append(draw(st.binary(max_size=40)) * draw(st.sampled_from([1, 1, 2, 130, 600])))
    return b"".join(parts)
