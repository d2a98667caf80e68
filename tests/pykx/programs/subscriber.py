# mypy: ignore-errors
"""A subscriber of a ticker plant that upserts each update into a local table."""

import asyncio
import sys

import pykx as kx

kx.q("trade:([]sym:`symbol$();price:`float$())")


async def main(port, count):
    async with kx.RawQConnection(port=port, event_loop=asyncio.get_event_loop()) as q:
        await q("{subscribers::neg .z.w}", None)
        q("feed", wait=False)
        q("{subscribers each x}", [("upd", "trade", ("a", float(n))) for n in range(count)], wait=False)
        q.poll_send(0)
        while count:
            message = await q.poll_recv_async() if sys.argv[2] == "async" else q.poll_recv()
            if message is not None and len(message) == 3:
                kx.q.upsert(message[1], message[2])
                count -= 1
    print(kx.q("select count i, sum price from trade").py())


asyncio.run(main(int(sys.argv[1]), 5))
