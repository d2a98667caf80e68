"""Results that are made elsewhere: their order, how many at a time, and what becomes of them when the client leaves."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.peer import peer

import anyq
from anyq import codec
from anyq.engine import Interpreter
from anyq.protocol import AsyncMessage, SyncRequest
from anyq.server import Later, Server, leaves
from anyq.values import Value

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", autouse=True)
def recursion_limit() -> None:
    """The first interpreter raises Python's, and Hypothesis does not want that to happen while it runs."""
    Interpreter()


class Ticket(Later):
    """A result that the test makes."""

    def __init__(self, number: object) -> None:
        self.number = number
        self.done: Callable[[], object] | None = None
        self.error: Exception | None = None
        self.interrupted = False

    def begin(self, done: Callable[[], object]) -> None:
        self.done = done

    def finish(self) -> None:
        assert self.done is not None
        self.done()

    def outcome(self) -> object:
        if self.error is not None:
            raise self.error
        return self.number

    def interrupt(self) -> None:
        self.interrupted = True

    def __await__(self) -> Generator[Any, Any, Any]:
        raise NotImplementedError


class Elsewhere:
    """A handler that leaves its results."""

    def __init__(self) -> None:
        self.tickets: list[Ticket] = []

    @leaves
    def handle(self, message: Value) -> Ticket:
        self.tickets.append(Ticket(message))
        return self.tickets[-1]

    async def have(self, number: int) -> None:
        """Wait until so many were begun, and see that there are no more."""
        while len(self.tickets) < number:
            await anyio.lowlevel.checkpoint()
        await anyio.wait_all_tasks_blocked()
        assert len(self.tickets) == number


async def test_several_at_a_time() -> None:
    elsewhere = Elsewhere()
    async with Server(elsewhere.handle, port=0) as server, peer(server.port) as q:
        for number in range(100):
            await q.send(number)
        for number in range(100):
            await elsewhere.have(min(100, number + 32))
            elsewhere.tickets[number].finish()
            assert await q.receive() == number


async def test_what_is_known_at_once_comes_behind_what_is_made_elsewhere() -> None:
    """Errors and results of the handler, and those made elsewhere that are there too soon, wait for their turn."""
    elsewhere = Elsewhere()

    @leaves
    def handle(message: Value) -> object:
        if message == 2:
            raise anyq.QError("two")
        return "three" if message == 3 else elsewhere.handle(message)

    async with Server(handle, port=0) as server, peer(server.port) as q:
        for number in (1, 2, 3, 4, 5):
            await q.send(number)
        await elsewhere.have(3)
        elsewhere.tickets[1].finish()
        elsewhere.tickets[2].finish()
        await anyio.wait_all_tasks_blocked()
        elsewhere.tickets[0].finish()
        assert await q.receive() == 1
        with pytest.raises(anyq.QError, match="two"):
            await q.receive()
        assert [await q.receive() for _ in range(3)] == [anyq.symbol("three"), 4, 5]
        await q.send(3)
        assert await q.receive() == anyq.symbol("three")


async def test_a_handler_of_another_kind_waits_for_what_is_made_elsewhere() -> None:
    elsewhere = Elsewhere()
    seen: list[Value] = []

    async def on_async(message: Value) -> None:
        seen.append(message)

    for handler in (seen.append, on_async):
        elsewhere.tickets.clear()
        async with Server(elsewhere.handle, handler, port=0) as server, peer(server.port) as q:
            await q.send(1)
            await q.post("later")
            await q.send(2)
            await elsewhere.have(1)
            assert seen == []
            elsewhere.tickets[0].finish()
            assert await q.receive() == 1
            await elsewhere.have(2)
            assert seen == [anyq.chars("later")]
            elsewhere.tickets[1].error = anyq.QError("wrong")
            elsewhere.tickets[1].finish()
            with pytest.raises(anyq.QError, match="wrong"):
                await q.receive()
            seen.clear()


async def test_a_client_that_leaves() -> None:
    """Nobody wants its results any more; those that come all the same do no harm."""
    elsewhere = Elsewhere()
    async with Server(elsewhere.handle, port=0) as server:
        async with peer(server.port) as q:
            for number in range(4):
                await q.send(number)
            await elsewhere.have(4)
            elsewhere.tickets[0].finish()
        while server.clients:
            await anyio.lowlevel.checkpoint()
        assert [ticket.interrupted for ticket in elsewhere.tickets] == [False, True, True, True]
        elsewhere.tickets[1].finish()
        async with peer(server.port) as other:
            await other.send(7)
            await elsewhere.have(5)
            elsewhere.tickets[4].finish()
            assert await other.receive() == 7


async def test_a_result_that_breaks_the_session_ends_that_session_only(caplog: pytest.LogCaptureFixture) -> None:
    elsewhere = Elsewhere()
    async with Server(elsewhere.handle, port=0) as server, peer(server.port) as q, peer(server.port) as other:
        await q.send(1)
        await elsewhere.have(1)
        next(iter(server.clients.values()))._respond = None  # type: ignore[assignment, method-assign]
        elsewhere.tickets[0].finish()
        with pytest.raises(EOFError):
            await q.receive()
        assert "the session failed" in caplog.text
        await other.send(2)
        await elsewhere.have(2)
        elsewhere.tickets[1].finish()
        assert await other.receive() == 2


