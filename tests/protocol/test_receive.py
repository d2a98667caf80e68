"""Received bytes: the same events however they are cut, large bodies in memory of their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocol.test_connection import STREAMS, check_through_buffers, events, opened, plain

from anyq.errors import LimitError, RemoteProtocolError
from anyq.protocol import (
    NEED_DATA,
    Accept,
    AsyncMessage,
    Call,
    Connection,
    DroppedReply,
    Event,
    Login,
    Response,
    Role,
    SyncRequest,
)


def test_a_message_over_the_limit_is_refused_before_any_memory_is_taken() -> None:
    asked: list[int] = []

    def allocate(size: int) -> bytearray:
        asked.append(size)
        return bytearray(size)

    server = Connection(Role.SERVER, max_message_size=10**6, allocate=allocate)
    server.receive_data(b"\0")
    server.next_event()
    server.send(Accept(0))
    server.receive_data(bytes.fromhex("010100ffffffffff"))
    with pytest.raises(LimitError):
        server.next_event()
    assert not asked


def test_no_memory_for_a_message_is_the_peers_error() -> None:
    def allocate(size: int) -> bytearray:
        raise MemoryError

    client = Connection(Role.CLIENT, allocate=allocate)
    client.send(Login())
    client.receive_data(b"\x06" + bytes.fromhex("010000ffffffffff"))
    client.next_event()
    with pytest.raises(RemoteProtocolError, match="no memory"):
        client.next_event()


def test_a_large_body_is_received_into_the_memory_it_is_given_out_in() -> None:
    asked: list[bytearray] = []

    def allocate(size: int) -> bytearray:
        asked.append(bytearray(size))
        return asked[-1]

    body = bytes(range(256)) * 1000
    server = Connection(Role.SERVER, allocate=allocate)
    server.receive_data(b":\x06\0")
    server.next_event()
    server.send(Accept(6))
    data = memoryview(opened().send(AsyncMessage(body)))
    while data:
        into = server.get_buffer()
        count = min(len(into), len(data), 9999)
        into[:count] = data[:count]
        data = data[count:]
        server.buffer_updated(count)
        event = server.next_event()
    assert isinstance(event, AsyncMessage)
    assert isinstance(event.body, memoryview)
    assert event.body.obj is asked[0]
    assert event.body == body


@pytest.mark.parametrize("size", [10, 200_000])
def test_the_reply_of_an_abandoned_call_is_dropped(size: int) -> None:
    client = opened(max_in_flight=2)
    server = opened(Role.SERVER)
    first, second = Call(), Call()
    for call in (first, second):
        client.queue(SyncRequest(b"q"), call)
        server.receive_data(b"".join(client.take() or ()))
        server.next_event()
    assert client.ledger.abandon(first) is False
    stream = server.send(Response(bytes(size))) + server.send(Response(b"mine"))
    client.receive_data(stream)
    assert client.next_event() == DroppedReply(first, size)
    event = client.next_event()
    assert isinstance(event, Response)
    assert event.call is second
    assert event.body == b"mine"


def test_a_call_abandoned_while_its_reply_arrives_frees_the_memory() -> None:
    client, server = opened(), opened(Role.SERVER)
    call = client.queue(SyncRequest(b"q"))
    server.receive_data(b"".join(client.take() or ()))
    server.next_event()
    stream = server.send(Response(bytes(300_000)))
    client.receive_data(stream[:100_000])
    assert client.next_event() is NEED_DATA
    client.ledger.abandon(call)
    rest = memoryview(stream)[100_000:]
    while rest:
        into = client.get_buffer()
        assert len(into) <= 1 << 16
        count = min(len(into), len(rest))
        into[:count] = rest[:count]
        rest = rest[count:]
        client.buffer_updated(count)
        event = client.next_event()
    assert event == DroppedReply(call, 300_000)


@given(STREAMS, st.binary(max_size=30), st.data())
def test_any_bytes_cut_anywhere_give_the_same_events_or_one_error(
    messages: list[Event], junk: bytes, data: st.DataObject
) -> None:
    stream = b"".join(opened().send(message) for message in messages) + junk
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) if a < b]
    whole = events(opened(Role.SERVER), [stream] if stream else [])
    assert events(opened(Role.SERVER), chunks) == whole
    check_through_buffers(chunks)
    assert sum(isinstance(item, tuple) and isinstance(item[0], type) and issubclass(item[0], Exception)
               for item in whole) <= 1  # fmt: skip
    assert whole[: len(messages)] == [plain(message) for message in messages]
