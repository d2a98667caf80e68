"""A pool through everything that can happen, in any order.

A program of steps is drawn and run on a virtual network: callers, exclusive holders that leave calls behind, fan-outs
of which one item fails, all of them cancelled after any number of checkpoints; connections that stall and are cut,
servers that go down and come back. Whatever it was: no connection has two holders, there are never more than
``max_size``, a caller gets the answer to its own call or the right error, and in the end every connection is back, and
then closed.
"""

from __future__ import annotations

import os
from typing import Any

import anyio
import attrs
import pytest
from anyio.abc import ByteStream, TaskGroup
from anyio.lowlevel import checkpoint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

import anyq
from anyq import codec
from anyq.client import Address, Pool
from anyq.protocol import AsyncMessage, EndOfFile, Response, SyncRequest
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

pytestmark = pytest.mark.hypothesis  # for `nox -s fuzz`, which does not see the property inside the test

LEAST = 30
EXAMPLES = int(os.environ.get("ANYQ_MACHINE_EXAMPLES", "60"))
EXPECTED = (anyq.ConnectionLost, anyq.ConnectError, anyq.ClosedError, anyq.CallTimeout, anyq.LimitError)

patience = st.none() | st.integers(0, 60)
step = st.one_of(
    st.tuples(st.just("call"), patience),
    st.tuples(st.just("call"), st.none()),
    st.tuples(st.just("hold"), st.integers(0, 3), st.integers(0, 20), st.booleans(), patience),
    st.tuples(st.just("map"), st.integers(0, 6), st.none() | st.integers(0, 5), patience),
    st.tuples(st.just("post"), patience),
    st.tuples(st.just("run"), st.integers(1, 40)),
    st.tuples(st.just("sleep")),
    st.tuples(st.just("stall"), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("cut"), st.integers(0, 5), st.booleans(), st.integers(0, 60)),
    st.tuples(st.just("down"), st.sampled_from("ab")),
    st.tuples(st.just("up")),
)
programs = st.lists(step, min_size=LEAST, max_size=45)


@attrs.frozen
class Settings:
    """How the pool is made."""

    max_size: int
    max_waiting: int | None
    wait_timeout: float | None
    check_after: float
    attempts: int
    in_flight: int


pools = st.builds(
    Settings,
    st.integers(1, 3),
    st.none() | st.integers(0, 4),
    st.sampled_from([None, None, 0.002]),
    st.sampled_from([0.0, 30.0]),
    st.sampled_from([-1, -1, 2]),
    st.integers(1, 3),
)


