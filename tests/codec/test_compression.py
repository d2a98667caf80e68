"""Compression: there and back, and damaged streams."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.codec.test_hostile import STREAMS
from tests.codec.test_properties import compressible

import anyq
from anyq import codec


@given(compressible())
@example(bytes(5000))
@example(b"ab" * 2000)
def test_what_is_compressed_comes_back(body: bytes) -> None:
    packed = codec.compress(body)
    if packed is not None:
        assert len(packed.payload) < len(body) / 2
        assert packed.flag == 1
        assert codec.decompress(packed.payload, flag=1) == body


@given(compressible(), st.data())
def test_a_stream_that_is_changed_is_bytes_or_an_error(body: bytes, data: st.DataObject) -> None:
    packed = codec.compress(bytes(2000) + body)
    payload = bytearray(packed.payload if packed else body + bytes(4))
    for _ in range(data.draw(st.integers(1, 3))):
        payload[data.draw(st.integers(0, len(payload) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(anyq.DecodeError):
        codec.decompress(payload)


@pytest.mark.parametrize(("text", "flag"), STREAMS.values(), ids=STREAMS)
def test_streams_that_are_none(text: str, flag: int) -> None:
    with pytest.raises(anyq.DecodeError):
        codec.decompress(bytes.fromhex(text), flag=flag)
