"""Many servers, each asked many times: one connection for each, opened at its first use and closed with the block.

python examples/connection_manager.py              # starts two servers of its own
python examples/connection_manager.py 5050 5051    # uses q processes on these ports
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeAlias

import anyio

import anyq

Ask: TypeAlias = Callable[..., Awaitable[anyq.Value]]


@asynccontextmanager
async def connection_manager() -> AsyncIterator[Ask]:
    """A function of port, query and arguments. Tasks may share it; different servers do not wait for each other."""
    opened: dict[int, anyq.Connection] = {}
    opening = anyio.Lock()

    async def ask(port: int, query: str, *arguments: object) -> anyq.Value:
        async with opening:
            if port not in opened:
                opened[port] = await anyq.connect("localhost", port, reconnection_attempts=5).open(background)
        return await opened[port](query, *arguments)

    async with anyio.create_task_group() as background:
        try:
            yield ask
        finally:
            for q in opened.values():
                await q.aclose()


async def main(ports: list[int]) -> None:
    async with AsyncExitStack() as stack:
        if not ports:
            servers = [await stack.enter_async_context(anyq.serve(port=0)) for _ in range(2)]
            ports = [server.port for server in servers]
        ask = await stack.enter_async_context(connection_manager())
        answers: dict[tuple[int, int], anyq.Value] = {}

        async def one(place: int, number: int) -> None:
            answers[place, number] = await ask(ports[place], "{x+100*y}", number, place)

        async with anyio.create_task_group() as tasks:
            for place in range(len(ports)):
                for number in range(5):
                    tasks.start_soon(one, place, number)
        for place in range(len(ports)):
            print(*(answers[place, number] for number in range(5)))


if __name__ == "__main__":
    anyio.run(main, [int(port) for port in sys.argv[1:]])
