r"""# Many servers

Pools, several servers at a time, tables that are spread over servers, gateways.

## One service, several connections

A `Pool` keeps at most `max_size` connections to a service; a call takes the first that is free. `hosts` may be several
addresses, tried in order, beginning with the one that worked last.

```python
import anyio
import anyq


async def main() -> None:
    async with anyq.Pool("localhost", 5050, max_size=4) as pool:
        print([int(answer) for answer in await pool.map("{x*x}", range(5))])
        async with pool.connection() as q:  # one for the length of the block
            await q("a:1")
            print(await q("a"), pool.statistics().busy)


anyio.run(main)
```

```text
[0, 1, 4, 9, 16]
1 1
```

With `balance="least busy"` the addresses are servers that stand in for each other, and a caller gets a connection to the
one where the fewest are in use. `max_waiting` and `wait_timeout` bound who may wait for a connection and how long; a connection that was idle for
`check_after` seconds has to answer before it is handed out.

## Several servers at the same time

Each server works on its own; ask them in tasks. If one fails the others are cancelled, and nothing is left behind:

```python
import anyio
import anyq


async def main() -> None:
    results: dict[str, anyq.Value] = {}

    async def ask(name: str, port: int, query: str) -> None:
        async with anyq.connect("localhost", port) as q:
            results[name] = await q(query)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, "rdb", 5050, "1+1")
        tasks.start_soon(ask, "hdb", 5050, "2+2")
    print(results["rdb"], results["hdb"])


anyio.run(main)
```

```text
2 4
```

## Tables that are spread over servers

`anyq.partitions.plan` looks at the servers once (partitions, tables in memory) and returns a frozen, picklable plan of
tasks, each with its address, replicas and query. Conditions on the partition field leave out partitions, all conditions
travel to the servers.

```python
import anyq.partitions
import anyq.sync
from anyq.query import wavg

with anyq.sync.serve(port=0) as a, anyq.sync.serve(port=0) as b:
    for server, day in ((a, "2024.01.02"), (b, "2024.01.03")):
        with anyq.sync.connect("localhost", server.port) as q:
            q(f"trade:([]date:2#{day};sym:`a`b;size:10 20;price:1.5 2.5)")
    made = anyq.partitions.plan("trade", [f"localhost:{a.port}", f"localhost:{b.port}"], filters=[("sym", "==", "a")])
    print(len(made.tasks), sum(task.read().num_rows for task in made.tasks))
```

```text
2 2
```

`task.read()` gives an Arrow table, here or in any process that the task is sent to; another replica is tried when one is
lost. `async with made.open(limit=8) as parts: async for part in parts` reads concurrently, and
`await made.aggregate(by=["sym"], vwap=wavg("size", "price"))` has the servers aggregate and combines their results.

In other engines: `anyq.partitions.scan_polars(table, hosts)` is a `LazyFrame`, `read_dask` a Dask DataFrame whose index
and divisions are the partition field, `read_ray` a Ray dataset (`pip install "anyq[dask]"`, `"anyq[ray]"`). Columns
travel to the servers, with polars also its conditions and limit; Dask and Ray take `filters=`.

## A gateway

`examples/gateway.py` is a gateway with several workers: deferred answers, a queue, and a query tried once more when its
worker dies.

## A gateway for q clients

`anyq.Gateway` is one port in front of many q processes; `anyq gateway` is the same as a command:

```sh
anyq gateway 5000 --server hdb=hdb1:5012 --server hdb=hdb2:5012 --server rdb=localhost:5011
```

Processes of one role hold the same. A q or Python client sends it a select, and gets what one q with all the data would
answer: the gateway knows which process has which partitions, asks those that the conditions on the partition field leave,
several at a time, and joins the rows or the parts of aggregates (`sum count min max first last avg wavg var dev`). What
does not split, or is no select, goes to named roles, by the calls that TorQ's gateway has:

```python
import anyio
import anyq


async def main() -> None:
    async with (
        anyq.serve(port=0) as hdb,
        anyq.serve(port=0) as rdb,
        anyq.Gateway({"hdb": [f"localhost:{hdb.port}"], "rdb": [f"localhost:{rdb.port}"]}) as gateway,
        anyq.connect("localhost", gateway.port) as q,
    ):
        print((await q('.gw.syncexec["til 3";`hdb`rdb]')).py())
        print((await q(anyq.symbol(".gw.syncexecj"), b"6*7", ["hdb"], anyq.symbol("first"))).py())


anyio.run(main)
```

```text
[0, 1, 2, 0, 1, 2]
42
```

A process gets one query at a time (`depth`), the least used first; others wait in order. When one breaks, selects that it
had are asked of another of its role; the client of any other query gets an error that says that it may have run. Without
any process of a role the error comes at once. `query_timeout` and `per_client` bound what a client may take. A join
function that a client sends may compute, and nothing else.
"""

__all__: list[str] = []
