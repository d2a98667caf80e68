"""Values in and out of messages that only have a body and its marks."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anyq
from anyq.codec import carry, decoded, decoded_request, encode_error, pack, reencoded
from anyq.testing import strategies as q


@attrs.frozen
class Letter:
    """A message of no package's."""

    body: Any
    compressed: int = 0
    more: tuple[Any, ...] = ()
    little_endian: bool = True

    def whole(self) -> Letter:
        """As it arrives: in one piece."""
        return attrs.evolve(self, body=b"".join((self.body, *self.more)), more=())


@given(q.values(), st.booleans())
def test_what_is_carried_is_decoded(value: anyq.Value, compress: bool) -> None:
    letter = carry(Letter, pack(value, compress=compress)).whole()
    assert anyq.match(decoded(letter), value)
    assert anyq.match(decoded_request(letter), value)


@given(q.values(), st.integers(3, 6), st.booleans())
def test_a_message_made_anew_holds_the_same(value: anyq.Value, capability: int, compress: bool) -> None:
    letter = carry(Letter, pack(value, compress=compress))
    again = carry(Letter, reencoded(letter, capability, not compress)).whole()
    assert anyq.match(decoded(again), value)


def test_long_bodies_are_compressed_or_not() -> None:
    value = anyq.vector("j", [7] * 1000)
    letter = carry(Letter, pack(value, compress=True))
    assert letter.compressed
    assert carry(Letter, reencoded(letter, 0, True)).compressed == 0
    assert anyq.match(decoded(letter), value)


@given(st.text("abc", min_size=1))
def test_an_error_is_a_response_only(text: str) -> None:
    letter = Letter(encode_error(text))
    with pytest.raises(anyq.QError, match=text):
        decoded(letter)
    with pytest.raises(anyq.DecodeError, match="response"):
        decoded_request(letter)
