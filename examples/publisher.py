"""A ticker plant in a few lines: it publishes a trade every millisecond to all who subscribe.

    python examples/publisher.py            # then: python examples/subscriber.py PORT

The other examples use `publishing` when they are not told the port of a q process that publishes.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

import anyq
from anyq.server import Client, Publisher

SYMBOLS = ["AAPL", "GOOG", "MSFT"]
TRADE = anyq.table(
    {"sym": anyq.symbols([]), "price": anyq.vector("f", []), "size": anyq.vector("j", [])},
)


def trade() -> anyq.Table:
    """One row."""
    return anyq.table(
        {
            "sym": anyq.symbols([random.choice(SYMBOLS)]),
            "price": anyq.vector("f", [round(random.uniform(50, 150), 2)]),
            "size": anyq.vector("j", [random.randrange(1, 1000)]),
        }
    )


@asynccontextmanager
async def publishing(port: int = 0, pause: float = 0.001) -> AsyncIterator[int]:
    """The port of a server that publishes a row to the table ``trade`` every ``pause`` seconds."""
    publisher = Publisher({"trade": TRADE}, max_waiting=1_000_000)

    async def publish() -> None:
        while True:
            publisher.publish("trade", trade())
            await anyio.sleep(pause)

    def leave(message: anyq.Value, client: Client) -> None:
        """The only async message that subscribers send takes their subscription back."""
        publisher.drop(client)

    async with (
        anyq.serve(publisher.on_sync, leave, on_close=publisher.on_close, port=port) as server,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(publish)
        yield server.port
        tasks.cancel_scope.cancel()


async def main() -> None:
    async with publishing() as port:
        print(f"publishing trades on port {port}", flush=True)
        await anyio.sleep_forever()


if __name__ == "__main__":
    try:
        anyio.run(main)
    except KeyboardInterrupt:
        print("stopped")
