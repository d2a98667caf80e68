"""A subscription through everything that can happen, in any order.

A program of steps is drawn and run on a virtual network: a ticker plant publishes numbered rows, a reader takes them
and is cancelled after any number of checkpoints, calls go on beside it, bytes trickle, stall and are cut, the plant
goes down and comes back. Whatever it was: what is read is what was published, in that order; where something is
missing, a `Gap`, the count of what was dropped, or the error that ends the feed says so; and nothing is left behind.
"""

from __future__ import annotations

import os
from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

import anyq
from anyq import codec
from anyq.client import EndOfDay, Gap, Overflow, Update
from anyq.protocol import EndOfFile, SyncRequest
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

pytestmark = pytest.mark.hypothesis  # for `nox -s fuzz`, which does not see the property inside the test

LEAST = 30
EXAMPLES = int(os.environ.get("ANYQ_MACHINE_EXAMPLES", "60"))

step = st.one_of(
    st.tuples(st.just("publish"), st.integers(1, 5)),
    st.tuples(st.just("publish"), st.integers(1, 5)),
    st.tuples(st.just("end_of_day")),
    st.tuples(st.just("read"), st.integers(1, 6), st.integers(0, 60)),
    st.tuples(st.just("read"), st.integers(1, 6), st.integers(0, 60)),
    st.tuples(st.just("call"), st.none() | st.integers(0, 40)),
    st.tuples(st.just("run"), st.integers(1, 40)),
    st.tuples(st.just("trickle"), st.booleans(), st.none() | st.integers(1, 9)),
    st.tuples(st.just("stall"), st.booleans(), st.booleans()),
    st.tuples(st.just("cut"), st.booleans(), st.integers(0, 200)),
    st.tuples(st.just("down")),
    st.tuples(st.just("up")),
)
programs = st.lists(step, min_size=LEAST, max_size=45)
policies = st.sampled_from(["block", "drop-oldest", "error"])


