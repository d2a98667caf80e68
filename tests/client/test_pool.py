"""The pool: who gets a connection, when, and what becomes of it."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import pytest
from anyio import wait_all_tasks_blocked
from anyio.abc import ByteStream
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st
from tests.scenarios.support import scripted, sleeper

import anyq
from anyq.client import Address, Pool
from anyq.client._pool_moves import Move, decide
from anyq.protocol import EndOfFile, Response, SyncRequest
from anyq.testing import ScriptedPeer, VirtualNetwork

pytestmark = pytest.mark.anyio


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9), st.integers(0, 9), st.none() | st.integers(0, 9))
def test_decisions(idle: int, busy: int, max_size: int, ahead: int, max_waiting: int | None) -> None:
    move = decide(idle=idle, size=idle + busy, max_size=max_size, ahead=ahead, max_waiting=max_waiting)
    if move is Move.USE:
        assert idle > ahead
    elif move is Move.OPEN:
        assert idle <= ahead
        assert idle + busy < max_size
    else:
        assert ahead >= max_size - busy
        assert (move is Move.REFUSE) is (max_waiting is not None and ahead >= max_waiting)


@asynccontextmanager
async def pooled(script: Any = sleeper, **options: Any) -> AsyncIterator[tuple[Pool, VirtualNetwork]]:
    async with (
        VirtualNetwork.open(scripted(script)) as network,
        Pool("peer", 5000, dial=network.dial, **options) as pool,
    ):
        yield pool, network


async def test_calls_on_the_pool_share_few_connections() -> None:
    async with pooled(max_size=3) as (pool, network):
        for number in range(10):
            assert (await pool(str(number))).py() == str(number).encode()
        assert network.attempts == 1

        async def ask(number: int) -> None:
            assert (await pool(f"{number}")).py() == str(number).encode()

        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(ask, number)
        assert network.attempts <= 3
        statistics = pool.statistics()
        assert statistics.open == statistics.idle == network.attempts
        assert statistics.busy == statistics.waiting == statistics.draining == 0


async def test_a_connection_is_for_one_caller_at_a_time() -> None:
    async with pooled(max_size=2, max_waiting=1) as (pool, _):
        async with pool.connection() as a, pool.connection() as b:
            assert a is not b
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(pool, "waits")
                await wait_all_tasks_blocked()
                assert pool.statistics().waiting == 1
                with pytest.raises(anyq.LimitError, match="max_waiting"):
                    await pool("refused")
                tasks.cancel_scope.cancel()
        assert (await pool("x")).py() == b"x"


async def test_waiting_has_an_end() -> None:
    async with pooled(max_size=1, wait_timeout=0.02) as (pool, _), pool.connection():
        with pytest.raises(anyq.CallTimeout):
            await pool("x")


async def test_a_time_limit_counts_the_wait_for_a_connection() -> None:
    async with pooled(max_size=1, timeout=0.02) as (pool, _), pool.connection():
        for limit in (0.01, None):
            with anyio.fail_after(10), pytest.raises(anyq.CallTimeout, match=str(limit or 0.02)):
                await pool("1", timeout=limit)


async def test_a_handle_that_is_cancelled_says_whether_it_was_sent() -> None:
    async with pooled(max_size=1) as (pool, network):
        network.connections[0].incoming.stalled = True
        sent = pool.submit("1")
        await wait_all_tasks_blocked()
        waiting = pool.submit("1")
        await wait_all_tasks_blocked()
        for handle, outcome in ((waiting, "not sent"), (sent, "unknown")):
            handle.cancel()
            with pytest.raises(anyq.ClosedError) as caught:
                await handle
            assert caught.value.outcome == outcome


async def test_a_connection_with_dropped_calls_is_drained_first() -> None:
    async with pooled(max_size=1) as (pool, network):
        network.connections[0].incoming.stalled = True
        with anyio.move_on_after(0.02):
            await pool("dropped")
        assert pool.statistics().draining == 1
        answers: list[bytes] = []

        async def ask() -> None:
            answers.append((await pool("mine")).py())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await wait_all_tasks_blocked()
            assert not answers
            network.connections[0].incoming.stalled = False
        assert answers == [b"mine"]
        assert network.attempts == 1


async def test_a_connection_that_does_not_drain_is_replaced() -> None:
    async with pooled(max_size=1, drain_timeout=0.02) as (pool, network):
        network.connections[0].incoming.stalled = True
        with anyio.move_on_after(0.02):
            await pool("dropped")
        assert (await pool("mine")).py() == b"mine"
        assert network.attempts == 2
        assert network.connections[0].closed


async def test_broken_connections_are_replaced() -> None:
    async with pooled(max_size=2) as (pool, network):
        await pool("x")
        network.cut_all()
        await wait_all_tasks_blocked()
        assert (await pool("y")).py() == b"y"
        assert pool.statistics().failed == 1
        async with pool.connection() as q:
            network.cut_all()
            with pytest.raises(anyq.ConnectionLost):
                await q("z")
        assert (await pool("w")).py() == b"w"


async def test_an_idle_connection_is_asked_how_it_is() -> None:
    async with pooled(max_size=1, check_after=1e-9, check_timeout=0.02) as (pool, network):
        assert (await pool("x")).py() == b"x"
        network.connections[0].incoming.stalled = True
        assert (await pool("y")).py() == b"y"
        assert network.attempts == 2
        assert pool.statistics().failed == 1


async def test_the_first_host_that_takes_us() -> None:
    tried: list[str] = []

    async def dial(address: Address) -> ByteStream:
        tried.append(address.host)
        if address.host == down:
            raise ConnectionRefusedError("down")
        return await network.dial(address)

    down = "a"
    network: VirtualNetwork
    async with VirtualNetwork.open(scripted(sleeper)) as network:
        pool = Pool(["a:1", "b:1", "c:1"], dial=dial, max_size=1)
        async with pool:
            assert (await pool("x")).py() == b"x"
            assert tried == ["a", "b"]
            network.cut_all()
            await wait_all_tasks_blocked()
            await pool("x")
            assert tried == ["a", "b", "b"]
            down = "b"
            network.cut_all()
            await wait_all_tasks_blocked()
            await pool("x")
            assert tried[3:] == ["b", "c"]
    with pytest.raises(anyq.ConnectError, match="down"):
        await Pool("b:1", dial=dial).__aenter__()


async def test_map_keeps_the_order_and_its_failure_cancels_the_rest() -> None:
    async def server(peer: ScriptedPeer) -> None:
        while (value := await peer.request()) is not None:
            item = value.py()[1]
            if item == 5:
                await peer.reply_error("five")
            else:
                await anyio.sleep(0.001 * (10 - item))
                await peer.reply(item * 2)

    async with pooled(server, max_size=3) as (pool, _):
        answers = await pool.map("{2*x}", range(5))
        assert [answer.py() for answer in answers] == [0, 2, 4, 6, 8]
        with pytest.raises(anyq.QError, match="five"):
            await pool.map("{2*x}", range(9))


async def test_a_fan_out_leaves_the_queue_to_others() -> None:
    async with pooled(max_size=2, max_waiting=0) as (pool, network):
        answers = await pool.map("{x}", range(20))
        assert len(answers) == 20
        assert network.attempts <= 2


async def test_a_failed_health_check_lets_others_have_their_turn() -> None:
    """Callers that came while the check went on are not left waiting for a connection that is gone."""
    async with pooled(max_size=1, check_after=0.0, check_timeout=0.001) as (pool, network):
        network.connections[0].incoming.stalled = True
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                for number in range(10):
                    tasks.start_soon(pool, str(number))
        assert pool.statistics().failed >= 1
        assert pool.statistics().waiting == 0


async def test_names_and_posts() -> None:
    seen: list[str] = []

    async def server(peer: ScriptedPeer) -> None:
        while not isinstance(event := await peer.next_event(), EndOfFile):
            if isinstance(event, SyncRequest):
                await peer.reply(True)
            else:
                assert not isinstance(event, Response)
                seen.append(type(event).__name__)

    async with pooled(server) as (pool, _):
        await pool.post("x")
        assert (await pool.ns.name(1)).py() is True
    assert seen == ["AsyncMessage"]


async def test_a_closed_pool() -> None:
    async with pooled(max_size=1) as (pool, network):
        async with anyio.create_task_group() as tasks, pool.connection() as q:
            refused: list[Exception] = []

            async def wait() -> None:
                try:
                    await pool("x")
                except anyq.ClosedError as error:
                    refused.append(error)

            tasks.start_soon(wait)
            await wait_all_tasks_blocked()
            await pool.aclose()
            with pytest.raises(anyq.ClosedError):
                await q("y")
        assert len(refused) == 1
        with pytest.raises(anyq.ClosedError):
            await pool("z")
    assert all(stream.closed for stream in network.connections)
    with pytest.raises(anyq.BusyError):
        await pool.__aenter__()
    with pytest.raises(anyq.ClosedError):
        await Pool("peer", 1)("x")


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_each_gets_its_own_and_none_is_lost(seed: int) -> None:
    """Callers, cancelled callers and cuts at random: answers are right, and no connection leaks."""
    chance = random.Random(seed)
    wrong: list[object] = []

    async def server(peer: ScriptedPeer) -> None:
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest)
            for _ in range(chance.randrange(6)):
                await checkpoint()
            await peer.send_raw(peer.protocol.send(Response(event.body)))

    async def ask(text: str, patience: int) -> None:
        with anyio.CancelScope() as scope:
            tasks.start_soon(impatience, scope.cancel, patience)
            try:
                answer = (await pool(text)).py()
            except (anyq.ConnectionLost, anyq.ConnectError):
                return
            if answer != text.encode():
                wrong.append((text, answer))

    async def impatience(cancel: Callable[[], object], patience: int) -> None:
        for _ in range(patience):
            await checkpoint()
        if patience < 60:
            cancel()

    async with pooled(server, max_size=3) as (pool, network):
        async with anyio.create_task_group() as tasks:
            for number in range(200):
                tasks.start_soon(ask, str(number), chance.randrange(90))
                if chance.random() < 0.03:
                    chance.choice(network.connections).outgoing.cut()
                await checkpoint()
        assert not wrong
        statistics = pool.statistics()
        assert statistics.busy == statistics.waiting == 0
        assert statistics.open <= 3
        assert (await pool("last")).py() == b"last"
    assert all(stream.closed for stream in network.connections)


# -- several servers


def server_of(connection: anyq.Connection) -> int:
    assert connection.address.port is not None
    return connection.address.port - 1


@asynccontextmanager
async def spread(count: int, **options: Any) -> AsyncIterator[tuple[Pool, list[VirtualNetwork], set[int]]]:
    """A pool over servers; those whose number is in the set cannot be reached."""
    down: set[int] = set()
    async with AsyncExitStack() as stack:
        networks = [await stack.enter_async_context(VirtualNetwork.open(scripted(sleeper))) for _ in range(count)]

        async def dial(address: Address) -> ByteStream:
            assert address.port is not None
            if address.port - 1 in down:
                raise ConnectionRefusedError
            return await networks[address.port - 1].dial(address)

        hosts = [f"peer:{number + 1}" for number in range(count)]
        pool = Pool(hosts, dial=dial, balance="least busy", **options)
        yield await stack.enter_async_context(pool), networks, down


async def test_the_least_busy_server_is_asked() -> None:
    async with spread(3, max_size=6) as (pool, networks, _), AsyncExitStack() as stack:
        held = [await stack.enter_async_context(pool.connection()) for _ in range(6)]
        assert sorted(server_of(connection) for connection in held) == [0, 0, 1, 1, 2, 2]
        assert [network.attempts for network in networks] == [2, 2, 2]


async def test_an_idle_connection_serves_while_its_server_is_the_least_busy() -> None:
    async with spread(2, max_size=4) as (pool, networks, _):
        for _ in range(5):
            await pool("x")
        assert sum(network.attempts for network in networks) == 1
        async with pool.connection() as first, pool.connection() as second:
            assert first.address != second.address
        async with pool.connection() as first, pool.connection() as second:
            assert first.address != second.address
        assert [network.attempts for network in networks] == [1, 1]


async def test_a_server_that_is_down_is_left_out_for_a_while() -> None:
    async with spread(2, max_size=3) as (pool, networks, down):
        down.add(1)
        async with pool.connection() as a, pool.connection() as b, pool.connection() as c:
            assert [server_of(connection) for connection in (a, b, c)] == [0, 0, 0]
        assert networks[1].attempts == 0
        down.clear()
        async with pool.connection() as a:
            assert server_of(a) == 0


@pytest.mark.parametrize("seed", range(5))
async def test_no_server_has_two_more_in_use_than_another(seed: int) -> None:
    """While there is room for connections, whatever is taken and given back."""
    choice = random.Random(seed)
    async with spread(3, max_size=30) as (pool, _, _), AsyncExitStack() as stack:
        held: list[AsyncExitStack] = []
        for _ in range(60):
            if held and choice.random() < 0.4:
                await held.pop(choice.randrange(len(held))).aclose()
                continue
            before = pool._in_use()
            own = await stack.enter_async_context(AsyncExitStack())
            taken = await own.enter_async_context(pool.connection())
            assert before[server_of(taken)] == min(before)
            held.append(own)


def test_the_balance_is_one_of_two() -> None:
    with pytest.raises(ValueError, match="least busy"):
        Pool("peer", 5000, balance="random")  # type: ignore[arg-type]
