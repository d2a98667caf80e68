"""Several subscriptions of one connection, against a plant that deletes the old one first, as kdb+tick does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scenarios.support import connected

import anyq
from anyq import codec
from anyq.client import Update
from anyq.client._topics import SUBSCRIBE, Topics, Wanted
from anyq.protocol import AsyncMessage, EndOfFile, SyncRequest
from anyq.testing import ScriptedPeer
from anyq.values import Atom, Value

TABLES = ("trade", "quote")
SYMBOLS = ("a", "b", "c")


def rows(*syms: str) -> anyq.Table:
    return anyq.table({"sym": anyq.symbols(syms), "price": anyq.vector("f", [1.0] * len(syms))})


class Plant:
    """What ``.u.sub`` and ``.u.del`` of kdb+tick's u.q do for one handle. ``None`` is all symbols."""

    def __init__(self) -> None:
        self.wants: dict[str, set[str] | None] = {}

    def take(self, query: str, arguments: tuple[Value, ...]) -> None:
        first = arguments[0].py()
        if query == SUBSCRIBE:
            chosen = arguments[1]
            wanted = None if isinstance(chosen, Atom) else set(chosen.py())
            for table in (first,) if first else TABLES:
                self.wants[table] = wanted
        elif "except" in query:
            self.wants = {table: wanted for table, wanted in self.wants.items() if table in first}
        else:
            for table in (first,) if first else TABLES:
                self.wants.pop(table, None)


wishes = st.tuples(
    st.sampled_from(["", *TABLES]), st.none() | st.lists(st.sampled_from(SYMBOLS), min_size=1, unique=True).map(tuple)
)


@given(st.lists(wishes | st.integers(0, 9), max_size=12))
def test_the_plant_is_asked_for_the_union_whoever_comes_and_goes(steps: list[Any]) -> None:
    plant, topics, open_ones = Plant(), Topics(), list[Wanted]()
    for step in steps:
        if isinstance(step, tuple):
            wanted = Wanted(*step)
            topics.add(wanted)
            open_ones.append(wanted)
            asks = topics.asks(wanted.table)
        elif open_ones:
            asks = topics.remove(open_ones.pop(step % len(open_ones)))
        else:
            continue
        for ask in asks:
            plant.take(ask.query, ask.arguments)
        for table in TABLES:
            some = [wanted.symbols for wanted in open_ones if wanted.covers(table)]
            union = None if None in some else {name for names in some for name in names or ()}
            assert plant.wants.get(table, "nothing") == (union if some else "nothing")
        for wanted in open_ones:
            alone = all(other is wanted or not set(covered(other)) & set(covered(wanted)) for other in open_ones)
            assert wanted.shared or alone


def covered(wanted: Wanted) -> Iterator[str]:
    return (table for table in TABLES if wanted.covers(table))


class Serving(Plant):
    """The same, at the end of a connection."""

    async def __call__(self, peer: ScriptedPeer) -> None:
        self.peer = peer
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest | AsyncMessage)
            value = codec.decode(event.body)
            assert isinstance(value, anyq.List)
            self.take(value.items[0].py().decode(), value.items[1:])
            if isinstance(event, SyncRequest):
                await peer.reply([anyq.symbol("trade"), rows()])

    async def publish(self, *syms: str) -> None:
        wanted = self.wants.get("trade", set())
        sent = [name for name in syms if wanted is None or name in wanted]
        if sent:
            await self.peer.post([anyq.symbol("upd"), anyq.symbol("trade"), rows(*sent)])


@pytest.mark.anyio
async def test_each_gets_its_own_rows_and_closing_one_leaves_the_others_whole() -> None:
    plant = Serving()
    async with connected(plant) as (q, _), q.subscribe("trade", "a") as first:
        async with q.subscribe("trade", ["b", "c"]) as second:
            await plant.publish("a", "b", "a", "c")
            assert await anext(first) == Update("trade", rows("a", "a"))
            assert await anext(second) == Update("trade", rows("b", "c"))
            async with q.subscribe("trade") as third:
                await plant.publish("d")
                await plant.publish("b")
                assert await anext(third) == Update("trade", rows("d"))
                assert await anext(second) == Update("trade", rows("b"))
        await q.flush()
        await anyio.wait_all_tasks_blocked()
        assert plant.wants == {"trade": {"a"}}
        await plant.publish("b", "a")
        assert await anext(first) == Update("trade", rows("a"))


@pytest.mark.anyio
async def test_one_that_was_not_entered_says_so() -> None:
    async with connected(Serving()) as (q, _):
        with anyio.fail_after(5):
            with pytest.raises(anyq.MisuseError, match="async with"):
                await anext(q.subscribe("trade"))
            with pytest.raises(anyq.MisuseError, match="async with"), q.subscribe("trade"):
                pytest.fail("entered")
