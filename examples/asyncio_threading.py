"""Twenty asyncio tasks, each with a subscription of its own, fill one table of an embedded q.

    python examples/asyncio_threading.py             # starts a server of its own that publishes
    python examples/asyncio_threading.py 5010        # subscribes to the table trade of this q process

The embedded q evaluates on a thread of its own, so the event loop never waits for it: 10 + 20 x 1,000 rows.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AsyncExitStack

from publisher import publishing

import anyq


async def follow(local: anyq.embedded.Embedded, port: int, rows: int) -> None:
    """Receive ``rows`` rows and upsert each into the local table."""
    async with anyq.connect("localhost", port) as q, q.subscribe("trade", buffer=100_000) as feed:
        for _ in range(rows):
            update = await anext(feed)
            assert isinstance(update, anyq.client.Update)
            await local("upsert", update.table, update.data)


async def main(port: int | None, connections: int, rows: int) -> None:
    async with AsyncExitStack() as stack:
        there = port if port is not None else await stack.enter_async_context(publishing())
        local = await stack.enter_async_context(anyq.open_embedded())
        await local("trade:([]sym:10?`AAPL`GOOG`MSFT; price:10?100f; size:10?1000)")
        print("Initial table:")
        print(await local("trade"))
        async with asyncio.TaskGroup() as tasks:
            for _ in range(connections):
                tasks.create_task(follow(local, there, rows))
        print("Final table:")
        print(await local("trade"))
        print(await local("count trade"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int, nargs="?", help="of a q process that publishes")
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--rows", type=int, default=1000, help="for each connection")
    options = parser.parse_args()
    asyncio.run(main(options.port, options.connections, options.rows))
