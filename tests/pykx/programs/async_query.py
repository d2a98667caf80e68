# mypy: ignore-errors
"""Two long queries on two servers at once, through a manager of connections."""

import asyncio
import sys
import time

import pykx as kx


class ConnectionManager:
    def __init__(self):
        self.connections = {}

    async def open(self, port):
        self.connections[port] = await kx.AsyncQConnection(port=port)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        for connection in self.connections.values():
            await connection.close()

    def __call__(self, port, query, *arguments):
        return self.connections[port](query, *arguments)


async def main(first, second):
    async with ConnectionManager() as manager:
        await manager.open(first)
        await manager.open(second)
        began = time.monotonic()
        calls = [
            manager(first, "{t:.z.p;while[.z.p<t+x]; til 13}", kx.q("0D00:00:00.4")),
            manager(second, "{t:.z.p;while[.z.p<t+x]; til 10}", kx.q("0D00:00:00.2")),
        ]
        for answer in [await call for call in calls]:
            print(answer)
        print(f"took {time.monotonic() - began} seconds")


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
