"""Servers and ticker plants without sockets, on both event loops and in virtual time."""

from __future__ import annotations

import logging
from typing import Any

import anyio
import pytest
import trio
import trio.testing

import anyq
from anyq.client import EndOfDay, Gap, Update
from anyq.server import Client, Handler, Limits, Server
from anyq.testing import TickerPlant, VirtualServer

pytestmark = pytest.mark.anyio
SCHEMA = anyq.table({"sym": anyq.symbols([]), "size": anyq.longs([])})


def echo(message: anyq.Value) -> anyq.Value:
    return message


async def test_the_embedded_q_answers_and_nothing_listens() -> None:
    async with VirtualServer(anyq.serve(listen=False)) as made, made.connect(username="ann") as q:
        assert await q("{x+y}", 40, 2) == 42
        with pytest.raises(anyq.QError, match="type"):
            await q("1+`a")
        assert made.server.addresses == []
        assert made.server.port == 0
        assert made.server.ready
        assert [client.user for client in made.server.clients.values()] == ["ann"]
    assert not made.server.ready


@pytest.mark.parametrize("in_thread", [False, True])
async def test_python_handlers(in_thread: bool) -> None:
    async with VirtualServer(Server(Handler(echo, in_thread=in_thread), listen=False)) as made, made.connect() as q:
        for number in range(20):
            assert await q(anyq.long(number)) == number
        assert len(await q(anyq.vector("j", range(100_000)))) == 100_000
        assert made.server.stats.sync_messages == 21


async def test_bytes_that_trickle_and_stall() -> None:
    async with VirtualServer(Server(echo, listen=False)) as made, made.connect() as q:
        (stream,) = made.network.connections
        stream.incoming.chunk = stream.outgoing.chunk = 1
        assert await q(anyq.vector("j", range(20))) == anyq.vector("j", range(20))
        stream.incoming.stalled = True
        with anyio.move_on_after(0.01):
            await q(anyq.long(1))
        stream.incoming.stalled = False
        assert await q(anyq.long(2)) == 2


async def test_a_server_that_breaks_and_comes_back() -> None:
    async with VirtualServer(Server(echo, listen=False)) as made, made.connect(reconnection_attempts=5) as q:
        made.network.cut_all()
        assert await q(anyq.long(1)) == 1
        assert q.statistics().reconnects == 1


async def test_logins_and_limits(caplog: pytest.LogCaptureFixture) -> None:
    def check(user: str, password: str | None) -> bool:
        return password == "secret"

    server = Server(echo, authenticate=check, limits=Limits(connections=1), listen=False)
    async with VirtualServer(server) as made:
        with pytest.raises(anyq.AuthenticationError), caplog.at_level(logging.CRITICAL):
            async with made.connect(username="ann", password="wrong"):
                pass
        async with made.connect(username="ann", password="secret") as q:
            assert await q(anyq.long(1)) == 1
            with pytest.raises(anyq.ConnectError):
                async with made.connect(username="ann", password="secret"):
                    pass
            assert made.server.stats.over_limit == 1


async def test_leaving_the_block_ends_clients_and_handlers() -> None:
    ended: list[str] = []

    async def slow(message: anyq.Value) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("handler")

    async with VirtualServer(Server(slow, listen=False)) as made:
        q = made.connect()
        async with anyio.create_task_group() as tasks:
            await q.open(tasks)
            pending = q.submit(anyq.long(1))
            await anyio.wait_all_tasks_blocked()
            await made.server.stop(0)
            with pytest.raises(anyq.ConnectionLost):
                await pending
            await q.aclose()
    assert ended == ["handler"]


async def test_cancelling_leaves_nothing() -> None:
    with anyio.CancelScope() as scope:
        async with VirtualServer(Server(echo, listen=False)) as made, made.connect() as q:
            assert await q(anyq.long(1)) == 1
            scope.cancel()
            await q(anyq.long(2))
    assert scope.cancelled_caught
    assert not made.server.clients


async def test_a_handler_knows_its_client() -> None:
    async def ask_back(message: anyq.Value, client: Client) -> anyq.Value:
        return await client(anyq.symbol("question"))

    def answer(value: anyq.Value) -> anyq.Value:
        return anyq.as_q([value, 42])

    async with VirtualServer(Server(ask_back, listen=False)) as made, made.connect(on_request=answer) as q:
        assert await q(anyq.long(1)) == anyq.as_q([anyq.symbol("question"), 42])


def test_an_hour_takes_no_time() -> None:
    async def slow(message: anyq.Value) -> int:
        await trio.sleep(3000)
        return 42

    async def main() -> float:
        async with VirtualServer(Server(slow, listen=False)) as made, made.connect(timeout=3600) as q:
            assert await q(anyq.long(1)) == 42
            with pytest.raises(anyq.CallTimeout):
                await q(anyq.long(1), timeout=2000)
            return trio.current_time()

    assert trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0)) >= 5000


# The ticker plant


def sizes(item: object) -> list[Any]:
    assert isinstance(item, Update)
    assert isinstance(item.data, anyq.Table)
    found: list[Any] = item.data["size"].py()
    return found


async def test_a_day_of_a_ticker_plant() -> None:
    async with TickerPlant.open({"trade": SCHEMA, "quote": SCHEMA}) as plant:
        plant.publish("trade", {"sym": ["a", "b"], "size": [1, 2]})
        async with (
            plant.connect(reconnection_attempts=0, reconnection_delay=0) as q,
            q.subscribe("trade", ["a"], snapshot=True) as feed,
            q.subscribe(snapshot=True) as all_of_it,
        ):
            assert feed.schemas["trade"] == SCHEMA
            assert feed.snapshot["trade"] == anyq.table({"sym": ["a"], "size": [1]})
            assert set(all_of_it.snapshot) == {"trade", "quote"}
            assert plant.subscribers == 1
            plant.publish("trade", {"sym": ["a", "b", "a"], "size": [3, 4, 5]})
            assert sizes(await anext(feed)) == [3, 5]
            assert sizes(await anext(all_of_it)) == [3, 4, 5]
            plant.end_of_day("2024.01.02")
            assert await anext(feed) == EndOfDay(anyq.date("2024-01-02"))
            plant.stop()
            await anyio.wait_all_tasks_blocked()
            plant.start()
            assert isinstance(await anext(feed), Gap)
            plant.publish("trade", {"sym": ["a"], "size": [6]})
            assert sizes(await anext(feed)) == [6]
        with pytest.raises(KeyError):
            plant.publish("nothing", SCHEMA)
        async with plant.connect() as q:
            with pytest.raises(anyq.QError, match="nothing"):
                await q.subscribe("nothing").__aenter__()
            with pytest.raises(anyq.QError, match="access"):
                await q("1+1")


async def test_what_is_taken_back() -> None:
    async with (
        TickerPlant.open({"trade": SCHEMA, "quote": SCHEMA}) as plant,
        plant.connect() as q,
        q.subscribe("quote") as kept,
    ):
        async with q.subscribe():
            await q.flush()
        async with q.subscribe("trade"):
            assert len(plant.publisher.subscriptions()) == 2
        with pytest.raises(anyq.QError):
            await q("the messages before this one were handled")
        assert [s.table for s in plant.publisher.subscriptions()] == ["quote"]
        plant.publish("quote", {"sym": ["a"], "size": [1]})
        assert sizes(await anext(kept)) == [1]
