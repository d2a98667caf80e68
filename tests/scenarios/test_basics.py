"""Calls on a connection in good health."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import anyio
import pytest
from anyio.abc import ByteStream
from tests.scenarios.support import connected, echo, listening, scripted, sleeper, text_of

import anyq
from anyq import codec
from anyq.protocol import AsyncMessage, EndOfFile, Response, SyncRequest
from anyq.testing import ScriptedPeer, VirtualNetwork

pytestmark = pytest.mark.anyio


async def test_01_a_thousand_tasks_share_one_connection() -> None:
    seen: list[tuple[int, int]] = []

    async def recorder(peer: ScriptedPeer) -> None:
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest)
            task, step = codec.decode(event.body).py()
            seen.append((task, step))
            await peer.send_raw(peer.protocol.send(Response(event.body)))

    async def caller(task: int) -> None:
        for step in range(2):
            assert (await q(anyq.vector("j", [task, step]))).py() == [task, step]

    async with connected(recorder, max_in_flight=16) as (q, _), anyio.create_task_group() as tasks:
        for task in range(1000):
            tasks.start_soon(caller, task)
    assert len(seen) == 2000
    for task in range(1000):
        assert [step for of, step in seen if of == task] == [0, 1]


@pytest.mark.virtual_time
async def test_02_handles_awaited_in_reverse(unit: float) -> None:
    async with connected(sleeper) as (q, _):
        began = anyio.current_time()
        handles = [q.submit(f"sleep {unit * 0.1}") for _ in range(10)]
        last = q.submit("last")
        assert (await last).py() == b"last"
        for handle in reversed(handles):
            assert (await handle).py() == f"sleep {unit * 0.1}".encode()
        took = anyio.current_time() - began
        assert unit < 1 or took == pytest.approx(1)


@pytest.mark.virtual_time
async def test_03_two_servers_work_at_the_same_time(unit: float) -> None:
    async def ask(q: anyq.Connection, seconds: float) -> None:
        await q(f"sleep {seconds * unit}")

    async with connected(sleeper) as (a, _), connected(sleeper) as (b, _):
        began = anyio.current_time()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, a, 10)
            tasks.start_soon(ask, b, 5)
        took = (anyio.current_time() - began) / unit
    assert 9.9 <= took < (10.1 if unit == 1 else 14.9)


async def test_04_wait_false_posts_and_keeps_the_order() -> None:
    seen: list[tuple[type, str]] = []

    async def recorder(peer: ScriptedPeer) -> None:
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest | AsyncMessage)
            seen.append((type(event), text_of(event)))
            if isinstance(event, SyncRequest):
                await peer.reply(1)

    async with connected(recorder) as (q, _):
        result = await q("a:1", wait=False)
        assert str(result) == "::"
        await q("a")
    assert seen == [(AsyncMessage, "a:1"), (SyncRequest, "a")]


async def test_05_nine_arguments_are_refused_before_a_byte_is_sent() -> None:
    async with connected(echo) as (q, network):
        await q("{x}", *range(8))
        carried = network.connections[0].outgoing.carried
        with pytest.raises(TypeError, match="at most 8"):
            await q("{x}", *range(9))
        with pytest.raises(TypeError, match="at most 8"):
            q.submit("{x}", *range(9))
        with pytest.raises(TypeError, match="object"):
            await q("{x}", object())
        assert network.connections[0].outgoing.carried == carried


async def test_06_a_name_that_the_server_lacks() -> None:
    asked: list[str] = []

    async def server(peer: ScriptedPeer) -> None:
        while (value := await peer.request()) is not None:
            items = value.py()
            asked.append(items[-1].decode() if isinstance(items[-1], bytes) else "call")
            known = items[-1] == b".test.addition"
            await peer.reply(known if len(items) == 2 else sum(items[1:]))

    async with connected(server) as (q, _):
        assert (await q.test.addition(4, 2)).py() == 6
        assert (await q.test.addition(1, 2)).py() == 3
        with pytest.raises(AttributeError, match=r"QError: '\.test\.unavailable"):
            await q.test.unavailable(4, 2)
        with pytest.raises(AttributeError, match=r"QError: '\.test\.unavailable"):
            await q.test.unavailable
    assert asked == [".test.addition", "call", "call", ".test.unavailable", ".test.unavailable"]


async def test_06_names_can_be_turned_off() -> None:
    async with connected(echo, no_ctx=True) as (q, _):
        with pytest.raises(AttributeError):
            q.test  # noqa: B018


async def test_07_a_q_error_costs_one_call() -> None:
    async def server(peer: ScriptedPeer) -> None:
        await peer.request()
        await peer.reply_error("type")
        await peer.echo()

    async with connected(server) as (q, _):
        with pytest.raises(anyq.QError) as caught:
            await q("1+`a")
        assert caught.value.text == "type"
        assert (await q("next")).py() == b"next"


async def test_08_waiting_costs_no_processor_time() -> None:
    async def server(stream: ByteStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        await peer.request()
        await anyio.sleep(2)
        await peer.reply(1)

    async with listening(server) as port, anyq.connect("127.0.0.1", port) as q:
        before = time.process_time()
        await q("slow")
        assert time.process_time() - before < 0.05


DRIP = """
import socket, sys, time
size, seconds = int(sys.argv[1]), float(sys.argv[2])
total = size + 14
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
client, _ = listener.accept()
client.recv(100)
client.sendall(bytes([6]))
client.recv(100)
client.sendall(bytes((1, 2, 0, 0)) + total.to_bytes(4, "little") + b"\\x04\\x00" + size.to_bytes(4, "little"))
drop = bytes(size // 100)
for _ in range(100):
    client.sendall(drop)
    time.sleep(seconds / 100)
client.recv(1)
"""
"""A server in another process that takes its time for one reply of a size that 100 divides."""


async def test_09_a_huge_reply_stalls_nobody(anyio_backend: Any) -> None:
    size, seconds = (500_000_000, 5.0) if anyio_backend == "asyncio" else (100_000_000, 1.0)
    spent: list[float] = []

    async def ticker() -> None:
        # Processor time of this thread from tick to tick: what others do to the machine does not count.
        before = time.thread_time()
        while True:
            await anyio.sleep(0.02)
            now = time.thread_time()
            spent.append(now - before)
            before = now

    with subprocess.Popen(
        [sys.executable, "-c", DRIP, str(size), str(seconds)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        connection = anyq.connect("127.0.0.1", int(process.stdout.readline()))
        async with connection as q, anyio.create_task_group() as tasks:
            tasks.start_soon(ticker)
            reply = await q("huge")
            await anyio.sleep(0.05)
            tasks.cancel_scope.cancel()
    assert len(reply.np()) == size  # here, for the first conversion imports what makes it
    assert len(spent) > 5
    assert max(spent) < 0.1


async def test_10_a_header_that_comes_in_pieces() -> None:
    async def server(stream: ByteStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        for _ in range(3):
            await peer.request()
            message = peer.protocol.send(Response(codec.encode(anyq.long(42))))
            for piece in (message[:1], message[1:4], message[4:8], message[8:]):
                await stream.send(piece)
                await anyio.sleep(0.01)

    async with listening(server) as port, anyq.connect("127.0.0.1", port) as q:
        for _ in range(3):
            assert await q("x") == 42


async def test_every_byte_of_a_reply_may_come_alone() -> None:
    async with connected(echo) as (q, network):
        network.connections[0].incoming.chunk = 1
        network.connections[0].outgoing.chunk = 1
        assert (await q("a longer text than one byte")).py() == b"a longer text than one byte"


async def test_opening_into_a_task_group_of_ones_own() -> None:
    async with VirtualNetwork.open(scripted(echo)) as network, anyio.create_task_group() as tasks:
        q = await anyq.connect("peer", 1, dial=network.dial).open(tasks)
        assert (await q("x")).py() == b"x"
        await q.aclose()


async def test_what_the_block_raises_comes_out_as_it_is() -> None:
    async def fail() -> None:
        async with connected(echo) as (q, _):
            await q("x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
