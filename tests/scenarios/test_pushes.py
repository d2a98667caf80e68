"""What a server sends by itself: async messages, requests, and things it must not send."""

from __future__ import annotations

import tracemalloc
from typing import Any

import anyio
import pytest
from tests.scenarios.support import connected, echo

import anyq
from anyq import codec
from anyq.protocol import Accept, AsyncMessage, EndOfFile, Login, Response, SyncRequest
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

pytestmark = pytest.mark.anyio


async def test_23_a_push_before_the_reply_goes_to_the_feed() -> None:
    async def server(peer: ScriptedPeer) -> None:
        while (value := await peer.request()) is not None:
            await peer.post([anyq.symbol("upd"), anyq.symbol("t"), 1])
            await peer.reply(value)

    async with connected(server) as (q, _), q.messages() as feed:
        assert (await q("mine")).py() == b"mine"
        message = await anext(feed)
        assert str(message) == str(anyq.as_q([anyq.symbol("upd"), anyq.symbol("t"), 1]))


async def test_24_a_push_without_a_reader_is_counted_and_dropped() -> None:
    async def server(peer: ScriptedPeer) -> None:
        await peer.request()
        for number in range(3):
            await peer.post(number)
        await peer.reply("mine")
        await peer.echo()

    async with connected(server) as (q, _):
        assert (await q("x")).py() == "mine"
        assert (await q("y")).py() == b"y"
        statistics = q.statistics()
        assert statistics.messages_received == statistics.messages_dropped == 3


async def test_25_the_server_asks_right_after_the_login() -> None:
    answers: list[str] = []

    async def server(peer: ScriptedPeer) -> None:
        await peer.ask(b"who are you")
        while not isinstance(event := await peer.next_event(), EndOfFile):
            if isinstance(event, Response):
                answers.append(bytes(event.body).strip(b"\x80\0").decode())
            else:
                assert isinstance(event, SyncRequest)
                await peer.ask(b"and now?")
                answer = await peer.next_event()
                if not answers:
                    assert isinstance(answer, Response)
                    answers.append(bytes(answer.body).strip(b"\x80\0").decode())
                    answer = await peer.next_event()
                assert isinstance(answer, Response)
                await peer.reply(1)

    async with connected(server) as (q, _):
        assert await q("x") == 1
    assert answers == ["nyi"]


async def test_25_a_handler_answers_the_servers_requests() -> None:
    answers: list[object] = []

    async def server(peer: ScriptedPeer) -> None:
        await peer.request()
        for number in range(3):
            await peer.ask(number)
            answer = await peer.next_event()
            assert isinstance(answer, Response)
            answers.append(bytes(answer.body))
        await peer.reply(1)

    async def answer(value: anyq.Value) -> anyq.Value:
        number = value.py()
        if number == 1:
            raise anyq.QError("domain")
        if number == 2:
            raise ZeroDivisionError
        return anyq.long(number + 1)

    async with connected(server, on_request=answer) as (q, _):
        assert await q("x") == 1
        assert q.statistics().requests_received == 3
    assert answers == [codec.encode(anyq.long(1)), b"\x80domain\0", b"\x80ZeroDivisionError\0"]


async def test_26_a_response_that_nobody_asked_for_ends_the_connection() -> None:
    async def server(peer: ScriptedPeer) -> None:
        await peer.send_raw(codec.dumps(anyq.long(1), kind="response"))
        await peer.echo()

    async with connected(server) as (q, network):
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
        with pytest.raises(anyq.ProtocolError) as caught:
            await q("x")
        assert isinstance(caught.value, anyq.ConnectionLost)
        assert caught.value.outcome == "not sent"
        assert network.connections[0].closed


async def test_27_message_type_9_ends_the_connection() -> None:
    async def server(peer: ScriptedPeer) -> None:
        await peer.request()
        await peer.send_raw(bytes.fromhex("0109000009000000aa"))
        await peer.echo()

    async with connected(server) as (q, network):
        with pytest.raises(anyq.ProtocolError, match="message type 9") as caught:
            await q("x")
        assert isinstance(caught.value, anyq.ConnectionLost)
        assert caught.value.outcome == "unknown"
        with pytest.raises(anyq.ProtocolError):
            await q("y")
        assert network.connections[0].closed


PUSHES = 20_000


