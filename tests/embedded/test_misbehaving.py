"""scenarios.md 58 to 63 with clients that misbehave: the others are served, and each offender goes by its own bound."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import anyio
import pytest

import anyq
from anyq.server import Limits

pytestmark = pytest.mark.anyio

LOGIN = b"eve:x\x03\0"
LIMITS = Limits(
    login_time=1.0, queued_bytes=100_000, send_time=1.0, message_size=1_000_000, refused_logins=3, requests=8
)

BOMBS = (
    "{(x;x)}/[40;1]",
    "sum each 3000000 3#1",
    "{x,x}/[100;1 2]",
    "raze string{(x;x)}/[40;1]",
    '"F"$5000000#enlist "1e300"',
    "(cross/)10#enlist til 100",
    "ej[`k;t;t:([]k:20000#1)]",
)

Offender = Callable[[int], Coroutine[Any, Any, None]]


async def silent_login(port: int) -> None:
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
            for letter in b"a" * 1000:
                await stream.send(bytes([letter]))
                with anyio.move_on_after(0.1):
                    await stream.receive(1)


async def http(port: int) -> None:
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        await stream.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
            while True:
                await stream.receive()


async def garbage(port: int) -> None:
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        await stream.send(LOGIN)
        await stream.receive(1)
        await stream.send(b"\x01\x01\0\0\xff\xff\xff\x7f" + bytes(100))
        with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
            await stream.receive()


async def asks_and_reads_nothing(port: int) -> None:
    query = anyq.codec.dumps(anyq.chars("1000000#0x00"), kind="sync")
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        await stream.send(LOGIN)
        await stream.receive(1)
        with suppress(anyio.BrokenResourceError):
            while True:
                await stream.send(query)
                await anyio.sleep(0.05)


async def asks(port: int, *queries: str) -> None:
    """Queries whose time ends, or which are refused."""
    async with anyq.connect("127.0.0.1", port) as q:
        for query in queries:
            with pytest.raises(anyq.QError, match=r"stop|access|wsfull|limit"):
                await q(query)


async def leaves(port: int) -> None:
    for _ in range(5):
        async with anyq.connect("127.0.0.1", port) as q:
            q.submit('system"sleep 1000"')


async def guesses(port: int) -> None:
    for number in range(5):
        with pytest.raises(anyq.AuthenticationError):
            await anyq.connect("127.0.0.1", port, username="root", password=str(number)).__aenter__()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


async def test_the_others_are_served(stack: ExitStack, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="anyq")
    silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    number = silent.getsockname()[1]
    offenders: list[Offender] = [
        silent_login, http, garbage, asks_and_reads_nothing, leaves, guesses,
        lambda port: asks(port, "while[1b;]", f"hopen {number}", f'`::{number} "1"', 'system"sleep 1000"'),
        lambda port: asks(port, *BOMBS),
        lambda port: asks(port, "read0`:/etc/passwd", ".z.pw:{1b}", 'system"rm x"', "exit 1", "`:x set 1", "get`:x"),
    ]  # fmt: skip
    answered = 0
    outbound = [f"localhost:{number}"]

    def validate(user: str, password: str | None) -> bool:
        return user != "root"

    async with anyq.serve(port=0, limits=LIMITS, timeout=0.5, outbound=outbound, authenticate=validate) as server:

        async def good() -> None:
            nonlocal answered
            async with anyq.connect("127.0.0.1", server.port, timeout=90) as q:
                for n in range(10):
                    assert await q(f"{n}*2") == 2 * n
                    answered += 1

        with anyio.fail_after(100):
            async with anyio.create_task_group() as tasks:
                for offender in offenders:
                    tasks.start_soon(offender, server.port)
                for _ in range(20):
                    tasks.start_soon(good)
        assert answered == 200
        stats = server.stats
        assert stats.refused == 5
        assert stats.slowed >= 2
        assert stats.late_logins >= 1
        assert stats.foreign >= 1
        assert stats.bad_messages == 1
        assert stats.slow == 1
        assert stats.denied == 6
        assert await server.q("1+1") == 2
    assert not [record for record in caplog.records if "session failed" in record.getMessage()]
