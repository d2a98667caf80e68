"""Limits: depth and sizes, before memory is taken."""

from __future__ import annotations

import tracemalloc

import pytest
from tests.codec.test_hostile import BODIES, nested

import anyq
from anyq import codec
from anyq.codec import Limits


def test_deep_nesting_needs_no_stack() -> None:
    value = codec.decode(nested(10_000))
    assert codec.encode(value) == nested(10_000)


@pytest.mark.parametrize("unit", ["000001000000", "6a", "6801000000", "630a0001000000610000 01000000"])
def test_nesting_beyond_the_limit(unit: str) -> None:
    body = bytes.fromhex(unit) * 1_000_000
    with pytest.raises(anyq.DecodeError) as caught:
        codec.decode(body)
    assert isinstance(caught.value, anyq.LimitError)


def test_depth_is_a_limit_of_its_own() -> None:
    limits = Limits(max_depth=3)
    assert codec.encode(codec.decode(nested(3), limits=limits)) == nested(3)
    with pytest.raises(anyq.LimitError):
        codec.decode(nested(4), limits=limits)


def test_messages_over_the_limit() -> None:
    limits = Limits(max_message_size=100)
    body = codec.encode(anyq.chars("x" * 87))
    with pytest.raises(anyq.LimitError):
        codec.decode(body, limits=limits)
    with pytest.raises(anyq.LimitError):
        codec.loads(codec.dumps(anyq.chars("x" * 87)), limits=limits)
    assert codec.decode(body[:2] + b"\x56" + body[3:-1], limits=limits) == anyq.chars("x" * 86)
    with pytest.raises(ValueError, match="max_depth"):
        Limits(max_depth=0)


def test_lying_counts_take_no_memory() -> None:
    tracemalloc.start()
    try:
        for text in BODIES.values():
            with pytest.raises(anyq.DecodeError):
                codec.decode(bytes.fromhex(text))
        with pytest.raises(anyq.DecodeError):
            codec.decompress(bytes.fromhex("ffffffff00"))
        with pytest.raises(anyq.DecodeError):
            codec.decompress(bytes.fromhex("ffffffffff00000000"), flag=2)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_decompressed_size_is_limited_before_it_is_made() -> None:
    packed = codec.compress(bytes(100_000))
    assert packed is not None
    assert codec.decompress(packed.payload, flag=packed.flag) == bytes(100_000)
    with pytest.raises(anyq.LimitError):
        codec.decompress(packed.payload, limits=Limits(max_decompressed_size=100_007))
    assert len(codec.decompress(packed.payload, limits=Limits(max_decompressed_size=100_008))) == 100_000
