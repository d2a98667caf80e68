"""What every face does with misuse: hints, pickling, names that are never asked, other loops, other tasks."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import warnings
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import pytest
from tests.scenarios.support import connected, listening, text_of

import anyq
from anyq import codec
from anyq.protocol import AsyncMessage, EndOfFile, Response, SyncRequest
from anyq.testing import ScriptedPeer

PROBES = ["cursor", "execute", "commit", "_repr_html_", "_ipython_display_", "__array__", "__dataframe__"]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with anyq.sync.serve(port=0) as server:
        yield server.port


def faces(port: int) -> Iterator[Any]:
    """One of each, blocking and not, those of event loops unopened."""
    with (
        anyq.start_portal() as portal,
        anyq.sync.connect("localhost", port) as q,
        anyq.sync.Pool("localhost", port) as pool,
        anyq.sync.open_embedded() as embedded,
    ):
        yield from (q, pool, embedded, portal.connect("localhost", port), portal.pool("localhost", port))
        yield from (anyq.connect("localhost", port), anyq.Pool("localhost", port), anyq.open_embedded())


def test_pickling_and_copying_say_to_send_the_address(port: int) -> None:
    for face in faces(port):
        for act in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="cannot be pickled or copied: send its address"):
                act(face)


def test_names_that_libraries_probe_for_are_never_asked(port: int) -> None:
    for face in faces(port):
        for name in PROBES:
            assert not hasattr(face, name), (face, name)


def test_no_ctx_is_honoured_by_each(port: int) -> None:
    with (
        anyq.start_portal() as portal,
        anyq.sync.connect("localhost", port, no_ctx=True) as q,
        anyq.sync.Pool("localhost", port, no_ctx=True) as pool,
    ):
        shared = [portal.connect("localhost", port, no_ctx=True), portal.pool("localhost", port, no_ctx=True)]
        others = [anyq.connect("localhost", port, no_ctx=True), anyq.Pool("localhost", port, no_ctx=True)]
        unnamed: list[Any] = [q, pool, *shared, *others]
        for face in unnamed:
            with pytest.raises(AttributeError, match="til"):
                _ = face.til


def test_the_wrong_with_and_await_say_what_to_write(port: int) -> None:
    for face in (anyq.connect("localhost", port), anyq.Pool("localhost", port), anyq.open_embedded()):
        with pytest.raises(anyq.MisuseError, match=r"async with.*anyq\.sync"), face:
            pytest.fail("entered")

        async def wait(face: Any = face) -> None:
            await face

        with pytest.raises(anyq.MisuseError, match="async with"):
            anyio.run(wait)


def test_what_was_not_awaited_is_named(port: int) -> None:
    async def main() -> None:
        async with (
            anyq.connect("localhost", port) as q,
            anyq.Pool("localhost", port) as pool,
            anyq.open_embedded() as local,
        ):
            for face in (q, pool, local):
                for forgotten in (face, face.execute_file, face.post, face.get):
                    call = "q" if forgotten is face else f"q.{getattr(forgotten, '__name__', '')}"
                    with pytest.warns(RuntimeWarning, match=rf"nothing was done: write 'await {call}\("):
                        forget(forgotten)
            for only in (q.deferred, q.flush, pool.map):
                with pytest.warns(RuntimeWarning, match="nothing was done"):
                    forget(only)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        anyio.run(main)


def forget(method: Callable[..., Any]) -> None:
    flags = getattr(method, "__name__", "")
    method(*{"flush": (), "map": ("x", [])}.get(flags, ("x.q",)))
    gc.collect()


async def guarded(peer: ScriptedPeer) -> None:
    """Answers calls of ``getTrades``; all else is ``access``."""
    while not isinstance(event := await peer.next_event(), EndOfFile):
        assert isinstance(event, SyncRequest | AsyncMessage)
        value = codec.decode(event.body).py()
        if isinstance(value, list) and value[0] in (b"getTrades", b".api.getTrades"):
            await peer.send_raw(peer.protocol.send(Response(codec.encode(anyq.long(7)))))
        else:
            await peer.reply_error("access")


@pytest.mark.anyio
async def test_access_as_the_answer_of_the_probe_means_unknown() -> None:
    async with connected(guarded) as (q, _):
        assert await q.getTrades("a") == 7
        assert await q.api.getTrades("a") == 7
        with pytest.raises(anyq.QError, match="access"):
            await q.other("a")


# One event loop

USES: dict[str, Callable[[Any], Any]] = {
    "call": lambda w: w.q("1"),
    "post": lambda w: w.q.post("1"),
    "submit": lambda w: w.q.submit("1"),
    "flush": lambda w: w.q.flush(),
    "drained": lambda w: w.q.drained(),
    "own": lambda w: w.q("1", reuse=False),
    "deferred": lambda w: w.q.deferred("1"),
    "messages": lambda w: w.q.messages(),
    "feed": lambda w: anext(w.feed),
    "close feed": lambda w: w.feed.close(),
    "handle": lambda w: w.handle,
    "cancel handle": lambda w: w.handle.cancel(),
    "subscribe": lambda w: w.q.subscribe("t").__aenter__(),
    "close": lambda w: w.q.aclose(),
    "pool call": lambda w: w.pool("1"),
    "pool post": lambda w: w.pool.post("1"),
    "pool submit": lambda w: w.pool.submit("1"),
    "pool map": lambda w: w.pool.map("f", [1]),
    "pool connection": lambda w: w.pool.connection().__aenter__(),
    "pool close": lambda w: w.pool.aclose(),
}


class World:
    q: anyq.Connection
    pool: anyq.Pool
    feed: Any
    handle: Any


async def slow(stream: Any) -> None:
    """Answers ``slow`` never."""
    peer = ScriptedPeer(stream)
    await peer.accept()
    while not isinstance(event := await peer.next_event(), EndOfFile):
        if isinstance(event, SyncRequest) and text_of(event) != "slow":
            await peer.send_raw(peer.protocol.send(Response(event.body)))


@pytest.mark.anyio
@pytest.mark.parametrize("other", ["asyncio", "trio"])
async def test_use_from_another_event_loop_is_misuse_and_costs_the_owner_nothing(other: str) -> None:
    async with (
        listening(slow) as port,
        anyq.connect("localhost", port) as q,
        anyq.connect("localhost", port) as waits,
        anyq.Pool("localhost", port) as pool,
    ):
        world = World()
        world.q, world.pool, world.feed, world.handle = q, pool, q.messages(), waits.submit("slow")

        async def use(act: Callable[[Any], Any]) -> None:
            with anyio.fail_after(20):
                done = act(world)
                if isinstance(done, Awaitable):
                    await done

        for name, act in USES.items():
            with pytest.raises(anyq.MisuseError, match=r"start_portal") as caught:
                await anyio.to_thread.run_sync(partial(anyio.run, use, act, backend=other))
            assert "another loop or thread" in str(caught.value), name
            with pytest.raises(anyq.MisuseError, match="start_portal"):
                await anyio.to_thread.run_sync(drive, act, world)
        assert (await q("1")).py() == b"1"
        assert (await pool("1")).py() == b"1"
        assert not world.handle.done()
        world.handle.cancel()


def drive(act: Callable[[Any], Any], world: World) -> None:
    """Use it in a thread without an event loop."""
    done = act(world)
    if isinstance(done, Awaitable):
        done.__await__().send(None)


# Other tasks


async def in_a_task(step: Callable[[], Awaitable[Any]]) -> Any:
    return await asyncio.create_task(step())  # type: ignore[arg-type]


def test_on_asyncio_entering_and_leaving_may_be_in_different_tasks(port: int) -> None:
    async def main() -> None:
        for made in (anyq.connect("localhost", port), anyq.Pool("localhost", port)):
            q: Any = await in_a_task(made.__aenter__)
            assert await q("1+1") == 2
            assert await in_a_task(partial(q, "1+2")) == 3
            await in_a_task(partial(made.__aexit__, None, None, None))
            with pytest.raises(anyq.ClosedError):
                await q("1")
        q = await in_a_task(anyq.connect("localhost", port).__aenter__)
        await in_a_task(q.aclose)
        assert q.state == "closed"
        await anyio.wait_all_tasks_blocked()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_on_trio_leaving_in_another_task_says_so(port: int) -> None:
    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            for made in (anyq.connect("localhost", port), anyq.Pool("localhost", port)):
                async with made:

                    async def leave(made: Any = made) -> None:
                        with pytest.raises(anyq.MisuseError, match="Trio"):
                            await made.__aexit__(None, None, None)

                    tasks.start_soon(leave)
                    await anyio.wait_all_tasks_blocked()

    anyio.run(main, backend="trio")
