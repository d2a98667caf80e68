"""What hooks are told, at each entry point."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest

import anyq
import anyq.sync
from anyq.errors import CallTimeout, ConnectionLost, QError

pytestmark = pytest.mark.anyio


class Told(anyq.Hooks):
    """Remembers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str | None]] = []
        self.ended: list[anyq.CallInfo] = []
        self.states: list[str] = []
        self.waits: list[float] = []
        self.requests: list[tuple[str, bool]] = []
        self.errors: list[BaseException | None] = []

    def call_begins(self, call: anyq.CallInfo) -> None:
        assert call.outcome == ""
        call.data = len(self.calls)
        self.calls.append(("begins", call.query))

    def call_sent(self, call: anyq.CallInfo) -> None:
        assert call.sent is not None
        assert call.sent >= call.started
        self.calls.append(("sent", call.query))

    def call_ends(self, call: anyq.CallInfo) -> None:
        assert isinstance(call.data, int)
        assert self.calls[call.data][0] == "begins"
        self.calls.append((call.outcome, call.query))
        self.ended.append(call)

    def connection_changes(self, address: object, state: str) -> None:
        assert isinstance(address, anyq.Address)
        self.states.append(state)

    def pool_waits(self, seconds: float) -> None:
        self.waits.append(seconds)

    def request_begins(self, request: anyq.RequestInfo) -> None:
        self.requests.append(("begins", request.sync))

    def request_ends(self, request: anyq.RequestInfo) -> None:
        assert request.seconds >= 0
        self.requests.append(("ends", request.sync))
        self.errors.append(request.error)


EXPECTED = [
    *[("begins", "1+1"), ("sent", "1+1"), ("answered", "1+1")],
    *[("begins", "1+`a"), ("sent", "1+`a"), ("answered", "1+`a")],
]


def check(told: Told) -> None:
    assert told.calls == EXPECTED
    assert [call.error for call in told.ended] == [None, "type"]
    assert all(call.seconds > 0 and call.request_bytes > 0 and call.response_bytes > 0 for call in told.ended)
    assert told.states == ["connected", "closed"]


@contextmanager
def q_error() -> Iterator[None]:
    with pytest.raises(QError, match="type"):
        yield


async def test_a_connection(served: int) -> None:
    told = Told()
    async with anyq.connect("localhost", served, hooks=told) as q:
        assert (await q("1+1")).py() == 2
        with q_error():
            await q("1+`a")
    check(told)


async def test_a_pool(served: int) -> None:
    told = Told()
    async with anyq.Pool("localhost", served, hooks=told, max_size=1) as q:
        assert (await q("1+1")).py() == 2
        with q_error():
            await q("1+`a")
    check(told)
    assert len(told.waits) == 2


@pytest.mark.parametrize(
    "opens",
    [anyq.sync.connect, anyq.sync.Pool, lambda *a, **k: anyq.sync.connect(*a, **k)],
    ids=["one", "pool", "twin"],
)
def test_blocking(served: int, opens: Callable[..., Any]) -> None:
    told = Told()
    with opens("localhost", served, hooks=told) as q:
        assert q("1+1").py() == 2
        with q_error():
            q("1+`a")
    check(told)


def test_a_portal(served: int) -> None:
    told = Told()
    with anyq.start_portal() as portal, portal.connect("localhost", served, hooks=told) as q:
        assert q("1+1").py() == 2
        with q_error():
            q("1+`a")
    check(told)


async def test_what_is_given_up_or_lost() -> None:
    told = Told()
    begun = anyio.Event()

    async def answer(message: anyq.Value, client: anyq.server.Client) -> None:
        begun.set()
        if message.py() == b"leave":
            client.close()
        await anyio.sleep_forever()

    async with (
        anyq.server.Server(answer, port=0, grace=0) as server,
        anyq.connect("localhost", server.port, hooks=told, reconnection_attempts=-1) as q,
    ):
        with pytest.raises(CallTimeout):
            await q("wait", timeout=0.05)
        with anyio.move_on_after(0.05):
            await q("never sent")  # the answer to the call before is still due
        assert told.calls == [
            *[("begins", "wait"), ("sent", "wait"), ("abandoned", "wait")],
            *[("begins", "never sent"), ("abandoned", "never sent")],
        ]
        assert [call.sent is None for call in told.ended] == [False, True]
        told.calls.clear()
    async with (
        anyq.server.Server(answer, port=0, grace=0) as server,
        anyq.connect("localhost", server.port, hooks=told) as q,
    ):
        with pytest.raises(ConnectionLost):
            await q("leave")
    assert told.calls == [("begins", "leave"), ("sent", "leave"), ("lost", "leave")]


async def test_texts_of_queries_can_be_left_out(served: int) -> None:
    told = Told()
    async with anyq.connect("localhost", served, hooks=told, report_queries=False) as q:
        await q("1+1")
    assert {query for _, query in told.calls} == {None}


async def test_a_server() -> None:
    told = Told()
    async with anyq.serve(port=0, hooks=told) as server, anyq.connect("localhost", server.port) as q:
        await q("1+1")
        with q_error():
            await q("1+`a")
        await q.post("a:1")
        await q("a")
    assert sorted(told.requests) == sorted(
        [("begins", True), ("ends", True)] * 3 + [("begins", False), ("ends", False)]
    )
    assert [type(error) for error in told.errors] == [type(None), QError, type(None), type(None)]


@pytest.mark.parametrize("kind", ["plain", "async", "thread"])
async def test_handlers_of_each_kind(kind: str) -> None:
    told = Told()

    def plain(message: anyq.Value) -> Any:
        return 1 // message.py()

    async def waits(message: anyq.Value) -> Any:
        await anyio.lowlevel.checkpoint()
        return plain(message)

    handlers: dict[str, Any] = {"plain": plain, "async": waits, "thread": anyq.server.Handler(plain, in_thread=True)}
    async with (
        anyq.server.Server(handlers[kind], port=0, hooks=told) as server,
        anyq.connect("localhost", server.port) as q,
    ):
        assert (await q(anyq.long(1))).py() == 1
        with pytest.raises(QError, match="ZeroDivisionError"):
            await q(anyq.long(0))
    assert told.requests == [("begins", True), ("ends", True)] * 2
    assert [type(error) for error in told.errors] == [type(None), ZeroDivisionError]


class Failing(anyq.Hooks):
    """Raises at every event."""


def _raise(*_: object) -> None:
    raise ValueError("a hook of the program's")


for _name in [name for name in vars(anyq.Hooks) if not name.startswith("_")]:
    setattr(Failing, _name, _raise)


async def test_a_hook_that_fails_is_logged_and_takes_nothing_with_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "anyq"):
        async with (
            anyq.serve(port=0, hooks=Failing()) as server,
            anyq.Pool("localhost", server.port, hooks=Failing()) as q,
        ):
            assert (await q("1+1")).py() == 2
    assert caplog.text.count("a hook of the program's") >= 7


def test_what_is_no_hook() -> None:
    with pytest.raises(TypeError, match="hooks"):
        anyq.connect("localhost", 1, hooks=print)  # type: ignore[arg-type]
