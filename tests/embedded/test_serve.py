"""What a server does by default: as a q process."""

from __future__ import annotations

import os
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import anyq
from anyq.server import Client, Limits, Server

pytestmark = pytest.mark.anyio


async def test_it_evaluates_what_it_is_sent() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        assert await q("1+1") == 2
        assert await q("{x+y+z}", 1, 2, 3) == 6
        await q("double:{2*x}")
        assert await q(anyq.symbol("double"), 21) == 42
        assert await q(anyq.Lambda("", "{x*2}"), 21) == 42
        assert await q(anyq.char("~"), 1, 1) == True  # noqa: E712
        with pytest.raises(anyq.QError, match="type"):
            await q("1+`a")
        await q.post("a:7")
        assert await q("a") == 7
        assert await server.q("a") == 7


async def test_lists_of_atoms_arrive_as_vectors() -> None:
    general = anyq.List.of((anyq.long(1), anyq.long(2)))
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        assert await q("{type x}", general) == anyq.short(7)
        assert await q("{type each x}", anyq.List.of((general, anyq.long(1)))) == anyq.vector("h", [7, -7])


async def test_messages_to_the_caller_arrive_before_the_answer() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        feed = q.messages()
        assert await q("{(neg .z.w) each til x; x}", 3) == 3
        assert [int(await anext(feed)) for _ in range(3)] == [0, 1, 2]
        assert await q.deferred("neg[.z.w] 42") == 42


async def test_who_calls() -> None:
    async with (
        anyq.serve(port=0) as server,
        anyq.connect("127.0.0.1", server.port, username="ann") as q,
        anyq.connect("127.0.0.1", server.port, username="bob") as other,
    ):
        assert await q(".z.u") == "ann"
        assert await q(".z.a") == 2130706433
        assert await q(".z.w") != await other(".z.w")
        assert await server.q(".z.w") == 0


async def test_a_query_of_the_server_to_its_client() -> None:
    async with anyq.serve(port=0) as server:
        asked: list[anyq.Value] = []

        def answer(message: anyq.Value) -> anyq.Value:
            asked.append(message)
            return anyq.long(20)

        async with anyq.connect("127.0.0.1", server.port, on_request=answer) as q:
            assert await q('{1+.z.w "some"}', 0) == 21
        assert asked == [anyq.chars("some")]


async def test_handlers_of_q() -> None:
    async with anyq.serve(
        "{(`seen;value x)}",
        authenticate='{[user;password] (user~`ann) and password~"pw"}',
        on_open="{opened::x}",
        on_close="{closed::x}",
        port=0,
    ) as server:
        with pytest.raises(anyq.AuthenticationError):
            async with anyq.connect("127.0.0.1", server.port, username="bob"):
                pass
        async with anyq.connect("127.0.0.1", server.port, username="ann", password="pw") as q:
            assert await q("1+1") == anyq.as_q(["seen", 2])
            handle = await server.q("opened")
        with anyio.fail_after(5):
            while server.clients:
                await anyio.lowlevel.checkpoint()
        assert await server.q("closed") == handle


async def test_handlers_set_from_q_while_it_runs() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        await server.q(".z.pg:{10*value x}")
        assert await q("1+1") == 20
        await server.q(".z.ps:{got::x}")
        await q.post("hello")
        await q("0")
        assert await server.q("got") == anyq.chars("hello")


async def test_python_handlers_need_no_q() -> None:
    async with (
        anyq.serve(lambda message: 42, lambda message: None, port=0, authenticate=lambda u, p: True) as server,
        anyq.connect("127.0.0.1", server.port) as q,
    ):
        assert await q("anything") == 42
        with pytest.raises(RuntimeError, match="no embedded q"):
            _ = server.q


async def test_a_python_handler_beside_the_q() -> None:
    opened: list[Client] = []
    async with anyq.serve(port=0, on_open=opened.append) as server, anyq.connect("127.0.0.1", server.port) as q:
        assert await q("1+1") == 2
        assert [c.handle for c in opened] == list(server.clients)


async def test_a_long_query_freezes_neither_logins_nor_the_end() -> None:
    async with anyq.serve(port=0, grace=0.05) as server, anyq.connect("127.0.0.1", server.port) as q:
        slow = q.submit("while[1b;0]")
        while not server.q.core.owner.busy:
            await anyio.sleep(0.001)
        with anyio.fail_after(2):
            async with anyq.connect("127.0.0.1", server.port) as other:
                assert len(server.clients) == 2
                waiting = other.submit("1")
            with anyio.fail_after(2):
                await server.stop()
        with pytest.raises((anyq.ConnectionLost, anyq.QError)):
            await slow
        with pytest.raises(anyq.Error):
            await waiting


async def test_a_time_limit_of_queries() -> None:
    async with anyq.serve(port=0, timeout=0.05) as server, anyq.connect("127.0.0.1", server.port) as q:
        with pytest.raises(anyq.QError, match="stop"):
            await q("while[1b;0]")
        with pytest.raises(anyq.QError, match="stop"):
            await q('@[{system"sleep 30"};0;`trapped]')
        assert await q("1") == 1


async def ask(port: int) -> None:
    async with anyq.connect("127.0.0.1", port) as q:
        assert await q("1+1") == 2


async def post(port: int) -> None:
    async with anyq.connect("127.0.0.1", port) as q:
        await q.post("posted:1")
        assert await q("posted") == 1


