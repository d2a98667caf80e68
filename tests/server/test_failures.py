"""What becomes of the exceptions of handlers: the answer, the log, and the server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import anyq
from anyq.server import Handler, Server

from .peer import peer

pytestmark = pytest.mark.anyio


class Unspeakable(Exception):
    """Whose text cannot be had."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Wordless(Exception):
    def __str__(self) -> str:
        return 7  # type: ignore[return-value]


class Fatal(BaseException):
    """What no server may swallow."""


class UnspeakableFatal(BaseException):
    def __str__(self) -> str:
        raise RuntimeError("no text")


Raise = Callable[[BaseException], Any]


def plain(error: BaseException) -> Any:
    def handler(message: anyq.Value) -> None:
        raise error

    return handler


def async_plain(error: BaseException) -> Any:
    async def handler(message: anyq.Value) -> None:
        await anyio.lowlevel.checkpoint()
        raise error

    return handler


def awaitable(error: BaseException) -> Any:
    def handler(message: anyq.Value) -> Awaitable[None]:
        return async_plain(error)(message)  # type: ignore[no-any-return]

    return handler


def in_thread(error: BaseException) -> Any:
    return Handler(plain(error), in_thread=True)


def limited(error: BaseException) -> Any:
    return Handler(plain(error), timeout=60)


def result(error: BaseException) -> Any:
    """A result whose conversion fails."""

    class Strange:
        def __array__(self, *arguments: object, **options: object) -> None:
            raise error

        def __iter__(self) -> None:
            raise error

    return lambda message: Strange()


