"""Handlers, errors, login, messages both ways, and the end of a server."""

from __future__ import annotations

import logging
import threading
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

import anyq
from anyq.server import AnswerState, Client, Handler, Limits, Server
from anyq.server._session import Session

from .peer import peer

pytestmark = pytest.mark.anyio


def echo(message: anyq.Value) -> anyq.Value:
    return message


async def slow_echo(message: anyq.Value) -> anyq.Value:
    await anyio.lowlevel.checkpoint()
    return message


def thread_echo(message: anyq.Value) -> anyq.Value:
    assert threading.current_thread() is not threading.main_thread()
    return message


@pytest.mark.parametrize(
    "handler", [echo, slow_echo, Handler(thread_echo, in_thread=True), Handler(echo, concurrency=1)]
)
async def test_each_kind_of_handler_answers_in_order(handler: Any) -> None:
    async with Server(handler, port=0) as server, peer(server.port) as q:
        for number in range(3):
            assert await q.ask(number) == number
        for number in range(20):
            await q.send(number)
        assert [int(await q.receive()) for _ in range(20)] == list(range(20))
    assert server.stats.sync_messages == 23
    assert not server.clients


async def test_python_results_become_q_values() -> None:
    results = iter([1, "a", None, {"a": 1}, [1.0, 2.0]])
    async with Server(lambda message: next(results), port=0) as server, peer(server.port) as q:
        assert await q.ask(0) == anyq.long(1)
        assert await q.ask(0) == anyq.symbol("a")
        assert await q.ask(0) == anyq.NULL
        assert await q.ask(0) == anyq.as_q({"a": 1})
        assert await q.ask(0) == anyq.vector("float", [1.0, 2.0])


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    ("error", "text"),
    [
        (anyq.QError("length"), "length"),
        (ValueError("no such thing"), "ValueError: no such thing"),
        (KeyError(), "KeyError"),
        (TimeoutError(), "timeout"),
    ],
)
async def test_a_handlers_error_is_a_q_error(error: Exception, text: str, is_async: bool) -> None:
    def handler(message: anyq.Value) -> anyq.Value:
        if message == "bad":
            raise error
        return message

    async def async_handler(message: anyq.Value) -> anyq.Value:
        return handler(message)

    async with Server(async_handler if is_async else handler, port=0) as server, peer(server.port) as q:
        assert await q.error(anyq.symbol("bad")) == text
        assert await q.ask(1) == 1
        assert server.stats.errors == 1


async def test_a_result_that_cannot_be_sent_is_an_error_to_its_client() -> None:
    async with Server(lambda message: object(), port=0) as server, peer(server.port) as q:
        assert await q.error(1) == "type"
        assert await q.error(1) == "type"


async def test_a_cancelled_handler_answers_with_an_error() -> None:
    async def cancels_itself(message: anyq.Value) -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anyio.lowlevel.checkpoint()
        raise anyq.QError("stop")

    async with Server(cancels_itself, port=0) as server, peer(server.port) as q:
        assert await q.error(1) == "stop"


async def test_a_handler_over_its_time_is_an_error() -> None:
    async with Server(Handler(lambda m: anyio.sleep(60), timeout=0.01), port=0) as server, peer(server.port) as q:
        assert await q.error(1) == "timeout"


async def test_errors_of_async_messages_are_logged_only(caplog: pytest.LogCaptureFixture) -> None:
    def fails(message: anyq.Value) -> None:
        raise anyq.QError("upd")

    async with Server(echo, fails, port=0) as server, peer(server.port) as q:
        await q.post(1)
        assert await q.ask(2) == 2
        assert server.stats.async_messages == 1
    assert "an async message failed: upd" in caplog.text


async def test_who_calls() -> None:
    seen: list[Client] = []

    def handler(message: anyq.Value, client: Client) -> int:
        seen.append(client)
        return client.handle

    async with Server(handler, port=0) as server, peer(server.port, "ann", "secret") as q:
        handle = await q.ask(1)
        (client,) = seen
        assert handle == client.handle
        assert server.clients == {client.handle: client}
        assert (client.user, client.capability) == ("ann", 6)
        assert client.address.startswith("127.0.0.1:")
        assert "secret" not in repr(client)


async def test_posts_of_a_handler_arrive_before_its_answer() -> None:
    def handler(message: anyq.Value, client: Client) -> str:
        for number in range(3):
            client.post("upd", number)
        return "done"

    async with Server(handler, port=0) as server, peer(server.port) as q:
        await q.send(1)
        got = [await q.receive() for _ in range(4)]
        assert got[:3] == [anyq.as_q([anyq.chars("upd"), number]) for number in range(3)]
        assert got[3] == "done"


async def test_posting_from_a_worker_thread() -> None:
    def handler(message: anyq.Value, client: Client) -> str:
        client.post(1)
        return "done"

    async with Server(Handler(handler, in_thread=True), port=0) as server, peer(server.port) as q:
        await q.send(1)
        assert await q.receive() == 1
        assert await q.receive() == "done"


