"""Servers for the scenarios, and the two clocks."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.to_thread
from anyio.abc import ByteStream, SocketAttribute

import anyq
from anyq import Connection, codec
from anyq.client import BackgroundTasks
from anyq.protocol import AsyncMessage, EndOfFile, Response, SyncRequest
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

Script = Callable[[ScriptedPeer], Awaitable[object]]


def scripted(script: Script) -> Callable[[MemoryStream], Awaitable[None]]:
    """A handler that accepts the login and then follows the script."""

    async def handler(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        await script(peer)

    return handler


@asynccontextmanager
async def connected(script: Script, **options: Any) -> AsyncIterator[tuple[Connection, VirtualNetwork]]:
    """A connection in memory to a peer that follows ``script``."""
    async with (
        VirtualNetwork.open(scripted(script)) as network,
        anyq.connect("peer", 5000, dial=network.dial, **options) as q,
    ):
        yield q, network


@asynccontextmanager
async def listening(handler: Callable[[ByteStream], Awaitable[object]]) -> AsyncIterator[int]:
    """A TCP port on which each client gets a ``handler``."""

    async def guarded(stream: ByteStream) -> None:
        try:
            async with stream:
                await handler(stream)
        except (anyio.BrokenResourceError, anyio.EndOfStream, anyio.ClosedResourceError):
            pass

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, BackgroundTasks() as tasks:
        tasks.start_soon(listener.serve, guarded)
        yield listener.extra(SocketAttribute.local_port)


async def echo(peer: ScriptedPeer) -> None:
    await peer.echo()


async def sleeper(peer: ScriptedPeer) -> None:
    """A single-threaded server: a request ``sleep S`` takes S seconds, others none; the answer is the request."""
    while not isinstance(event := await peer.next_event(), EndOfFile):
        assert isinstance(event, SyncRequest | AsyncMessage)
        text = text_of(event)
        if text.startswith("sleep "):
            await anyio.sleep(float(text.split()[1]))
        if isinstance(event, SyncRequest):
            await peer.send_raw(peer.protocol.send(Response(event.body)))


def text_of(event: SyncRequest | AsyncMessage | Response) -> str:
    value = codec.decode(event.body)
    text = value.py()
    return text.decode() if isinstance(text, bytes) else str(text)


@asynccontextmanager
async def nothing_left_open() -> AsyncIterator[None]:
    """No file descriptor is left behind."""
    await anyio.to_thread.run_sync(int)  # the machinery of threads has file descriptors of its own
    gc.collect()
    before = set(os.listdir("/proc/self/fd"))
    yield
    gc.collect()
    after = set(os.listdir("/proc/self/fd"))
    assert len(after) <= len(before), f"left open: {after - before}"
