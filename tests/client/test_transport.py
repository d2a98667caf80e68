"""A socket under a connection: what is received, and what a cancelled reader leaves."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import anyio
import pytest

import anyq
from anyq.client._transport import SocketTransport

pytestmark = pytest.mark.anyio


class Listener:
    """Who wants the bytes."""

    def __init__(self) -> None:
        self.data = b""
        self.ended = False
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

    def paused(self) -> anyio.Event | None:
        return None

    def expects_answer(self) -> bool:
        return False

    def crowded(self, taken: int) -> bool:
        return False

    def resume(self) -> None:
        raise NotImplementedError


@pytest.fixture
def ends() -> Iterator[tuple[SocketTransport, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield SocketTransport(ours), theirs


async def test_cancelled_while_it_waits(ends: tuple[SocketTransport, socket.socket]) -> None:
    """Nothing that comes is lost: another one receives it."""
    transport, theirs = ends
    listener = Listener()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(transport.pump, listener)
        await anyio.wait_all_tasks_blocked()
        moved = listener.moved
        theirs.sendall(b"!")
        await moved.wait()
        tasks.cancel_scope.cancel()
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
