"""Subscriptions to a ticker plant."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from anyio import wait_all_tasks_blocked
from anyio.lowlevel import checkpoint
from tests.scenarios.support import connected

import anyq
from anyq import codec
from anyq.client import EndOfDay, Gap, Update
from anyq.protocol import AsyncMessage, EndOfFile, SyncRequest
from anyq.testing import ScriptedPeer

pytestmark = pytest.mark.anyio

SCHEMA = anyq.table({"sym": anyq.symbols([]), "price": anyq.vector("f", [])})
ROWS = anyq.table({"sym": anyq.symbols(["AAPL"]), "price": anyq.vector("f", [1.5])})
UPDATE = [anyq.symbol("upd"), anyq.symbol("trade"), ROWS]


class Plant:
    """A ticker plant of one table, which posts what a test tells it to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.peers: list[ScriptedPeer] = []

    async def __call__(self, peer: ScriptedPeer) -> None:
        self.peers.append(peer)
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest | AsyncMessage)
            value = codec.decode(event.body)
            text, *arguments = value.py()
            self.asked.append(text.decode() if text == b".u.sub" else text.decode()[:3])
            if isinstance(event, AsyncMessage):
                continue
            if arguments[0] not in ("trade", ""):
                await peer.reply_error(arguments[0])
                continue
            pair: object = [anyq.symbol("trade"), SCHEMA]
            if arguments[0] == "":
                pair = [pair, [anyq.symbol("quote"), SCHEMA]]
            if text != b".u.sub":
                pair = [pair, [ROWS] if arguments[0] else [ROWS, ROWS]]
            await peer.reply(pair)
            await peer.post(UPDATE)


async def test_updates_and_the_end_of_a_day() -> None:
    plant = Plant()
    async with connected(plant) as (q, _), q.subscribe("trade", ["AAPL"]) as feed:
        assert feed.schemas == {"trade": SCHEMA}
        assert feed.snapshot == {}
        assert await anext(feed) == Update("trade", ROWS)
        await plant.peers[0].post([anyq.symbol("upd"), anyq.symbol("quote"), ROWS])
        await plant.peers[0].post(b"something else")
        await plant.peers[0].post([anyq.symbol(".u.end"), anyq.date(9000)])
        assert await anext(feed) == EndOfDay(anyq.date(9000))
    assert plant.asked[0] == ".u.sub"


async def test_all_tables_with_their_rows() -> None:
    plant = Plant()
    async with connected(plant) as (q, _):
        async with q.subscribe(snapshot=True) as feed:
            assert feed.schemas == {"trade": SCHEMA, "quote": SCHEMA}
            assert feed.snapshot == {"trade": ROWS, "quote": ROWS}
        async with q.subscribe("trade", "AAPL", snapshot=True) as feed:
            assert feed.snapshot == {"trade": ROWS}


async def test_a_table_that_there_is_not() -> None:
    async with connected(Plant()) as (q, _):
        with pytest.raises(anyq.QError, match="nowhere"):
            async with q.subscribe("nowhere"):
                pytest.fail("subscribed")
        assert not list(q._core.feeds)


async def test_a_reconnect_is_told_as_a_gap() -> None:
    plant = Plant()
    async with connected(plant, reconnection_attempts=3, reconnection_delay=0.001) as (q, network):
        async with q.subscribe("trade", snapshot=True) as feed:
            assert isinstance(await anext(feed), Update)
            network.cut_all()
            assert await anext(feed) == Gap({"trade": SCHEMA}, {"trade": ROWS})
            assert await anext(feed) == Update("trade", ROWS)
        assert network.attempts == 2


async def test_leaving_takes_the_subscription_back_and_cancelling_loses_nothing() -> None:
    plant = Plant()
    async with connected(plant) as (q, _):
        async with q.subscribe("trade") as feed:
            await anext(feed)
            with anyio.move_on_after(0.01):
                await anext(feed)
            await plant.peers[0].post(UPDATE)
            assert await anext(feed) == Update("trade", ROWS)
        await wait_all_tasks_blocked()
        await q.flush()
        await wait_all_tasks_blocked()
        assert plant.asked == [".u.sub", "{[t"]
        assert not q._core.watchers


async def test_a_lost_connection_ends_the_feed() -> None:
    async with connected(Plant()) as (q, network), q.subscribe("trade") as feed:
        await anext(feed)
        network.cut_all()
        with pytest.raises(anyq.ConnectionLost):
            await anext(feed)


async def test_a_slow_reader_is_told() -> None:
    plant = Plant()
    async with connected(plant) as (q, _), q.subscribe("trade", buffer=2) as feed:
        for _ in range(3):
            await plant.peers[0].post(UPDATE)
        await wait_all_tasks_blocked()
        assert feed.dropped == 2
        assert await anext(feed) == await anext(feed)
        with pytest.raises(anyq.LimitError):
            await anext(feed)


async def test_a_cancelled_reader_still_learns_of_the_gap() -> None:
    plant = Plant()
    options = {"reconnection_attempts": 3, "reconnection_delay": 0.001}
    async with connected(plant, **options) as (q, network), q.subscribe("trade") as feed:
        assert isinstance(await anext(feed), Update)
        network.cut_all()
        for patience in range(200):
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(cancel_after, scope, patience)
                    item = await anext(feed)
                    tasks.cancel_scope.cancel()
            if not scope.cancelled_caught:
                break
        assert item == Gap({"trade": SCHEMA}, {})
        assert await anext(feed) == Update("trade", ROWS)


async def cancel_after(scope: anyio.CancelScope, checkpoints: int) -> None:
    for _ in range(checkpoints):
        await checkpoint()
    scope.cancel()


async def test_a_gap_is_told_although_the_buffer_overflowed() -> None:
    plant = Plant()
    options = {"reconnection_attempts": 3, "reconnection_delay": 0.001}
    wanted: dict[str, Any] = {"buffer": 2, "overflow": "drop-oldest"}
    async with connected(plant, **options) as (q, network), q.subscribe("trade", **wanted) as feed:
        for _ in range(2):
            network.cut_all()
            await wait_all_tasks_blocked()
            with pytest.raises(anyq.QError):
                await q("{x}", "wakes the connection")
            for _ in range(5):
                await plant.peers[-1].post(UPDATE)
            await wait_all_tasks_blocked()
        told = [await anext(feed) for _ in range(3)]
        assert told == [Gap({"trade": SCHEMA}, {}), Update("trade", ROWS), Update("trade", ROWS)]
        assert feed.dropped > 0


async def test_a_refused_resubscription_ends_the_feed_with_its_reason() -> None:
    async def plant(peer: ScriptedPeer) -> None:
        peers.append(peer)
        await peer.request()
        if len(peers) == 1:
            await peer.reply([anyq.symbol("trade"), SCHEMA])
        else:
            await peer.reply_error("trade")
        await peer.request()

    peers: list[ScriptedPeer] = []
    options = {"reconnection_attempts": 3, "reconnection_delay": 0.001}
    async with connected(plant, **options) as (q, network), q.subscribe("trade") as feed:
        network.cut_all()
        for _ in range(2):
            with pytest.raises(anyq.QError, match="trade"):
                await anext(feed)


async def test_leaving_does_not_reconnect() -> None:
    async with connected(Plant(), reconnection_attempts=3) as (q, network):
        async with q.subscribe("trade"):
            network.cut_all()
            await wait_all_tasks_blocked()
        await wait_all_tasks_blocked()
        assert network.attempts == 1