KINDS = [plain, async_plain, awaitable, in_thread, limited]
TEXTS = [
    (anyq.QError("oops"), "oops", "oops"),
    (ValueError("text"), "ValueError: text", "ValueError"),
    (ValueError(), "ValueError", "ValueError"),
    (Unspeakable(), "Unspeakable", "Unspeakable"),
    (Wordless(), "Wordless", "Wordless"),
    (anyq.EncodeError("x"), "type", "type"),
    (TimeoutError("x"), "timeout", "timeout"),
    (ValueError("a\0b"), "ValueError: ab", "ValueError"),
    (ValueError("x" * 5000), ("ValueError: " + "x" * 5000)[:1000], "ValueError"),
    (ExceptionGroup("many", [ValueError("a")]), "ExceptionGroup: many (1 sub-exception)", "ExceptionGroup"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("expose", [True, False])
@pytest.mark.parametrize(("error", "text", "hidden"), TEXTS, ids=[type(error).__name__ for error, _, _ in TEXTS])
async def test_what_clients_are_told(
    kind: Raise, expose: bool, error: BaseException, text: str, hidden: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Server(kind(error), port=0, expose_errors=expose) as server, peer(server.port, "ann") as q:
        for _ in range(2):
            assert await q.error(1) == (text if expose else hidden)
        await q.post(1)
        assert await q.error(1) == (text if expose else hidden)
        handle = next(iter(server.clients))
    logged = [record for record in caplog.records if record.exc_info]
    assert len(logged) == 4
    assert all(record.exc_info and record.exc_info[1] is error for record in logged)
    assert all(f"client {handle} ('ann')" in record.getMessage() for record in logged)
    assert [record.user for record in logged] == ["ann"] * 4  # type: ignore[attr-defined]
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", [Fatal("end"), UnspeakableFatal()], ids=["fatal", "unspeakable"])
async def test_what_is_no_exception_is_answered_and_ends_the_server(
    kind: Raise, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    async def serve() -> None:
        async with Server(kind(error), port=0) as server, peer(server.port) as q:
            assert await q.error(1) == ("Fatal: end" if type(error) is Fatal else "UnspeakableFatal")
            assert await q.at_end()
            await server.serve_forever()

    with pytest.raises(type(error)), anyio.fail_after(20):
        await serve()
    assert next(record.levelno for record in caplog.records if record.exc_info) == logging.CRITICAL


@pytest.mark.parametrize("where", ["on_open", "on_close", "authenticate", "on_timer"])
@pytest.mark.parametrize("kind", [plain, async_plain])
async def test_other_handlers_that_raise_what_is_no_exception(kind: Raise, where: str) -> None:
    def fails(*arguments: object) -> Any:
        return kind(Fatal())(arguments[0] if arguments else 0)

    async def serve() -> None:
        options: dict[str, Any] = {where: fails}
        async with Server(lambda message: message, port=0, timer=0.01, **options) as server:
            async with peer(server.port, login=False) as q:
                with anyio.move_on_after(0.1):
                    await q.login()
            await server.serve_forever()

    with pytest.raises(Fatal), anyio.fail_after(20):
        await serve()


@pytest.mark.parametrize("kind", [plain, async_plain, awaitable])
async def test_a_cancellation_that_is_not_the_servers(kind: Raise) -> None:
    """A result of something else that was cancelled, say; only asyncio lets one raise it."""
    if anyio.get_cancelled_exc_class() is not asyncio.CancelledError:
        pytest.skip("Trio's cannot be made")
    async with Server(kind(asyncio.CancelledError()), port=0) as server, peer(server.port) as q:
        for _ in range(2):
            assert "cancelled" in await q.error(1)


async def test_errors_of_evaluations_are_logged_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="anyq")
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port, username="ann") as q:
        with pytest.raises(anyq.QError, match="type"):
            await q("f:{x+`a}; f 1")
    (record,) = [record for record in caplog.records if "type" in record.getMessage()]
    assert (record.exc_info, record.levelno) == (None, logging.INFO)
    assert "{x+`a}" in record.getMessage()
    assert "('ann')" in record.getMessage()


async def test_python_errors_of_a_handler_beside_an_embedded_q(caplog: pytest.LogCaptureFixture) -> None:
    def handler(message: anyq.Value) -> None:
        raise LookupError("secret")

    for expose, text in ((True, "LookupError: secret"), (False, "LookupError")):
        async with (
            anyq.serve(handler, port=0, expose_errors=expose) as server,
            anyq.connect("127.0.0.1", server.port) as q,
        ):
            with pytest.raises(anyq.QError) as caught:
                await q("1")
            assert caught.value.text == text


@pytest.mark.parametrize("expose", [True, False])
@pytest.mark.parametrize(("error", "text", "hidden"), TEXTS, ids=[type(error).__name__ for error, _, _ in TEXTS])
async def test_raw_connections_tell_the_same(
    expose: bool, error: BaseException, text: str, hidden: str, caplog: pytest.LogCaptureFixture
) -> None:
    raw = anyq.RawConnection(port=0, as_server=True, on_sync=plain(error), expose_errors=expose)
    async with raw as server, anyio.create_task_group() as tasks:

        async def serve() -> None:
            while True:
                await server.poll_recv_async()

        tasks.start_soon(serve)
        async with peer(server.port or 0, "ann") as q:
            assert await q.error(1) == (text if expose else hidden)
        tasks.cancel_scope.cancel()
    (record,) = [record for record in caplog.records if record.exc_info]
    assert "'ann'" in record.getMessage()


async def test_log_lines_hold_no_control_characters(caplog: pytest.LogCaptureFixture) -> None:
    async with Server(plain(anyq.QError("a\x1b[31m\nWARNING forged")), port=0) as server, peer(server.port) as q:
        await q.error(1)
    assert "\x1b" not in caplog.records[0].getMessage()
    assert "\n" not in caplog.records[0].getMessage()


async def test_a_plain_login_check_that_returns_an_awaitable() -> None:
    async def check(user: str, password: str | None) -> bool:
        return user == "ann"

    async with Server(lambda message: message, port=0, authenticate=lambda u, p: check(u, p)) as server:
        async with peer(server.port, "ann"):
            pass
        async with peer(server.port, login=False) as q:
            assert not await q.login("bob")
