"""Raw connections over TLS, as client and as server."""

from __future__ import annotations

import socket
import ssl

import anyio
import pytest
import trustme
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream
from tests.scenarios.support import listening, nothing_left_open

import anyq
from anyq import RawConnection
from anyq.client import Pending
from anyq.testing import ScriptedPeer

pytestmark = pytest.mark.anyio

BIG = anyq.vector("j", range(300_000))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def ask(q: RawConnection, query: str | anyq.Value) -> anyq.Value:
    handle = q.submit(query)
    assert isinstance(handle, Pending)
    q.poll_send(0)
    while not handle.done():
        await q.poll_recv_async()
    return handle.result()


async def test_a_client_over_tls(server_context: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    async def server(stream: ByteStream) -> None:
        try:
            secure = await TLSStream.wrap(
                stream, server_side=True, ssl_context=server_context, standard_compatible=False
            )
        except ssl.SSLError:
            return
        peer = ScriptedPeer(secure)
        login = await peer.accept()
        assert (login.user, login.password) == ("ann", "secret")
        await peer.post("hello")
        await peer.echo()

    async with nothing_left_open(), listening(server) as port:
        async with RawConnection(f"tcps://localhost:{port}:ann:secret", tls=trusting) as q:
            assert await q.poll_recv_async() == "hello"
            assert (await ask(q, "x")).py() == b"x"
            assert await ask(q, BIG) == BIG
            assert q.poll_recv() is None
        for address in ("localhost", "127.0.0.1"):
            with pytest.raises(anyq.ConnectError, match=r"starting TLS.*(verify|mismatch)"):
                await RawConnection(address, port, tls=address == "localhost" or trusting).__aenter__()


async def test_a_server_over_tls(server_context: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    server = RawConnection(port=0, as_server=True, on_sync=lambda value: value, tls=server_context)

    async def serve() -> None:
        while True:
            await server.poll_recv_async()

    async with nothing_left_open(), server, anyio.create_task_group() as tasks:
        tasks.start_soon(serve)
        with socket.create_connection(("127.0.0.1", server.port)):  # says nothing, and keeps nobody waiting
            async with (
                anyq.connect("localhost", server.port, tls=trusting) as a,
                RawConnection("localhost", server.port, tls=trusting) as b,
            ):
                assert await a(BIG) == BIG
                assert await ask(b, BIG) == BIG
                assert (await a("x")).py() == b"x"
            with pytest.raises(anyq.ConnectError):
                await anyq.connect("localhost", server.port, username="in", password="the clear").__aenter__()
        tasks.cancel_scope.cancel()


async def test_no_password_goes_out_in_the_clear() -> None:
    heard = b""

    async def plain(stream: ByteStream) -> None:
        nonlocal heard
        while True:
            heard += await stream.receive()
            await stream.send(b"not TLS")

    async with nothing_left_open(), listening(plain) as port:
        with pytest.raises(anyq.ConnectError, match="starting TLS"):
            await RawConnection("localhost", port, username="ann", password="secret", tls=True).__aenter__()
    assert heard
    assert b"secret" not in heard


async def test_a_cancelled_handshake_leaves_no_socket() -> None:
    async def silent(stream: ByteStream) -> None:
        await anyio.sleep_forever()

    async with nothing_left_open(), listening(silent) as port:
        with anyio.move_on_after(0.05) as scope:
            await RawConnection("localhost", port, tls=True).__aenter__()
        assert scope.cancelled_caught
        with pytest.raises(anyq.ConnectTimeout):
            await RawConnection("localhost", port, tls=True, connect_timeout=0.05).__aenter__()
