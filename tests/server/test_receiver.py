"""The fast path of small requests answers what the usual way answers."""

from __future__ import annotations

import pytest

import anyq
from anyq.server import Server

from .peer import peer

pytestmark = pytest.mark.anyio
SIZES = [0, 1, 100, 999, 1000, 1001, 5000, 100_000]
"""Around the bounds of the fast path: 1000 bytes of an answer, 4096 of what is received at once."""


def doubled(message: anyq.Value) -> anyq.Value:
    return anyq.chars(bytes(message) * 2) if isinstance(message, anyq.Vector) else message


async def test_answers_of_any_size_come_in_order() -> None:
    async with Server(doubled, port=0) as server, peer(server.port) as q:
        for size in SIZES:
            assert await q.ask(anyq.chars(b"x" * size)) == anyq.chars(b"x" * (2 * size))


async def test_an_error_on_the_fast_path_is_q_s_and_the_session_goes_on() -> None:
    def fails(message: anyq.Value) -> anyq.Value:
        if message == 0:
            raise anyq.QError("zero")
        return message

    async with Server(fails, port=0) as server, peer(server.port) as q:
        for _ in range(3):
            with pytest.raises(anyq.QError, match="zero"):
                await q.ask(0)
            assert await q.ask(7) == 7
        assert server.stats.errors == 3


async def test_the_handler_is_told_its_client() -> None:
    def who(message: anyq.Value, client: object) -> str:
        return str(getattr(client, "user", ""))

    async with Server(who, port=0) as server, peer(server.port, "ann") as q:
        assert str(await q.ask(1)) == "`ann"


async def test_a_body_that_is_no_message_ends_the_session() -> None:
    async with Server(doubled, port=0) as server, peer(server.port) as q:
        await q.stream.send(bytes.fromhex("010100000a000000f9ff"))
        assert await q.at_end()
        assert server.stats.bad_messages == 1
