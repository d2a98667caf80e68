"""Connection and peer through everything that can happen, in any order.

A program of steps is drawn and run on a virtual network: calls and their cancellation after any number of
checkpoints, posts, pushes, requests of the server, bytes that trickle, stall and are cut off, a server that goes down
and comes back. Whatever it was: a caller gets the answer to its own call or the right error, a message is never acted
on twice unless its caller allowed that, ``not sent`` is the truth, and nothing is left behind.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

import anyq
from anyq import codec
from anyq.client import Feed
from anyq.protocol import AsyncMessage, EndOfFile, Response, SyncRequest
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

pytestmark = pytest.mark.hypothesis  # for `nox -s fuzz`, which does not see the property inside the test

LEAST = 40
EXAMPLES = int(os.environ.get("ANYQ_MACHINE_EXAMPLES", "260"))

step = st.one_of(
    st.tuples(st.just("call"), st.booleans(), st.none() | st.integers(0, 40)),
    st.tuples(st.just("call"), st.booleans(), st.none()),
    st.tuples(st.just("large_call"), st.booleans(), st.none() | st.integers(0, 40)),
    st.tuples(st.just("submit"), st.booleans()),
    st.tuples(st.just("cancel_handle"), st.integers(0, 9)),
    st.tuples(st.just("post")),
    st.tuples(st.just("push")),
    st.tuples(st.just("ask")),
    st.tuples(st.just("read")),
    st.tuples(st.just("run"), st.integers(1, 30)),
    st.tuples(st.just("trickle"), st.booleans(), st.none() | st.integers(1, 9)),
    st.tuples(st.just("stall"), st.booleans(), st.booleans()),
    st.tuples(st.just("hold"), st.booleans()),
    st.tuples(st.just("cut"), st.booleans(), st.integers(0, 300)),
    st.tuples(st.just("down")),
    st.tuples(st.just("up")),
)
programs = st.lists(step, min_size=LEAST, max_size=60)


class World:
    """The peer, and what is known of every call."""

    def __init__(self, q: anyq.Connection, network: VirtualNetwork, tasks: Any) -> None:
        self.q = q
        self.network = network
        self.tasks = tasks
        self.numbers = 0
        self.idempotent: set[int] = set()
        self.handles: list[tuple[int, anyq.client.Pending]] = []
        self.refused: list[str] = []
        self.pushed = 0
        self.pushes_read: list[int] = []
        self.feed: Feed[anyq.Value] = q.messages(buffer=5, overflow="drop-oldest")

    def number(self, idempotent: bool) -> int:
        self.numbers += 1
        if idempotent:
            self.idempotent.add(self.numbers)
        return self.numbers

    def request(self, number: int, size: int = 0) -> anyq.Value:
        return anyq.vector("j", [number] + [0] * size)

    # The steps

    async def call(self, idempotent: bool, patience: int | None, size: int = 0) -> None:
        number = self.number(idempotent)
        scope = anyio.CancelScope()
        self.tasks.start_soon(self.caller, scope, number, idempotent, size)
        if patience is not None:
            self.tasks.start_soon(self.impatience, scope, patience)

    async def large_call(self, idempotent: bool, patience: int | None) -> None:
        await self.call(idempotent, patience, 10_000)

    async def caller(self, scope: anyio.CancelScope, number: int, idempotent: bool, size: int) -> None:
        with scope:
            await self.check(number, self.q(self.request(number, size), idempotent=idempotent))

    async def check(self, number: int, call: Any) -> None:
        """``call`` gives the answer to call ``number``, or an error that tells the truth."""
        try:
            answer = await call
        except (anyq.ConnectionLost, anyq.ClosedError, anyq.ConnectError) as error:
            if error.outcome == "not sent":
                assert number not in SEEN
        else:
            assert answer.np()[0] == number
            assert number in SEEN

    async def impatience(self, scope: anyio.CancelScope, patience: int) -> None:
        for _ in range(patience):
            await checkpoint()
        scope.cancel()

    async def submit(self, idempotent: bool) -> None:
        number = self.number(idempotent)
        try:
            self.handles.append((number, self.q.submit(self.request(number), idempotent=idempotent)))
        except anyq.ConnectionLost as error:
            self.refused.append(error.outcome)

    async def cancel_handle(self, index: int) -> None:
        if self.handles:
            self.handles[index % len(self.handles)][1].cancel()

    async def post(self) -> None:
        number = self.number(idempotent=False)
        try:
            with anyio.move_on_after(0.001):
                await self.q.post(self.request(number))
        except anyq.ConnectionLost:
            assert number not in SEEN

    async def push(self) -> None:
        if PEERS:
            self.tasks.start_soon(self.pusher, PEERS[-1])

    async def pusher(self, peer: ScriptedPeer) -> None:
        self.pushed += 1
        await quietly(peer.post(anyq.long(self.pushed)))

    async def ask(self) -> None:
        if PEERS:
            self.tasks.start_soon(quietly, PEERS[-1].ask(b"and you?"))

    async def read(self) -> None:
        if len(self.feed):
            value = await anext(self.feed)
            self.pushes_read.append(value.py())
            assert self.pushes_read == sorted(set(self.pushes_read))

    async def run(self, count: int) -> None:
        for _ in range(count):
            await checkpoint()

    async def trickle(self, up: bool, chunk: int | None) -> None:
        stream = self.network.connections[-1]
        (stream.outgoing if up else stream.incoming).chunk = chunk

    async def stall(self, up: bool, stalled: bool) -> None:
        stream = self.network.connections[-1]
        (stream.outgoing if up else stream.incoming).stalled = stalled

    async def hold(self, held: bool) -> None:
        for peer in PEERS:
            HELD[peer] = held

    async def cut(self, up: bool, after: int) -> None:
        stream = self.network.connections[-1]
        (stream.outgoing if up else stream.incoming).cut(after)

    async def down(self) -> None:
        self.network.up = False
        self.network.cut_all()

    async def up(self) -> None:
        self.network.up = True

    async def finish(self) -> None:
        """Let everything go its way again, and look at what is left."""
        self.network.up = True
        for stream in self.network.connections:
            for pipe in (stream.incoming, stream.outgoing):
                pipe.chunk = None
                pipe.stalled = False
        HELD.clear()
        for number, handle in self.handles:
            await self.check(number, handle)
        if self.q._core.options.reconnection_attempts >= 0:
            await self.check(0, self.q(self.request(0), timeout=None))


PEERS: list[ScriptedPeer] = []
HELD: dict[ScriptedPeer, bool] = {}
SEEN: Counter[int] = Counter()


async def quietly(call: Any) -> None:
    try:
        await call
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyq.LocalProtocolError):
        return


async def server(stream: MemoryStream) -> None:
    """Answers each request with its own body, once it is not held."""
    peer = ScriptedPeer(stream)
    await peer.accept()
    PEERS.append(peer)
    while not isinstance(event := await peer.next_event(), EndOfFile):
        if isinstance(event, Response):
            assert bytes(event.body) == codec.encode_error("nyi")
            continue
        assert isinstance(event, SyncRequest | AsyncMessage)
        SEEN[int(codec.decode(event.body).np()[0])] += 1
        while HELD.get(peer):
            await anyio.sleep(0.0001)
        if isinstance(event, SyncRequest):
            await peer.send_raw(peer.protocol.send(Response(event.body)))


async def play(program: list[tuple[Any, ...]], in_flight: int, attempts: int) -> None:
    PEERS.clear()
    HELD.clear()
    SEEN.clear()
    async with VirtualNetwork.open(server) as network:
        connection = anyq.connect(
            "peer",
            1,
            dial=network.dial,
            max_in_flight=in_flight,
            reconnection_attempts=attempts,
            reconnection_delay=0.0001,
            reconnection_function=lambda delay: delay,
        )
        with anyio.fail_after(20):
            async with connection as q, anyio.create_task_group() as tasks:
                world = World(q, network, tasks)
                for name, *arguments in program:
                    await getattr(world, name)(*arguments)
                await world.finish()
            assert q.state == "closed" or attempts < 0
            assert q.statistics().in_flight == 0
            assert set(world.refused) <= {"not sent"}
            assert not q._core.parked
        assert all(stream.closed for stream in network.connections)
    for number, times in SEEN.items():
        assert times == 1 or number in world.idempotent or number == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_each_caller_gets_its_own_answer_or_the_right_error(
    backend: str, record_property: Callable[[str, object], None]
) -> None:
    """At least 20,000 steps on both loops together; the report of the run has their number."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs, st.integers(1, 4), st.sampled_from([0, 0, -1]))
    def machine(program: list[tuple[Any, ...]], in_flight: int, attempts: int) -> None:
        steps.append(len(program))
        options = {"clock": MockClock(autojump_threshold=0)} if backend == "trio" else {}
        anyio.run(play, program, in_flight, attempts, backend=backend, backend_options=options)

    steps: list[int] = []
    machine()
    record_property("steps", sum(steps))
    assert sum(steps) >= LEAST * EXAMPLES
