"""Compressed files: what was written in blocks comes back, and damage is named."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._compressed import Read, is_compressed, plain_bytes, plain_size, trailer_of
from anyq.errors import QError

POWER = 12


def gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def zipped(data: bytes, kinds: list[int], algorithm: int = 2) -> bytes:
    """A file as kdb+ lays it out; a block of each kind in turn: 0 plain, 2 deflated."""
    size = 1 << POWER
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    blocks = [(part, 0) if kinds[k % len(kinds)] == 0 else (zlib.compress(part), 2) for k, part in enumerate(parts)]
    body = b"kxzipped" + b"".join(block for block, _ in blocks)
    head = struct.pack("<iBBHqqq", 1, algorithm, 6, 0, len(data), len(body), size)
    table = b"".join(struct.pack("<ii", len(block), kind) for block, kind in blocks)
    return body + head + table + struct.pack("<q", len(blocks))


def reader(data: bytes) -> Read:
    return lambda offset, length: data[offset:] if length is None else data[offset : offset + length]


def outcome(data: bytes) -> bytes | str:
    """The plain file, or the error's text."""
    try:
        return plain_bytes(data, "db/t/c")
    except QError as error:
        return error.text


@given(st.binary(max_size=200), st.integers(0, 60), st.lists(st.sampled_from([0, 2]), min_size=1, max_size=3))
def test_the_plain_file_comes_back(seed: bytes, times: int, kinds: list[int]) -> None:
    data = seed * times
    made = zipped(data, kinds)
    assert is_compressed(made[:8])
    assert plain_bytes(made, "f") == data
    assert plain_size(reader(made), len(made), "f") == len(data)
    trailer = trailer_of(reader(made), len(made), "f")
    assert (trailer.plain, trailer.block_power, len(trailer.blocks)) == (len(data), POWER, -(-len(data) // 4096))


@given(st.binary(min_size=1, max_size=50), st.data())
def test_damage_is_named_with_the_path(seed: bytes, data: st.DataObject) -> None:
    made = bytearray(zipped(seed * 100, [2]))
    at = data.draw(st.integers(8, len(made) - 1))
    made[at] ^= data.draw(st.integers(1, 255))
    found = outcome(bytes(made))
    assert found == seed * 100 or (isinstance(found, str) and found.startswith(("db/t/c. The file is damaged", "nyi")))


@given(st.binary(max_size=100))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(QError, match=r"p\. The file is damaged"):
        plain_bytes(b"kxzipped" + data, "p")


def test_other_algorithms_are_named() -> None:
    made = zipped(b"x" * 5000, [0])
    patched = made[:-24] + b"".join(struct.pack("<ii", n, 3) for n in (4096, 904)) + made[-8:]
    with pytest.raises(QError, match="nyi") as caught:
        plain_bytes(patched, "p")
    assert "snappy" in str(caught.value.detail)
    with pytest.raises(QError, match="nyi"):
        is_compressed(b"kxzippEd")
    assert not is_compressed(b"\xff\x01")
