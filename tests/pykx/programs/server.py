# mypy: ignore-errors
"""A server that prints what it is asked, polled in a tight loop until it is told to end."""

import asyncio
import sys

import pykx as kx


def qval_sync(query):
    res = kx.q.value(query)
    print(f"sync\n{query}\n{res}\n", flush=True)
    return res


def qval_async(query):
    res = kx.q.value(query)
    print(f"async\n{query}\n{res}\n", flush=True)


def validate(user, password):
    return password == "password"


async def main():
    kx.q.z.pg = qval_sync
    kx.q.z.ps = qval_async
    kx.q.z.pw = validate
    kx.q('@[system"l ",;"s.k_";{show "Failed to load SQL"}]')
    kx.q("tab:([]1000?`a`b`c;1000?1f;1000?10)")
    kx.q("done:0b")
    async with kx.RawQConnection(port=int(sys.argv[1]), as_server=True, conn_gc_time=20.0) as q:
        print("Server Initialized", flush=True)
        while not kx.q("done"):
            if sys.argv[2] == "async":
                await q.poll_recv_async()
            else:
                q.poll_recv()


asyncio.run(main())
