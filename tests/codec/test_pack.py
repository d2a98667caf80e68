"""Bodies for the network: the same bytes in pieces, settled or compressed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import anyq
from anyq.codec import decompress, encode, pack
from anyq.testing import strategies as q


@given(q.values())
def test_the_pieces_are_the_body(value: anyq.Value) -> None:
    packed = pack(value)
    assert b"".join((packed.body, *packed.more)) == encode(value)
    settled = packed.settled()
    assert b"".join((settled.body, *settled.more)) == encode(value)


@given(st.integers(3000, 5000), st.integers(0, 3))
def test_settled_pieces_do_not_change(size: int, column: int) -> None:
    array = np.zeros((size, 4))[:, column] if column else np.zeros(size)
    packed = pack(anyq.Vector.of(anyq.QType.FLOAT, array)).settled()
    before = b"".join(bytes(part) for part in (packed.body, *packed.more))
    array += 1
    assert b"".join(bytes(part) for part in (packed.body, *packed.more)) == before


@given(st.integers(100, 3000), st.integers(0, 6))
def test_compressed_where_q_would(size: int, capability: int) -> None:
    value = anyq.vector("x", [7] * size)
    packed = pack(value, compress=True, capability=capability)
    if packed.compressed:
        assert size > 1900
        assert bytes(decompress(packed.body, flag=packed.compressed)) == encode(value)
    else:
        assert size < 2000 or not capability
