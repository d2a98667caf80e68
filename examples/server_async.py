"""A q server beside other work of the same event loop, under Trio or asyncio.

    python examples/server_async.py 5000 trio

Queries run on the thread of an embedded q, through handlers that are written in q: they show each query and its result
before the reply. Meanwhile the event loop is free: here it tells every now and then who is connected.
"""

from __future__ import annotations

import signal
import sys

import anyio

import anyq
from anyq.embedded import EmbeddedServer

ON_SYNC = "{[x] show x; show y:value x; y}"
ON_ASYNC = "{[x] show x; value x;}"


async def validate(user: str, password: str | None) -> bool:
    """Who may log in; a slow look-up would delay nobody else."""
    await anyio.sleep(0.01)
    return password == "password"


async def report(server: EmbeddedServer) -> None:
    """Tell who is connected, whenever that changed."""
    before: list[str] = []
    while True:
        now = [f"{client.user}@{client.address}" for client in server.clients.values()]
        if now != before:
            print("connected:", ", ".join(now) or "nobody", flush=True)
            before = now
        await anyio.sleep(0.5)


async def until_told() -> None:
    """Wait for Ctrl-C or a request to end."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            return


async def main(port: int) -> None:
    async with (
        anyq.serve(ON_SYNC, ON_ASYNC, authenticate=validate, port=port, timeout=30) as server,
        anyio.create_task_group() as tasks,
    ):
        await server.q("tab:([]1000?`a`b`c;1000?1f;1000?10)")
        print("Server initialized:", ", ".join(server.addresses), flush=True)
        tasks.start_soon(report, server)
        await until_told()
        tasks.cancel_scope.cancel()
    print("Server stopped")


if __name__ == "__main__":
    backend = sys.argv[2] if len(sys.argv) > 2 else "asyncio"
    anyio.run(main, int(sys.argv[1]) if len(sys.argv) > 1 else 5000, backend=backend)
