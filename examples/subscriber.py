"""Subscribe to a ticker plant, and keep what it sends in a table.

python examples/subscriber.py                        # with a ticker plant of its own
python examples/subscriber.py localhost:5010 trade   # any kdb+tick
"""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack

import anyio

import anyq
from anyq.client import EndOfDay, Gap, Update

PLANT = """
trade:([]sym:`$();size:`long$())
.u.t:enlist`trade
.u.w:()!()
.u.sub:{[t;s].u.w[t],:.z.w;(t;value t)}
.u.del:{[t;h].u.w[t]:.u.w[t]except h}
.u.pub:{[t;x]{neg[z](`upd;x;y)}[t;x]each .u.w t;}
"""


async def main(address: str | None, table: str) -> None:
    async with AsyncExitStack() as stack:
        plant = None
        if address is None:
            plant = await stack.enter_async_context(anyq.open_embedded())
            for line in PLANT.split("\n"):
                await plant(line)
            server = await stack.enter_async_context(anyq.serve(q=plant, port=0))
            address = f"localhost:{server.port}"
        source = await stack.enter_async_context(anyq.connect(address, reconnection_attempts=0))
        local = await stack.enter_async_context(anyq.open_embedded())
        feed = await stack.enter_async_context(source.subscribe(table))
        await local.set(table, feed.schemas[table])
        if plant is not None:
            for size in (10, 20, 30):
                await plant(".u.pub[`trade;]", anyq.table({"sym": ["a"], "size": [size]}))
            await plant("{neg[x](`.u.end;.z.d)}each .u.w`trade")
        async for news in feed:
            match news:
                case Update(table=name, data=rows):
                    await local("insert", anyq.symbol(name), rows)
                case Gap():
                    print("the connection was away: updates are missing")
                case EndOfDay():
                    break
        print(await local(f"select sum size by sym from {table}"))


if __name__ == "__main__":
    anyio.run(main, sys.argv[1] if len(sys.argv) > 1 else None, sys.argv[2] if len(sys.argv) > 2 else "trade")
