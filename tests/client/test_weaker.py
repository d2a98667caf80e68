"""Reconnecting to a server that can do less than the one before, and hooks that end the program."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.lowlevel
import numpy as np
import pytest

import anyq
import anyq.codec
from anyq.protocol import AsyncMessage, EndOfFile, SyncRequest
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

pytestmark = pytest.mark.anyio

LONG = np.zeros(10_000, np.int64)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("weaker", [0, 2])
async def test_what_waited_is_encoded_anew_for_a_weaker_server(weaker: int, compress: bool) -> None:
    capabilities = [6]
    seen: list[int] = []

    async def server(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept(capabilities[0])
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, AsyncMessage | SyncRequest)
            seen.append(event.compressed)
            if isinstance(event, SyncRequest):
                await peer.reply(1)

    async with VirtualNetwork.open(server) as network:
        q = anyq.connect("a", 1, dial=network.dial, reconnection_attempts=0, reconnection_delay=0.0, compress=compress)
        async with q:
            await q("x")
            network.up = False
            network.cut_all()
            while q.state == "connected":
                await anyio.lowlevel.checkpoint()
            del seen[:]
            with anyio.fail_after(10):
                long, guid = q.submit("f", LONG, idempotent=True), q.submit("f", anyq.guid(None))
                await q.post("f", LONG)
                capabilities[0], network.up = weaker, True
                assert await long == 1
                with pytest.raises(anyq.EncodeError, match=f"capability {weaker}"):
                    await guid
                assert await q("f", LONG) == 1
            assert q.capability == weaker
            assert seen == [int(compress and weaker > 0)] * 3


async def test_an_idempotent_call_in_flight_is_encoded_anew_each_time() -> None:
    capabilities = [6, 1, 1]
    bodies: list[anyq.Value] = []

    async def server(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept(capabilities.pop(0))
        value = await peer.request()
        assert value is not None
        bodies.append(value)
        if not capabilities:
            await peer.reply(1)
            await peer.next_event()

    async with (
        VirtualNetwork.open(server) as network,
        anyq.connect("a", 1, dial=network.dial, reconnection_attempts=0, reconnection_delay=0.0) as q,
    ):
        with anyio.fail_after(10):
            assert await q("f", LONG, idempotent=True) == 1
    assert [anyq.match(body, bodies[0]) for body in bodies] == [True] * 3


async def test_an_exit_in_a_hook_leaves_as_itself(anyio_backend_name: str) -> None:
    if anyio_backend_name == "asyncio":
        pytest.skip("asyncio itself ends its loop at once when a task exits")

    def leave(_: Any) -> anyq.Value:
        raise SystemExit(3)

    async def server(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        await peer.ask("x")
        await peer.next_event()

    async def connected() -> None:
        async with (
            VirtualNetwork.open(server) as network,
            anyq.connect("a", 1, dial=network.dial, on_request=leave),
        ):
            await anyio.sleep_forever()

    with pytest.raises(SystemExit):
        await connected()


async def test_a_pool_has_an_address() -> None:
    with pytest.raises(ValueError, match="at least one address"):
        anyq.Pool([])
    with pytest.raises(TypeError, match="a host is text"):
        anyq.Pool(5050)  # type: ignore[arg-type]
