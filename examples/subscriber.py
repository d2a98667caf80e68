"""Subscribe to a table of a q process, and print what comes.

python examples/subscriber.py                          # starts a server of its own that publishes
python examples/subscriber.py 5010                     # a kdb+tick ticker plant, or examples/publisher.py
python examples/subscriber.py --symbols AAPL MSFT --updates 10 --backend trio
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from publisher import publishing

import anyq
from anyq.client import EndOfDay, Update


@asynccontextmanager
async def ticker_plant(port: int | None) -> AsyncIterator[int]:
    """The given port, or that of a ticker plant that runs here."""
    if port is not None:
        yield port
    else:
        async with publishing() as own:
            yield own


async def main(port: int | None, table: str, symbols: list[str], updates: int) -> None:
    async with (
        ticker_plant(port) as there,
        anyq.connect("localhost", there, reconnection_attempts=5) as q,
        q.subscribe(table, symbols) as feed,
    ):
        for name, schema in feed.schemas.items():
            print(f"subscribed to {name}:")
            print(schema)
        left = updates
        async for item in feed:
            match item:
                case Update(table=name, data=rows):
                    print(f"{name} got")
                    print(rows)
                case EndOfDay(date=date):
                    print(f"the day {date} is over")
                case gap:
                    print(f"the connection broke; updates are missing before {len(gap.schemas)} tables went on")
            left -= 1
            if not left:
                break
    print(f"{updates} updates, {feed.dropped} dropped")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int, nargs="?", help="of a q process that publishes")
    parser.add_argument("--table", default="trade")
    parser.add_argument("--symbols", nargs="*", default=[])
    parser.add_argument("--updates", type=int, default=5, help="how many to wait for")
    parser.add_argument("--backend", choices=["asyncio", "trio"], default="asyncio")
    options = parser.parse_args()
    anyio.run(main, options.port, options.table, options.symbols, options.updates, backend=options.backend)
