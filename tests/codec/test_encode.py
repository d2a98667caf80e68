"""Values to bodies: arrays as they are, and what a peer cannot take."""

from __future__ import annotations

import numpy as np
import pytest

import anyq
from anyq import codec


def test_large_arrays_are_parts_of_their_own() -> None:
    data = np.arange(100_000)
    table = anyq.table({"a": anyq.Vector("j", data), "b": anyq.Vector("f", data / 2)})
    parts = codec.encode_parts(table)
    assert len(parts) == 4
    assert np.shares_memory(np.frombuffer(parts[1], np.uint8), data)
    assert b"".join(parts) == codec.encode(table)
    assert len(codec.encode_parts(anyq.List([anyq.long(1)] * 100))) == 1


def test_strided_arrays_are_written_in_order() -> None:
    data = np.arange(100_000)[::-2]
    assert anyq.identical(codec.decode(codec.encode(anyq.Vector("j", data))), anyq.Vector("j", data))
    few = np.arange(10, dtype=np.int32)[::3]
    assert codec.decode(codec.encode(anyq.Vector("i", few))) == anyq.Vector("i", few)


@pytest.mark.parametrize(
    ("value", "capability"),
    [
        (anyq.timestamp("2020-01-01"), 0),
        (anyq.vector("n", [1]), 0),
        (anyq.guid(None), 2),
        (anyq.List([anyq.List([anyq.vector("g", [None])])]), 2),
    ],
)
def test_types_newer_than_the_peer(value: anyq.Value, capability: int) -> None:
    with pytest.raises(anyq.EncodeError):
        codec.encode(value, capability=capability)
    assert codec.encode(value, capability=capability + 1)


def test_sizes_newer_than_the_peer() -> None:
    zeros = np.zeros(1, np.uint8)
    long = anyq.Vector.of(anyq.QType.BYTE, np.broadcast_to(zeros, 2**31))
    for capability in (3, 5):
        with pytest.raises(anyq.EncodeError, match="limit"):
            codec.encode_parts(long, capability=capability)


@pytest.mark.parametrize(
    "value",
    [
        anyq.Atom(anyq.QType.SYMBOL, "a\0b"),
        anyq.Vector("s", ["a\0b"]),
        anyq.Atom(anyq.QType.SYMBOL, "\ud800"),
        anyq.Atom(anyq.QType.SHORT, 40_000),
        anyq.Atom(anyq.QType.TABLE, 0),
        anyq.Lambda("\0", "{}"),
        anyq.Projection(()),
    ],
)
def test_values_without_bytes(value: anyq.Value) -> None:
    with pytest.raises(anyq.EncodeError):
        codec.encode(value)
