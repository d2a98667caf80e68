"""Subscribers, filters, and what happens to those that lag."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import anyq
from anyq.server import Client, Limits, Publisher, Server

from .peer import Peer, peer

pytestmark = pytest.mark.anyio

SCHEMA = anyq.table({"sym": anyq.symbols([]), "price": anyq.vector("float")})


def rows(symbols: list[str], start: float = 0.0) -> anyq.Table:
    return anyq.table({"sym": symbols, "price": [start + n for n in range(len(symbols))]})


@asynccontextmanager
async def serving(publisher: Publisher, **options: Any) -> AsyncIterator[Server]:
    async with Server(publisher.on_sync, port=0, on_close=publisher.on_close, **options) as server:
        yield server


async def subscribe(q: Peer, table: str = "trade", symbols: Any = "") -> anyq.Value:
    return await q.ask([b".u.sub", table, symbols])


async def test_subscribers_get_the_rows_they_want() -> None:
    publisher = Publisher({"trade": SCHEMA})
    async with serving(publisher) as server, peer(server.port) as everything, peer(server.port) as some:
        assert await subscribe(everything) == anyq.as_q(["trade", SCHEMA])
        await subscribe(some, symbols=["b", "c"])
        assert publisher.publish("trade", rows(["a", "b", "a", "c"])) == 2
        assert publisher.publish("trade", rows(["a"])) == 1
        assert await everything.receive() == anyq.as_q(["upd", "trade", rows(["a", "b", "a", "c"])])
        assert await everything.receive() == anyq.as_q(["upd", "trade", rows(["a"])])
        expected = anyq.table({"sym": ["b", "c"], "price": [1.0, 3.0]})
        assert await some.receive() == anyq.as_q(["upd", "trade", expected])
        assert [s.sent for s in publisher.subscriptions()] == [2, 1]


async def test_no_symbols_are_no_rows_and_the_null_among_others_is_itself() -> None:
    """As kdb+tick's ``.u.sel`` has it: only the null symbol by itself is everything."""
    publisher = Publisher({"trade": SCHEMA}, snapshot=lambda _: rows(["a"]))
    async with serving(publisher) as server, peer(server.port) as nothing, peer(server.port) as some:
        assert await subscribe(nothing, symbols=anyq.symbols([])) == anyq.as_q(["trade", rows(["a"])[:0]])
        await subscribe(some, symbols=["", "b"])
        assert publisher.publish("trade", rows(["a"])) == 0
        assert publisher.publish("trade", rows(["", "a"])) == 1
        assert await some.receive() == anyq.as_q(["upd", "trade", rows([""])])


async def test_all_tables_at_once_and_tables_that_are_not() -> None:
    publisher = Publisher({"trade": SCHEMA, "quote": SCHEMA})
    async with serving(publisher) as server, peer(server.port) as q:
        assert await subscribe(q, "") == anyq.as_q([["trade", SCHEMA], ["quote", SCHEMA]])
        assert await q.error([b".u.sub", "orders", ""]) == "orders"
        assert await q.error("1+1") == "access"
        assert len(publisher.subscriptions()) == 2


async def test_a_subscription_that_cannot_be_filtered_is_refused() -> None:
    """It would make every `publish` of that table raise, for all subscribers."""
    beats = anyq.table({"n": anyq.vector("long")})
    publisher = Publisher({"beat": beats, "trade": SCHEMA})
    async with serving(publisher) as server, peer(server.port) as q:
        assert await q.error([b".u.sub", "beat", ["a"]]) == "sym"
        assert await q.error([b".u.sub", "", ["a"]]) == "sym"
        for table, symbols in (("beat", b"a"), ("beat", 5), (5, ""), (["beat", "trade"], "")):
            assert await q.error([b".u.sub", table, symbols]) == "type"
        assert publisher.subscriptions() == []
        await subscribe(q, "beat")
        assert publisher.publish("beat", anyq.table({"n": [1]})) == 1
    with pytest.raises(ValueError, match="beat cannot be conflated: no symbol column 'sym'"):
        Publisher({"beat": beats, "trade": SCHEMA}, policy="conflate")
    Publisher({"trade": anyq.table({"sym": [], "price": []})}, policy="conflate")


async def test_a_snapshot_comes_first() -> None:
    publisher = Publisher({"trade": SCHEMA}, snapshot=lambda table: rows(["a", "b"]))
    async with serving(publisher) as server, peer(server.port) as q:
        assert await subscribe(q, symbols="b") == anyq.as_q(["trade", anyq.table({"sym": ["b"], "price": [1.0]})])


async def test_who_leaves_is_forgotten() -> None:
    publisher = Publisher({"trade": SCHEMA})
    async with serving(publisher) as server:
        async with peer(server.port) as q:
            await subscribe(q)
        while publisher.subscriptions():
            await anyio.lowlevel.checkpoint()
        assert publisher.publish("trade", rows(["a"])) == 0


async def clog(publisher: Publisher, client: Client) -> int:
    """Publish until the network takes no more from one who does not read; how many messages that took."""
    big = rows(["a", "b"] * 5000)
    for count in range(1, 10_000):
        publisher.publish("trade", big)
        await anyio.lowlevel.checkpoint()
        if client.queued_bytes:
            return count
    raise AssertionError("the network takes everything")


async def test_the_oldest_are_dropped() -> None:
    publisher = Publisher({"trade": SCHEMA}, policy="drop-oldest", max_waiting=5)
    async with serving(publisher) as server, peer(server.port) as q:
        await subscribe(q)
        (client,) = server.clients.values()
        before = await clog(publisher, client)
        for number in range(20):
            publisher.publish("trade", rows(["a"], float(number)))
        (subscription,) = publisher.subscriptions()
        assert subscription.dropped == 15
        for _ in range(before):
            await q.receive()
        left = [float((await q.receive())[2]["price"][0]) for _ in range(5)]
        assert left == [15.0, 16.0, 17.0, 18.0, 19.0]


async def test_the_last_of_each_key_is_kept() -> None:
    publisher = Publisher({"trade": SCHEMA}, policy="conflate")
    async with serving(publisher) as server, peer(server.port) as q:
        await subscribe(q)
        (client,) = server.clients.values()
        before = await clog(publisher, client)
        for number in range(20):
            publisher.publish("trade", rows(["a", "b"], float(number)))
        for _ in range(before):
            await q.receive()
        assert await q.receive() == anyq.as_q(["upd", "trade", rows(["a", "b"], 19.0)])
        (subscription,) = publisher.subscriptions()
        assert subscription.conflated == 19


async def test_who_lags_is_disconnected_and_nobody_else() -> None:
    publisher = Publisher({"trade": SCHEMA}, policy="disconnect", max_waiting=3)
    async with serving(publisher, limits=Limits(queued_bytes=1 << 30)) as server, peer(server.port) as lazy:
        await subscribe(lazy)
        (client,) = server.clients.values()
        await clog(publisher, client)
        async with peer(server.port) as quick:
            await subscribe(quick)
            for number in range(10):
                publisher.publish("trade", rows(["a"], float(number)))
                assert await quick.receive() == anyq.as_q(["upd", "trade", rows(["a"], float(number))])
            assert client.closed
            assert len(publisher.subscriptions()) <= 2


async def test_what_cannot_be_published() -> None:
    publisher = Publisher({"trade": SCHEMA})
    with pytest.raises(KeyError):
        publisher.publish("quote", rows(["a"]))
    with pytest.raises(TypeError, match="table"):
        publisher.publish("trade", 1)
    with pytest.raises(ValueError, match="policy"):
        Publisher({}, policy="hope")  # type: ignore[arg-type]
