"""A socket under a connection: how an event loop is kept awake for an answer, and when it is not."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import TaskGroup

import anyq
from anyq.client import _transport as module
from anyq.client._transport import SocketTransport

pytestmark = pytest.mark.anyio


class Listener:
    """Who wants the bytes: each one is the answer to one request."""

    def __init__(self) -> None:
        self.data = b""
        self.ended = False
        self.requests = 0
        self.moved = anyio.Event()
        self._buffer = bytearray(100)

    def get_buffer(self) -> memoryview:
        return memoryview(self._buffer)

    def buffer_updated(self, count: int) -> None:
        self.data += self._buffer[:count]
        self.ended = not count
        self.moved.set()
        self.moved = anyio.Event()

    def receive_data(self, data: bytes) -> None:
        raise NotImplementedError

    def due(self) -> int:
        return self.requests - len(self.data)

    def paused(self) -> anyio.Event | None:
        return None

    def expects_answer(self) -> bool:
        return False

    def crowded(self, taken: int) -> bool:
        return False

    def resume(self) -> None:
        raise NotImplementedError


class Clock:
    """Time stands still, and counts who asks for it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.looks = 0

    def __call__(self) -> float:
        return self.now

    def let_others_run(self) -> None:
        self.looks += 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "perf_counter", clock)
    monkeypatch.setattr(module, "_let_others_run", clock.let_others_run)
    return clock


@pytest.fixture
def ends() -> Iterator[tuple[SocketTransport, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield SocketTransport(ours), theirs


async def looked(clock: Clock) -> None:
    """Wait until the loop has been kept awake for some turns more."""
    before = clock.looks
    while clock.looks < before + 5:
        await anyio.lowlevel.checkpoint()


async def request(transport: SocketTransport, listener: Listener) -> None:
    listener.requests += 1
    assert transport.try_send(b"?") == 1


async def answer(theirs: socket.socket, listener: Listener) -> None:
    moved = listener.moved
    theirs.sendall(b"!")
    await moved.wait()


@asynccontextmanager
async def pumped_and_awake(
    clock: Clock, transport: SocketTransport, theirs: socket.socket, listener: Listener
) -> AsyncIterator[TaskGroup]:
    """The transport is pumped, has brought an answer, and looks for the next."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(transport.pump, listener)
        await anyio.wait_all_tasks_blocked()
        await request(transport, listener)
        await answer(theirs, listener)
        await request(transport, listener)
        await looked(clock)
        yield tasks


async def test_the_loop_is_kept_awake_while_an_answer_is_due_that_may_come_soon(
    clock: Clock, ends: tuple[SocketTransport, socket.socket]
) -> None:
    transport, theirs = ends
    listener = Listener()
    async with pumped_and_awake(clock, transport, theirs, listener):
        await answer(theirs, listener)
        assert listener.data == b"!!"
        await anyio.wait_all_tasks_blocked()
        before = clock.looks
        await anyio.sleep(0.01)
        assert clock.looks == before  # nothing is due
        await request(transport, listener)
        clock.now += 1
        await anyio.wait_all_tasks_blocked()
        before = clock.looks
        await anyio.sleep(0.01)
        assert clock.looks == before  # it did not come in time
        await answer(theirs, listener)
        await anyio.wait_all_tasks_blocked()
        before = clock.looks
        await request(transport, listener)
        await anyio.sleep(0.01)
        assert clock.looks == before  # the last one took long
        await answer(theirs, listener)
        listener.requests += 1
        await request(transport, listener)
        await anyio.sleep(0.01)
        assert clock.looks == before  # two are due
        assert listener.data == b"!!!!"
        theirs.shutdown(socket.SHUT_WR)
    assert listener.ended


async def test_the_end_of_the_stream_while_it_is_kept_awake(
    clock: Clock, ends: tuple[SocketTransport, socket.socket]
) -> None:
    transport, theirs = ends
    listener = Listener()
    async with pumped_and_awake(clock, transport, theirs, listener):
        theirs.shutdown(socket.SHUT_WR)
    assert listener.ended


async def test_cancelled_while_it_is_kept_awake(clock: Clock, ends: tuple[SocketTransport, socket.socket]) -> None:
    """Nothing that comes is lost: another one receives it."""
    transport, theirs = ends
    listener = Listener()
    async with pumped_and_awake(clock, transport, theirs, listener) as tasks:
        tasks.cancel_scope.cancel()
    before = clock.looks
    await anyio.sleep(0.01)
    assert clock.looks <= before + 1
    theirs.sendall(b"!")
    theirs.shutdown(socket.SHUT_WR)
    await transport.pump(listener)
    assert listener.data == b"!!"
    assert listener.ended


class Hurried(Listener):
    """It pauses, and has overcome that before whoever receives has its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses = 1
        self.resumed = 0

    def paused(self) -> anyio.Event | None:
        self.pauses -= 1
        return anyio.Event() if self.pauses == 0 else None

    def resume(self) -> None:
        self.resumed += 1


async def test_a_pause_that_is_over_at_once(ends: tuple[SocketTransport, socket.socket]) -> None:
    """What was received with it is looked at: there may be nothing more to receive."""
    transport, far = ends
    receiver = Hurried()
    far.send(b"x")
    far.close()
    with anyio.fail_after(10):
        await transport.pump(receiver)
    assert (receiver.data, receiver.ended, receiver.resumed) == (b"x", True, 1)


async def test_blocked_messages_of_a_socket_all_arrive() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("localhost", server.port) as q:
        for buffer in (1, 2, 10):
            with anyio.fail_after(10):
                async with q.messages(buffer=buffer, overflow="block") as feed:
                    await q.post("{neg[.z.w] each til x;}", 300)
                    assert [await anext(feed) for _ in range(300)] == list(range(300))
