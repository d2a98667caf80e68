"""Connections that move when they are told to."""

from __future__ import annotations

import socket
import threading

import anyio
import anyio.to_thread
import pytest
from anyio.abc import ByteStream
from tests.scenarios.support import listening, nothing_left_open

import anyq
from anyq import RawConnection, codec
from anyq.client import Pending
from anyq.protocol import EndOfFile, Response, SyncRequest
from anyq.testing import ScriptedPeer

pytestmark = pytest.mark.anyio


async def echo(stream: ByteStream) -> None:
    peer = ScriptedPeer(stream)
    await peer.accept()
    await peer.echo()


def handle(made: Pending | None) -> Pending:
    assert made is not None
    return made


async def until_read(q: RawConnection, handle: Pending) -> None:
    while not handle.done():
        q.poll_recv()
        await anyio.sleep(0.001)


async def test_nothing_is_sent_or_read_before_it_is_told_to() -> None:
    seen = 0

    async def server(stream: ByteStream) -> None:
        nonlocal seen
        peer = ScriptedPeer(stream)
        await peer.accept()
        while not isinstance(event := await peer.next_event(), EndOfFile):
            seen += 1
            if isinstance(event, SyncRequest):
                await peer.send_raw(peer.protocol.send(Response(event.body)))

    async with listening(server) as port, RawConnection("127.0.0.1", port) as q:
        handles = [handle(q.submit(str(number))) for number in range(4)]
        assert q.submit("async", wait=False) is None
        await anyio.sleep(0.02)
        assert seen == 0
        assert q.poll_send() == 1
        assert q.poll_send(2) == 2
        assert q.poll_send(0) == 2
        assert q.poll_send(0) == 0
        while seen < 5:
            await anyio.sleep(0.001)
        assert not any(handle.done() for handle in handles)
        with pytest.raises(anyq.Error, match="not arrived"):
            handles[0].result()
        assert await q.poll_recv_async() is None
        assert handles[0].result() == anyq.chars(b"0")
        await until_read(q, handles[3])
        assert [handle.result().py() for handle in handles] == [b"0", b"1", b"2", b"3"]
        assert q.poll_recv() is None


