"""Framing, login and limits of the sans-IO connection."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import strategies as st

from anyq.errors import LimitError, LocalProtocolError, ProtocolError, RemoteProtocolError
from anyq.protocol import (
    NEED_DATA,
    Accept,
    AsyncMessage,
    Call,
    CallState,
    Connection,
    DroppedReply,
    EndOfFile,
    Login,
    Refuse,
    Response,
    Role,
    State,
    SyncRequest,
)


def opened(
    role: Role = Role.CLIENT, capability: int = 6, max_message_size: int = 2**30, max_in_flight: int = 1
) -> Connection:
    """A connection in the open state."""
    connection = Connection(role, max_message_size=max_message_size, max_in_flight=max_in_flight)
    if role is Role.CLIENT:
        connection.send(Login(capability=capability))
        connection.receive_data(bytes((capability,)))
    else:
        connection.receive_data(b":" + bytes((capability, 0)))
    connection.next_event()
    if role is Role.SERVER:
        connection.send(Accept(capability))
    return connection


def events(connection: Connection, chunks: Iterable[bytes]) -> list[object]:
    """What comes out when ``chunks`` go in; the error, if there is one, comes last as its type and text."""
    found: list[object] = []
    for chunk in chunks:
        connection.receive_data(chunk)
        found += parsed(connection)
        if connection.their_state is State.ERROR:
            break
    return found


def parsed(connection: Connection) -> list[object]:
    """The events that wait."""
    found: list[object] = []
    try:
        while (event := connection.next_event()) is not NEED_DATA and not isinstance(event, EndOfFile):
            found.append(plain(event))
    except (ProtocolError, LimitError) as error:
        found.append((type(error), str(error)))
    return found


def plain(event: object) -> object:
    if isinstance(event, AsyncMessage | SyncRequest | Response):
        return type(event), bytes(event.body), event.little_endian, event.compressed
    return event


def test_a_login_and_its_verdict() -> None:
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    server.receive_data(client.send(Login("kx", "pa:ss", 6)))
    assert server.next_event() == Login("kx", "pa:ss", 6)
    client.receive_data(server.send(Accept(3)))
    assert client.next_event() == Accept(3)
    assert client.capability == server.capability == 3
    assert client.our_state is client.their_state is server.our_state is server.their_state is State.OPEN


def test_a_refused_login_ends_without_a_byte() -> None:
    server, client = Connection(Role.SERVER), Connection(Role.CLIENT)
    server.receive_data(client.send(Login("a", "b")))
    server.next_event()
    assert server.send(Refuse()) == b""
    client.receive_data(b"")
    assert client.next_event() == Refuse()
    assert client.their_state is State.CLOSED
    with pytest.raises(LocalProtocolError):
        client.send(SyncRequest(b"x"))


def test_a_verdict_above_the_offer_is_no_q_server() -> None:
    client = Connection(Role.CLIENT)
    client.send(Login(capability=3))
    client.receive_data(b"H")
    with pytest.raises(RemoteProtocolError, match="not a q server"):
        client.next_event()
    with pytest.raises(RemoteProtocolError, match="not a q server"):
        client.next_event()
    assert client.their_state is State.ERROR


def test_accepting_more_than_was_offered_is_refused() -> None:
    server = Connection(Role.SERVER)
    server.receive_data(b"u:\x03\0")
    server.next_event()
    with pytest.raises(LocalProtocolError):
        server.send(Accept(6))
    server.send(Accept(3))


def test_nothing_may_be_sent_before_the_verdict() -> None:
    client = Connection(Role.CLIENT)
    client.send(Login())
    with pytest.raises(LocalProtocolError):
        client.queue(SyncRequest(b"x"))
    assert client.ledger.queued == 0


def test_what_follows_a_login_waits_for_the_verdict() -> None:
    server = Connection(Role.SERVER)
    server.receive_data(b":\x06\0" + bytes.fromhex("0100000009000000aa"))
    assert isinstance(server.next_event(), Login)
    assert server.next_event() is NEED_DATA
    server.send(Accept(6))
    assert server.next_event() == AsyncMessage(b"\xaa")


def test_a_withdrawn_message_is_never_sent() -> None:
    client = opened()
    first, second = client.queue(SyncRequest(b"1")), client.queue(SyncRequest(b"2"))
    third = client.queue(AsyncMessage(b"3"))
    assert client.take() is not None
    assert client.take() is None
    assert client.ledger.abandon(second) is True
    assert second.state is CallState.WITHDRAWN
    parts = client.take()
    assert parts is not None
    assert parts[0][8:] == b"3"
    assert first.state is third.state is CallState.SENT


def test_a_response_goes_before_what_waits() -> None:
    client = opened()
    client.queue(SyncRequest(b"1"))
    client.queue(SyncRequest(b"2"))
    assert client.take() is not None
    with pytest.raises(LocalProtocolError):
        client.queue(Response(b"r"))
    client.receive_data(opened(Role.SERVER).send(SyncRequest(b"?")))
    client.next_event()
    assert client.owed == 1
    client.queue(Response(b"r"))
    parts = client.take()
    assert parts is not None
    assert parts[0][1:2] == b"\x02"
    assert client.take() is None


STREAMS = st.lists(
    st.one_of(
        st.builds(AsyncMessage, st.binary(min_size=1, max_size=40)),
        st.builds(AsyncMessage, st.just(bytes(70_000))),
        st.builds(SyncRequest, st.binary(min_size=1, max_size=40), st.booleans(), st.integers(0, 2)),
    ),
    max_size=5,
)


def check_through_buffers(chunks: list[bytes]) -> None:
    """`get_buffer` gives the same events as `receive_data`."""
    connection, other = opened(Role.SERVER), opened(Role.SERVER)
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:
            into = connection.get_buffer()
            count = min(len(into), len(rest))
            into[:count] = rest[:count]
            connection.buffer_updated(count)
            got = parsed(connection)
            assert got == events(other, [bytes(rest[:count])])
            if connection.their_state is State.ERROR:
                return
            rest = rest[count:]


def test_a_small_request_and_its_reply_at_once() -> None:
    client, server = opened(), opened(Role.SERVER)
    call = Call()
    data = client.request(b"\x0a\x00\x01\x00\x00\x001", call)
    assert data is not None
    assert call.state is CallState.SENT
    assert client.request(b"\x0a\x00\x01\x00\x00\x001", Call()) is None
    server.receive_data(data)
    assert isinstance(server.next_event(), SyncRequest)
    answer = server.send(Response(b"\xf9" + bytes(8)))
    for other in (b"", answer[:7], answer[:9], answer + b"\1", b"\0" + answer[1:], b"\1\0" + answer[2:]):
        assert client.reply(other) is None
    client.receive_data(answer[:9])
    assert client.reply(answer[9:]) is None
    client.receive_data(answer[9:])
    assert isinstance(client.next_event(), Response)
    assert client.reply(answer) is None
    assert client.request(b"\x0a\x00\x01\x00\x00\x001", call) is not None
    assert client.reply(answer) == b"\xf9" + bytes(8)
    assert str(call.state) == str(CallState.ANSWERED)
    assert client.reply(answer) is None
    assert client.next_event() is NEED_DATA


def test_the_quick_way_leaves_the_rest_to_the_other() -> None:
    client, server = opened(), opened(Role.SERVER)
    call = Call()
    data = client.request(b"\x0a\x00\x01\x00\x00\x001", call)
    assert data is not None
    server.receive_data(data)
    server.next_event()
    both = server.send(AsyncMessage(b"\xf9" + bytes(8))) + server.send(Response(b"\xf9" + bytes(8)))
    assert client.reply(both) is None
    client.receive_data(both)
    assert isinstance(client.next_event(), AsyncMessage)
    event = client.next_event()
    assert isinstance(event, Response)
    assert event.call is call
    assert client.request(b"\x0a\x00\x01\x00\x00\x001", call) is not None
    client.ledger.abandon(call)
    answer = b"\1\2\0\0\x11\0\0\0\xf9" + bytes(8)
    assert client.reply(answer) is None
    client.receive_data(answer)
    assert isinstance(client.next_event(), DroppedReply)
    client.max_message_size = 16
    assert client.request(b"\x0a\x00\x01\x00\x00\x001", call) is not None
    assert client.reply(answer) is None
    client.receive_data(answer)
    with pytest.raises(LimitError):
        client.next_event()
    assert client.request(b"\x0a\x00\x01\x00\x00\x001", call) is None
