"""What tells a server's sessions of input: every way, on every event loop that has it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import anyio
import pytest

import anyq
from anyq.server import Client, Server, _readiness
from anyq.server._readiness import Lookout, TaskLookout, lookout_here
from anyq.server._session import Session

from .peer import peer

pytestmark = pytest.mark.anyio


def of_asyncio() -> Lookout:
    import asyncio

    return _readiness.LoopLookout(asyncio.get_running_loop())


@pytest.fixture(params=[lookout_here, TaskLookout, of_asyncio], ids=["best", "tasks", "asyncio's own"])
def ways(request: pytest.FixtureRequest, anyio_backend_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make: Callable[[], Lookout] = request.param
    if make is of_asyncio and anyio_backend_name != "asyncio":
        pytest.skip("asyncio's own")
    monkeypatch.setattr("anyq.server._server.lookout_here", make)


async def test_each_way_answers_and_notices_the_end(ways: None) -> None:
    gone = anyio.Event()

    def handler(message: object, client: Client) -> object:
        if client.user == "posts":
            client.post("note", message)
        return message

    async with Server(handler, port=0, on_close=lambda client: gone.set()) as server:
        async with peer(server.port) as plain:
            for number in range(5):
                assert await plain.ask(number) == number
            await plain.send(list(range(2000)))
            assert await plain.receive() == anyq.as_q(list(range(2000)))
        with anyio.fail_after(5):
            await gone.wait()


async def test_requests_that_come_together_are_answered_in_order(ways: None) -> None:
    async with Server(lambda message: message, port=0) as server, peer(server.port) as one:
        for number in range(200):
            await one.send(number)
        assert [int(await one.receive()) for _ in range(200)] == list(range(200))


async def test_one_who_floods_leaves_turns_to_the_others(ways: None) -> None:
    flooding = True

    async def flood(port: int) -> None:
        async with peer(port) as one:
            while flooding:
                for _ in range(100):
                    await one.send(1)
                for _ in range(100):
                    await one.receive()

    async with (
        Server(lambda message: message, port=0) as server,
        anyio.create_task_group() as tasks,
        peer(server.port) as other,
    ):
        for _ in range(3):
            tasks.start_soon(flood, server.port)
        with anyio.fail_after(20):
            for number in range(50):
                assert await other.ask(number) == number
        flooding = False


async def test_a_turn_may_end_those_that_follow(ways: None) -> None:
    running: list[Server] = []

    def close_others(message: object, client: Client) -> int:
        for other in list(running[0].clients.values()):
            if other is not client:
                other.close()
        return 1

    async with Server(close_others, port=0) as server:
        running.append(server)
        async with peer(server.port) as first, peer(server.port) as second:
            answered = 0
            for one in (first, second):
                with contextlib.suppress(anyio.BrokenResourceError):
                    await one.send(1)
            for one in (first, second):
                with contextlib.suppress(EOFError):
                    answered += await one.receive() == 1
            assert answered == 1
            assert len(server.clients) == 1


async def test_a_session_that_fails_is_alone(ways: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(session: Session, result: object, sync: bool) -> None:
        raise RuntimeError("a bug")

    async with Server(lambda message: list(range(2000)), port=0) as server, peer(server.port) as good:
        async with peer(server.port) as bad:
            with monkeypatch.context() as patch:
                patch.setattr(Session, "_handled", fails)
                await bad.send(1)
                assert await bad.at_end()
        assert len(server.clients) == 1
        assert await good.ask(1) == anyq.as_q(list(range(2000)))
