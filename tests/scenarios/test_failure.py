"""When the world breaks: reconnecting, and who is told what."""

from __future__ import annotations

import logging
from collections.abc import Callable

import anyio
import pytest
from anyio import wait_all_tasks_blocked
from tests.scenarios.support import connected, echo, sleeper

import anyq
from anyq import codec
from anyq.protocol import EndOfFile, Response, SyncRequest
from anyq.testing import MemoryStream, ScriptedPeer, VirtualNetwork

pytestmark = pytest.mark.anyio


def log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().partition(" [")[0] for record in caplog.records if record.name == "anyq"]


@pytest.mark.virtual_time
async def test_33_a_server_restarts_while_the_connection_is_idle(
    anyio_backend: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="anyq")
    async with connected(echo, reconnection_attempts=5) as (q, network):
        assert (await q("before")).py() == b"before"
        network.refusals = 2
        network.cut_all()
        await wait_all_tasks_blocked()
        states = [str(q.state)]
        assert (await q("after")).py() == b"after"
        states.append(q.state)
        assert states == ["lost", "reconnected"]
    assert log_lines(caplog) == [
        "WARNING: Connection lost attempting to reconnect.",
        "Failed to reconnect, trying again in 0.5 seconds.",
        "Failed to reconnect, trying again in 1.0 seconds.",
        "Connection successfully reestablished.",
    ]


@pytest.mark.virtual_time
async def test_34_a_constant_delay(unit: float, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="anyq")
    function: Callable[[float], float] = lambda delay: delay  # noqa: E731
    delay = 1 if unit == 1 else unit
    options = {"reconnection_attempts": 5, "reconnection_delay": delay, "reconnection_function": function}
    async with connected(echo, **options) as (q, network):
        network.refusals = 3
        network.cut_all()
        assert (await q("after")).py() == b"after"
    lines = log_lines(caplog)
    assert lines[1:4] == [f"Failed to reconnect, trying again in {float(delay)} seconds."] * 3
    assert lines[4:] == ["Connection successfully reestablished."]


@pytest.mark.virtual_time
async def test_35_attempts_run_out(unit: float, caplog: pytest.LogCaptureFixture) -> None:
    async with connected(echo, reconnection_attempts=3, reconnection_delay=0.5 * unit) as (q, network):
        network.up = False
        network.cut_all()
        began = anyio.current_time()
        with pytest.raises(anyq.ConnectError, match="the virtual server is down"):
            await q("x")
        took = (anyio.current_time() - began) / unit
        assert took > 1.49
        assert unit < 1 or took < 1.51
        assert network.attempts == 1 + 3
    lines = log_lines(caplog)
    assert [line.startswith("Failed to reconnect") for line in lines] == [False, True, True, False]
    assert lines[-1] == "WARNING: Could not reconnect to server within 3 attempts."


@pytest.mark.virtual_time
async def test_36_what_the_keywords_mean(unit: float) -> None:
    def wrong(delay: float) -> float:
        return "soon"  # type: ignore[return-value]

    options = {"reconnection_attempts": 0, "reconnection_delay": unit / 100, "reconnection_function": wrong}
    async with connected(echo, **options) as (q, network):
        network.up = False
        network.cut_all()
        with pytest.raises(TypeError, match="wrong must return a number"):
            await q("x")
    async with connected(echo, reconnection_attempts=0, reconnection_delay=unit / 1000) as (q, network):
        network.refusals = 8
        network.cut_all()
        assert (await q("x")).py() == b"x"
        assert network.attempts == 1 + 8 + 1
    async with connected(echo, reconnection_attempts=-1) as (q, network):
        network.cut_all()
        with pytest.raises(anyq.ConnectionLost):
            await q("x")
        assert network.attempts == 1


async def test_37_calls_in_flight_learn_that_their_outcome_is_unknown() -> None:
    seen: list[bytes] = []

    async def handler(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        first = network.attempts == 1
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest)
            seen.append(bytes(event.body))
            if not first:
                await peer.send_raw(peer.protocol.send(Response(event.body)))

    async with VirtualNetwork.open(handler) as network:
        connection = anyq.connect(
            "peer", 1, dial=network.dial, max_in_flight=6, reconnection_attempts=2, reconnection_delay=0.001
        )
        async with connection as q:
            handles = [q.submit(str(number)) for number in range(5)]
            declared = q.submit("idempotent", idempotent=True)
            queued = q.submit("queued")
            await wait_all_tasks_blocked()
            assert len(seen) == 6
            network.cut_all()
            for handle in handles:
                with pytest.raises(anyq.ConnectionLost, match="outcome unknown") as caught:
                    await handle
                assert caught.value.outcome == "unknown"
            assert (await declared).py() == b"idempotent"
            assert (await queued).py() == b"queued"
            assert (await q("next")).py() == b"next"
    assert len(seen) == 6 + 3


async def test_38_a_call_that_was_not_sent_is_sent_after_the_reconnect() -> None:
    async with connected(echo, reconnection_attempts=3, reconnection_delay=0.001) as (q, network):
        network.cut_all()
        assert (await q("after")).py() == b"after"
        await q.post("posted")
        network.cut_all()
        assert (await q("again")).py() == b"again"
        assert q.statistics().reconnects == 2


