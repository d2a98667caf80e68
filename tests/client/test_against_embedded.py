"""The client against the q that is served from Python: what a scripted peer cannot say."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

import anyq
from anyq.client import Update

pytestmark = pytest.mark.anyio

TICK = """\
trade:([]sym:`a`b;price:1 2f)
.u.t:enlist`trade
.u.w:(enlist`)!enlist 0Ni
.u.sub:{[t;s]
  if[not t in .u.t;'t];
  .u.w[t]:.z.w;
  (t;0#value t)}
.u.del:{[t;h] .u.w[t]:0Ni}
.u.pub:{[t;d] if[not null h:.u.w t;neg[h](`upd;t;d)]}
"""


async def test_names_on_the_server() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("localhost", server.port) as q:
        await q(".test.addition:{x+y}; .test.deep.er:{neg x}; table:([]a:1 2)")
        assert await q.test.addition(4, 2) == 6
        assert await q.test.deep.er(3) == -3
        assert (await q.til(3)).py() == [0, 1, 2]
        assert len((await q.table).py()) > 0
        with pytest.raises(AttributeError, match=r"QError: '\.test\.unavailable"):
            await q.test.unavailable(4, 2)


async def test_a_file_with_namespaces(tmp_path: Path) -> None:
    file = tmp_path / "script.q"
    file.write_text("a:1\nf:{[x]\n  / inside\n  x+1}\n\\d .my\nb:2\ng:{b+x}\n\\d .\n.my.g f a\n")
    async with anyq.serve(port=0) as server, anyq.connect("localhost", server.port) as q:
        assert await q.execute_file(file) == 4
        assert await q(".my.b") == 2
        assert str(await q('system"d"')) == "`."
        file.write_text("\\d .my\n\nb:1+`x\n")
        with pytest.raises(anyq.QError, match="type") as caught:
            await q.execute_file(file)
        assert "line 3" in caught.value.detail
        assert str(await q('system"d"')) == "`."


@pytest.mark.parametrize("snapshot", [False, True])
async def test_a_ticker_plant(tmp_path: Path, snapshot: bool) -> None:
    file = tmp_path / "tick.q"
    file.write_text(TICK)
    async with anyq.serve(port=0) as server, anyq.connect("localhost", server.port) as q:
        await q.execute_file(file)
        async with q.subscribe("trade", ["a"], snapshot=snapshot) as feed:
            assert set(feed.schemas) == {"trade"}
            if snapshot:
                assert str(feed.snapshot["trade"]) == "sym price\n---------\na   1    "
            await q(".u.pub[`trade;([]sym:enlist`a;price:enlist 3f)]")
            update = await anext(feed)
            assert isinstance(update, Update)
            assert update.table == "trade"
        assert str(await q("null .u.w`trade")) == "1b"
        with pytest.raises(anyq.QError, match="nowhere"):
            await q.subscribe("nowhere").__aenter__()


async def test_deferred_answers() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("localhost", server.port) as q:
        assert await q.deferred("{neg[.z.w] 2*x}", 21) == 42
        with pytest.raises(anyq.CallTimeout):
            await q.deferred("1+1", timeout=0.05)


async def test_a_pool_and_a_raw_connection() -> None:
    async with anyq.serve(port=0) as server:
        async with anyq.Pool("localhost", server.port, max_size=3) as pool:
            assert [answer.py() for answer in await pool.map("{x*x}", range(5))] == [0, 1, 4, 9, 16]
        async with anyq.RawConnection("localhost", server.port) as raw:
            handle = raw.submit("1+1")
            assert handle is not None
            raw.poll_send()
            with anyio.fail_after(10):
                await raw.poll_recv_async()
            assert handle.result() == 2
