"""Headers: lengths of forty bits, and what is no header."""

from __future__ import annotations

import pytest
from tests.protocol.test_connection import opened

from anyq.errors import LimitError, RemoteProtocolError
from anyq.protocol import (
    State,
    SyncRequest,
)


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("0200000009000000", "byte order"),
        ("0103000009000000", "message type"),
        ("0109000009000000", "message type"),
        ("0100030009000000", "compression flag"),
        ("0100000008000000", "message length"),
        ("0100000000000000", "message length"),
        ("0102000009000000", "no request"),
    ],
)
def test_a_bad_header_ends_the_connection(header: str, text: str) -> None:
    client = opened()
    client.receive_data(bytes.fromhex(header))
    for _ in range(2):
        with pytest.raises(RemoteProtocolError, match=text):
            client.next_event()
    assert client.their_state is State.ERROR


def test_the_length_has_forty_bits_in_both_byte_orders() -> None:
    for header in ("0100000105000000", "0000000100000005"):
        client = opened(max_message_size=2**20)
        client.receive_data(bytes.fromhex(header))
        with pytest.raises(LimitError, match=str(2**32 + 5)):
            client.next_event()


def test_a_peer_below_capability_5_takes_no_more_than_two_gigabytes() -> None:
    class Long(bytes):
        def __len__(self) -> int:
            return 2**31

    old, new = opened(capability=3), opened(capability=6)
    with pytest.raises(LimitError):
        old.queue(SyncRequest(Long()))
    new.queue(SyncRequest(Long()))
    assert old.ledger.queued == 0