async def test_the_server_may_ask_its_client_while_the_client_waits() -> None:
    async def handler(message: anyq.Value, client: Client) -> anyq.Value:
        return await client("what", 1)

    async with Server(handler, port=0) as server, peer(server.port) as q:
        await q.send(0)
        assert await q.receive() == anyq.as_q([anyq.chars("what"), 1])
        await q.answer(42)
        assert await q.receive() == 42


async def test_open_and_close_are_told_once() -> None:
    told: list[str] = []
    closed = anyio.Event()

    def on_open(client: Client) -> None:
        told.append(f"open {client.handle}")
        client.post("welcome")

    async def on_close(client: Client) -> None:
        await anyio.lowlevel.checkpoint()
        told.append(f"close {client.handle}")
        closed.set()

    async with Server(echo, port=0, on_open=on_open, on_close=on_close) as server:
        async with peer(server.port) as q:
            assert await q.receive() == anyq.chars("welcome")
            handle = next(iter(server.clients))
        with anyio.fail_after(5):
            await closed.wait()
    assert told == [f"open {handle}", f"close {handle}"]


async def test_a_client_that_leaves_cancels_its_handler() -> None:
    started, cancelled = anyio.Event(), anyio.Event()
    closes: list[int] = []

    async def handler(message: anyq.Value) -> None:
        started.set()
        try:
            await anyio.sleep(3600)
        finally:
            cancelled.set()

    async with Server(handler, port=0, on_close=lambda client: closes.append(client.handle)) as server:
        async with peer(server.port) as q:
            await q.send(1)
            await started.wait()
        with anyio.fail_after(5):
            await cancelled.wait()
            while server.clients:
                await anyio.lowlevel.checkpoint()
    assert len(closes) == 1


async def test_a_handler_that_is_to_finish_does() -> None:
    started, go_on, finished = anyio.Event(), anyio.Event(), anyio.Event()

    async def handler(message: anyq.Value) -> None:
        started.set()
        await go_on.wait()
        finished.set()

    async with Server(Handler(handler, finish=True), port=0) as server:
        async with peer(server.port) as q:
            await q.send(1)
            await started.wait()
        while server.clients and not any(c.closed for c in server.clients.values()):
            await anyio.lowlevel.checkpoint()
        go_on.set()
        with anyio.fail_after(5):
            await finished.wait()


@pytest.mark.parametrize("slow", [False, True])
async def test_login_check(slow: bool) -> None:
    seen: list[tuple[str, str | None]] = []

    def check(user: str, password: str | None) -> bool:
        seen.append((user, password))
        return password in ("ss:word", None)

    async def slow_check(user: str, password: str | None) -> bool:
        await anyio.sleep(0.01)
        return check(user, password)

    async with Server(echo, port=0, authenticate=slow_check if slow else check) as server:
        async with peer(server.port, "pa", "ss:word") as q:
            assert await q.ask(1) == 1
        async with peer(server.port, "pa") as q:
            assert await q.ask(1) == 1
        async with peer(server.port, login=False) as q:
            assert not await q.login("pa", "wrong")
        assert seen == [("pa", "ss:word"), ("pa", None), ("pa", "wrong")]
        assert server.stats.refused == 1


async def test_a_login_check_that_fails_refuses(caplog: pytest.LogCaptureFixture) -> None:
    def check(user: str, password: str | None) -> bool:
        raise RuntimeError("no database")

    async with Server(echo, port=0, authenticate=check) as server, peer(server.port, login=False) as q:
        assert not await q.login("ann", "pw")
    assert "no database" in caplog.text
    assert "pw" not in caplog.text


async def test_deferred_answers() -> None:
    answers: list[Any] = []

    def handler(message: anyq.Value, client: Client) -> Any:
        if message == 0:
            answers.append(client.defer())
            return "not sent"
        return message

    async with Server(handler, port=0) as server, peer(server.port) as first, peer(server.port) as second:
        await first.send(0)
        assert await second.ask(5) == 5
        await first.send(6)  # its answer waits for the first one
        (answer,) = answers
        assert answer.state is AnswerState.OWED
        answer = answers[0]
        assert answer.reply("later")
        assert await first.receive() == "later"
        assert await first.receive() == 6
        assert answer.state is AnswerState.GIVEN
        assert not answer.reply("twice")
        await first.send(0)
        assert await second.ask(5) == 5
        assert answers[1].fail("sorry")
        with pytest.raises(anyq.QError, match="sorry"):
            await first.receive()


async def test_deferred_answers_to_a_client_that_left() -> None:
    answers: list[Any] = []

    async with Server(lambda message, client: answers.append(client.defer()), port=0) as server:
        async with peer(server.port) as q:
            await q.send(0)
            while not answers:
                await anyio.lowlevel.checkpoint()
        while server.clients:
            await anyio.lowlevel.checkpoint()
        assert answers[0].state is AnswerState.GONE
        assert not answers[0].reply(1)


async def test_defer_without_a_sync_message_is_an_error() -> None:
    async with Server(echo, lambda message, client: client.defer(), port=0) as server, peer(server.port) as q:
        await q.post(1)
        assert await q.ask(2) == 2
        assert server.stats.errors == 1
        with pytest.raises(anyq.QError, match="domain"):
            next(iter(server.clients.values())).defer()