@pytest.mark.parametrize("use", [ask, post])
@pytest.mark.parametrize("login", ["", "{[user;password]1b}"])
async def test_the_time_limit_begins_with_the_evaluation(use: Any, login: str) -> None:
    """Two queries that use their time up stand before the others, which wait for longer than the limit."""
    async with (
        anyq.serve(port=0, timeout=0.4, authenticate=login or None) as server,
        anyq.connect("127.0.0.1", server.port) as one,
        anyq.connect("127.0.0.1", server.port) as other,
    ):
        endless = [q.submit("while[1b;]") for q in (one, other)]
        while server.stats.sync_messages < 2:
            await anyio.lowlevel.checkpoint()
        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                for _ in range(3):
                    tasks.start_soon(use, server.port)
        for query in endless:
            with pytest.raises(anyq.QError, match="stop"):
                await query


@pytest.mark.parametrize(("option", "setting"), [(0.2, 1000), (1000, 1), (None, 1), (0.2, 0)])
async def test_the_shorter_of_two_time_limits_counts(option: float | None, setting: int) -> None:
    async with anyq.serve(port=0, timeout=option) as server, anyq.connect("127.0.0.1", server.port) as q:
        await server.q(f"\\T {setting}")
        with anyio.fail_after(60), pytest.raises(anyq.QError, match="stop"):
            await q("while[1b;]")
        assert await q('system"T"') == setting


async def test_the_query_of_a_client_that_leaves_is_interrupted() -> None:
    async with anyq.serve(port=0) as server:
        async with anyq.connect("127.0.0.1", server.port) as q:
            q.submit("while[1b;0]")
            while not server.q.core.owner.busy:
                await anyio.sleep(0.001)
        with anyio.fail_after(2):
            assert await server.q("1") == 1


@pytest.mark.parametrize("allowed", [False, True])
async def test_shell_and_files_are_for_those_who_may(allowed: bool, tmp_path: Any) -> None:
    outside = tmp_path / "some.q"
    outside.write_text("loaded:1\n")
    options = {"allow_shell": allowed, "allow_files": allowed}
    async with anyq.serve(port=0, **options) as server, anyq.connect("127.0.0.1", server.port) as q:  # type: ignore[arg-type]
        for query in ('system"echo 1"', f'system"l {outside}"'):
            if allowed:
                await q(query)
            else:
                with pytest.raises(anyq.QError, match="access"):
                    await q(query)
        if not allowed:
            with pytest.raises(anyq.QError, match="access"):
                await q(f'system"cd {os.sep}"')
        assert await server.q('system"echo 1"') == anyq.as_q([b"1"])


async def test_one_q_behind_two_servers() -> None:
    async with (
        anyq.open_embedded() as q,
        anyq.serve(port=0, q=q) as one,
        anyq.serve(port=0, q=q) as two,
        anyq.connect("127.0.0.1", one.port) as first,
        anyq.connect("127.0.0.1", two.port) as second,
    ):
        await first("a:1")
        assert await second("a") == 1
        assert await first(".z.w") != await second(".z.w")


async def test_a_result_that_cannot_be_sent_is_an_error() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        server.q["f"] = lambda x: object()
        with pytest.raises(anyq.QError):
            await q("f 1")
        assert await q("1") == 1


async def test_a_server_shows_where_it_listens_and_to_how_many() -> None:
    server = anyq.serve(port=0)
    assert repr(server) == "<Server not listening>"
    async with server, anyq.connect("127.0.0.1", server.port) as q:
        await q("1")
        assert repr(server) == f"<Server 127.0.0.1:{server.port}: 1 clients>"


async def test_a_server_outside_its_block_says_so_and_is_entered_once() -> None:
    server = anyq.serve(port=0)
    for use in (lambda: server.port, lambda: server.clients, lambda: server.q, lambda: server.broadcast([], "x")):
        with pytest.raises(anyq.ClosedError, match="has not been started"):
            use()
    with pytest.raises(anyq.ClosedError, match="has not been started"):
        await server.stop()
    async with server:
        with pytest.raises(anyq.ClosedError, match="entered once"):
            async with server:
                pass
        async with anyq.connect(port=server.port) as q:
            assert await q("1+1") == 2
    with pytest.raises(anyq.ClosedError, match="entered once"):
        async with server:
            pass


async def test_a_handler_that_is_none_serves_nobody() -> None:
    """Were it passed over, the default would take its place: a login check that accepts all, say."""
    for bad in ("{[user;password] password~", "{x} 1+`a"):
        with pytest.raises(anyq.QError):
            async with anyq.serve(port=0, authenticate=bad):
                pass
    with pytest.raises(TypeError, match="authenticate is a function"):
        anyq.serve(port=0, authenticate=5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a list of names"):
        anyq.serve(port=0, allow="add")
    with pytest.raises(ValueError, match="timeout must not be below 0"):
        anyq.serve(port=0, timeout=-1)
    with pytest.raises(ValueError, match="grace must not be below 0"):
        anyq.serve(port=0, grace=float("nan"))
    with pytest.raises(ValueError, match="requests must be above 0, not 0"):
        Limits(requests=0)
    with pytest.raises(ValueError, match="grace"):
        Server(print, port=0, grace=-1)
    with pytest.raises(TypeError, match="SSLContext"):
        anyq.serve(port=0, tls=True)  # type: ignore[arg-type]
