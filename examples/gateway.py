"""A gateway: many clients in front, several q workers behind, answers deferred until a worker has one.

    python examples/gateway.py 5000 localhost:5001 localhost:5002
    python examples/gateway.py            # with three embedded workers, and clients that try it out

A query goes to the worker that has been idle longest; while all are busy it waits, in order. A worker that dies has its
query sent to another one, once (queries are taken to change nothing), and is tried again after a while. In the spirit
of KX's pages on load balancing and deferred response.
"""

from __future__ import annotations

import logging
import sys
from collections import deque
from contextlib import AsyncExitStack

import anyio
import anyio.abc
import attrs

import anyq
from anyq.server import Answer, Client

log = logging.getLogger("gateway")
RETRY_AFTER = 1.0


@attrs.define(eq=False)
class Request:
    """A query that waits for a worker, or for a worker's answer."""

    query: anyq.Value
    answer: Answer
    attempts: int = 0


@attrs.define(eq=False)
class Gateway:
    """Hands queries to workers. All in one event loop."""

    workers: list[str]
    waiting: deque[Request] = attrs.field(factory=deque)
    changed: anyio.Event = attrs.field(factory=anyio.Event)

    def on_sync(self, query: anyq.Value, client: Client) -> None:
        """Take a query; the answer comes later."""
        self.add(Request(query, client.defer()))

    def add(self, request: Request) -> None:
        self.waiting.append(request)
        self.changed.set()
        self.changed = anyio.Event()

    async def next_request(self) -> Request:
        while not self.waiting:
            await self.changed.wait()
        return self.waiting.popleft()

    async def run(self) -> None:
        async with anyio.create_task_group() as tasks:
            for address in self.workers:
                tasks.start_soon(self.work, address)

    async def work(self, address: str) -> None:
        """Keep one worker busy, for ever."""
        while True:
            try:
                async with anyq.connect(address) as worker:
                    log.info("%s is here", address)
                    while True:
                        await self.ask(worker, await self.next_request())
            except (anyq.ConnectError, anyq.ConnectionLost) as error:
                log.warning("%s is away: %s", address, error)
                await anyio.sleep(RETRY_AFTER)

    async def ask(self, worker: anyq.Connection, request: Request) -> None:
        request.attempts += 1
        try:
            request.answer.reply(await worker("{value x}", request.query))
        except anyq.QError as error:
            request.answer.fail(error)
        except anyq.ConnectionLost as error:
            if request.attempts < 2:
                self.add(request)
            else:
                request.answer.fail(f"worker lost: {error.outcome}")
            raise


async def serve(port: int, workers: list[str]) -> None:
    gateway = Gateway(workers)
    async with anyq.serve(gateway.on_sync, port=port) as server, anyio.create_task_group() as tasks:
        print("gateway at", ", ".join(server.addresses), flush=True)
        tasks.start_soon(gateway.run)
        await server.serve_forever()


async def demonstrate() -> None:
    """Three workers, one of which dies under ten clients that ask slow queries."""
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(anyq.serve(port=0)) for _ in range(3)]
        gateway = Gateway([f"127.0.0.1:{server.port}" for server in servers])
        front = await stack.enter_async_context(anyq.serve(gateway.on_sync, port=0))
        tasks = await stack.enter_async_context(anyio.create_task_group())
        tasks.start_soon(gateway.run)
        answers: list[int] = []

        async def client(number: int) -> None:
            async with anyq.connect("127.0.0.1", front.port) as q:
                answers.append(int(await q(f'system"sleep 0.2"; {number}*{number}')))

        began = anyio.current_time()
        async with anyio.create_task_group() as clients:
            for number in range(10):
                clients.start_soon(client, number)
            await anyio.sleep(0.3)
            await servers[0].stop(0)
            print("one of three workers died", flush=True)
        print(f"ten queries of 0.2 s: {sorted(answers)} in {anyio.current_time() - began:.1f} s", flush=True)
        async with anyq.connect("127.0.0.1", front.port) as q:
            try:
                await q("1+`a")
            except anyq.QError as error:
                print(f"an error arrives as '{error}", flush=True)
        tasks.cancel_scope.cancel()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("anyq").setLevel(logging.ERROR)
    try:
        if len(sys.argv) > 2:
            anyio.run(serve, int(sys.argv[1]), sys.argv[2:])
        else:
            anyio.run(demonstrate)
    except KeyboardInterrupt:
        print("gateway stopped")