async def test_38_without_reconnection_nothing_is_lost_in_silence() -> None:
    states: list[str] = []
    async with connected(echo, on_state=states.append) as (q, network):
        network.connections[0].outgoing.stalled = True
        blocked = q.submit(anyq.vector("x", bytes(100_000)))
        waiting = q.submit("waiting")
        await q.post("posted")
        network.cut_all()
        for handle in (blocked, waiting):
            with pytest.raises(anyq.ConnectionLost) as caught:
                await handle
            assert caught.value.outcome == "not sent"
        with pytest.raises(anyq.ConnectionLost):
            await q.flush()
        assert q.statistics().lost == 3
    assert states == ["connected", "lost", "closed"]


async def test_39_killed_inside_a_response() -> None:
    async def server(peer: ScriptedPeer) -> None:
        await peer.request()
        message = peer.protocol.send(Response(codec.encode(anyq.vector("j", range(1000)))))
        assert len(message) == 8014
        await peer.send_raw(message[:500])

    async with connected(server) as (q, _):
        with pytest.raises(anyq.ConnectionLost, match="500 of 8014 bytes"):
            await q("x")


@pytest.mark.virtual_time
async def test_40_a_half_open_peer(unit: float) -> None:
    async with connected(sleeper, liveness=unit, max_in_flight=2) as (q, network):
        assert (await q("x")).py() == b"x"
        await anyio.sleep(3 * unit)
        assert (await q("idle is fine")).py() == b"idle is fine"
        network.connections[0].incoming.stalled = True
        began = anyio.current_time()
        first, second = q.submit("1"), q.submit("2")
        for handle in (first, second):
            with pytest.raises(anyq.ConnectionLost, match="silent"):
                await handle
        assert (anyio.current_time() - began) / unit <= (1 if unit == 1 else 20)
    async with connected(sleeper) as (q, network):
        network.connections[0].incoming.stalled = True
        with pytest.raises(anyq.CallTimeout):
            await q("x", timeout=2 * unit)


