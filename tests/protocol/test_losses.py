"""What becomes of messages when the connection breaks."""

from __future__ import annotations

import pytest
from tests.protocol.test_connection import opened

from anyq.protocol import (
    NEED_DATA,
    AsyncMessage,
    CallState,
    EndOfFile,
    Role,
    SyncRequest,
)


@pytest.mark.parametrize("cut", [0, 3, 8, 20, 70_000])
def test_the_end_of_the_stream_tells_how_much_was_missing(cut: int) -> None:
    client = opened()
    stream = opened(Role.SERVER).send(AsyncMessage(bytes(100_000)))
    client.receive_data(stream[:cut])
    client.receive_data(b"")
    client.next_event()
    event = client.next_event()
    assert isinstance(event, EndOfFile)
    assert event.received == cut
    assert (event.expected > cut) is (cut > 0)
    if cut >= 8:
        assert event.expected == 100_008
    assert client.next_event() is not NEED_DATA


def test_who_was_lost() -> None:
    client = opened(max_in_flight=2)
    calls = [client.queue(SyncRequest(bytes([n]))) for n in range(4)]
    client.take(), client.take()
    client.ledger.abandon(calls[0])
    unsent, unknown = client.ledger.close()
    assert [call for call, _ in unsent] == calls[2:]
    assert unknown == [calls[1]]
    assert calls[1].state is CallState.LOST


def test_a_message_that_left_in_part_was_not_sent() -> None:
    client = opened(max_in_flight=3)
    calls = [client.queue(SyncRequest(bytes([n]))) for n in range(4)]
    client.take(), client.take(more=True), client.take(more=True)
    unsent, unknown = client.ledger.close(unsent=10)
    assert [call for call, _ in unsent] == calls[1:]
    assert unknown == [calls[0]]
    assert calls[1].state is CallState.QUEUED


def test_what_was_taken_before_has_left() -> None:
    client = opened(max_in_flight=3)
    calls = [client.queue(SyncRequest(bytes([n]))) for n in range(2)]
    client.take(), client.take()
    unsent, unknown = client.ledger.close(unsent=100)
    assert [call for call, _ in unsent] == calls[1:]
    assert unknown == calls[:1]
