"""Results that are made elsewhere: their order, how many at a time, and what becomes of them when the client leaves."""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import count
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.peer import peer

import anyq
from anyq import codec
from anyq.engine import Interpreter
from anyq.protocol import AsyncMessage
from anyq.server import Later, Server, leaves
from anyq.server import _work as work_module
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


async def test_several_at_a_time_if_they_come_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_module, "monotonic", lambda: 0.0)
    elsewhere = Elsewhere()
    async with Server(elsewhere.handle, port=0) as server, peer(server.port) as q:
        for number in range(100):
            await q.send(number)
        begun, finished = 1, 0
        for most in (1, 2, 4, 8, 16, 32, 32, 32, 32):
            await elsewhere.have(begun)
            elsewhere.tickets[finished].finish()
            assert await q.receive() == finished
            finished += 1
            begun = min(100, finished + min(32, 2 * most))
        await elsewhere.have(begun)
        while finished < 100:
            await elsewhere.have(min(100, finished + 32))
            elsewhere.tickets[finished].finish()
            assert await q.receive() == finished
            finished += 1


async def test_one_at_a_time_if_they_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count()
    monkeypatch.setattr(work_module, "monotonic", lambda: float(next(clock)))
    elsewhere = Elsewhere()
    async with Server(elsewhere.handle, port=0) as server, peer(server.port) as q:
        for number in range(10):
            await q.send(number)
        for number in range(10):
            await elsewhere.have(number + 1)
            elsewhere.tickets[number].finish()
            assert await q.receive() == number


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


async def test_a_client_that_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody wants its results any more; those that come all the same do no harm."""
    monkeypatch.setattr(work_module, "monotonic", lambda: 0.0)
    elsewhere = Elsewhere()
    async with Server(elsewhere.handle, port=0) as server:
        async with peer(server.port) as q:
            for number in range(4):
                await q.send(number)
            await elsewhere.have(1)
            elsewhere.tickets[0].finish()
            await elsewhere.have(3)
        while server.clients:
            await anyio.lowlevel.checkpoint()
        assert [ticket.interrupted for ticket in elsewhere.tickets] == [False, True, True]
        elsewhere.tickets[1].finish()
        async with peer(server.port) as other:
            await other.send(7)
            await elsewhere.have(4)
            elsewhere.tickets[3].finish()
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
