"""Cancelled beside a message of a gigabyte: scenarios 11 and 12 at their full size, once.

The gigabyte is memory that was never written to, so that it costs hardly any.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import numpy as np
import pytest
from anyio import wait_all_tasks_blocked

import anyq

pytestmark = pytest.mark.anyio

SIZE = 1 << 30


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def gigabyte() -> anyq.Value:
    return anyq.vector("x", np.zeros(SIZE, np.uint8))


class SlowReader:
    """A server in a thread: it reads nothing before `go`, keeps nothing, and answers with the size of each body."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.seen: list[int] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]

    def run(self) -> None:
        client, _ = self.listener.accept()
        with client:
            client.recv(100)
            client.sendall(bytes([6]))
            self.go.wait(60)
            memory = memoryview(bytearray(1 << 20))
            while header := client.recv(8, socket.MSG_WAITALL):
                size = left = int.from_bytes(header[4:], "little") - 8
                while left:
                    left -= client.recv_into(memory[: min(left, len(memory))])
                self.seen.append(size)
                body = b"\xf9" + size.to_bytes(8, "little")
                client.sendall(bytes.fromhex("0102000011000000") + body)


@contextmanager
def reading() -> Iterator[SlowReader]:
    server = SlowReader()
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.go.set()
        thread.join()
        server.listener.close()


async def test_11_cancelled_behind_a_gigabyte(gigabyte: anyq.Value) -> None:
    with reading() as server:
        async with anyq.connect("127.0.0.1", server.port, max_in_flight=4) as q:
            first = q.submit(gigabyte)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(q, "dropped")
                await wait_all_tasks_blocked()
                tasks.cancel_scope.cancel()
            server.go.set()
            assert await q("kept") == 10
            assert await first == SIZE + 6
    assert server.seen == [SIZE + 6, 10]


async def test_12_cancelled_within_a_gigabyte(gigabyte: anyq.Value) -> None:
    with reading() as server:
        async with anyq.connect("127.0.0.1", server.port) as q:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(q, gigabyte)
                await wait_all_tasks_blocked()
                assert 0 < q.statistics().bytes_sent < SIZE
                tasks.cancel_scope.cancel()
            server.go.set()
            assert await q("next") == 10
            assert q.statistics().replies_dropped == 1
    assert server.seen == [SIZE + 6, 10]
