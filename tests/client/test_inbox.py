"""Who reads a feed, and texts that are not UTF-8 on their way out."""

from __future__ import annotations

from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

import anyq
import anyq.client
from anyq.codec import encode
from anyq.protocol import Accept, AsyncMessage
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

pytestmark = pytest.mark.anyio


async def server(stream: MemoryStream) -> None:
    peer = ScriptedPeer(stream)
    await peer.accept()
    while (value := await peer.request()) is not None:
        await peer.post(value)
        await peer.reply(value)


async def test_two_tasks_do_not_wait_at_one_feed() -> None:
    async with VirtualNetwork.open(server) as network, anyq.connect("a", 1, dial=network.dial) as q:
        feed = q.messages()
        read: list[object] = []

        async def reader() -> None:
            read.append(await anext(feed))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(reader)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(anyq.BusyError, match="another task"):
                await anext(feed)
            await q("first")
        assert read == [anyq.chars("first")]
        with anyio.move_on_after(0):
            await anext(feed)
        await q("second")
        assert await anext(feed) == anyq.chars("second")


async def test_texts_that_are_not_utf_8(tmp_path: Path) -> None:
    async with VirtualNetwork.open(server) as network, anyq.connect("a", 1, dial=network.dial) as q:
        assert await q("`\udcff") == anyq.chars(b"`\xff")
        for query in ("\ud800", anyq.symbol("f")):
            with pytest.raises(anyq.ConversionError, match="lone surrogate"):
                await q(query, "\ud800")
        with pytest.raises(anyq.ConversionError, match="lone surrogate"):
            await q("\ud800")
        script = tmp_path / "latin.q"
        script.write_bytes(b's:"\xfc"\n')
        assert b's:"\xfc"' in encode(await q.execute_file(script))


@pytest.mark.parametrize("overflow", ["block", "drop-oldest"])
async def test_more_messages_with_the_login_than_a_feed_has_room_for(overflow: anyq.client.Overflow) -> None:
    async def eager(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.next_event()
        accept = peer.protocol.send(Accept(6))
        await stream.send(accept + b"".join(peer.protocol.send(AsyncMessage(encode(anyq.long(i)))) for i in range(9)))
        await peer.echo()

    async with VirtualNetwork.open(eager) as network:
        q = anyq.connect("a", 1, dial=network.dial)
        feed = q.messages(buffer=2, overflow=overflow)
        async with q:
            await anyio.wait_all_tasks_blocked()
            with anyio.fail_after(10):
                expected = list(range(9)) if overflow == "block" else [7, 8]
                assert [await anext(feed) for _ in expected] == expected
                assert await q("x") == anyq.chars("x")


async def posting(stream: MemoryStream) -> None:
    """For each request five messages, and then the answer."""
    peer = ScriptedPeer(stream)
    await peer.accept()
    while (value := await peer.request()) is not None:
        for number in range(5):
            await peer.post(number)
        await peer.reply(value)


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_full_feed_that_nobody_holds_any_more(elsewhere: bool) -> None:
    async with VirtualNetwork.open(posting) as network, anyq.connect("a", 1, dial=network.dial) as q:
        held = [q.messages(buffer=1, overflow="block")]
        call = q.submit("x")
        await anyio.wait_all_tasks_blocked()
        assert not call.done()
        if elsewhere:
            await anyio.to_thread.run_sync(held.clear)
        else:
            held.clear()
        with anyio.fail_after(10):
            assert await call == anyq.chars("x")


async def test_a_server_that_we_do_not_read_is_not_silent() -> None:
    async with VirtualNetwork.open(posting) as network, anyq.connect("a", 1, dial=network.dial, liveness=0.05) as q:
        feed = q.messages(buffer=1, overflow="block")
        call = q.submit("x")
        await anyio.sleep(0.2)
        with anyio.fail_after(10):
            assert [await anext(feed) for _ in range(5)] == list(range(5))
            assert await call == anyq.chars("x")


async def test_a_report_of_a_query_that_is_not_utf_8() -> None:
    reports: list[anyq.client.CallReport] = []
    async with (
        VirtualNetwork.open(server) as network,
        anyq.connect("a", 1, dial=network.dial, on_call=reports.append) as q,
    ):
        assert await q(b"`\xff") == anyq.chars(b"`\xff")
    assert [report.query for report in reports] == ["`\\xff"]
