"""Async context managers that a portal holds open for threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from tests.portal.work import Boom, add, explode

from anyq.portal import Portal, start_portal


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(3), asyncio.CancelledError()])
def test_what_stops_a_program_in_a_wrapped_block_does_not_stop_the_loop(owner: Portal, stop: BaseException) -> None:
    seen: list[BaseException] = []

    @asynccontextmanager
    async def manager() -> AsyncIterator[int]:
        try:
            yield 1
        except BaseException as error:
            seen.append(error)
            raise

    with pytest.raises(type(stop)) as raised, owner.wrap(manager()):
        raise stop
    assert raised.value is stop
    assert seen == [stop]
    assert owner.call(add, 1) == 1

    @asynccontextmanager
    async def leaving() -> AsyncIterator[int]:
        yield 1
        raise SystemExit(4)

    with pytest.raises(SystemExit, match="4"), owner.wrap(leaving()):
        pass
    assert owner.call(add, 1) == 1


def test_wrap_enters_and_leaves_in_the_loop(portal: Portal) -> None:
    events: list[str] = []

    @asynccontextmanager
    async def manager() -> AsyncIterator[int]:
        events.append("in")
        async with anyio.create_task_group():
            try:
                yield 5
            except Boom:
                events.append("boom")
        events.append("out")

    with portal.wrap(manager()) as value:
        assert value == 5
        assert events == ["in"]
    assert events == ["in", "out"]
    with portal.wrap(manager()):
        explode()
    assert events[2:] == ["in", "boom", "out"]


def test_wrap_passes_errors_on(portal: Portal) -> None:
    @asynccontextmanager
    async def manager(fails: str = "") -> AsyncIterator[None]:
        if fails == "in":
            explode()
        yield
        if fails == "out":
            explode()

    with pytest.raises(KeyError), portal.wrap(manager()):
        raise KeyError
    for where in ("in", "out"):
        with pytest.raises(Boom), portal.wrap(manager(where)):
            pass


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_end_closes_what_is_open_last_first(backend: str) -> None:
    events: list[str] = []

    @asynccontextmanager
    async def manager(name: str) -> AsyncIterator[str]:
        try:
            yield name
        finally:
            events.append(name)

    with start_portal(backend) as portal:  # type: ignore[arg-type]
        first, second = portal.wrap(manager("first")), portal.wrap(manager("second"))
        assert first.__enter__() == "first"
        assert second.__enter__() == "second"
    assert events == ["second", "first"]
    first.__exit__(None, None, None)
