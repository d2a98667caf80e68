"""The samples of PyKX's documentation, as they stand but for ports and sleeps."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import anyq
from anyq import pykx as kx


@pytest.fixture
def port() -> Iterator[int]:
    with anyq.sync.serve(port=0, allow_python=True) as server:
        with anyq.sync.connect("localhost", server.port) as q:
            q("tab:([]x:`a`b`c;x1:.1 .9 .3;x2:1 2 3)")
            q(".test.addition:{x+y}")
            q(".test.namespace.subtraction:{x-y}")
        yield server.port


def test_direct_and_with(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    conn = kx.SyncQConnection("localhost", port)
    print(conn("1+1").py())
    conn.close()
    with kx.SyncQConnection("localhost", port) as conn:
        print(conn("1+1").py())
    with kx.SyncQConnection("localhost", port, username="user", password="pass") as conn:
        print(conn("1+1").py())
    with kx.SyncQConnection(port=port) as conn:
        print(conn("{x+y+z}", 1, 2, 3))
        print(conn.test.addition(4, 2))
        print(conn.test.namespace.subtraction(4, 2))
    assert capsys.readouterr().out == "2\n2\n2\n6\n6\n2\n"


def test_frames(port: int) -> None:
    with kx.SyncQConnection("localhost", port) as conn:
        found = conn("select from tab where x=`b, x1>0.5").pd()
    assert found["x2"].tolist() == [2]


def test_unknown_names(port: int) -> None:
    with kx.SyncQConnection(port=port) as conn, pytest.raises(AttributeError) as error:
        print(conn.test.unavailable(4, 2))
    assert str(error.value) == ("'pykx.ctx.QContext' object has no attribute 'unavailable'\nQError: '.test.unavailable")


def test_asynchronous(port: int, tmp_path: Path) -> None:
    file = tmp_path / "file.q"
    file.write_text("\n.test.namespace.variable:2;\n.test.namespace.function:{x+y};\n")

    async def main() -> Any:
        conn = await kx.AsyncQConnection("localhost", port)
        assert (await conn("til 10")).py() == list(range(10))
        conn.close()
        async with kx.AsyncQConnection("localhost", port) as q:
            assert (await q("1+1")).py() == 2
            q.file_execute(str(file))
            ret = await q(".test.namespace.function")
        async with kx.AsyncQConnection("localhost", port, event_loop=asyncio.get_event_loop()) as q:
            fut = q("til 10")
            assert len(await fut) == 10
            await q("query:{neg[.z.w] x}")
            fut = q("query", 42, wait=False, reuse=False)
            assert (await fut).py() == 42
        return ret

    assert repr(asyncio.run(main())) == "pykx.Lambda(pykx.q('{x+y}'))"


def test_files_and_posts(port: int, tmp_path: Path) -> None:
    file = tmp_path / "file.q"
    file.write_text(".test.namespace.variable:2;\n")
    with kx.SyncQConnection(port=port) as q:
        q.file_execute(str(file))
        assert q(".test.namespace.variable").py() == 2
        assert repr(q("1+1", wait=False)) == "pykx.Identity(pykx.q('::'))"
        file.write_text("a:1\n1+`a\n")
        with pytest.raises(kx.QError, match="line 2"):
            q.file_execute(str(file))


def test_remote_functions(port: int) -> None:
    session = kx.remote.session(host="localhost", port=port)

    @kx.remote.function(session)
    def zero_arg_function() -> Any:
        return 10

    @kx.remote.function(session)
    def multi_arg_function(x: Any, y: Any) -> Any:
        return x + y

    assert repr(zero_arg_function()) == "pykx.LongAtom(pykx.q('10'))"
    assert repr(multi_arg_function(10, 20)) == "pykx.LongAtom(pykx.q('30'))"
    session.close()


def test_a_server_that_is_polled(capsys: pytest.CaptureFixture[str]) -> None:
    def qval_sync(query: Any) -> Any:
        res = kx.q.value(query)
        print(f"{query}\n{res}\n")
        return res

    def validate(user: Any, password: Any) -> bool:
        return bool(password == "password")

    async def main() -> None:
        kx.q.z.pg = qval_sync
        kx.q.z.pw = validate
        try:
            async with kx.RawQConnection(port=free_port(), as_server=True, conn_gc_time=20.0) as q:
                asking = asyncio.ensure_future(ask(q._port))
                while not asking.done():
                    q.poll_recv()
                    await asyncio.sleep(0)
                assert asking.result() == 3
        finally:
            del kx.q.z.pg
            del kx.q.z.pw

    async def ask(port: int | None) -> Any:
        async with kx.AsyncQConnection(port=port, username="u", password="password") as q:
            return (await q("1+2")).py()

    asyncio.run(main())
    assert capsys.readouterr().out == "1+2\n3\n\n"


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_console_and_module() -> None:
    kx.install()
    try:
        from pykx.exceptions import QError  # type: ignore[import-not-found,unused-ignore]

        import pykx  # type: ignore[import-not-found,unused-ignore]

        assert pykx is kx
        assert QError is kx.QError
    finally:
        kx.uninstall()
    before, sys.stdin = sys.stdin, io.StringIO("a:til 3\n\\\\")
    try:
        kx.q.console()
    finally:
        sys.stdin = before
    assert kx.q["a"].py() == [0, 1, 2]
