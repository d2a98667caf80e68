"""What other processes send to q over connections that q opened."""

from __future__ import annotations

import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol

import anyio
import pytest

import anyq
from anyq.values import Value

pytestmark = pytest.mark.anyio


class Asks(Protocol):
    """Something that answers q."""

    def __call__(self, query: str, /) -> Awaitable[Value]: ...


async def until(q: Asks, condition: str) -> None:
    with anyio.fail_after(10):
        while not bool(await q(condition)):
            await anyio.sleep(0.01)


async def test_posts_are_evaluated_while_q_waits_for_nothing() -> None:
    async with anyq.serve(port=0) as server, anyq.open_embedded() as q:
        await q("got:(); upd:{got::got,enlist(.z.w;x;y)}")
        await q(f'h:hopen {server.port}; neg[h] "w:.z.w"; h""')
        await server.q("do[3;neg[w](`upd;`t;1 2)]")
        await until(q, "3=count got")
        assert await q("all got[;0]=h") == True  # noqa: E712
        assert await q("last got") == await q("(h;`t;1 2)")


async def test_posts_go_to_the_handler_and_its_errors_to_nobody() -> None:
    async with anyq.serve(port=0) as server, anyq.open_embedded() as q:
        await q("got:(); .z.ps:{if[x~`bad;'oops];got,:enlist x}")
        await q(f'h:hopen {server.port}; neg[h] "w:.z.w"; h""')
        await server.q("neg[w]`bad; neg[w]`good")
        await until(q, "1=count got")
        assert await q("first got") == "good"


async def test_posts_that_come_with_an_answer_are_evaluated_after_it() -> None:
    async with anyq.serve(port=0) as server, anyq.open_embedded() as q:
        await q("got:()")
        await q(f"h:hopen {server.port}")
        assert await q('h "neg[.z.w](set;`got;7);5"') == 5
        await until(q, "7~got")


async def test_a_deferred_answer_is_waited_for() -> None:
    async with anyq.serve(port=0) as server, anyq.open_embedded() as q:
        await q(f"h:hopen {server.port}")
        assert await q("neg[h]({neg[.z.w]x*2};21); h[]") == 42


async def test_the_other_side_may_ask() -> None:
    async with anyq.serve(port=0) as server, anyq.open_embedded() as q:
        await q("a:7")
        await q(f'h:hopen {server.port}; neg[h] "w:.z.w"; h""')
        assert await server.q('w "a+1"') == 8
        with pytest.raises(anyq.QError, match="type"):
            await server.q('w "1+`a"')


async def test_a_lost_connection_is_told_to_the_close_handler() -> None:
    async with anyq.open_embedded() as q:
        await q("gone:0Ni; .z.pc:{gone::x}")
        async with anyq.serve(port=0) as server:
            await q(f"h:hopen {server.port}")
        await until(q, "gone~h")
        with pytest.raises(anyq.QError, match="Bad file descriptor"):
            await q('h"1"')


async def test_no_thread_is_left() -> None:
    async with anyq.serve(port=0) as server:
        async with anyq.open_embedded() as q:
            await q(f"h:hopen {server.port}; g:hopen {server.port}; hclose g")
            assert any(thread.name.startswith("anyq watch") for thread in threading.enumerate())
        assert not any(thread.name.startswith("anyq watch") for thread in threading.enumerate())


async def test_a_log_is_written_and_replayed(tmp_path: Path) -> None:
    file = f'`$":{tmp_path / "tp.log"}"'
    async with anyq.open_embedded() as q:
        await q(f"L:{file}; L set (); l:hopen L; upd:{{got::got,y}}; got:()")
        assert await q("l enlist(`upd;`t;1)") == await q("l")
        await q("l((`upd;`t;2);(`upd;`t;3)); hclose l")
        assert await q("-11!L") == 3
        assert await q("got") == anyq.vector("j", [1, 2, 3])
