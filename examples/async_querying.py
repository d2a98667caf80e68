"""Two servers, one slow query on each, neither waits for the other.

    python examples/async_querying.py                    # starts two servers of its own
    python examples/async_querying.py 5050 5051          # uses q processes on these ports
    python examples/async_querying.py --backend trio

The first query takes 10 seconds, the second 5; both answers are there after 10.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio

import anyq


@asynccontextmanager
async def servers(ports: list[int]) -> AsyncIterator[list[int]]:
    """The ports of two q processes: the given ones, or those of two that run here."""
    async with AsyncExitStack() as stack:
        if not ports:
            started = [await stack.enter_async_context(anyq.serve(port=0, allow_shell=True)) for _ in range(2)]
            ports = [server.port for server in started]
        yield ports


async def main(ports: list[int], sleeps: list[float]) -> None:
    """Query both servers at the same time, each on a connection of its own."""
    answers: dict[int, anyq.Value] = {}

    async def ask(port: int, query: str) -> None:
        async with anyq.connect("localhost", port) as q:
            answers[port] = await q(query)

    async with servers(ports) as (first, second):
        began = time.monotonic()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, first, f'system"sleep {sleeps[0]:g}"; til 13')
            tasks.start_soon(ask, second, f'system"sleep {sleeps[1]:g}"; til 10')
        took = time.monotonic() - began
    print(answers[first])
    print(answers[second])
    print(f"took {took} seconds")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ports", type=int, nargs="*", help="of two q processes")
    parser.add_argument("--backend", choices=["asyncio", "trio"], default="asyncio")
    parser.add_argument("--sleep", type=float, nargs=2, default=[10, 5], metavar="SECONDS")
    options = parser.parse_args()
    anyio.run(main, options.ports, options.sleep, backend=options.backend)