async def flood(peer: ScriptedPeer) -> None:
    """Posts as many messages as the client asks for, and one more."""
    count = await peer.request()
    assert count is not None
    await peer.reply(0)
    many = codec.dumps(anyq.vector("j", range(5))) * 1000
    for _ in range(count.py() // 1000):
        await peer.send_raw(many)
    await peer.post("end")
    await peer.echo()


async def test_28_blocking_stops_the_reading() -> None:
    async with connected(flood) as (q, network):
        async with q.messages(buffer=1000, overflow="block") as feed:
            await q(anyq.long(PUSHES))
            tracemalloc.start()
            for _ in range(300):
                await anyio.lowlevel.checkpoint()
            assert len(feed) == 1000
            assert network.connections[0].incoming.carried < 200_000
            assert tracemalloc.get_traced_memory()[1] < 2_000_000
            tracemalloc.stop()
            received = 0
            async for message in feed:
                received += 1
                if str(message) == "`end":
                    break
            assert received == PUSHES + 1
            assert feed.dropped == 0
        assert (await q("y")).py() == b"y"


async def test_28_dropping_the_oldest_is_counted(anyio_backend: Any) -> None:
    pushes = 1_000_000 if anyio_backend == "asyncio" else PUSHES
    async with connected(flood) as (q, _):
        feed = q.messages(buffer=1000, overflow="drop-oldest")
        await q(anyq.long(pushes))
        while feed.received <= pushes:
            await anyio.lowlevel.checkpoint()
        assert len(feed) == 1000
        assert feed.dropped == pushes + 1 - 1000 == q.statistics().messages_dropped
        last = [await anext(feed) for _ in range(1000)][-1]
        assert str(last) == "`end"


async def test_28_an_error_tells_a_slow_reader() -> None:
    async with connected(flood) as (q, _):
        feed = q.messages(buffer=1000, overflow="error")
        await q(anyq.long(PUSHES))
        while feed.received <= PUSHES:
            await anyio.lowlevel.checkpoint()
        for _ in range(1000):
            await anext(feed)
        with pytest.raises(anyq.LimitError, match="1000"):
            await anext(feed)
        assert (await q("y")).py() == b"y"


async def test_a_feed_nobody_holds_listens_no_more() -> None:
    async with connected(echo) as (q, _):
        q.messages()
        assert not list(q._core.feeds)
        feed = q.messages()
        feed.close()
        with pytest.raises(anyq.ClosedError):
            await anext(feed)
        with pytest.raises(ValueError, match="overflow"):
            q.messages(overflow="wait")  # type: ignore[arg-type]


async def test_a_body_that_is_no_value_ends_the_connection() -> None:
    async def server(peer: ScriptedPeer) -> None:
        await peer.request()
        await peer.send_raw(peer.protocol.send(Response(b"\x03")))
        await peer.echo()

    async with connected(server) as (q, network):
        with pytest.raises(anyq.DecodeError):
            await q("x")
        with pytest.raises(anyq.ConnectionLost):
            await q("y")
    assert network.connections[0].closed


async def test_the_hook_is_told_of_each_call() -> None:
    told: list[tuple[str | None, str]] = []
    async with connected(echo, on_call=lambda report: told.append((report.query, report.outcome))) as (q, _):
        await q("1+1")
        await q("{x}", 1)
        q.submit("dropped").cancel()
    assert told == [("1+1", "answered"), ("{x}", "answered"), ("dropped", "abandoned")]


async def test_a_feed_made_before_the_opening_misses_nothing() -> None:
    async def handler(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        login = await peer.next_event()
        assert isinstance(login, Login)
        await peer.send_raw(peer.protocol.send(Accept(6)) + codec.dumps(anyq.symbol("hello")))
        await peer.echo()

    async with VirtualNetwork.open(handler) as network:
        connection = anyq.connect("peer", 1, dial=network.dial)
        feed = connection.messages()
        async with connection:
            assert str(await anext(feed)) == "`hello"


async def test_a_push_that_is_no_value_ends_the_connection() -> None:
    async def server(peer: ScriptedPeer) -> None:
        await peer.send_raw(peer.protocol.send(AsyncMessage(b"\x03")))
        await peer.echo()

    async with connected(server) as (q, network):
        feed = q.messages()
        with pytest.raises(anyq.DecodeError):
            await anext(feed)
        with pytest.raises(anyq.ConnectionLost):
            await q("y")
    assert network.connections[0].closed
