"""Callers that go away, at any point."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from contextlib import ExitStack
from typing import Any

import anyio
import pytest
from anyio import wait_all_tasks_blocked
from anyio.abc import ByteStream
from anyio.lowlevel import checkpoint
from tests.scenarios.support import connected, echo, listening, nothing_left_open, sleeper, text_of
from tests.sync.peer import Peer

import anyq
import anyq.sync
from anyq import codec
from anyq.protocol import EndOfFile, Response, SyncRequest
from anyq.testing import ScriptedPeer

pytestmark = pytest.mark.anyio

HUGE = anyq.vector("x", bytes(1 << 22))


async def test_11_cancelled_before_it_was_sent_the_server_never_sees_it() -> None:
    seen: list[int] = []

    async def server(peer: ScriptedPeer) -> None:
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest)
            seen.append(len(event.body))
            await peer.reply(len(event.body))

    async with connected(server, max_in_flight=4) as (q, network):
        network.connections[0].outgoing.stalled = True
        async with anyio.create_task_group() as tasks:
            first = q.submit(HUGE)
            tasks.start_soon(q, "dropped")
            await wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        network.connections[0].outgoing.stalled = False
        assert (await q("kept")).py() == 10
        await first
    assert seen == [len(codec.encode(HUGE)), 10]


async def test_12_cancelled_mid_send_the_writer_finishes() -> None:
    async with connected(echo) as (q, network):
        pipe = network.connections[0].outgoing
        pipe.stalled = True
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(q, HUGE)
            await wait_all_tasks_blocked()
            assert 0 < pipe.carried < 1 << 22
            tasks.cancel_scope.cancel()
        pipe.stalled = False
        assert (await q("next")).py() == b"next"
        assert q.statistics().replies_dropped == 1


@pytest.mark.virtual_time
async def test_12_a_peer_that_does_not_read_costs_the_connection(unit: float) -> None:
    async with connected(sleeper, send_timeout=unit, reconnection_attempts=1, max_in_flight=2) as (q, network):
        network.connections[0].outgoing.stalled = True
        waiter = q.submit("waits")
        big = q.submit(HUGE)
        with anyio.move_on_after(unit / 2) as scope:
            await q(HUGE)
        assert scope.cancelled_caught
        with pytest.raises(anyq.ConnectionLost, match="send_timeout") as caught:
            await waiter
        assert caught.value.outcome == "unknown"
        assert len((await big).np()) == 1 << 22
        assert (await q("fresh")).py() == b"fresh"
        assert network.attempts == 2


@pytest.mark.virtual_time
async def test_13_a_late_reply_is_dropped(unit: float) -> None:
    async with connected(sleeper) as (q, _):
        with anyio.move_on_after(0.5 * unit) as scope:
            await q(f"sleep {unit}")
        assert scope.cancelled_caught
        assert (await q("mine")).py() == b"mine"
        assert q.statistics().replies_dropped == 1
        with pytest.raises(anyq.CallTimeout):
            await q(f"sleep {unit}", timeout=0.5 * unit)
        assert (await q("mine too")).py() == b"mine too"


@pytest.mark.parametrize("in_flight", [1, 8])
async def test_14_no_call_ever_gets_the_answer_of_another(in_flight: int) -> None:
    chance = random.Random(14)
    answered = 0

    async def server(peer: ScriptedPeer) -> None:
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest)
            for _ in range(chance.randrange(4)):
                await checkpoint()
            await peer.send_raw(peer.protocol.send(Response(event.body)))

    async def call(number: int, patience: int | None) -> None:
        nonlocal answered
        scope = anyio.CancelScope()
        if patience is not None:
            tasks.start_soon(impatience, scope, patience)
        with scope:
            assert await q(anyq.long(number)) == number
            answered += 1

    async def impatience(scope: anyio.CancelScope, patience: int) -> None:
        for _ in range(patience):
            await checkpoint()
        scope.cancel()

    async with connected(server, max_in_flight=in_flight) as (q, network):
        network.connections[0].incoming.chunk = 7
        async with anyio.create_task_group() as tasks:
            for number in range(500):
                tasks.start_soon(call, number, chance.choice([None, chance.randrange(40)]))
                if number % 10 == 0:
                    await checkpoint()
        assert await q(anyq.long(-1)) == -1
        assert answered > 100
        assert q.statistics().in_flight == 0


async def test_15_cancelled_mid_receive_the_rest_is_drained() -> None:
    async def server(peer: ScriptedPeer) -> None:
        await peer.request()
        message = peer.protocol.send(Response(codec.encode(HUGE)))
        await peer.send_raw(message[:1_000_000])
        started.set()
        await go_on.wait()
        await peer.send_raw(message[1_000_000:])
        await peer.echo()

    started, go_on = anyio.Event(), anyio.Event()
    async with connected(server) as (q, _):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(q, "huge")
            await started.wait()
            await wait_all_tasks_blocked()
            began = anyio.current_time()
            tasks.cancel_scope.cancel()
        assert anyio.current_time() - began < 0.5
        go_on.set()
        assert (await q("next")).py() == b"next"


@pytest.mark.virtual_time
async def test_16_a_time_out_is_no_reason_to_reconnect(unit: float, caplog: pytest.LogCaptureFixture) -> None:
    async with connected(sleeper, reconnection_attempts=5) as (q, network):
        with pytest.raises(TimeoutError), anyio.fail_after(0.2 * unit):
            await q(f"sleep {2 * unit}")
        assert (await q("next")).py() == b"next"
        assert network.attempts == 1
    assert not caplog.records


async def never(stream: ByteStream) -> None:
    await stream.receive()
    await anyio.sleep_forever()


@pytest.mark.parametrize("tls", [False, True])
async def test_17_cancelled_while_connecting_no_socket_is_left(tls: bool) -> None:
    async with nothing_left_open(), listening(never) as port:
        for _ in range(3):
            with anyio.move_on_after(0.05) as scope:
                async with anyq.connect("127.0.0.1", port, tls=tls):
                    pytest.fail("this server never answers")
            assert scope.cancelled_caught


@pytest.mark.virtual_time
async def test_18_cancelled_in_the_back_off_no_attempt_follows(unit: float) -> None:
    async with connected(echo, reconnection_attempts=5, reconnection_delay=unit) as (q, network):
        network.up = False
        network.cut_all()
        with anyio.move_on_after(1.5 * unit) as scope:
            await q("x")
        assert scope.cancelled_caught
        attempts = network.attempts
        assert attempts == 3 or (unit < 1 and attempts in (2, 3))
        await anyio.sleep(5 * unit)
        assert network.attempts == attempts
        network.up = True
        assert (await q("again")).py() == b"again"


@pytest.mark.virtual_time
async def test_19_cancelling_one_call_leaves_the_others_alone(unit: float) -> None:
    async with connected(sleeper, max_in_flight=3) as (q, _):
        handles = [q.submit(f"sleep {unit} {number}") for number in range(3)]
        began = anyio.current_time()
        handles[1].cancel()
        with pytest.raises(anyq.ClosedError):
            await handles[1]
        assert (await handles[2]).py() == f"sleep {unit} 2".encode()
        assert handles[0].done()
        assert unit < 1 or anyio.current_time() - began < 4
        with pytest.raises(anyq.Error, match="not arrived"):
            q.submit("x").result()


async def test_20_a_cancelled_reader_leaves_nothing_behind() -> None:
    async with connected(echo) as (q, _):
        with anyio.move_on_after(0.01):
            async with q.messages() as feed:
                await anext(feed)
        assert (await q("x")).py() == b"x"
        assert not q._core.feeds


async def test_21_a_cancelled_close_closes_all_the_same() -> None:
    async with connected(echo) as (q, network):
        network.connections[0].outgoing.stalled = True
        for _ in range(3):
            await q.post(HUGE)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await q.aclose()
        for _ in range(20):
            await checkpoint()
        assert network.connections[0].closed
        assert q.state == "closed"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("shared", [False, True], ids=["sync", "portal"])
def test_22_control_c_in_a_blocking_call(shared: bool) -> None:
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    with ExitStack() as stack:
        peer = stack.enter_context(Peer())
        if shared:
            portal = stack.enter_context(anyq.start_portal())
            q: Any = stack.enter_context(portal.connect("127.0.0.1", peer.port))
        else:
            q = stack.enter_context(anyq.sync.connect("127.0.0.1", peer.port))
        threading.Timer(0.05, press).start()
        with pytest.raises(KeyboardInterrupt):
            q("sleep 0.5 interrupted")
        assert time.perf_counter() - pressed[0] < 0.4  # 0.1 on a machine that does nothing else
        assert q("next") == "next"
        assert q.statistics().replies_dropped == 1


async def test_every_checkpoint_of_a_call_may_be_the_last() -> None:
    """Cancelled at its 1st, 2nd, 3rd ... checkpoint, until it completes, a call never spoils the next."""

    async def cancelled_at(step: int) -> bool:
        scope = anyio.CancelScope()
        done = False

        async def call() -> None:
            nonlocal done
            with scope:
                assert (await q("victim")).py() == b"victim"
                done = True

        async def count() -> None:
            for _ in range(step):
                await checkpoint()
            scope.cancel()

        async with connected(slow_echo) as (q, _):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(call)
                tasks.start_soon(count)
            for text in (b"next", b"and the next"):
                assert (await q(text)).py() == text
        return done

    async def slow_echo(peer: ScriptedPeer) -> None:
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest)
            text_of(event)
            message = peer.protocol.send(Response(event.body))
            for byte in message:
                await peer.send_raw(bytes([byte]))

    step = 0
    while not await cancelled_at(step):
        step += 1
    assert step > 20
