"""A server belongs to one event loop, and to no task of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

import anyq
from anyq.server import Answer, Client, Handler, Publisher, Server

from .peer import peer

pytestmark = pytest.mark.anyio


def echo(message: anyq.Value) -> anyq.Value:
    return message


async def _of(result: Any) -> Any:
    return await result if hasattr(type(result), "__await__") else result


USES: dict[str, Callable[[Server, Client, Publisher], Any]] = {
    "stop": lambda server, client, publisher: server.stop(),
    "serve_forever": lambda server, client, publisher: server.serve_forever(),
    "start_soon": lambda server, client, publisher: server.start_soon(anyio.sleep_forever),
    "broadcast": lambda server, client, publisher: server.broadcast([client], "f", 1),
    "leave": lambda server, client, publisher: server.__aexit__(None, None, None),
    "post": lambda server, client, publisher: client.post("f", 1),
    "ask": lambda server, client, publisher: client("f", 1),
    "defer": lambda server, client, publisher: client.defer(),
    "reply": lambda server, client, publisher: Answer(client).reply(1),
    "fail": lambda server, client, publisher: Answer(client).fail("no"),
    "close": lambda server, client, publisher: client.close(),
    "subscribe": lambda server, client, publisher: publisher.subscribe(client, "t"),
    "drop": lambda server, client, publisher: publisher.drop(client),
    "publish": lambda server, client, publisher: publisher.publish("t", anyq.table({"a": [1]})),
}


def in_another_loop(backend: str) -> Callable[[Callable[[], Any]], BaseException | None]:
    async def main(use: Callable[[], Any]) -> None:
        await _of(use())

    def run(use: Callable[[], Any]) -> BaseException | None:
        try:
            anyio.run(main, use, backend=backend)
        except BaseException as error:
            return error
        return None

    return run


def in_a_worker_of_another_loop(use: Callable[[], Any]) -> BaseException | None:
    async def main() -> None:
        await anyio.to_thread.run_sync(use)

    return in_another_loop("trio")(main)


def in_a_plain_thread(use: Callable[[], Any]) -> BaseException | None:
    try:
        result = use()
        if isinstance(result, Awaitable):
            with pytest.raises(StopIteration):
                result.__await__().send(None)
    except BaseException as error:
        return error
    return None


PLACES = {
    "another asyncio loop": in_another_loop("asyncio"),
    "another Trio loop": in_another_loop("trio"),
    "a worker of another loop": in_a_worker_of_another_loop,
    "a plain thread": in_a_plain_thread,
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("place", PLACES)
async def test_use_elsewhere_is_refused_and_costs_nothing(use: str, place: str) -> None:
    publisher = Publisher({"t": anyq.table({"a": [0]})})
    if place == "a worker of another loop" and use in ("stop", "serve_forever", "leave", "ask"):
        return  # coroutine functions, which are awaited in no thread
    async with Server(echo, port=0) as server, peer(server.port) as q:
        await q.ask(1)
        (client,) = server.clients.values()
        publisher.subscribe(client, "t")
        errors: list[BaseException | None] = []

        def elsewhere() -> None:
            errors.append(PLACES[place](lambda: USES[use](server, client, publisher)))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        with anyio.fail_after(20):
            while thread.is_alive():
                await anyio.sleep(0.001)
        (error,) = errors
        assert isinstance(error, anyq.MisuseError), error
        assert "anyq.start_portal()" in str(error)
        assert await q.ask(2) == 2


async def test_a_worker_thread_of_its_own_loop_may_use_a_client() -> None:
    def handler(message: anyq.Value, client: Client) -> None:
        client.post("f", 1)
        client.defer().reply(2)

    async with Server(Handler(handler, in_thread=True), port=0) as server, peer(server.port) as q:
        await q.send(0)
        assert await q.receive() == anyq.as_q([anyq.chars("f"), 1])
        assert await q.receive() == 2


@pytest.mark.parametrize("make", [lambda: Server(echo, port=0), lambda: anyq.serve(port=0)], ids=["plain", "embedded"])
def test_asyncio_enters_and_leaves_in_different_tasks(make: Callable[[], Any]) -> None:
    async def main() -> None:
        server = make()
        await asyncio.create_task(server.__aenter__())
        async with anyq.connect("localhost", server.port) as q:
            assert await q("1", timeout=20) is not None
        await asyncio.create_task(server.__aexit__(None, None, None))
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


@pytest.mark.parametrize("anyio_backend", ["trio"])
@pytest.mark.parametrize("make", [lambda: Server(echo, port=0), lambda: anyq.serve(port=0)], ids=["plain", "embedded"])
async def test_trio_says_that_the_task_is_another(anyio_backend: str, make: Callable[[], Any]) -> None:
    async def leave(server: Any) -> None:
        with pytest.raises(anyq.MisuseError, match="task that entered"):
            await server.__aexit__(None, None, None)

    async with make() as server, peer(server.port) as q:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(leave, server)
        assert await q.ask("2") is not None
