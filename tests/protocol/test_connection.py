"""Framing, login and limits of the sans-IO connection."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
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
    Event,
    ForeignProtocol,
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


@pytest.mark.parametrize(
    ("data", "login"),
    [
        (b":\x06\0", Login("", None, 6)),
        (b"user\x03\0", Login("user", None, 3)),
        (b"user:\x01\0", Login("user", None, 1)),
        (b"user:secret\0", Login("user", "secret", 0)),
        (b"\0", Login("", None, 0)),
        (b"u\xff:p\xfe\x06\0", Login("u\udcff", "p\udcfe", 6)),
    ],
)
def test_logins_of_all_ages(data: bytes, login: Login) -> None:
    server = Connection(Role.SERVER)
    server.receive_data(data)
    assert server.next_event() == login


def test_the_password_is_in_no_repr() -> None:
    assert "secret" not in repr(Login("user", "secret"))


@pytest.mark.parametrize("login", [Login("", None, 0), Login("u", "p", 0), Login("u", "p", 1), Login("u", None, 6)])
def test_a_login_of_any_capability_leaves_nothing_behind(login: Login) -> None:
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    server.receive_data(client.send(login))
    assert server.next_event() == login
    client.receive_data(server.send(Accept(login.capability)))
    assert client.next_event() == Accept(login.capability)
    server.receive_data(client.send(AsyncMessage(b"\x65\0")))
    message = server.next_event()
    assert isinstance(message, AsyncMessage)
    assert bytes(message.body) == b"\x65\0"


@pytest.mark.parametrize(
    "login", [Login("a:b"), Login("a", "b\0"), Login(capability=7), Login("a", "\ud800"), Login("a", "b\5", 0)]
)
def test_a_login_that_cannot_be_said(login: Login) -> None:
    client = Connection(Role.CLIENT)
    with pytest.raises(LocalProtocolError):
        client.send(login)
    assert client.our_state is State.CONNECTED


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


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"GET / HTTP/1.1\r\n", "HTTP"),
        (b"POST /x HTTP/1.1\r\n", "HTTP"),
        (b"\x16\x03\x01\x02\x00\x01\x00", "TLS"),
    ],
)
def test_other_protocols_are_recognised_at_once(data: bytes, name: str) -> None:
    server = Connection(Role.SERVER)
    server.receive_data(data)
    event = server.next_event()
    assert isinstance(event, ForeignProtocol)
    assert event.name == name
    assert server.their_state is State.CLOSED


def test_a_login_is_bounded() -> None:
    server = Connection(Role.SERVER, max_login_size=10)
    server.receive_data(b"a" * 10)
    assert server.next_event() is NEED_DATA
    server.receive_data(b"a")
    with pytest.raises(LimitError):
        server.next_event()


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


def test_a_peer_below_capability_5_takes_no_more_than_two_gigabytes() -> None:
    class Long(bytes):
        def __len__(self) -> int:
            return 2**31

    old, new = opened(capability=3), opened(capability=6)
    with pytest.raises(LimitError):
        old.queue(SyncRequest(Long()))
    new.queue(SyncRequest(Long()))
    assert old.ledger.queued == 0


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


STREAMS = st.lists(
    st.one_of(
        st.builds(AsyncMessage, st.binary(min_size=1, max_size=40)),
        st.builds(AsyncMessage, st.just(bytes(70_000))),
        st.builds(SyncRequest, st.binary(min_size=1, max_size=40), st.booleans(), st.integers(0, 2)),
    ),
    max_size=5,
)


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


@given(st.binary(max_size=60), st.data())
def test_any_login_bytes_cut_anywhere_give_the_same(stream: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) if a < b]
    assert events(Connection(Role.SERVER), chunks) == events(Connection(Role.SERVER), [stream] if stream else [])


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
