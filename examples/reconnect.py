"""A server that goes away for a while, and a connection that comes back.

    python examples/reconnect.py

A call that was not sent when the connection broke is sent after the reconnect.
"""

from __future__ import annotations

import logging
import sys

import anyio
import anyio.abc

import anyq


async def serve(
    port: int, seconds: float, *, task_status: anyio.abc.TaskStatus[int] = anyio.TASK_STATUS_IGNORED
) -> None:
    """Serve q for a while."""
    async with anyq.serve(port=port, grace=0) as server:
        task_status.started(server.port)
        await anyio.sleep(seconds)


async def serve_later(port: int) -> None:
    await anyio.sleep(1)
    await serve(port, 3)


async def main() -> None:
    async with anyio.create_task_group() as tasks:
        port = await tasks.start(serve, 0, 0.5)
        async with anyq.connect("localhost", port, reconnection_attempts=5) as q:
            print(await q("1+1"), flush=True)
            await anyio.sleep(1)  # meanwhile the server has gone
            tasks.start_soon(serve_later, port)
            print(await q("1+2"), flush=True)
        tasks.cancel_scope.cancel()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    logging.getLogger("anyq.server").setLevel(logging.WARNING)
    anyio.run(main)
