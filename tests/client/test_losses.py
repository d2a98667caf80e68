"""What was handed over stays what it was, and every loss is told: through async, blocking and raw connections."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import anyio.lowlevel
import numpy as np
import pytest
from tests.scenarios.support import connected
from tests.sync.peer import Client, Peer, echo

import anyq
from anyq import codec
from anyq.protocol import AsyncMessage, EndOfFile, SyncRequest
from anyq.testing import ScriptedPeer
from anyq.values import Value

LARGE = 1 << 19
"""Items: 4 MB, more than a socket takes at once."""


class Collector:
    """What a peer got."""

    def __init__(self) -> None:
        self.seen: list[Value] = []

    async def __call__(self, peer: ScriptedPeer) -> None:
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest | AsyncMessage)
            value = codec.decode(event.body)
            self.seen.append(value)
            if isinstance(event, SyncRequest):
                await peer.reply(1)


def sums(seen: list[Value]) -> list[float]:
    return [float(value.items[1].np().sum()) for value in seen if isinstance(value, anyq.List)]


@pytest.mark.anyio
@pytest.mark.parametrize("how", ["post", "submit", "idempotent submit", "cancelled call", "timed out call"])
async def test_what_was_handed_over_may_be_changed(how: str) -> None:
    collector = Collector()
    async with connected(collector, max_in_flight=8) as (q, network):
        await q("")
        stream = network.connections[-1]
        stream.outgoing.chunk = 1 << 16
        buffer = np.ones(LARGE)
        for i in range(1, 5):
            buffer[:] = i
            if how == "post":
                await q.post("f", buffer)
            elif how.endswith("submit"):
                q.submit("f", buffer, idempotent=how.startswith("idempotent"))
            else:
                await give_up(q, buffer, how)
            buffer[:] = -1
        await q("")
        expected = [float(LARGE * i) for i in range(1, 5)]
        got = sums(collector.seen)
        # A call that was given up before a byte of it went is not sent at all.
        assert got == expected if "call" not in how else set(got) <= set(expected)
        assert got


async def give_up(q: anyq.Connection, buffer: Any, how: str) -> None:
    if how == "timed out call":
        with pytest.raises(anyq.CallTimeout):
            await q("f", buffer, timeout=1e-6)
        return
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(q, "f", buffer)
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()


@contextmanager
def collecting() -> Iterator[tuple[Peer, threading.Event]]:
    """A peer that reads nothing more, once it was asked ``wait``, before the event is set."""
    go = threading.Event()

    def on_async(client: Client, value: Value) -> None:
        if value.py() == b"wait":
            go.wait(20)

    with Peer() as peer:
        peer.on_async = on_async
        yield peer, go


@pytest.mark.parametrize("how", ["submit", "idempotent submit", "timed out call"])
def test_what_a_blocking_connection_was_given_may_be_changed(how: str) -> None:
    with collecting() as (peer, go), anyq.sync.connect("127.0.0.1", peer.port, max_in_flight=8) as q:
        q("warm up")
        q.post("wait")
        buffer = np.ones(LARGE)
        handles = []
        for i in range(1, 5):
            buffer[:] = i
            if how == "timed out call":
                with pytest.raises(anyq.CallTimeout):
                    q("f", buffer, timeout=0.02)
            else:
                handles.append(q.submit("f", buffer, idempotent=how.startswith("idempotent")))
            buffer[:] = -1
        go.set()
        for handle in handles:
            handle.result(20)
        q("end")
        got = sums(peer.asked)
        expected = [float(LARGE * i) for i in range(1, 5)]
        assert got == expected if handles else set(got) <= set(expected)
        assert got


@pytest.mark.anyio
async def test_what_a_raw_connection_was_given_may_be_changed() -> None:
    with collecting() as (peer, _):
        async with anyq.RawConnection("127.0.0.1", peer.port) as q:
            buffer = np.ones(LARGE)
            for i in range(1, 5):
                buffer[:] = i
                q.submit("f", buffer)
            buffer[:] = -1
            with anyio.fail_after(20):
                while len(peer.asked) < 4:
                    q.poll_send(0)
                    q.poll_recv(0)
                    await anyio.sleep(0.001)
            assert sums(peer.asked) == [float(LARGE * i) for i in range(1, 5)]


# Posts


def test_posts_are_counted_when_the_network_breaks() -> None:
    """The peer reads 100 posts and resets: what the network had taken is unknown, the rest is not sent."""
    read: list[Value] = []

    def on_async(client: Client, value: Value) -> None:
        read.append(value)
        if len(read) == 100:
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sock.close()

    async def main(port: int) -> tuple[int, int, list[str]]:
        told: list[str] = []
        async with anyq.connect("127.0.0.1", port, reconnection_attempts=0) as q:
            await q("confirmed")
            with anyio.move_on_after(20):
                while q.state != "lost":
                    await q.post("x", b"x" * 3000)
                    await anyio.sleep(0)
                    if q.statistics().posts >= 100:
                        await anyio.sleep(0.001)
            with pytest.raises(anyq.ConnectionLost) as caught:
                await q.flush()
            assert caught.value.outcome == "unknown"
            told.append(str(caught.value))
            statistics = q.statistics()
            await q.flush()
            return statistics.posts, statistics.unknown, told

    with Peer() as peer:
        peer.on_async = on_async
        posts, unknown, told = anyio.run(main, peer.port)
    assert 0 < unknown <= posts
    assert f"{unknown} async messages were handed to the network" in told[0]


@pytest.mark.anyio
async def test_an_answered_call_confirms_the_posts_before_it() -> None:
    async with connected(Collector(), reconnection_attempts=3, reconnection_delay=0.001) as (q, network):
        for _ in range(3):
            await q.post("x")
        await q("")
        await q.post("y")
        await q.flush()
        network.cut_all()
        await anyio.wait_all_tasks_blocked()
        assert q.statistics().unknown == 1
        with pytest.raises(anyq.ConnectionLost, match="1 async message was handed to the network") as caught:
            await q.flush()
        assert caught.value.outcome == "unknown"
        await q.flush(confirm=True)
        assert q.statistics().unknown == 1


def test_flush_with_confirm_waits_until_q_has_handled_them() -> None:
    done: list[Value] = []

    def on_async(client: Client, value: Value) -> None:
        threading.Event().wait(0.02)
        done.append(value)

    async def main() -> None:
        async with anyq.connect("127.0.0.1", peer.port) as q:
            await q.post("a")
            await q.flush(confirm=True)
            assert len(done) == 1

    with Peer() as peer:
        peer.on_async = on_async
        anyio.run(main)
        with anyq.sync.connect("127.0.0.1", peer.port) as q:
            q.post("b")
            q.flush(confirm=True)
            assert len(done) == 2


def test_flush_with_confirm_tells_what_is_unknown() -> None:
    with Peer() as peer, anyq.sync.connect("127.0.0.1", peer.port) as q:
        peer.on_sync = lambda client, value: client.cut()
        q.post("b")
        with pytest.raises(anyq.ConnectionLost, match="1 async message was handed to the network"):
            q.flush(confirm=True)
        assert q.statistics().unknown == 1


# Order after a reconnect


def test_a_blocking_connection_sends_again_in_call_order() -> None:
    asked: list[str] = []

    def first_then_echo(client: Client, value: Value) -> None:
        peer.on_sync = note
        client.cut()

    def note(client: Client, value: Value) -> None:
        asked.append(value.py().decode())
        echo(client, value)

    with Peer() as peer:
        peer.on_sync = first_then_echo
        with anyq.sync.connect("127.0.0.1", peer.port, reconnection_attempts=0, reconnection_delay=0.01) as q:
            one, two, three = (q.submit(text, idempotent=True) for text in ("one", "two", "three"))
            assert [str(call.result(20).py()) for call in (three, one, two)] == ["three", "one", "two"]
    assert asked == ["one", "two", "three"]


# Feeds


@pytest.mark.parametrize("kind", ["async", "blocking"])
def test_an_undecodable_push_is_raised_once_and_what_came_before_stays(kind: str) -> None:
    def greet(client: Client) -> None:
        client.post("good")
        client.send(client.protocol.send(AsyncMessage(b"\x63\x63\x63")))
        client.post("behind")

    async def main() -> None:
        connection = anyq.connect("127.0.0.1", peer.port)
        feed = connection.messages()
        async with connection as q:
            with anyio.fail_after(20):
                while len(feed) < 3:
                    await anyio.sleep(0.001)
                assert await anext(feed) == "good"
                with pytest.raises(anyq.DecodeError):
                    await anext(feed)
                assert await anext(feed) == "behind"
                with pytest.raises(anyq.ConnectionCorrupted):
                    await anext(feed)
            assert q.state == "lost"

    def blocking() -> None:
        with anyq.sync.connect("127.0.0.1", peer.port) as q:
            feed = q.messages()
            q("push")
            assert feed.receive(20) == "good"
            with pytest.raises(anyq.DecodeError):
                feed.receive(20)
            assert feed.receive(20) == "behind"
            with pytest.raises(anyq.ConnectionCorrupted):
                feed.receive(20)
            assert q.state == "lost"

    def push(client: Client, value: Value) -> None:
        greet(client)
        echo(client, value)

    with Peer() as peer:
        if kind == "async":
            peer.greet = greet
            anyio.run(main)
        else:
            peer.on_sync = push
            blocking()


@pytest.mark.anyio
async def test_a_flush_in_the_moment_of_a_loss_says_unknown() -> None:
    async with connected(Collector()) as (q, _):
        await q.post("handed over")
        core = q._core
        assert core._link is not None
        core._link.fail(anyq.ConnectionLost("cut"))
        with pytest.raises(anyq.ConnectionLost) as caught:
            await core.flush()
        assert caught.value.outcome == "unknown"
