"""A gateway over servers of partitions, replicas, and one of today in memory; what it answers is what one q answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Any

import anyio
import anyio.to_thread
import pytest
from tests.partitions.conftest import Cluster, started

import anyq
import anyq.sync
from anyq.embedded import BlockingEmbedded
from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.query import col, select, sum, wavg
from anyq.values import KeyedTable, Table, Value

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with started(tmp_path_factory.mktemp("cluster")) as made:
        yield made


def roles_of(cluster: Cluster) -> dict[str, list[str]]:
    return dict(zip(("hdb", "old", "rdb", "other"), map(list, cluster.hosts), strict=True))


@pytest.fixture
async def gateway(cluster: Cluster) -> AsyncIterator[anyq.Gateway]:
    async with anyq.Gateway(roles_of(cluster)) as made:
        yield made


@pytest.fixture
async def q(gateway: anyq.Gateway) -> AsyncIterator[anyq.Connection]:
    async with anyq.connect("localhost", gateway.port) as made:
        yield made


def rows(value: Value) -> Any:
    """Without what does not travel: attributes and enumerations."""
    return value.unkeyed().pa().to_pylist() if isinstance(value, KeyedTable) else (
        value.pa().to_pylist() if isinstance(value, Table) else value.py()
    )  # fmt: skip


async def same(x: Value, whole: BlockingEmbedded, text: str) -> bool:
    wanted = await anyio.to_thread.run_sync(whole, text)
    return repr(rows(x)) == repr(rows(wanted))


SELECTS = [
    "select from trade",
    "select from trade where date=2024.01.02",
    "select from trade where date within 2024.01.02 2024.01.03,sym=`a",
    "select sym,size from trade where date in 2024.01.01 2024.01.05",
    "select date,s:2*size from trade where price>2",
    "select from trade where date<2023.01.01",
    "select from trade where date=max date",
    "select from trade where (date=2024.01.05)|size=3",
    "select sum size from trade",
    "select n:count i,max price,first sym,last time from trade",
    "select v:size wavg price,a:avg price,var price,dev size by sym from trade",
    "select sum size by date,sym from trade where size>1",
    "select count i by date from trade where date>2024.01.01",
    "select distinct sym from trade",
    "exec size from trade",
    "exec sum size from trade",
    "exec sym,size from trade where date=2024.01.01",
    "exec s:sum size,n:count i from trade",
    "select sum size from trade where date<2023.01.01",
]


@pytest.mark.parametrize("text", SELECTS)
async def test_selects_are_those_of_one_q(q: anyq.Connection, cluster: Cluster, text: str) -> None:
    assert await same(await q(text), cluster.whole, text)


async def test_queries_made_of_values(q: anyq.Connection, cluster: Cluster) -> None:
    query = select("trade", {"v": wavg("size", "price")}, by=["sym"], where=[col("size") > 1])
    assert await same(await q(query), cluster.whole, "select v:size wavg price by sym from trade where size>1")
    assert await same(
        await q(select("trade", where=[col("sym") == "a"])), cluster.whole, "select from trade where sym=`a"
    )
    assert await same(await q(select("trade", {"s": sum("size")})), cluster.whole, "select s:sum size from trade")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select med price from trade", "give a role"),
        ("select 1+sum size from trade", "does not split"),
        ("select {x}size from trade", "row by row"),
        ("select from nothing", "nothing"),
        ("select[2] from trade", "limit"),
        ("1+1", "a gateway takes"),
        ("trade", "a gateway takes"),
        ("delete from trade", "a gateway takes"),
        ("update size:0 from `trade", "a gateway takes"),
        ('select from trade where date=2024.01.02;system"ls"', ""),
        ("exit 0", "a gateway takes"),
        ("`x set 1", "a gateway takes"),
        ("select from trade where sym=`zz,size>`a", "type"),
        ('.gw.syncexec["1+1";`nobody]', "no role `nobody"),
        ('.gw.syncexec["1+1";`]', "no role"),
        ('.gw.syncexec["1+1"]', "rank"),
        ('.gw.syncexec["1+`a";`hdb]', "type"),
        ('.gw.asyncexec["1+1";`hdb]', "async messages"),
        (".gw.other[1;2]", ".gw.other"),
        ('.gw.syncexec[system"ls";`hdb]', ""),
        ('.gw.syncexecj["1";`hdb;{system"ls"}]', ""),
        ('.gw.syncexecj["1";`hdb;{zz::1}]', "noupdate"),
    ],
)
async def test_what_it_does_not_do_is_a_q_error(q: anyq.Connection, text: str, said: str) -> None:
    with pytest.raises(QError) as caught:
        await q(text)
    assert said in str(caught.value)
    assert (await q('.gw.syncexec["1+1";`hdb]')).py() == [2]


async def test_sync_calls(q: anyq.Connection, cluster: Cluster) -> None:
    assert (await q('.gw.syncexec["til 3";`hdb`rdb]')).py() == [0, 1, 2, 0, 1, 2]
    assert (await q('.gw.syncexecj["count trade";`hdb`old`rdb;sum]')).py() == 28
    assert (
        await q(anyq.symbol(".gw.syncexecj"), b"count trade", ["hdb", "rdb"], Interpreter().eval("{max x}"))
    ).py() == 15
    assert (await q(anyq.symbol(".gw.syncexec"), [anyq.symbol("count"), 5], "hdb")).py() == [1]


async def test_async_calls_and_postbacks(gateway: anyq.Gateway) -> None:
    async with anyq.connect("localhost", gateway.port) as q, q.messages() as feed:

        async def asked(query: str | Value, *arguments: object) -> Any:
            await q.post(query, *arguments)
            return (await anext(feed)).py()

        call = anyq.symbol(".gw.asyncexec")
        assert await asked(call, b"til 3", "hdb") == [0, 1, 2]
        assert await asked('.gw.asyncexec["til 3";`hdb`rdb]') == [0, 1, 2, 0, 1, 2]
        assert await asked("exec sum size from trade where date=2024.01.01") is not None
        assert await asked(call, b"1+`a", "hdb") == b"error: type"
        assert await asked(call, b"1", "nobody") == b"error: no role `nobody; there are hdb old rdb other"
        assert b"sync messages" in await asked(anyq.symbol(".gw.syncexec"), b"1", "hdb")
        jpt = '.gw.asyncexecjpt["1+1";`hdb`rdb;sum;{};{}]'
        assert await asked(jpt.format("()", "0Wn")) == 4
        assert await asked(jpt.format("`done", "0D00:00:10")) == ["done", b"1+1", 4]
        assert await asked(jpt.format("(`done;`a;7)", "0D00:00:10")) == ["done", "a", 7, b"1+1", 4]
        assert await asked(jpt.format("`done", "0D00:00:00")) == ["done", b"1+1", b"error: timeout"]


async def test_a_join_is_computed_as_a_stranger_would(q: anyq.Connection) -> None:
    """The function of a client is its own code, on the gateway's machine."""
    for function in ("{getenv`PATH}", "{read0`:/etc/hostname}", "{hopen 1}", "{`:x set 1}", "{exit 0}", '{system"ls"}'):
        with pytest.raises(QError):
            await q(f'.gw.syncexecj["1";`hdb;{function}]')


