"""Bodies to values: views of the buffer, lists that are read when asked for."""

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
