"""What waits for the network: the bytes are those of the protocol, however few are taken at a time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.protocol.test_connection import opened

from anyq.protocol import AsyncMessage, Outbox, Post

bodies = st.lists(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=3), max_size=6)


@given(bodies, st.booleans(), st.lists(st.integers(1, 40), min_size=1))
def test_every_byte_once_and_in_order(messages: list[list[bytes]], batched: bool, steps: list[int]) -> None:
    link = opened()
    outbox = Outbox(link)
    wanted = b""
    for first, *more in messages:
        link.queue(AsyncMessage(first, more=tuple(more)), Post())
        body = b"".join((first, *more))
        wanted += bytes((1, 0, 0, 0)) + (len(body) + 8).to_bytes(4, "little") + body
    found, at = b"", 0
    while outbox or (outbox.take_batch() if batched else outbox.take()):
        piece = outbox.pieces[0]
        count = min(steps[at % len(steps)], len(piece))
        at += 1
        found += bytes(piece[:count])
        assert outbox.sent(count) is (count == len(piece))
    assert found == wanted
    assert len(outbox) == 0


def test_memory_of_the_caller_is_copied_when_it_goes_away() -> None:
    link, post, array = opened(), Post(), bytearray(b"x" * 10)
    outbox = Outbox(link)
    link.queue(AsyncMessage(b"head", more=(array,)), post)
    outbox.take()
    outbox.own(post)
    array[:] = b"y" * 10
    assert b"y" not in b"".join(map(bytes, outbox.pieces))
