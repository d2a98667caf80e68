"""Messages read in batches, and updates joined to frames."""

from __future__ import annotations

import itertools
from typing import Any

import anyio
import pytest
from anyio import wait_all_tasks_blocked
from hypothesis import given
from hypothesis import strategies as st
from tests.client.test_subscription import ROWS, SCHEMA, UPDATE, Plant
from tests.scenarios.support import connected

import anyq
from anyq import codec
from anyq.client import EndOfDay, Gap, Update
from anyq.client._joined import joined_updates
from anyq.protocol import AsyncMessage
from anyq.testing import ScriptedPeer
from anyq.testing import strategies as q_values

pytestmark = pytest.mark.anyio


class Poster:
    """A peer that echoes, and posts what a test tells it to, several messages in one piece."""

    peer: ScriptedPeer

    async def __call__(self, peer: ScriptedPeer) -> None:
        self.peer = peer
        await peer.echo()

    async def post(self, *values: object) -> None:
        make = self.peer.protocol.send
        await self.peer.send_raw(b"".join(make(AsyncMessage(codec.encode(anyq.as_q(value)))) for value in values))


async def test_a_batch_has_what_is_here() -> None:
    poster = Poster()
    async with connected(poster) as (q, _):
        feed = q.messages()
        await poster.post(1, 2, 3)
        await wait_all_tasks_blocked()
        batches = feed.batches(max_items=2)
        assert await anext(batches) == [1, 2]
        assert await anext(batches) == [3]
        assert await q("still") == anyq.chars("still")
        await poster.post(4)
        assert await anext(batches) == [4]


async def test_a_batch_waits_for_more_as_long_as_it_may() -> None:
    poster = Poster()
    async with connected(poster) as (q, _):
        batches = q.messages().batches(max_items=3, max_delay=3600)
        found: list[Any] = []

        async def read() -> None:
            found.append(await anext(batches))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            await poster.post(1)
            await wait_all_tasks_blocked()
            assert not found
            await poster.post(2)
            await poster.post(3, 4)
        assert found == [[1, 2, 3]]
        soon = q.messages().batches(max_items=3, max_delay=0.001)
        await poster.post(5)
        assert await anext(soon) == [5]


async def test_a_full_buffer_that_blocks_is_a_batch() -> None:
    poster = Poster()
    async with connected(poster) as (q, _):
        batches = q.messages(buffer=2, overflow="block").batches(max_items=100, max_delay=3600)
        await poster.post(1, 2, 3, 4, 5)
        assert await anext(batches) == [1, 2]
        assert await anext(batches) == [3, 4]


async def test_cancelling_the_reader_of_batches_loses_nothing() -> None:
    poster = Poster()
    async with connected(poster) as (q, _):
        batches = q.messages().batches(max_items=3, max_delay=3600)
        for values in ((), (1,), (2,)):
            await poster.post(*values)
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:

                    async def stop(scope: anyio.CancelScope = scope) -> None:
                        await wait_all_tasks_blocked()
                        scope.cancel()

                    tasks.start_soon(stop)
                    await anext(batches)
                    pytest.fail("a batch")
        await poster.post(3)
        assert await anext(batches) == [1, 2, 3]


async def test_the_end_and_an_error_come_after_what_was_before() -> None:
    poster = Poster()
    async with connected(poster) as (q, network):
        batches = q.messages().batches(max_delay=3600)
        await poster.post(1, 2)
        await wait_all_tasks_blocked()
        network.cut_all()
        assert await anext(batches) == [1, 2]
        with pytest.raises(anyq.ConnectionLost):
            await anext(batches)
    async with connected(poster) as (q, _):
        feed = q.messages()
        await poster.peer.send_raw(poster.peer.protocol.send(AsyncMessage(codec.encode(anyq.long(1)))))
        await poster.peer.send_raw(poster.peer.protocol.send(AsyncMessage(b"\7\0\xff")))
        await wait_all_tasks_blocked()
        batches = feed.batches()
        assert await anext(batches) == [1]
        with pytest.raises(anyq.DecodeError):
            await anext(batches)
        with pytest.raises(anyq.ConnectionLost):
            await anext(batches)


@pytest.mark.parametrize("overflow", ["block", "drop-oldest", "error"])
async def test_policies_hold_for_messages_that_come_together(overflow: anyq.client.Overflow) -> None:
    poster = Poster()
    async with connected(poster) as (q, _):
        feed = q.messages(buffer=3, overflow=overflow)
        await poster.post(*range(8))
        await wait_all_tasks_blocked()
        assert len(feed) == 3
        expected = {"block": range(8), "drop-oldest": range(5, 8), "error": range(3)}[overflow]
        assert [await anext(feed) for _ in expected] == list(expected)
        if overflow == "error":
            with pytest.raises(anyq.LimitError):
                await anext(feed)
        assert (feed.received, feed.dropped) == (8, {"block": 0, "drop-oldest": 5, "error": 5}[overflow])
        assert q.statistics().messages_received == 8