# -- processes that come, go and are slow


class Slow:
    """Processes that answer when they are told to."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, Any]] = []
        self.released = anyio.Event()

    def server(self, name: str) -> anyq.server.Server:
        async def answer(message: Value) -> Any:
            text = bytes(message).decode()
            if text.startswith("{[]t:tables"):
                return anyq.as_q([anyq.vector("s", []), []])
            self.begun.append((name, text))
            if "wait" in text and name != "b":
                await self.released.wait()
            return name

        return anyq.server.Server(answer, port=0, grace=0)


async def until(condition: Any) -> None:
    with anyio.fail_after(20):
        while not condition():
            await anyio.sleep(0.005)


async def said_by(handle: Awaitable[Value]) -> str:
    try:
        return str((await handle).py())
    except QError as error:
        return str(error)


CALL = '.gw.syncexecj["{}";`hdb;first]'


async def test_the_least_busy_is_asked_and_others_wait_in_order() -> None:
    slow = Slow()
    answers: list[str] = []
    async with slow.server("a") as a, slow.server("c") as b:
        roles = {"hdb": [f"localhost:{a.port}", f"localhost:{b.port}"]}
        async with anyq.Gateway(roles) as gateway, anyio.create_task_group() as tasks:

            async def ask(text: str) -> None:
                async with anyq.connect("localhost", gateway.port) as q:
                    answers.append((await q(CALL.format(text))).py())

            for number in range(2):
                tasks.start_soon(ask, "wait")
                await until(lambda wanted=number + 1: len(slow.begun) == wanted)
            assert {name for name, _ in slow.begun} == {"a", "c"}
            for text in ("one", "two"):
                tasks.start_soon(ask, text)
                await until(lambda: gateway.waiting == 1 or gateway.waiting == 2)
            await until(lambda: gateway.waiting == 2)
            assert [worker.busy for worker in gateway.workers] == [1, 1]
            slow.released.set()
        assert sorted(text for _, text in slow.begun[2:]) == ["one", "two"]
        assert len(answers) == 4


async def test_a_client_that_leaves_gives_up_what_waits_and_what_runs_keeps_its_process_busy() -> None:
    slow = Slow()
    async with slow.server("a") as a, anyq.Gateway({"hdb": [f"localhost:{a.port}"]}) as gateway:
        with anyio.move_on_after(20) as gone:
            async with anyq.connect("localhost", gateway.port, max_in_flight=4) as q:
                first, second = q.submit(CALL.format("wait")), q.submit(CALL.format("never"))
                await until(lambda: gateway.waiting == 1)
                del first, second
        assert not gone.cancelled_caught
        await until(lambda: gateway.waiting == 0)
        assert [worker.busy for worker in gateway.workers] == [1]
        async with anyq.connect("localhost", gateway.port) as q:
            third = q.submit(CALL.format("three"))
            await until(lambda: gateway.waiting == 1)
            slow.released.set()
            assert (await third).py() == "a"
        assert [text for _, text in slow.begun] == ["wait", "three"]


@pytest.mark.parametrize(
    ("query", "answer"), [("select wait from t", "b"), ("wait", "was lost while it had the query: it may have run")]
)
async def test_a_process_that_breaks(query: str, answer: str) -> None:
    """A select is asked of another one of its role; the client is told of what may have run."""
    slow = Slow()
    async with slow.server("a") as a, slow.server("b") as b:
        roles = {"hdb": [f"localhost:{a.port}", f"localhost:{b.port}"]}
        async with anyq.Gateway(roles) as gateway, anyq.connect("localhost", gateway.port) as q:
            handle = q.submit(CALL.format(query))
            await until(lambda: slow.begun == [("a", query)])
            await a.stop(0)
            assert answer in await said_by(handle)
            await until(lambda: [worker.up for worker in gateway.workers] == [False, True])
            assert (await q(CALL.format("after"))).py() == "b"
            await b.stop(0)
            await until(lambda: not any(worker.up for worker in gateway.workers))
            with pytest.raises(QError, match="no server is connected for the role hdb"):
                await q(CALL.format("nobody"))


async def test_a_process_that_comes_back_is_asked_again() -> None:
    slow = Slow()
    async with slow.server("a") as a:
        port = a.port
    async with anyq.Gateway({"hdb": [f"localhost:{port}"]}) as gateway, anyq.connect("localhost", gateway.port) as q:
        with pytest.raises(QError, match="no server is connected"):
            await q(CALL.format("one"))
        async with anyq.server.Server(lambda message: anyq.NULL, port=port, grace=0):
            await until(lambda: gateway.workers[0].up)
            assert gateway.workers[0].lost >= 1
            assert await q(CALL.format("two")) is not None


async def test_limits_of_a_client() -> None:
    slow = Slow()
    async with (
        slow.server("a") as a,
        anyq.Gateway({"hdb": [f"localhost:{a.port}"]}, per_client=2, query_timeout=0.2) as gateway,
        anyq.connect("localhost", gateway.port, max_in_flight=9) as q,
    ):
        handles = [q.submit(CALL.format("wait")) for _ in range(4)]
        said = [(await said_by(handle)).partition(":")[0] for handle in handles]
        assert said == ["timeout", "timeout", "limit", "limit"]


async def test_left_while_a_query_runs_it_leaves_nothing() -> None:
    slow = Slow()
    async with slow.server("a") as a:
        with anyio.fail_after(20):
            async with (
                anyq.Gateway({"hdb": [f"localhost:{a.port}", "localhost:1"]}) as gateway,
                anyq.connect("localhost", gateway.port) as q,
                anyio.create_task_group() as tasks,
            ):
                tasks.start_soon(q, CALL.format("wait"))
                await until(lambda: slow.begun)
                tasks.cancel_scope.cancel()
        await until(lambda: not a.clients)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (({},), "needs processes"),
        (({"hdb": "localhost:1"},), "list"),
    ],
)
def test_what_cannot_be_meant(arguments: Any, said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        anyq.Gateway(*arguments)


@pytest.mark.parametrize("options", [{"depth": 0}, {"per_client": 0}, {"refresh": 0}])
def test_numbers_that_are_none(options: Any) -> None:
    with pytest.raises(ValueError, match="above 0"):
        anyq.Gateway({"hdb": ["localhost:1"]}, **options)