async def test_no_message_of_a_client_begins_inside_an_earlier_one_of_its_own() -> None:
    """Also if q waits for what the client answers, and runs meanwhile what it is asked."""
    async with anyq.serve(port=0) as server, peer(server.port) as q:
        await q.send('x:.z.w"1"; seen:0b; x')
        await q.send("seen:1b; 40+2")
        request = await q.event()
        assert isinstance(request, SyncRequest)
        await anyio.wait_all_tasks_blocked()
        await q.answer(7)
        assert await q.receive() == 7
        assert await q.receive() == 42
        assert (await server.q("seen")).py() is True
        await q.post('.z.w"1"')
        await q.send("-30!(::)")
        await q.event()
        await q.answer(7)
        while not server._q.handles._owing:  # type: ignore[union-attr]
            await anyio.lowlevel.checkpoint()
        async with peer(server.port) as other:
            await other.send("-30!(first key .z.W;0b;`late)")
            await other.receive()
        assert await q.receive() == anyq.symbol("late")


async def test_a_message_under_a_time_limit_waits_for_those_without() -> None:
    """Each answer is deferred for the message that deferred it."""
    async with anyq.serve(port=0) as server, peer(server.port) as q:
        await q.send('system"T 5"; t:.z.p+0D00:00:00.2; while[.z.p<t; 0]; -30!(::)')
        core = server.q.core
        while core._interpreter is None or core._interpreter.time_limit is None:
            await anyio.lowlevel.checkpoint()
        await q.post("1")
        await q.send("-30!(::)")
        async with peer(server.port) as other:
            await other.send("-30!(first key .z.W;0b;`first)")
            await other.receive()
            assert await q.receive() == anyq.symbol("first")
            while not server._q.handles._owing:  # type: ignore[union-attr]
                await anyio.lowlevel.checkpoint()
            await other.send("-30!(first key .z.W;0b;`second)")
            await other.receive()
        assert await q.receive() == anyq.symbol("second")


async def test_a_server_that_stops_answers_what_it_has_taken() -> None:
    async with anyq.serve(port=0, grace=20) as server, peer(server.port) as q:
        await q.send("t:.z.p+0D00:00:00.2; while[.z.p<t; 0]; 1")
        await q.send("2")
        await q.send("3")
        client = next(iter(server.clients.values()))
        while len(client._laters) < 3:  # type: ignore[attr-defined]
            await anyio.lowlevel.checkpoint()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.stop)
            assert [await q.receive() for _ in range(3)] == [1, 2, 3]
            with pytest.raises(EOFError):
                await q.receive()


async def test_an_errand_that_fails_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with anyq.serve(port=0) as server, peer(server.port) as q:
        server._errands.add(lambda: 1 // 0)
        await q.send("1+1")
        assert await q.receive() == 2
        assert "ZeroDivisionError" in caplog.text


async def test_a_closed_q_answers_in_order() -> None:
    """What it does not begin any more is refused behind what it does."""
    async with anyq.open_embedded() as q, anyq.serve(q=q, port=0) as server, peer(server.port) as client:
        await client.send("running:1b; t:.z.p+0D00:00:00.2; while[.z.p<t; 0]; 1")
        await client.send("2")
        while not q.core.has("running"):
            await anyio.lowlevel.checkpoint()
        await anyio.to_thread.run_sync(q.core.stop)
        assert await client.receive() == 1
        with pytest.raises(anyq.QError):
            await client.receive()


KINDS = {
    "value": "{0}",
    "error": "'`$string {0}",
    "post": "(neg .z.w) {0}; {0}",
    "defer": "-30!(::); -30!(.z.w;0b;{0}); 0",
    "defer, fail": "-30!(::); -30!(.z.w;1b;string {0}); 0",
    "post, fail": "(neg .z.w) {0}; '`$string {0}",
}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@given(kinds=st.lists(st.sampled_from(sorted(KINDS)), max_size=60))
def test_what_q_answers_and_posts_comes_in_the_order_of_the_messages(backend: str, kinds: list[str]) -> None:
    expected = [
        (event, number)
        for number, kind in enumerate(kinds)
        for event in (["post"] if "post" in kind else []) + ["error" if kind.endswith(("error", "fail")) else "answer"]
    ]

    async def main() -> list[tuple[str, int]]:
        got: list[tuple[str, int]] = []
        async with anyq.serve(port=0) as server, peer(server.port) as q:
            for number, kind in enumerate(kinds):
                await q.send(KINDS[kind].format(number))
            while len(got) < len(expected):
                event = await q.event()
                try:
                    value = codec.decode(event.body)
                except anyq.QError as error:
                    got.append(("error", int(error.text)))
                else:
                    got.append(("post" if isinstance(event, AsyncMessage) else "answer", value.py()))
        return got

    assert anyio.run(main, backend=backend) == expected
