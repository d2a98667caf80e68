"""Reals that are no numbers keep their bits."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from anyq import codec


@given(st.integers(0, 2**32 - 1), st.booleans())
@example(0x7F810000, True)
@example(0xFF800001, False)
@example(0x7FC00000, True)
@example(0xFFFFFFFF, True)
@example(0x7F800000, True)
def test_any_bits_of_a_real_come_back(bits: int, little_endian: bool) -> None:
    """Also those of NaNs that a processor would change by converting them."""
    body = b"\0\0" + (2).to_bytes(4, "little") + (b"\xf8" + bits.to_bytes(4, "little")) * 2
    foreign = b"\0\0" + (2).to_bytes(4, "big") + (b"\xf8" + bits.to_bytes(4, "big")) * 2
    assert codec.encode(codec.decode(body if little_endian else foreign, little_endian=little_endian)) == body
    atom = codec.decode(body[6:11])
    assert codec.encode(atom) == body[6:11]
    assert codec.encode_small(atom) == body[6:11]
