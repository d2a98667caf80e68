"""What q does with connections: opens, asks, posts, defers, closes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import anyq

pytestmark = pytest.mark.anyio


async def test_q_asks_another_q() -> None:
    async with anyq.serve(port=0) as server, anyq.open_embedded() as q:
        await q(f"h:hopen {server.port}")
        assert await q('h "1+1"') == 2
        assert await q("h ({x+y};1;2)") == 3
        await q('neg[h] "a:7"')
        assert await q('h "a"') == 7
        with pytest.raises(anyq.QError, match="type"):
            await q('h "1+`a"')
        await q("hclose h")
        with pytest.raises(anyq.QError, match="Bad file descriptor"):
            await q('h "1"')
        assert await q(f'`::{server.port} "2+2"') == 4
        assert await q(f'`::[(":localhost:{server.port}";5000);"2+2"]') == 4
        assert await q(f'`::[`::{server.port};"2+2"]') == 4
        assert await q(f'(`$":127.0.0.1:{server.port}") "2+3"') == 5


async def test_what_cannot_be_opened() -> None:
    async with anyq.serve(port=0, authenticate=lambda user, password: False) as server, anyq.open_embedded() as q:
        with pytest.raises(anyq.QError, match="access"):
            await q(f"hopen {server.port}")
    async with anyq.open_embedded() as q:
        with pytest.raises(anyq.QError, match="hop"):
            await q(f"hopen {server.port}")


async def test_a_file_is_appended_to(tmp_path: Path) -> None:
    file = tmp_path / "log.txt"
    async with anyq.open_embedded() as q:
        await q(f'h:hopen `$":{file}"; h "one"; neg[h] "two"; hclose h')
    assert file.read_text() == "onetwo\n"


async def test_deferred_answers() -> None:
    async with (
        anyq.serve(port=0) as server,
        anyq.connect("127.0.0.1", server.port) as first,
        anyq.connect("127.0.0.1", server.port) as second,
    ):
        await server.q(".z.pg:{$[x~`later;[waiting::.z.w;-30!(::);`unseen];value x]}")
        later = first.submit(anyq.symbol("later"))
        while (await server.q("`waiting in key `.")) == False:  # noqa: E712
            await anyio.lowlevel.checkpoint()
        assert await second("1+1") == 2
        assert not later.done()
        await second("-30!(waiting;0b;`answer)")
        assert await later == "answer"
        with pytest.raises(anyq.QError, match="was not expecting a response msg"):
            await second("-30!(waiting;0b;`twice)")
        await server.q("waiting:0")
        failing = first.submit(anyq.symbol("later"))
        while (await server.q("waiting")) == 0:
            await anyio.lowlevel.checkpoint()
        await second('-30!(waiting;1b;"sorry")')
        with pytest.raises(anyq.QError, match="sorry"):
            await failing
        with pytest.raises(anyq.QError, match="domain"):
            await second("-30!(9999;0b;1)")
        with pytest.raises(anyq.QError, match="domain"):
            await server.q("-30!(::)")


async def test_several_answers_owed_to_one_client_are_given_in_order() -> None:
    async with (
        anyq.serve(port=0) as server,
        anyq.connect("127.0.0.1", server.port, max_in_flight=5) as many,
        anyq.connect("127.0.0.1", server.port) as other,
    ):
        await server.q("waiting:()")
        later = "waiting,:.z.w;-30!(::)"
        calls = [many.submit(query) for query in (later, f"{later};1+`a", later, "1+1")]
        while len(await server.q("waiting")) < 3:
            await anyio.lowlevel.checkpoint()
        await other("-30!(first waiting;0b;`first)")
        await other('-30!(first waiting;1b;"second")')
        with pytest.raises(anyq.QError, match="was not expecting a response msg"):
            await other("-30!(first waiting;0b;`third)")
        with pytest.raises(anyq.QError, match="type"):
            await other("-30!(`a;0b;1)")
        with anyio.fail_after(5):
            assert await calls[0] == "first"
            with pytest.raises(anyq.QError, match="type"):
                await calls[1]
            with pytest.raises(anyq.QError, match="second"):
                await calls[2]
            assert await calls[3] == 2


async def test_a_deferred_answer_whose_evaluation_fails() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        with pytest.raises(anyq.QError, match="type"):
            await q("-30!(::); 1+`a")
        assert await q("1") == 1


async def test_posts_to_many_are_serialised_once() -> None:
    async with (
        anyq.serve(port=0) as server,
        anyq.connect("127.0.0.1", server.port) as one,
        anyq.connect("127.0.0.1", server.port, capability=3) as two,
    ):
        feeds: list[Any] = [one.messages(), two.messages()]
        handles = [await one(".z.w"), await two(".z.w")]
        await server.q("{-25!(x;(`upd;1))}", handles)
        for feed in feeds:
            assert await anext(feed) == anyq.as_q(["upd", 1])
        assert len(await server.q(".z.W")) == 2
        with pytest.raises(anyq.QError, match="domain"):
            await server.q("-25!(9999 9998;1)")


async def test_closing_a_client() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:
        feed = q.messages()
        handle = await q(".z.w")
        await server.q("{neg[x] `bye; hclose x}", handle)
        assert await anext(feed) == "bye"
        with pytest.raises(anyq.ConnectionLost):
            await q("1")


async def test_what_is_called_for_each_variable_that_is_set() -> None:
    async with anyq.open_embedded() as q:
        await q(".z.vs:{if[not x=`seen;seen::seen,enlist(x;y;value x)]}")
        await q("seen:()")
        await q("m:(1 2;3 4);m[1;1]:0;.a.b:1;{zz::x}5")
        await q("delete m from `.")
        assert str(await q("-3!seen")) == '"((`m;();(1 2;3 4));(`m;1 1;(1 2;3 0));(`zz;();5))"'
        await q('system"x .z.vs";m:1')
        assert await q("count seen") == 3
        assert str(await q(".z.H")) == "`int$()"


async def test_what_is_appended_to_a_file_answers_with_its_handle(tmp_path: Path) -> None:
    async with anyq.open_embedded() as q:
        handle = await q(f'h:hopen `$":{tmp_path}/notes.txt";h')
        assert await q('neg[h] "a line"') == await q("neg h")
        assert await q('h "bytes"') == handle
        await q("hclose h")
    assert (tmp_path / "notes.txt").read_text() == "a line\nbytes"