@pytest.mark.parametrize("back", [True, False])
async def test_41_a_login_that_was_accepted_once_is_tried_again(caplog: pytest.LogCaptureFixture, back: bool) -> None:
    """A proxy accepts and closes while q restarts behind it."""

    async def handler(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        if network.attempts == 1 or (back and network.attempts == 4):
            await peer.accept()
            await peer.echo()
        else:
            await peer.refuse()

    async with VirtualNetwork.open(handler) as network:
        connection = anyq.connect(
            "peer:1:u:secret", dial=network.dial, reconnection_attempts=3, reconnection_delay=0.001
        )
        async with connection as q:
            network.cut_all()
            if back:
                assert (await q("x")).py() == b"x"
            else:
                with pytest.raises(anyq.ConnectError) as caught:
                    await q("x")
                assert not isinstance(caught.value, anyq.AuthenticationError)
                assert caught.value.outcome == "not sent"
                assert "secret" not in str(caught.value)
    assert network.attempts == 4
    failed = [record for record in caplog.records if "trying again" in record.getMessage()]
    assert [record.attempt for record in failed] == [1, 2]  # type: ignore[attr-defined]
    for record in failed:
        assert (record.host, record.port) == ("peer", 1)  # type: ignore[attr-defined]
        assert "refused" in record.reason  # type: ignore[attr-defined]
        assert "peer:1" in record.getMessage()
        assert "secret" not in record.getMessage()


async def test_42_a_wrong_password_is_tried_once() -> None:
    async def handler(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        logins.append(await peer.refuse())

    logins: list[object] = []
    async with VirtualNetwork.open(handler) as network:
        connection = anyq.connect("peer:5000:user:secret", dial=network.dial)
        assert "secret" not in repr(connection)
        with pytest.raises(anyq.AuthenticationError) as caught:
            await connection.__aenter__()
        assert "secret" not in str(caught.value)
        assert "peer:5000" in str(caught.value)
        assert isinstance(caught.value, anyq.ConnectError)
    assert len(logins) == 1


@pytest.mark.virtual_time
async def test_43_a_server_that_never_answers_the_login(unit: float) -> None:
    async def handler(stream: MemoryStream) -> None:
        await anyio.sleep_forever()

    async def ticker() -> None:
        while True:
            await anyio.sleep(unit / 10)
            ticks.append(anyio.current_time())

    ticks: list[float] = []
    async with VirtualNetwork.open(handler) as network, anyio.create_task_group() as tasks:
        tasks.start_soon(ticker)
        with pytest.raises(anyq.ConnectTimeout) as caught:
            await anyq.connect("peer", 1, dial=network.dial, connect_timeout=unit).__aenter__()
        assert isinstance(caught.value, TimeoutError)
        tasks.cancel_scope.cancel()
    assert len(ticks) >= 3


@pytest.mark.parametrize("capability", [3, 1, 0])
async def test_44_old_servers_are_served(capability: int) -> None:
    async def handler(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept(capability)
        await peer.echo()

    async with VirtualNetwork.open(handler) as network, anyq.connect("peer", 1, dial=network.dial) as q:
        assert q.capability == capability
        assert (await q("x")).py() == b"x"
        carried = network.connections[0].outgoing.carried
        if capability < 3:
            with pytest.raises(anyq.EncodeError):
                await q(anyq.guid(bytes(16)))
            assert network.connections[0].outgoing.carried == carried
        else:
            assert await q(anyq.guid(bytes(16))) == anyq.guid(bytes(16))


async def test_45_use_after_close() -> None:
    async def waiting(handle: anyq.client.Pending) -> None:
        with pytest.raises(anyq.ClosedError):
            await handle
        told.append("handle")

    async def reading() -> None:
        with pytest.raises(anyq.ClosedError):
            await anext(feed)
        told.append("feed")

    async def calling() -> None:
        with pytest.raises(anyq.ClosedError):
            await q("calling")
        told.append("call")

    told: list[str] = []
    async with connected(silent) as (q, _), anyio.create_task_group() as tasks:
        feed = q.messages()
        handle = q.submit("x")
        tasks.start_soon(waiting, handle)
        tasks.start_soon(reading)
        tasks.start_soon(calling)
        await wait_all_tasks_blocked()
        await q.aclose()
    assert sorted(told) == ["call", "feed", "handle"]
    await q.aclose()
    uses: list[Callable[[], object]] = [lambda: q.submit("x"), q.messages]
    for use in uses:
        with pytest.raises(anyq.ClosedError):
            use()
    for call in (lambda: q("x"), lambda: q.post("x"), lambda: q.deferred("x"), q.flush, lambda: q.name(1)):
        with pytest.raises(anyq.ClosedError):
            await call()


async def silent(peer: ScriptedPeer) -> None:
    while await peer.request() is not None:
        pass


@pytest.mark.virtual_time
async def test_46_close_returns_although_a_call_gets_no_answer(unit: float) -> None:
    async with connected(silent, close_timeout=unit, max_in_flight=3) as (q, network):
        handle = q.submit("x")
        network.connections[0].outgoing.stalled = True
        await q.post(anyq.vector("x", bytes(200_000)))
        began = anyio.current_time()
        await q.aclose()
        assert (anyio.current_time() - began) / unit <= (1 if unit == 1 else 20)
        with pytest.raises(anyq.ClosedError):
            await handle


async def test_abandon_close_gives_the_connection_up() -> None:
    async with connected(silent, abandon="close") as (q, _):
        with anyio.move_on_after(0.02):
            await q("x")
        with pytest.raises(anyq.ConnectionLost, match="abandon"):
            await q("y")


async def test_before_it_is_opened_and_after() -> None:
    q = anyq.connect("peer", 1)
    with pytest.raises(anyq.ClosedError, match="async with"):
        await q("x")
    async with connected(echo) as (q, _):
        with pytest.raises(anyq.BusyError):
            await q.__aenter__()


async def test_44_a_server_that_can_do_less_after_the_reconnect() -> None:
    async def handler(stream: MemoryStream) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept(6 if network.attempts == 1 else 1)
        await peer.echo()

    async with VirtualNetwork.open(handler) as network:
        connection = anyq.connect("peer", 1, dial=network.dial, reconnection_attempts=2, reconnection_delay=0.001)
        async with connection as q:
            network.cut_all()
            await wait_all_tasks_blocked()
            refused, sent = q.submit(anyq.guid(bytes(16))), q.submit(anyq.timestamp(0))
            with pytest.raises(anyq.EncodeError):
                await refused
            assert (await sent) == anyq.timestamp(0)
            assert q.capability == 1


async def test_what_was_queued_first_is_sent_first_after_the_reconnect() -> None:
    seen: list[int] = []

    async def server(peer: ScriptedPeer) -> None:
        while (value := await peer.request()) is not None:
            seen.append(int(value.np()[0]))
            await peer.reply(value)

    async with connected(server, reconnection_attempts=2, reconnection_delay=0.001) as (q, network):
        network.connections[0].outgoing.stalled = True
        handles = [q.submit(anyq.vector("j", [0] * 30_000), idempotent=True)]
        handles += [q.submit(anyq.vector("j", [number])) for number in range(1, 4)]
        await wait_all_tasks_blocked()
        network.cut_all()
        assert q._core._link is not None
        q._core._link.fail(ConnectionResetError("reset"))
        handles.append(q.submit(anyq.vector("j", [4])))
        for handle in handles:
            await handle
    assert seen == [0, 1, 2, 3, 4]


async def test_whatever_the_back_off_function_raises_reaches_the_caller() -> None:
    def broken(delay: float) -> float:
        raise ZeroDivisionError

    options = {"reconnection_attempts": 0, "reconnection_delay": 0.001, "reconnection_function": broken}
    async with connected(echo, **options) as (q, network):
        network.up = False
        network.cut_all()
        with pytest.raises(ZeroDivisionError):
            await q("x")
        network.up = True
        assert (await q("y")).py() == b"y"