async def test_broadcast_reaches_all() -> None:
    async with Server(echo, port=0) as server, peer(server.port) as one, peer(server.port) as two:
        await one.ask(0)
        await two.ask(0)
        assert server.broadcast(server.clients.values(), "upd", 1) == 2
        assert server.broadcast([99], "upd", 1) == 0
        for q in (one, two):
            assert await q.receive() == anyq.as_q([anyq.chars("upd"), 1])


async def test_stop_lets_requests_finish_within_the_grace_period() -> None:
    go_on = anyio.Event()
    running = 0

    async def handler(message: anyq.Value) -> anyq.Value:
        nonlocal running
        running += 1
        await go_on.wait()
        return message

    async with Server(handler, port=0) as server, anyio.create_task_group() as tasks:
        results: list[Any] = []

        async def ask(number: int) -> None:
            async with peer(server.port) as q:
                results.append(await q.ask(number))
                assert await q.at_end()

        for number in range(50):
            tasks.start_soon(ask, number)
        while running < 50:
            await anyio.lowlevel.checkpoint()
        tasks.start_soon(server.stop)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(OSError, match="connection attempts failed"):
            await anyio.connect_tcp("127.0.0.1", server.port)
        go_on.set()
    assert sorted(int(r) for r in results) == list(range(50))


async def test_stop_cancels_what_does_not_finish() -> None:
    async def handler(message: anyq.Value) -> None:
        await anyio.sleep(3600)

    async with Server(handler, port=0, grace=0.05) as server, peer(server.port) as q:
        await q.send(1)
        while not server.stats.sync_messages:
            await anyio.lowlevel.checkpoint()
        await server.stop()
        assert await q.at_end()
    async with Server(handler, port=server.port):
        pass


async def test_an_exception_in_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with Server(echo, port=0) as server, peer(server.port):
            raise ZeroDivisionError


async def test_cancelling_the_block_ends_the_server() -> None:
    with anyio.move_on_after(0.05) as scope:
        async with Server(echo, port=0) as server, peer(server.port):
            await server.serve_forever()
    assert scope.cancelled_caught
    with pytest.raises(OSError, match="connection attempts failed"):
        await anyio.connect_tcp("127.0.0.1", server.port)


async def test_a_port_that_is_taken_is_an_os_error_that_names_it() -> None:
    async with Server(echo, port=0) as server:
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{server.port}"):
            async with Server(echo, port=server.port):
                pass


async def test_a_server_needs_a_place_to_listen() -> None:
    with pytest.raises(TypeError, match="port"):
        async with Server(echo):
            pass


async def test_timer() -> None:
    ticks = 0
    enough = anyio.Event()

    def tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks == 3:
            enough.set()
        if ticks == 1:
            raise ValueError("a tick that fails does not end the timer")

    logging.getLogger("anyq.server").setLevel(logging.CRITICAL)
    async with Server(echo, port=0, on_timer=tick, timer=0.001):
        with anyio.fail_after(5):
            await enough.wait()
    logging.getLogger("anyq.server").setLevel(logging.NOTSET)


async def test_limits_of_connections() -> None:
    async with (
        Server(echo, port=0, limits=Limits(connections=2)) as server,
        peer(server.port) as one,
        peer(server.port),
    ):
        await one.ask(1)
        with pytest.raises(anyq.ConnectError, match="no room"):
            await anyq.connect("127.0.0.1", server.port).__aenter__()
        assert server.stats.over_limit == 1
        assert await one.ask(1) == 1


class Fatal(BaseException):
    """What no server may swallow."""


async def test_what_is_no_exception_ends_the_server_and_comes_out_alone() -> None:
    async def handler(message: anyq.Value) -> None:
        raise Fatal

    async def serve() -> None:
        async with Server(handler, port=0) as server, peer(server.port) as q:
            await q.send(1)
            await server.serve_forever()

    with pytest.raises(Fatal):
        await serve()


async def test_names_and_errors_that_are_no_unicode_can_be_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fails(message: anyq.Value) -> None:
        raise anyq.QError("\udcff")

    async with Server(echo, fails, port=0) as server, peer(server.port, "\udcd7") as q:
        await q.post(1)
        assert await q.ask(1) == 1
        await q.stream.send(b"\x02" * 20)
        assert await q.at_end()
    assert len(caplog.text.encode("utf-8").splitlines()) >= 2


async def test_on_close_is_for_clients_whose_on_open_had_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    opened = Server._opened

    async def on_open(client: Client) -> None:
        told.append("open")

    async def on_close(client: Client) -> None:
        told.append("close")

    def leaves_at_once(server: Server, session: Session) -> None:
        opened(server, session)
        session.close()

    async with Server(echo, port=0, on_open=on_open, on_close=on_close) as server:
        monkeypatch.setattr(Server, "_opened", leaves_at_once)
        with pytest.raises(anyq.Error):
            async with anyq.connect(port=server.port) as q:
                await q("1")
        monkeypatch.undo()
        assert told == []
        async with anyq.connect(port=server.port) as q:
            await q("1")
    assert told == ["open", "close"]
