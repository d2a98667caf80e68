"""Answers that come later, or as async messages."""

from __future__ import annotations

import anyio
import pytest
from tests.scenarios.support import connected, text_of

import anyq
from anyq.protocol import AsyncMessage, EndOfFile, Response, SyncRequest
from anyq.testing import ScriptedPeer

pytestmark = [pytest.mark.anyio, pytest.mark.virtual_time]


async def deferring(peer: ScriptedPeer) -> None:
    """Requests ``later S`` are answered after S seconds, others at once, as ``-30!`` allows: out of order."""

    async def answer_later(event: SyncRequest, seconds: float) -> None:
        await anyio.sleep(seconds)
        await peer.send_raw(peer.protocol.send(Response(event.body)))

    async with anyio.create_task_group() as tasks:
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest)
            text = text_of(event)
            if text.startswith("later "):
                tasks.start_soon(answer_later, event, float(text.split()[1]))
            elif text == "fail":
                await peer.reply_error("stop")
            else:
                await peer.send_raw(peer.protocol.send(Response(event.body)))
        tasks.cancel_scope.cancel()


async def test_29_a_deferred_answer_has_a_connection_of_its_own(unit: float) -> None:
    async with connected(deferring) as (q, network):
        text = f"later {unit}".encode()
        assert (await q(text, reuse=False)).py() == text
        with pytest.raises(anyq.QError, match="stop"):
            await q("fail", reuse=False)
        with anyio.move_on_after(0.5 * unit):
            await q(text, reuse=False)
        with pytest.raises(anyq.CallTimeout):
            await q(text, reuse=False, timeout=0.5 * unit)
        first, *dedicated = network.connections
        assert len(dedicated) == 4
        assert all(stream.closed for stream in dedicated)
        assert not first.closed
        assert (await q("x")).py() == b"x"


async def test_30_deferred_and_normal_calls_mixed(unit: float) -> None:
    async def ask(number: int, *, reuse: bool) -> None:
        text = f"later {unit * (1 - number / 40)} {number}" if not reuse else f"now {number}"
        assert (await q(text, reuse=reuse)).py() == text.encode()
        done.append(number)

    done: list[int] = []
    async with connected(deferring) as (q, _), anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(lambda n: ask(n, reuse=False), number)
            tasks.start_soon(lambda n: ask(n, reuse=True), number)
    assert sorted(done) == sorted([*range(20), *range(20)])


async def test_31_the_answer_is_an_async_message(unit: float) -> None:
    async def server(peer: ScriptedPeer) -> None:
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, AsyncMessage)
            if text_of(event) != "silence":
                await peer.send_raw(peer.protocol.send(AsyncMessage(event.body)))

    async with connected(server) as (q, network):
        assert (await q("x", wait=False, reuse=False, async_response=True)).py() == b"x"
        assert (await q.deferred("y")).py() == b"y"
        with pytest.raises(TimeoutError):
            await q.deferred("silence", timeout=0.2 * unit)
        assert all(stream.closed for stream in network.connections[1:])


async def test_32_a_gateway_that_answers_out_of_order(unit: float) -> None:
    async def ask(number: int) -> None:
        text = f"later {unit * (0.5 - number / 10)} {number}"
        assert (await q(text)).py() == text.encode()

    async with connected(deferring) as (q, _), anyio.create_task_group() as tasks:
        for number in range(5):
            tasks.start_soon(ask, number)


async def test_a_server_that_goes_away_before_it_answered() -> None:
    async def server(peer: ScriptedPeer) -> None:
        await peer.request()

    async with connected(server) as (q, _):
        with pytest.raises(anyq.ConnectionLost):
            await q("x", reuse=False)
        with pytest.raises(anyq.ConnectionLost):
            await q.deferred("x")
