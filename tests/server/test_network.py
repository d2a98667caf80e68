"""TLS, unix sockets, limits, and many clients at once."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import socket
import ssl
import sys
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
import anyio.to_thread
import pytest
import trustme

import anyq
from anyq import codec
from anyq.server import Limits, Server, server_context

from .peer import Peer, peer

pytestmark = pytest.mark.anyio


def echo(message: anyq.Value) -> anyq.Value:
    return message


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_tls(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    big = anyq.vector("long", range(1_000_000))
    async with (
        Server(echo, port=0, tls=server_tls) as server,
        anyq.connect("localhost", server.port, tls=client_tls) as q,
    ):
        assert await q(anyq.symbol("x"), 1) == anyq.as_q(["x", 1])
        assert await q(big) == big
        for number in range(50):
            assert await q(anyq.long(number)) == number
        with pytest.raises(anyq.ConnectError):
            async with anyq.connect("127.0.0.1", server.port, username="somebody"):
                pass
        assert server.stats.foreign == 1


async def test_tls_that_is_cut_off(server_tls: ssl.SSLContext) -> None:
    async with Server(echo, port=0, tls=server_tls, limits=Limits(login_time=0.2)) as server:
        for data in (b"", bytes.fromhex("16030100c8010000c40303"), b"GET / HTTP/1.1\r\n\r\n", os.urandom(500)):
            async with await anyio.connect_tcp("127.0.0.1", server.port) as stream:
                await stream.send(data or b"\x16")
                with anyio.fail_after(5):
                    try:
                        while True:
                            await stream.receive()
                    except (anyio.EndOfStream, anyio.BrokenResourceError):
                        pass
        while server.stats.foreign + server.stats.late_logins < 4:
            await anyio.lowlevel.checkpoint()


async def test_tls_and_plain_on_one_port(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    async with (
        Server(echo, port=0, tls=server_tls, plain=True) as server,
        anyq.connect("localhost", server.port, tls=client_tls) as secure,
        anyq.connect("localhost", server.port) as plain,
    ):
        assert await secure(anyq.long(1)) == 1
        assert await plain(anyq.long(2)) == 2


def test_tls_from_the_environment(authority: trustme.CA, tmp_path: Path) -> None:
    issued = authority.issue_cert("localhost")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    context = server_context({"SSL_CERT_FILE": "nonsense", "KX_SSL_CERT_FILE": str(chain), "SSL_KEY_FILE": str(key)})
    assert context.verify_mode is ssl.CERT_NONE
    with pytest.raises(ValueError, match="SSL_CERT_FILE"):
        server_context({})
    with pytest.raises(ValueError, match="PERHAPS"):
        server_context({"SSL_CERT_FILE": str(chain), "SSL_VERIFY_CLIENT": "PERHAPS"})


async def test_a_socket_file(tmp_path: Path) -> None:
    path = tmp_path / "kx.sock"
    async with Server(echo, unix=str(path)) as server, anyq.connect(f"unix://{path}") as q:
        assert await q(anyq.long(1)) == 1
        assert path.stat().st_mode & 0o777 == 0o600
        assert server.addresses == [f"unix:{path}"]
        with pytest.raises(OSError, match="cannot listen"):
            async with Server(echo, unix=str(path)):
                pass
    assert not path.exists()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    async with Server(echo, unix=str(path)), anyq.connect(f"unix://{path}") as q:
        assert await q(anyq.long(1)) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="abstract names are Linux'")
async def test_the_name_that_clients_of_a_port_look_for() -> None:
    async with Server(echo, port=0, unix=True) as server, anyq.connect(f"unix://{server.port}") as q:
        assert await q(anyq.long(1)) == 1
        assert server.addresses[1] == f"unix:@/tmp/kx.{server.port}"


async def test_several_listeners_serve_one_set_of_clients(tmp_path: Path) -> None:
    paths = [str(tmp_path / "kx.one"), str(tmp_path / "kx.two")]
    async with (
        Server(echo, host=["127.0.0.1", "127.0.0.2"], port=0, unix=paths) as server,
        anyq.connect("127.0.0.1", server.port) as one,
        anyq.connect("127.0.0.2", server.port) as two,
        anyq.connect(f"unix://{paths[0]}") as three,
        anyq.connect(f"unix://{paths[1]}") as four,
    ):
        for q in (one, two, three, four):
            assert await q(anyq.long(1)) == 1
        assert len(server.clients) == len(server.addresses) == 4


async def test_idle_clients_are_disconnected() -> None:
    async with Server(echo, port=0, limits=Limits(idle_time=0.1)) as server, peer(server.port) as q:
        assert await q.ask(1) == 1
        assert await q.at_end()
        assert server.stats.idle == 1


async def test_clients_of_one_address() -> None:
    async with Server(echo, port=0, limits=Limits(per_address=2)) as server:
        async with peer(server.port), peer(server.port):
            with contextlib.suppress(OSError, anyio.BrokenResourceError):  # Trio's connect may see the reset itself
                async with peer(server.port, login=False) as third:
                    assert not await third.login()
            assert server.stats.over_limit == 1
        while server._addresses:
            await anyio.lowlevel.checkpoint()
        async with peer(server.port) as q:
            assert await q.ask(1) == 1


async def test_a_client_with_many_requests_waits_its_turn() -> None:
    async def slow(message: anyq.Value) -> anyq.Value:
        await anyio.lowlevel.checkpoint()
        return message

    async with Server(slow, port=0, limits=Limits(requests=4)) as server, peer(server.port) as q:
        for number in range(100):
            await q.send(number)
        assert [int(await q.receive()) for _ in range(100)] == list(range(100))


@pytest.mark.parametrize("capability", [0, 1, 3, 5, 6, 7, 31])
async def test_capabilities(capability: int) -> None:
    async with Server(echo, port=0) as server, await anyio.connect_tcp("127.0.0.1", server.port) as stream:
        await stream.send(b"eve:" + (bytes([capability]) if capability else b"pw") + b"\0")
        answer = await stream.receive(1)
        assert answer[0] == min(capability, 6)
        guid = codec.dumps(anyq.guid("8c680a01-5a49-5aab-5a65-d4bfddb6a661"), kind="sync")
        await stream.send(guid)
        data = await stream.receive()
        assert (data[8] == 0x80) is (capability < 3)


async def test_large_messages_to_remote_clients_are_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = anyq.vector("long", [0] * 10_000)
    async with Server(lambda message: zeros, port=0) as server, peer(server.port) as q:
        await q.send(1)
        assert len((await q.event()).body) == 80_006
        (client,) = server.clients.values()
        monkeypatch.setattr(client, "_remote", True)
        await q.send(1)
        event = await q.event()
        assert event.compressed == 1
        assert len(event.body) < 2000


async def test_two_hundred_clients_of_whom_three_misbehave() -> None:
    """One never reads, one logs in a byte at a time, one speaks HTTP: their limits end them, the others are served."""
    big = bytes(1 << 16)

    def handler(message: anyq.Value) -> Any:
        return big if bytes(message) == b"big" else 2

    limits = Limits(login_time=0.5, queued_bytes=1 << 20, send_time=5)
    ended: list[str] = []

    async def never_reads(q: Peer) -> None:
        with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            while True:
                await q.send("big")
        ended.append("never reads")

    async def drips(stream: anyio.abc.ByteStream) -> None:
        with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            while True:
                await stream.send(b"x")
                await anyio.sleep(0.1)
        ended.append("drips")

    async def browses(stream: anyio.abc.ByteStream) -> None:
        await stream.send(b"GET / HTTP/1.1\r\n\r\n")
        told = b""
        with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError):
            while True:
                told += await stream.receive()
        assert told.startswith(b"HTTP/1.1 400 Bad Request")
        ended.append("browses")

    async def asks(q: Peer, served: list[int]) -> None:
        while len(ended) < 3 or not served[0]:
            assert await q.ask("small") == 2
            served[0] += 1
            await anyio.sleep(0.05)

    async with Server(handler, port=0, limits=limits) as server, contextlib.AsyncExitStack() as stack:
        good = [await stack.enter_async_context(peer(server.port)) for _ in range(197)]
        silent = await stack.enter_async_context(peer(server.port))
        counts = [[0] for _ in good]
        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                for q, served in zip(good, counts, strict=True):
                    tasks.start_soon(asks, q, served)
                tasks.start_soon(never_reads, silent)
                for misbehaves in (drips, browses):
                    stream = await anyio.connect_tcp("127.0.0.1", server.port)
                    tasks.start_soon(misbehaves, await stack.enter_async_context(stream))
        assert all(served[0] for served in counts)
        assert sorted(ended) == ["browses", "drips", "never reads"]
        stats = server.stats
        assert (stats.slow, stats.late_logins, stats.foreign) == (1, 1, 1)
        assert len(server.clients) == 197


async def test_connects_and_disconnects_leave_nothing() -> None:
    """A thousand here; the benchmark does 24,000."""
    logging.getLogger("anyq").setLevel(logging.ERROR)

    def storm(port: int, count: int) -> None:
        for number in range(count):
            with socket.create_connection(("127.0.0.1", port)) as sock:
                if number % 4:
                    sock.sendall(b":\x06\0")
                    assert sock.recv(1) == b"\x06"
                if number % 4 == 3:
                    sock.sendall(codec.dumps(anyq.long(1), kind="sync"))
                    sock.recv(100)

    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd")) if sys.platform.startswith("linux") else 0

    async with Server(echo, port=0) as server:
        await anyio.to_thread.run_sync(storm, server.port, 200)
        while server._sessions:
            await anyio.lowlevel.checkpoint()
        before, threads = descriptors(), threading.active_count()
        tracemalloc.start()
        await anyio.to_thread.run_sync(storm, server.port, 200)
        while server._sessions:
            await anyio.lowlevel.checkpoint()
        gc.collect()
        memory = tracemalloc.get_traced_memory()[0]
        await anyio.to_thread.run_sync(storm, server.port, 600)
        while server._sessions:
            await anyio.lowlevel.checkpoint()
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - memory
        tracemalloc.stop()
        assert descriptors() <= before
        assert threading.active_count() <= threads
        assert grown < 200_000, f"{grown} bytes"
        assert server.stats.accepted == 1000