class World:
    """The servers ``a`` and ``b``, and who has which connection."""

    def __init__(self, network: VirtualNetwork) -> None:
        self.network = network
        self.down: set[str] = set()
        self.numbers = 0
        self.holders: set[anyq.Connection] = set()
        self.tasks: TaskGroup
        self.pool: Pool

    async def dial(self, address: Address) -> ByteStream:
        if address.host in self.down:
            await checkpoint()
            raise ConnectionRefusedError("down")
        return await self.network.dial(address)

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def start(self, patience: int | None, work: Any, *arguments: object) -> None:
        """Run ``work`` in a task, and cancel it after so many checkpoints."""
        scope = anyio.CancelScope()

        async def run() -> None:
            with scope:
                try:
                    await work(*arguments)
                except EXPECTED:
                    return

        async def cancel() -> None:
            for _ in range(patience or 0):
                await checkpoint()
            scope.cancel()

        self.tasks.start_soon(run)
        if patience is not None:
            self.tasks.start_soon(cancel)

    def stream(self, index: int) -> MemoryStream:
        return self.network.connections[-1 - index % len(self.network.connections)]

    def check(self) -> None:
        statistics = self.pool.statistics()
        assert statistics.open <= self.pool.max_size
        assert statistics.idle + statistics.busy + statistics.draining <= statistics.open
        assert len(self.holders) <= statistics.busy

    # The steps

    async def call(self, patience: int | None) -> None:
        self.start(patience, self.ask, self.pool, self.number())

    async def ask(self, q: Any, number: int) -> None:
        assert (await q(anyq.long(number))).py() == number

    async def hold(self, calls: int, rest: int, leave: bool, patience: int | None) -> None:
        self.start(patience, self.holder, calls, rest, leave)

    async def holder(self, calls: int, rest: int, leave: bool) -> None:
        async with self.pool.connection() as q:
            assert q not in self.holders
            self.holders.add(q)
            try:
                for _ in range(calls):
                    await self.ask(q, self.number())
                if leave:
                    q.submit(anyq.long(self.number())).cancel()
                    q.submit(anyq.long(self.number()))
                for _ in range(rest):
                    await checkpoint()
            finally:
                self.holders.discard(q)

    async def map(self, count: int, bad: int | None, patience: int | None) -> None:
        self.start(patience, self.mapper, [self.number() for _ in range(count)], bad)

    async def mapper(self, numbers: list[int], bad: int | None) -> None:
        items: list[object] = list(numbers)
        if bad is not None:
            items.insert(bad, anyq.symbol("bad"))
        try:
            answers = await self.pool.map("last", items)
        except anyq.QError:
            assert bad is not None
        else:
            assert [answer.py() for answer in answers] == numbers
            assert bad is None

    async def post(self, patience: int | None) -> None:
        self.start(patience, self.pool.post, anyq.long(self.number()))

    async def run(self, count: int) -> None:
        for _ in range(count):
            await checkpoint()
            self.check()

    async def sleep(self) -> None:
        await anyio.sleep(0.001)

    async def stall(self, index: int, stalled: bool) -> None:
        self.stream(index).incoming.stalled = stalled

    async def cut(self, index: int, up: bool, after: int) -> None:
        stream = self.stream(index)
        (stream.outgoing if up else stream.incoming).cut(after)

    async def down_(self, host: str) -> None:
        self.down.add(host)

    async def up(self) -> None:
        self.down.clear()

    async def finish(self) -> None:
        """Let everything go its way again."""
        self.down.clear()
        for stream in self.network.connections:
            stream.incoming.stalled = False


async def server(stream: MemoryStream) -> None:
    """Answers with the last item of each request, or with an error if that is a symbol."""
    peer = ScriptedPeer(stream)
    await peer.accept()
    while not isinstance(event := await peer.next_event(), EndOfFile):
        if isinstance(event, SyncRequest):
            value = codec.decode(event.body)
            item = value.items[-1] if isinstance(value, anyq.List) else value
            if isinstance(item, anyq.Atom) and item.qtype is anyq.QType.SYMBOL:
                await peer.reply_error(str(item.py()))
            else:
                await peer.send_raw(peer.protocol.send(Response(codec.encode(item))))
        else:
            assert isinstance(event, AsyncMessage)


async def play(program: list[tuple[Any, ...]], how: Settings) -> None:
    async with VirtualNetwork.open(server) as network:
        world = World(network)
        pool = Pool(
            ["a:1", "b:1"],
            max_size=how.max_size,
            max_waiting=how.max_waiting,
            wait_timeout=how.wait_timeout,
            check_after=how.check_after,
            check_timeout=0.001,
            drain_timeout=0.001,
            dial=world.dial,
            max_in_flight=how.in_flight,
            reconnection_attempts=how.attempts,
            reconnection_delay=0.0001,
        )
        with anyio.fail_after(20):
            async with pool:
                async with anyio.create_task_group() as tasks:
                    world.tasks, world.pool = tasks, pool
                    for name, *arguments in program:
                        await getattr(world, "down_" if name == "down" else name)(*arguments)
                        world.check()
                    await world.finish()
                statistics = pool.statistics()
                assert statistics.busy == statistics.waiting == 0
                assert statistics.open == statistics.idle + statistics.draining
                assert not world.holders
            assert all(stream.closed for stream in network.connections)
            with pytest.raises(anyq.ClosedError):
                await pool("too late")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_connection_has_one_user_and_comes_back(backend: str) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs, pools)
    def machine(program: list[tuple[Any, ...]], how: Settings) -> None:
        options = {"clock": MockClock(autojump_threshold=0)} if backend == "trio" else {}
        anyio.run(play, program, how, backend=backend, backend_options=options)

    machine()
