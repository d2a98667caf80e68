"""Closing a connection at any moment, also while it reconnects."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import ByteStream

import anyq
from anyq.client import Address
from anyq.protocol import EndOfFile, SyncRequest
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

pytestmark = pytest.mark.anyio


async def server(stream: MemoryStream) -> None:
    peer = ScriptedPeer(stream)
    await peer.accept()
    while not isinstance(event := await peer.next_event(), EndOfFile):
        if isinstance(event, SyncRequest):
            await peer.reply(1)


async def closed_after(network: VirtualNetwork, count: int) -> bool:
    """Lose the connection, ask, and close it after so many checkpoints; whether that came before the answer."""

    async def dial(address: Address) -> ByteStream:
        return await network.dial(address)

    early: list[bool] = []
    async with anyio.create_task_group() as tasks:
        q = await anyq.connect("a", 1, dial=dial, reconnection_attempts=5, reconnection_delay=0.0).open(tasks)
        network.connections[-1].incoming.cut(0)
        while q.state == "connected":
            await anyio.lowlevel.checkpoint()

        async def ask() -> None:
            try:
                assert await q("1") == 1
            except anyq.ClosedError:
                early.append(True)

        async def close() -> None:
            for _ in range(count):
                await anyio.lowlevel.checkpoint()
            await q.aclose()

        tasks.start_soon(ask)
        tasks.start_soon(close)
    return bool(early)


async def test_closed_at_each_checkpoint_of_a_reconnect() -> None:
    """It ends, and with it each caller and each stream, whatever the reconnecting was about to do."""
    async with VirtualNetwork.open(server) as network:
        for count in range(200):
            with anyio.fail_after(10):
                early = await closed_after(network, count)
            assert all(stream.closed for stream in network.connections)
            if not early:
                break
        assert count > 5
        assert not early
