"""Hostile bytes from a server: one typed error to the caller, the connection closed, and no memory taken for it."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Iterator

import anyio
import pytest
from tests.codec.test_hostile import BODIES, STREAMS, nested
from tests.scenarios.support import connected, echo

import anyq
from anyq import codec
from anyq.testing import ScriptedPeer

pytestmark = pytest.mark.anyio

MEMORY = 50_000_000
TYPES = [text for name, text in BODIES.items() if name.startswith("type ")]
SHAPES = [text for name, text in BODIES.items() if text and not name.startswith("type ")]


@pytest.fixture(autouse=True)
def _bounded_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


def message(body: bytes, flag: int = 0, size: int | None = None, high: int = 0) -> bytes:
    return bytes([1, 2, flag, high]) + struct.pack("<I", len(body) + 8 if size is None else size) + body


async def refused(data: bytes, error: type[anyq.Error] = anyq.Error, **options: int) -> None:
    """Whoever is answered with ``data`` gets the error; the connection is over, and another one works."""

    async def server(peer: ScriptedPeer) -> None:
        if (await peer.request()) is not None:
            await peer.send_raw(data)
            await peer.stream.aclose()

    async with connected(server, **options) as (q, network):
        with pytest.raises(error) as caught:
            await q("1+1")
        assert not isinstance(caught.value, anyq.QError)
        with pytest.raises((anyq.ConnectionLost, anyq.ClosedError)):
            await q("1+1")
        with anyio.fail_after(5):
            while not network.connections[0].closed:
                await anyio.sleep(0.001)
    async with connected(echo) as (q, _):
        assert (await q("mine")).py() == b"mine"


async def test_52_bodies_that_are_cut_or_lie() -> None:
    for text in SHAPES:
        await refused(message(bytes.fromhex(text)), anyq.DecodeError)


async def test_52_lengths_that_are_none() -> None:
    for size in range(9):
        await refused(message(b"ee", size=size))
    await refused(message(b"ee", size=0xFFFFFFFF, high=0xFF))


async def test_53_types_that_are_none() -> None:
    for text in TYPES:
        await refused(message(bytes.fromhex(text)), anyq.DecodeError)


async def test_54_nesting_that_is_too_deep() -> None:
    async def server(peer: ScriptedPeer) -> None:
        await peer.request()
        await peer.send_raw(message(nested(1_000_000)))
        await peer.request()
        await peer.send_raw(message(nested(10_000)))

    async with connected(server) as (q, _):
        with pytest.raises(anyq.DecodeError) as caught:
            await q("deep")
        assert isinstance(caught.value, anyq.LimitError)
        assert codec.encode(await q("within the limit")) == nested(10_000)


async def test_55_streams_that_are_none() -> None:
    for text, flag in STREAMS.values():
        await refused(message(bytes.fromhex(text), flag=flag))


async def test_56_a_message_over_the_limit_is_refused_by_its_header() -> None:
    await refused(message(b"", size=1 << 30), anyq.ConnectionCorrupted, max_message_size=1 << 20)
