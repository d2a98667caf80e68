"""What clients may not do, and what only some may."""

from __future__ import annotations

from pathlib import Path

import pytest

import anyq

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "query",
    [
        "a:1",
        "a::1",
        "{b::x} 1",
        ".ns.c:1",
        "t[0;`x]:5",
        "update x:0 from `t",
        "delete from `t",
        "delete t from `.",
        "`t insert (1;2)",
        "`t upsert (1;2)",
        "`a set 1",
        "v::t",
        "@[`t;0;:;1]",
        'system"ls"',
        'system"c 10 10"',
        "\\d .other",
        "\\P 3",
        'system"l x.q"',
        "`:some.txt 0: enlist \"x\"",
        "hopen 5000",
        'setenv[`A;"1"]',
        "exit 0",
    ],
)  # fmt: skip
async def test_a_read_only_server_changes_nothing(query: str) -> None:
    async with anyq.serve(port=0, read_only=True) as server, anyq.connect("127.0.0.1", server.port) as q:
        await server.q("t:([]x:1 2;y:3 4)")
        before = await server.q('(t;key `.;system"d")')
        with pytest.raises(anyq.QError):
            await q(query)
        with pytest.raises(anyq.QError):
            await q("{value x}", query)
        assert await server.q('(t;key `.;system"d")') == before


async def test_a_read_only_server_computes() -> None:
    async with anyq.serve(port=0, read_only=True) as server, anyq.connect("127.0.0.1", server.port) as q:
        await server.q("t:([]x:1 2;y:3 4)")
        assert await q("{a:x; a+:1; a} 1") == 2
        assert await q("exec sum x from t") == 3
        with pytest.raises(anyq.QError, match="noupdate"):
            await q("t:1")
        await server.q("t:1")
        assert await q("t") == 1


async def test_only_functions_of_the_list_may_be_called() -> None:
    async with anyq.serve(port=0, allow=["add", ".api.one"]) as server, anyq.connect("127.0.0.1", server.port) as q:
        await server.q("add:{x+y}; .api.one:{1}; secret:{2}")
        assert await q(anyq.symbol("add"), 1, 2) == 3
        assert await q("add", 1, 2) == 3
        assert await q(".api.one", anyq.NULL) == 1
        for message in (
            ("secret", 1),
            ("1+1",),
            ("add[1;2]",),
            (anyq.symbol("secret"), 1),
            (anyq.Lambda("", "{2}"), 1),
            ("{x}", 1),
        ):
            with pytest.raises(anyq.QError, match="access"):
                await q(*message)


async def test_users_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "users"
    file.write_text("ann:secret\n")
    async with anyq.serve(port=0, users=file) as server:
        async with anyq.connect("127.0.0.1", server.port, username="ann", password="secret") as q:
            assert await q("1") == 1
        for user, password in (("ann", "wrong"), ("bob", "secret"), ("", "")):
            with pytest.raises(anyq.AuthenticationError):
                async with anyq.connect("127.0.0.1", server.port, username=user, password=password):
                    pass


async def test_a_file_of_users_and_a_check(tmp_path: Path) -> None:
    file = tmp_path / "users"
    file.write_text("ann:secret\nbob:secret\n")
    async with anyq.serve(port=0, users=file, authenticate=lambda user, password: user == "ann") as server:
        async with anyq.connect("127.0.0.1", server.port, username="ann", password="secret") as q:
            assert await q("1") == 1
        with pytest.raises(anyq.AuthenticationError):
            async with anyq.connect("127.0.0.1", server.port, username="bob", password="secret"):
                pass


async def test_python_runs_only_where_it_is_allowed() -> None:
    async with anyq.serve(port=0, allow_python=True) as server:
        async with anyq.serve(port=0, q=server.q) as other, anyq.connect("127.0.0.1", other.port) as q:
            with pytest.raises(anyq.QError, match="access"):
                await q('.pykx.pyexec "x = 1"')
        async with anyq.connect("127.0.0.1", server.port) as q:
            await q("{.pykx.pyexec x}", b"def add(a, b):\n    return a + b\n")
            assert await q("{f:.pykx.get[x;<]; f . y}", anyq.symbol("add"), [1, 2]) == 3