async def test_messages_among_answers_keep_their_place() -> None:
    poster = Poster()
    async with connected(poster, max_in_flight=10) as (q, _):
        feed = q.messages()
        calls = []
        for number in range(5):
            calls.append(q.submit(str(number)))
            await poster.post(2 * number, 2 * number + 1)
        assert [await call for call in calls] == [anyq.chars(str(number)) for number in range(5)]
        assert [await anext(feed) for _ in range(10)] == list(range(10))


async def test_a_reader_gives_way_to_others() -> None:
    poster = Poster()
    async with connected(poster) as (q, _):
        feed = q.messages()
        await poster.post(*range(200))
        await wait_all_tasks_blocked()
        turns = 0

        async def other() -> None:
            nonlocal turns
            while turns < 1000:
                turns += 1
                await anyio.lowlevel.checkpoint()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(other)
            for number in range(200):
                assert await anext(feed) == number
            assert turns >= 5
            tasks.cancel_scope.cancel()
        with anyio.CancelScope() as scope:
            await poster.post(*range(100))
            await wait_all_tasks_blocked()
            scope.cancel()
            taken = 0
            async for _ in feed:
                taken += 1
        assert taken <= 32
        assert len(feed) == 100 - taken


@pytest.mark.parametrize("bounds", [{"max_items": 0}, {"max_delay": -1.0}, {"max_delay": float("nan")}])
async def test_bounds_that_are_none(bounds: Any) -> None:
    async with connected(Poster()) as (q, _):
        with pytest.raises(ValueError, match=r"batch has at least|number of seconds"):
            q.messages().batches(**bounds)
        with pytest.raises(ValueError, match=r"batch has at least|number of seconds"):
            q.subscribe("trade").frames(**bounds)


# Subscriptions


async def test_batches_and_frames_of_a_subscription() -> None:
    plant = Plant()
    async with connected(plant) as (q, _), q.subscribe() as feed:
        await anext(feed)
        peer = plant.peers[0]
        make = peer.protocol.send
        row = [anyq.symbol("upd"), anyq.symbol("trade"), [anyq.symbol("MSFT"), 2.0]]
        columns = [anyq.symbol("upd"), anyq.symbol("trade"), [anyq.symbols(["A", "B"]), [3.0, 4.0]]]
        quote = [anyq.symbol("upd"), anyq.symbol("quote"), ROWS]
        other = [anyq.symbol("upd"), anyq.symbol("trade"), anyq.table({"x": [1]})]
        end = [anyq.symbol(".u.end"), anyq.date(9000)]
        sent = [UPDATE, quote, row, b"else", columns, other, end, UPDATE]
        await peer.send_raw(b"".join(make(AsyncMessage(codec.encode(anyq.as_q(value)))) for value in sent))
        await wait_all_tasks_blocked()
        frames = feed.frames()
        joined = anyq.table({"sym": anyq.symbols(["AAPL", "MSFT", "A", "B"]), "price": [1.5, 2.0, 3.0, 4.0]})
        assert await anext(frames) == Update("trade", joined)
        assert await anext(frames) == Update("trade", anyq.table({"x": [1]}))
        assert await anext(frames) == Update("quote", ROWS)
        assert await anext(frames) == EndOfDay(anyq.date(9000))
        assert await anext(frames) == Update("trade", ROWS)


async def test_a_gap_is_a_batch_of_its_own() -> None:
    plant = Plant()
    async with (
        connected(plant, reconnection_attempts=3, reconnection_delay=0.001) as (q, network),
        q.subscribe("trade") as feed,
    ):
        batches = feed.batches()
        assert await anext(batches) == [Update("trade", ROWS)]
        network.cut_all()
        assert await anext(batches) == [Gap({"trade": SCHEMA}, {})]
        assert await anext(batches) == [Update("trade", ROWS)]


@given(st.data(), st.lists(st.integers(0, 4), min_size=1, max_size=5))
def test_joined_rows_are_those_that_came(data: st.DataObject, sizes: list[int]) -> None:
    whole = data.draw(q_values.tables(min_rows=sum(sizes), max_rows=sum(sizes)))
    starts = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
    parts = [whole[start:end] for start, end in itertools.pairwise(starts)]
    (joined,) = joined_updates(parts, None)
    assert isinstance(joined, anyq.Table)
    assert anyq.match(joined[:], whole[:])
