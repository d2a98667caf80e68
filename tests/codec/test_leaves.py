"""Values without parts: counts of four and eight bytes, each type."""

from __future__ import annotations

import struct
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st
from tests.codec.test_golden import KEYS

import anyq
from anyq import codec
from anyq.codec import encode
from anyq.codec._leaves import LEAVES
from anyq.errors import DecodeError
from anyq.testing import strategies as q
from anyq.values import FIXED_TYPES


def test_counts_of_eight_bytes_are_read() -> None:
    """Bit 0x80 of the attribute byte. Nothing published says so; it is what q writes from 2 to the 32 items on."""
    assert codec.decode(bytes.fromhex("0781 0200000000000000 0100000000000000 0200000000000000")) == anyq.vector(
        "j", [1, 2]
    )
    assert codec.decode(bytes.fromhex("0b80 0200000000000000 6100 6200")) == KEYS
    assert codec.decode(bytes.fromhex("0080 0100000000000000 0a80 0100000000000000 61")) == anyq.strings(["a"])


@given(
    st.sampled_from(FIXED_TYPES).flatmap(lambda kind: st.tuples(q.atoms(kind), q.vectors(kind)))
    | st.tuples(q.atoms("s"), q.vectors("s"))
)
def test_each_leaf_ends_where_the_next_begins(both: tuple[anyq.Atom, anyq.Vector]) -> None:
    for value in both:
        body = encode(value) + b"rest"
        read = LEAVES[1][body[0]]
        assert read is not None
        found, end = read(body, 1, len(body))
        assert anyq.identical(found, value)
        assert body[end:] == b"rest"


@given(st.integers(1, 11).filter(lambda n: n != 3), st.binary(max_size=30))
def test_any_bytes_are_a_leaf_or_cut_off(kind: int, data: bytes) -> None:
    read = LEAVES[1][kind]
    assert read is not None
    with suppress(DecodeError, IndexError, struct.error):
        value, end = read(data, 0, len(data))
        assert end <= len(data)
        assert value.qtype == kind
