"""Large messages from clients: received where they are decoded from, in few steps, whole and in order."""

from __future__ import annotations

import select
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import numpy as np
import pytest

import anyq
from anyq import codec
from anyq.server import Handler, Limits, Server, _readiness
from anyq.server._readiness import EpollLookout
from anyq.server._transport import SocketTransport

from .peer import Peer, peer

pytestmark = pytest.mark.anyio

PIECE = 50_000


def plain(message: Any) -> int:
    return len(message)


async def later(message: Any) -> int:
    await anyio.sleep(0)
    return len(message)


HANDLERS: dict[str, Any] = {"plain": plain, "async": later, "thread": Handler(plain, in_thread=True)}


def request(items: int) -> bytes:
    return codec.dumps(anyq.vector("byte", np.arange(items) % 256), kind="sync")


@pytest.fixture(params=["one epoll", "each its own"])
def lookout(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "one epoll":
        monkeypatch.setattr("anyq.server._server.lookout_here", _readiness.TaskLookout)


@pytest.mark.parametrize("piece", [4095, 4096, 65_536, 1 << 20])
@pytest.mark.parametrize("handler", HANDLERS)
async def test_messages_of_every_size_cut_anywhere(lookout: None, handler: str, piece: int) -> None:
    """Sizes at the bounds of every buffer on the way, a small message behind each, all sent before an answer."""
    sizes = [1, 4081, 4082, 4083, 8178, 65_521, 65_522, 65_523, 131_072, 300_000, 2_000_000]
    wanted = [size for each in sizes for size in (each, 3)]
    data = b"".join(map(request, wanted))
    async with (
        Server(HANDLERS[handler], port=0) as server,
        peer(server.port) as one,
        anyio.create_task_group() as tasks,
    ):

        async def send() -> None:
            for start in range(0, len(data), piece):
                await one.stream.send(data[start : start + piece])

        one.protocol.send(anyq.protocol.SyncRequest(b"x"))
        for _ in wanted[1:]:
            one.protocol.send(anyq.protocol.SyncRequest(b"x"))
        tasks.start_soon(send)
        with anyio.fail_after(60):
            assert [int(await one.receive()) for _ in wanted] == wanted


@pytest.mark.parametrize("piece", [1000, 65_536, 1 << 20])
@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("memory", [True, False])
async def test_messages_that_are_refused_cut_anywhere(
    lookout: None, handler: str, piece: int, memory: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the size, or without memory: each is answered in its turn, and costs no memory."""

    def allocate(size: int) -> bytearray:
        raise MemoryError

    monkeypatch.setattr("anyq.codec.allocate", allocate)
    most = 20_000 if memory else 1 << 30
    wanted = [size for each in (19_986, 19_987, 65_521, 65_522, 65_523, 2_000_000) for size in (each, 3)]
    data = b"".join(map(request, wanted))
    async with (
        Server(HANDLERS[handler], port=0, limits=Limits(message_size=most)) as server,
        peer(server.port) as one,
        anyio.create_task_group() as tasks,
    ):

        async def send() -> None:
            for start in range(0, len(data), piece):
                await one.stream.send(data[start : start + piece])

        for _ in wanted:
            one.protocol.send(anyq.protocol.SyncRequest(b"x"))
        tasks.start_soon(send)
        with anyio.fail_after(60):
            for size in wanted:
                too_large = size + 14 > (most if memory else 65_536)
                if too_large:
                    with pytest.raises(anyq.QError, match="limit" if memory else "wsfull"):
                        await one.receive()
                else:
                    assert await one.receive() == size
        assert server.stats.bad_messages == 0


@asynccontextmanager
async def uploading(handler: Any) -> AsyncIterator[tuple[Server, Peer, Callable[[bytes], Any]]]:
    """A server, a client, and what sends it a piece and waits until the server has received it."""
    async with Server(handler, port=0) as server, peer(server.port) as one:
        assert await one.ask([1]) == 1
        (client,) = server.clients.values()
        sent = 0

        async def send(piece: bytes) -> None:
            nonlocal sent
            await one.stream.send(piece)
            sent += len(piece)
            with anyio.fail_after(30):
                while client._peer.receiving[0] + 8 != sent:
                    await anyio.sleep(0)

        yield server, one, send


@pytest.mark.parametrize("handler", ["plain", "async"])
async def test_pieces_wake_no_task(handler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = 0
    wait_readable = SocketTransport.wait_readable

    async def counted(self: SocketTransport) -> None:
        nonlocal waits
        waits += 1
        await wait_readable(self)

    monkeypatch.setattr(SocketTransport, "wait_readable", counted)
    data = request(30 * PIECE)
    async with uploading(HANDLERS[handler]) as (_, one, send):
        before = waits
        for start in range(0, len(data) - PIECE, PIECE):
            await send(data[start : start + PIECE])
        pieces = len(data) // PIECE
        one.protocol.send(anyq.protocol.SyncRequest(b"x"))
        await one.stream.send(data[pieces * PIECE :])
        assert await one.receive() == 30 * PIECE
        assert waits - before <= 5 if handler == "plain" else waits - before <= 5 + pieces


class CountingEpoll:
    """An epoll that counts how often it is asked."""

    def __init__(self, real: select.epoll) -> None:
        self._real = real
        self.polls = 0

    def poll(self, *arguments: Any) -> Any:
        self.polls += 1
        return self._real.poll(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="Linux")
@pytest.mark.parametrize("handler", ["plain", "async"])
async def test_it_sleeps_between_pieces(handler: str) -> None:
    """65 polls of epoll for each piece it took when every socket with input counted as a request."""
    data = request(30 * PIECE)
    async with uploading(HANDLERS[handler]) as (server, _, send):
        lookout = server._lookout
        assert isinstance(lookout, EpollLookout)
        lookout._epoll = epoll = CountingEpoll(lookout._epoll)  # type: ignore[assignment]
        await send(data[:PIECE])
        before, pieces = epoll.polls, 0
        for start in range(PIECE, len(data) - PIECE, PIECE):
            await send(data[start : start + PIECE])
            pieces += 1
        assert epoll.polls - before <= 4 * pieces


async def test_a_body_that_arrives_while_the_request_before_it_is_handled() -> None:
    go_on = anyio.Event()

    async def slow(message: Any) -> int:
        await go_on.wait()
        return len(message)

    sizes = [2, 500_000, 70_000]
    async with Server(slow, port=0) as server, peer(server.port) as one:
        for _ in sizes:
            one.protocol.send(anyq.protocol.SyncRequest(b"x"))
        for size in sizes:
            await one.stream.send(request(size))
        go_on.set()
        with anyio.fail_after(30):
            assert [int(await one.receive()) for _ in sizes] == sizes


@pytest.mark.parametrize("handler", ["plain", "async"])
async def test_a_client_that_leaves_inside_a_body(handler: str) -> None:
    gone = anyio.Event()
    async with Server(HANDLERS[handler], port=0, on_close=lambda client: gone.set()) as server:
        async with peer(server.port) as one:
            await one.stream.send(request(500_000)[:200_000])
        with anyio.fail_after(10):
            await gone.wait()
        async with peer(server.port) as other:
            assert await other.ask([1, 2]) == 2