class Plant:
    """A ticker plant of one table. Each connection that subscribes begins an era of its own."""

    def __init__(self) -> None:
        self.number = 0
        self.eras: list[list[int]] = []
        """What was published to each subscriber."""
        self.subscriber: tuple[ScriptedPeer, list[int]] | None = None
        self.ending = False

    async def __call__(self, stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        while not isinstance(event := await peer.next_event(), EndOfFile):
            if not isinstance(event, SyncRequest):
                continue
            value = codec.decode(event.body).py()
            if not isinstance(value, list):
                await peer.reply(value)
                continue
            pair: object = [anyq.symbol("trade"), anyq.long(0)]
            await peer.reply(pair if value[0] == b".u.sub" else [pair, [anyq.long(self.number)]])
            era: list[int] = []
            self.eras.append(era)
            self.subscriber = peer, era
            if self.ending:
                await self.publish()

    async def publish(self) -> None:
        if self.subscriber is not None:
            era = self.subscriber[1]
            self.number += 1
            era.append(self.number)
            await self.post([anyq.symbol("upd"), anyq.symbol("trade"), anyq.long(self.number)])

    async def post(self, message: object) -> None:
        if self.subscriber is not None:
            try:
                await self.subscriber[0].post(message)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                self.subscriber = None


class World:
    """The reader, and what it was told."""

    def __init__(self, q: anyq.Connection, network: VirtualNetwork, plant: Plant, tasks: TaskGroup) -> None:
        self.q = q
        self.network = network
        self.plant = plant
        self.tasks = tasks
        self.told: list[int | Gap] = []
        self.over: anyq.Error | None = None
        self.numbers = 0
        self.feed: Any = None

    # The steps

    async def publish(self, count: int) -> None:
        for _ in range(count):
            await self.plant.publish()

    async def end_of_day(self) -> None:
        await self.plant.post([anyq.symbol(".u.end"), anyq.date(9000)])

    async def read(self, count: int, patience: int) -> None:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(impatience, scope, patience)
                for _ in range(count):
                    await self.next()
                tasks.cancel_scope.cancel()

    async def next(self) -> None:
        if self.over is not None:
            return
        try:
            item = await anext(self.feed)
        except anyq.Error as error:
            self.over = error
            return
        if isinstance(item, Update):
            assert item.table == "trade"
            self.told.append(int(item.data.py()))
        elif isinstance(item, Gap):
            assert set(item.schemas) == {"trade"}
            self.told.append(item)
        else:
            assert item == EndOfDay(anyq.date(9000))

    async def call(self, patience: int | None) -> None:
        self.numbers += 1
        self.tasks.start_soon(self.caller, self.numbers, patience)

    async def caller(self, number: int, patience: int | None) -> None:
        with anyio.CancelScope() as scope:
            if patience is not None:
                self.tasks.start_soon(impatience, scope, patience)
            try:
                assert (await self.q(anyq.long(number))).py() == number
            except (anyq.ConnectionLost, anyq.ConnectError, anyq.ClosedError):
                return

    async def run(self, count: int) -> None:
        for _ in range(count):
            await checkpoint()

    async def trickle(self, up: bool, chunk: int | None) -> None:
        stream = self.network.connections[-1]
        (stream.outgoing if up else stream.incoming).chunk = chunk

    async def stall(self, up: bool, stalled: bool) -> None:
        stream = self.network.connections[-1]
        (stream.outgoing if up else stream.incoming).stalled = stalled

    async def cut(self, up: bool, after: int) -> None:
        stream = self.network.connections[-1]
        (stream.outgoing if up else stream.incoming).cut(after)

    async def down(self) -> None:
        self.network.up = False
        self.network.cut_all()

    async def up(self) -> None:
        self.network.up = True

    async def finish(self) -> None:
        """Let everything go its way again, and read to what is published last, or to the end."""
        self.network.up = True
        for stream in self.network.connections:
            for pipe in (stream.incoming, stream.outgoing):
                pipe.chunk, pipe.stalled = None, False
        self.plant.ending = True
        before = self.plant.number
        await self.plant.publish()
        while self.over is None and not any(isinstance(item, int) and item > before for item in self.told):
            await self.next()

    def check(self, overflow: Overflow, attempts: int) -> None:
        """What was told is what was published, and what is missing is accounted for."""
        eras = {number: (era, at) for era, row in enumerate(self.plant.eras) for at, number in enumerate(row)}
        era, at, missing = 0, -1, 0
        for item in self.told:
            if isinstance(item, Gap):
                era, at = era + 1, -1
                if item.snapshot:
                    assert (era, int(item.snapshot["trade"].py())) >= (era, 0)
                continue
            found, where = eras[item]
            # An era in which the plant saw the subscription and we did not see its answer has no gap of its own.
            assert found >= era
            assert found == era or at == -1
            era = found
            assert where > at
            missing += where - at - 1
            at = where
        assert missing <= self.feed.dropped
        if overflow == "block":
            assert self.feed.dropped == 0
        if isinstance(self.over, anyq.LimitError):
            assert overflow == "error"
            assert self.feed.dropped > 0
        elif self.over is not None:
            assert attempts < 0  # a wire that is cut during a later login looks like a refusal, and is tried again
            assert isinstance(self.over, anyq.ConnectionLost)


async def impatience(scope: anyio.CancelScope, patience: int) -> None:
    for _ in range(patience):
        await checkpoint()
    scope.cancel()


async def play(program: list[tuple[Any, ...]], overflow: Overflow, attempts: int, snapshot: bool) -> None:
    plant = Plant()
    async with VirtualNetwork.open(plant) as network:
        connection = anyq.connect(
            "plant",
            1,
            dial=network.dial,
            close_timeout=0.01,
            reconnection_attempts=attempts,
            reconnection_delay=0.0001,
            reconnection_function=lambda delay: delay,
        )
        with anyio.fail_after(20):
            async with connection as q, anyio.create_task_group() as tasks:
                world = World(q, network, plant, tasks)
                async with q.subscribe("trade", snapshot=snapshot, buffer=4, overflow=overflow) as world.feed:
                    for name, *arguments in program:
                        await getattr(world, name)(*arguments)
                    await world.finish()
                    world.check(overflow, attempts)
            assert not list(q._core.feeds)
            assert not q._core.watchers
        assert all(stream.closed for stream in network.connections)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_what_is_read_is_what_was_published(backend: str) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs, policies, st.sampled_from([0, 0, -1]), st.booleans())
    def machine(program: list[tuple[Any, ...]], overflow: Overflow, attempts: int, snapshot: bool) -> None:
        options = {"clock": MockClock(autojump_threshold=0)} if backend == "trio" else {}
        anyio.run(play, program, overflow, attempts, snapshot, backend=backend, backend_options=options)

    machine()