async def test_unsolicited_messages_are_given_back() -> None:
    async def server(stream: ByteStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        await peer.post(1)
        await peer.post(2)
        await peer.ask(3)
        assert isinstance(answer := await peer.next_event(), Response)
        assert bytes(answer.body) == codec.encode_error("nyi")
        await peer.request()
        await peer.post(4)
        await peer.reply(5)

    async with listening(server) as port, RawConnection("127.0.0.1", port) as q:
        assert await q.poll_recv_async() == 1
        assert await q.poll_recv_async() == 2
        assert await q.poll_recv_async() == 3
        answer = handle(q.submit("x"))
        q.poll_send()
        await anyio.sleep(0.02)
        assert q.poll_recv(2) == 4
        assert answer.result() == 5
        with pytest.raises(anyq.ConnectionLost):
            await q.poll_recv_async()
        with pytest.raises(anyq.ConnectionLost):
            q.submit("y")


async def test_a_lost_connection_fails_every_handle() -> None:
    async def server(stream: ByteStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        await peer.request()
        await stream.send(b"\x09" * 20)

    async with listening(server) as port, RawConnection("127.0.0.1", port) as q:
        first, second = handle(q.submit("x")), handle(q.submit("y"))
        q.poll_send(0)
        with pytest.raises(anyq.ConnectionCorrupted):
            await q.poll_recv_async()
        for each in (first, second):
            with pytest.raises(anyq.ProtocolError):
                each.result()


async def test_a_dropped_handle_shifts_nothing() -> None:
    async with listening(echo) as port, RawConnection("127.0.0.1", port) as q:
        first, second = handle(q.submit("1")), handle(q.submit("2"))
        q.poll_send(0)
        first.cancel()
        await until_read(q, second)
        assert second.result().py() == b"2"


async def test_it_serves() -> None:
    seen: list[object] = []

    def double(value: anyq.Value) -> object:
        if value.py() == b"fail":
            raise anyq.QError("stop")
        if value.py() == b"bug":
            raise ZeroDivisionError
        return anyq.long(2 * value.py())

    async def serve() -> None:
        while True:
            await server.poll_recv_async()

    server = RawConnection(port=0, as_server=True, on_sync=double, on_async=lambda value: seen.append(value.py()))
    async with nothing_left_open():
        async with server as q, anyio.create_task_group() as tasks:
            tasks.start_soon(serve)
            async with anyq.connect("127.0.0.1", q.port) as a, anyq.connect("127.0.0.1", q.port) as b:
                assert await a(anyq.long(4)) == 8
                assert await b(anyq.long(5)) == 10
                await a.post(anyq.long(6))
                with pytest.raises(anyq.QError, match="stop"):
                    await a("fail")
                with pytest.raises(anyq.QError, match="ZeroDivisionError"):
                    await a("bug")
                assert seen == [6]
                assert q.clients == 2
            tasks.cancel_scope.cancel()
        with pytest.raises(anyq.ClosedError):
            server.poll_recv()


async def test_async_handlers() -> None:
    begun = anyio.Event()

    async def handler(value: anyq.Value) -> object:
        if value.py() == b"wait":
            begun.set()
            await anyio.sleep_forever()
        await anyio.lowlevel.checkpoint()
        return value

    async def serve() -> None:
        while True:
            await server.poll_recv_async()

    async with RawConnection(port=0, as_server=True, on_sync=handler) as server:
        async with anyio.create_task_group() as serving:
            serving.start_soon(serve)
            async with anyq.connect("127.0.0.1", server.port) as q:
                assert await q("some") == anyq.chars("some")
                await q.post("other")
                pending = q.submit("wait")
                await begun.wait()
                serving.cancel_scope.cancel()
                with anyio.CancelScope(shield=True), pytest.raises(anyq.QError, match="the handler was cancelled"):
                    await pending
        async with anyio.create_task_group() as serving:
            serving.start_soon(serve)
            async with anyq.connect("127.0.0.1", server.port) as q:
                assert await q("again") == anyq.chars("again")
            serving.cancel_scope.cancel()


async def test_an_async_handler_where_nothing_can_wait_for_it() -> None:
    async def handler(value: anyq.Value) -> object:
        return value

    async with RawConnection(port=0, as_server=True, on_sync=handler) as server, anyio.create_task_group() as tasks:

        async def serve() -> None:
            while True:
                server.poll_recv()
                await anyio.sleep(0.001)

        tasks.start_soon(serve)
        async with anyq.connect("127.0.0.1", server.port) as q:
            with pytest.raises(anyq.QError, match="poll_recv_async"):
                await q("some")
        tasks.cancel_scope.cancel()


async def test_clients_that_have_gone_are_cleaned_up() -> None:
    server = RawConnection(
        port=0,
        as_server=True,
        on_sync=lambda value: value,
        authenticate=lambda user, password: (user, password) == ("u", "p"),
        conn_gc_time=100,
    )

    async def serve() -> None:
        while True:
            server.poll_recv(0)
            await anyio.sleep(0.001)

    async with server, anyio.create_task_group() as tasks:
        tasks.start_soon(serve)
        with pytest.raises(anyq.AuthenticationError):
            await anyq.connect("127.0.0.1", server.port, username="u", password="x").__aenter__()
        async with anyq.connect("127.0.0.1", server.port, username="u", password="p") as q:
            assert (await q("x")).py() == b"x"
        await anyio.sleep(0.01)
        assert server.clients == 2
        server.clean_open_connections()
        assert server.clients == 0
        tasks.cancel_scope.cancel()


async def test_misuse() -> None:
    with pytest.raises(TypeError, match="on_sync"):
        RawConnection(port=1, as_server=True)
    with pytest.raises(TypeError, match="port"):
        RawConnection(as_server=True, on_sync=print)
    with pytest.raises(TypeError, match="SSLContext"):
        RawConnection(port=1, as_server=True, on_sync=print, tls=True)
    with pytest.raises(anyq.ClosedError, match="async with"):
        RawConnection("localhost", 1).submit("x")
    with pytest.raises(anyq.ConnectError):
        await RawConnection("127.0.0.1", 1).__aenter__()


async def test_a_message_that_is_false_is_a_message() -> None:
    values = [anyq.long(0), anyq.long(None), anyq.boolean(False), anyq.symbol(""), anyq.List([])]

    async def server(stream: ByteStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        for value in values:
            await peer.post(value)
        await peer.next_event()

    async with listening(server) as port, RawConnection("127.0.0.1", port) as q:
        with anyio.fail_after(10):
            assert [await q.poll_recv_async() for _ in values] == values


async def test_each_handle_learns_what_became_of_it() -> None:
    async def server(stream: ByteStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        await peer.request()

    async with listening(server) as port:
        async with RawConnection("127.0.0.1", port) as q:
            sent, queued = handle(q.submit("x")), handle(q.submit("y"))
            q.poll_send()
            with pytest.raises(anyq.ConnectionLost):
                await q.poll_recv_async()
            with pytest.raises(anyq.ConnectionLost) as refused:
                q.submit("z")
            assert refused.value.outcome == "not sent"
        async with RawConnection("127.0.0.1", port) as q:
            closed_sent, closed_queued = handle(q.submit("x")), handle(q.submit("y"))
            q.poll_send()
    for call, outcome in (
        (sent, "unknown"),
        (queued, "not sent"),
        (closed_sent, "unknown"),
        (closed_queued, "not sent"),
    ):
        with pytest.raises((anyq.ConnectionLost, anyq.ClosedError)) as caught:
            call.result()
        assert getattr(caught.value, "outcome", None) == outcome


async def test_a_server_that_another_thread_polls() -> None:
    """A thread without an event loop, while clients are answered, fail and are refused."""

    def handler(value: anyq.Value, client: anyq.server.Client) -> object:
        client.post("posted", client.handle)
        return 1 / value.py()

    def check(user: str, password: str | None) -> bool:
        return {"in": True}[user]

    def poll() -> None:
        while not over.is_set():
            server.poll_recv(0)

    over = threading.Event()
    options = {"on_sync": handler, "authenticate": check}
    async with RawConnection(port=0, as_server=True, **options) as server, anyio.create_task_group() as tasks:  # type: ignore[arg-type]
        tasks.start_soon(anyio.to_thread.run_sync, poll)
        try:
            async with anyq.connect("127.0.0.1", server.port, username="in") as q:
                async with q.messages() as feed:
                    assert await q(anyq.long(2)) == 0.5
                    assert (await anext(feed)).py() == [b"posted", 1]
                with pytest.raises(anyq.QError, match="ZeroDivisionError"):
                    await q(anyq.long(0))
            with pytest.raises(anyq.AuthenticationError):
                await anyq.connect("127.0.0.1", server.port, username="out").__aenter__()
        finally:
            over.set()


async def test_a_client_of_a_polled_server_that_does_not_read() -> None:
    """What waits for it is bounded, and others are served."""
    rows = anyq.vector("j", range(1 << 19))

    async with RawConnection(port=0, as_server=True, on_sync=lambda value: rows) as server:
        with socket.create_connection(("127.0.0.1", server.port or 0)) as sock:
            sock.sendall(b"\3\0" + codec.dumps(0, kind="sync") * 20)
            for _ in range(200):
                server.poll_recv(0)
                await anyio.sleep(0)
                server.clean_open_connections()
                if not server.clients and _ > 50:
                    break
            assert server.clients == 0
