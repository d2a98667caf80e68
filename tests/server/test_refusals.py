"""What a client is told when it cannot be served: the reason, as far as it can be known."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.to_thread
import pytest
import trustme

import anyq
from anyq.server import Limits

pytestmark = pytest.mark.anyio

Open = Callable[..., Awaitable[object]]


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server, and of its clients."""
    authority = trustme.CA()
    server, client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    return server, client


async def opened(port: int, **options: Any) -> None:
    async with anyq.connect("localhost", port, **options):
        pass


async def opened_blocking(port: int, **options: Any) -> None:
    def work() -> None:
        with anyq.sync.connect("localhost", port, **options):
            pass

    await anyio.to_thread.run_sync(work)


async def opened_raw(port: int, **options: Any) -> None:
    async with anyq.RawConnection("localhost", port, **options):
        pass


ENTRIES = [opened, opened_blocking, opened_raw]


@pytest.mark.parametrize("entry", ENTRIES)
async def test_no_tls_where_it_is_wanted(entry: Open, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async with anyq.serve(port=0, tls=contexts[0]) as server:
        with pytest.raises(anyq.ConnectError, match="speaks TLS") as caught:
            await entry(server.port, username="ann")
        assert not isinstance(caught.value, anyq.AuthenticationError)
        assert server.stats.foreign == 1


@pytest.mark.parametrize("entry", ENTRIES)
async def test_tls_where_it_is_not_spoken(entry: Open, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async with anyq.serve(port=0) as server:
        with pytest.raises(anyq.ConnectError, match="speaks no TLS"):
            await entry(server.port, tls=contexts[1])


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("entry", ENTRIES)
async def test_a_full_server(entry: Open, tls: bool, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    options = {"tls": contexts[1]} if tls else {}
    limits = Limits(connections=1)
    async with (
        anyq.serve(port=0, tls=contexts[0] if tls else None, limits=limits) as server,
        anyq.connect("localhost", server.port, **options),  # type: ignore[arg-type]
    ):
        for _ in range(5):  # whatever of the login has arrived when it is turned away
            with pytest.raises(anyq.ConnectError, match=r"no room for another client") as caught:
                await entry(server.port, **options)
            assert not isinstance(caught.value, anyq.AuthenticationError)
        assert server.stats.over_limit == 5


@pytest.mark.parametrize("entry", ENTRIES)
async def test_a_refused_login_is_no_full_server(entry: Open) -> None:
    async with anyq.serve(port=0, authenticate=lambda user, password: False) as server:
        with pytest.raises(anyq.AuthenticationError) as caught:
            await entry(server.port)
        assert "no room" not in str(caught.value)


@pytest.mark.parametrize("tls", [True, False])
async def test_a_message_over_the_limit(tls: bool, contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    options = {"tls": contexts[1]} if tls else {}
    limits = Limits(message_size=1000)
    async with anyq.serve(port=0, tls=contexts[0] if tls else None, limits=limits) as server:
        async with anyq.connect("localhost", server.port, **options) as q:  # type: ignore[arg-type]
            for size in (993, 1000, 100_000, 1_000_000):
                with pytest.raises(anyq.QError, match=r"^limit$"):
                    await q("count", b"x" * size)
                assert await q("count", b"x" * 900) == 900
            await q.post("a:1", b"x" * 1000)
            with pytest.raises(anyq.ConnectionLost) as caught:
                await q("1+1")
        assert "violation of protocol" not in str(caught.value)
        assert (server.stats.too_large, server.stats.bad_messages) == (4, 1)


async def test_a_message_far_over_the_limit() -> None:
    async with (
        anyq.serve(port=0, limits=Limits(message_size=1000)) as server,
        anyq.connect("localhost", server.port) as q,
    ):
        with pytest.raises(anyq.ConnectionLost):
            await q("count", bytes(70_000_000))


async def test_large_requests_among_others_are_answered_in_turn() -> None:
    async with (
        anyq.serve(port=0, limits=Limits(message_size=10_000)) as server,
        anyq.connect("localhost", server.port, max_in_flight=40) as q,
    ):
        sizes = [10, 20_000, 9_000, 10_001, 5, 300_000] * 6
        calls = [q.submit("count", bytes(size)) for size in sizes]
        for size, call in zip(sizes, calls, strict=True):
            if size < 10_000:
                assert await call == size
            else:
                with pytest.raises(anyq.QError, match=r"^limit$"):
                    await call
