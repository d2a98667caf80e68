"""Scans for ends: Python's loops and the accelerator's agree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.speedups.test_speedups import check_bounds

from anyq.codec import _scan, _speedups


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=30), st.booleans(), st.data())
def test_bounds_of_strings(texts: list[bytes], little_endian: bool, data: st.DataObject) -> None:
    order: Any = "little" if little_endian else "big"
    body = bytearray(b"lead" + b"".join(b"\x0a\0" + len(t).to_bytes(4, order) + t for t in texts) + b"tail")
    check_bounds(bytes(body), len(texts), little_endian)
    check_bounds(bytes(body[: data.draw(st.integers(0, len(body)))]), len(texts), little_endian)
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    check_bounds(bytes(body), len(texts), little_endian)


@given(
    st.lists(st.tuples(st.binary(max_size=5) | st.just(b"\0"), st.sampled_from([1, 7, 300, 5000])), max_size=5),
    st.integers(0, 30),
    st.integers(-2, 2),
    st.data(),
)
def test_end_of_symbols(parts: list[tuple[bytes, int]], pos: int, off: int, data: st.DataObject) -> None:
    body = b"".join(text * times for text, times in parts)
    there = body[pos:].count(b"\0")
    for count in {max(1, there + off), max(1, there // 2), data.draw(st.integers(1, 20_000))}:
        for buf in (body, memoryview(body)):
            assert _speedups.symbols_end(buf, pos, count) == _scan.symbols_end(buf, pos, count)


def test_end_of_many_symbols() -> None:
    body = b"lead" + b"symbol\0" * 50_000 + b"tail"
    for count in (1, 49_999, 50_000, 50_001):
        assert _speedups.symbols_end(body, 4, count) == (4 + 7 * count if count <= 50_000 else -1)
    assert _speedups.symbols_end(body, len(body) + 1, 1) == -1
    for pos, count in ((-1, 1), (0, -1)):
        with pytest.raises(ValueError, match="less than 0"):
            _speedups.symbols_end(body, pos, count)
