"""What decoding and encoding promise beside being each other's inverse."""

from __future__ import annotations

import numpy as np
import pytest

import anyq
from anyq import codec


def test_numbers_are_views_of_the_buffer() -> None:
    buffer = bytearray(codec.encode(anyq.vector("j", range(1000))))
    value = codec.decode(buffer)
    assert isinstance(value, anyq.Vector)
    assert np.shares_memory(value.data, np.frombuffer(buffer, np.uint8))
    assert not value.data.flags.writeable


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


def test_symbols_and_strings_stay_bytes_until_asked_for() -> None:
    texts = [f"s{i}" for i in range(1000)]
    symbols, strings = codec.decode(codec.encode(anyq.symbols(texts))), codec.decode(codec.encode(anyq.strings(texts)))
    assert isinstance(symbols, anyq.Vector)
    assert isinstance(strings, anyq.List)
    assert symbols.symbols.objects().tolist() == texts
    assert strings.strings is not None
    assert [bytes(item).decode() for item in strings.items] == texts
    assert codec.encode(symbols) == codec.encode(anyq.symbols(texts))
    assert codec.encode(strings) == codec.encode(anyq.strings(texts))
    assert codec.encode(strings[3:-3]) == codec.encode(anyq.strings(texts[3:-3]))


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


def test_messages_have_their_kind_and_compress_when_it_pays() -> None:
    assert [codec.dumps(anyq.NULL, kind=kind)[1] for kind in ("async", "sync", "response")] == [0, 1, 2]
    zeros, noise = anyq.vector("j", [0] * 1000), anyq.Vector("j", np.random.default_rng(1).integers(0, 2**62, 1000))
    assert codec.dumps(zeros, compress=True)[2] == 1
    assert len(codec.dumps(zeros, compress=True)) < 100
    assert codec.dumps(zeros, compress=True, capability=0)[2] == 0
    assert codec.dumps(noise, compress=True) == codec.dumps(noise)
    assert codec.dumps(anyq.vector("j", [0] * 248), compress=True)[2] == 0
    for value in (zeros, noise):
        assert anyq.identical(codec.loads(codec.dumps(value, compress=True)), value)


def test_wide_sizes_of_compressed_messages() -> None:
    packed = codec.compress(bytes(5000))
    assert packed is not None
    wide = packed.payload[:4] + bytes(4) + packed.payload[4:]
    assert codec.decompress(wide, flag=2) == bytes(5000)
    big = packed.payload[:4][::-1] + packed.payload[4:]
    assert codec.decompress(big, little_endian=False) == bytes(5000)


def test_values_one_after_the_other() -> None:
    values = [anyq.long(1), anyq.symbols(["a", "b"]), anyq.List([])]
    rest = memoryview(b"".join(codec.encode(value) for value in values))
    for value in values:
        first, size = codec.decode_first(rest)
        assert first == value
        rest = rest[size:]
    assert not rest
    with pytest.raises(anyq.DecodeError):
        codec.decode_first(rest)


@pytest.mark.parametrize(
    ("opening", "closing"),
    [(b"\x62\0\x63\x0b\0\1\0\0\0a\0\0\0\1\0\0\0", b""), (b"\x63", b"\x07\0\0\0\0\0")],
    ids=["tables that are columns", "dicts that are keys"],
)
def test_what_is_counted_at_each_level_nests_within_bounds(opening: bytes, closing: bytes) -> None:
    empty = b"\x07\0\0\0\0\0"
    assert len(codec.decode(opening * 100 + empty + closing * 100)) == 0
    with pytest.raises(anyq.DecodeLimitError, match="nest deeper"):
        codec.decode(opening * 9000 + empty + closing * 9000)


def test_a_message_of_no_kind() -> None:
    with pytest.raises(ValueError, match="async, sync, response"):
        codec.dumps(1, kind="reply")  # type: ignore[arg-type]
