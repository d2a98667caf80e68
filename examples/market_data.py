"""A market-data service: subscribes to a ticker plant, keeps trades in a q of its own, and answers questions on them.

    python examples/market_data.py                # with a ticker plant of its own: asks itself something, and ends
    python examples/market_data.py 5010 5020      # of the plant on port 5010, for clients of port 5020, until Ctrl-C

Clients may call `latest` and `bars` and nothing else. The plant may die and come back: what it published meanwhile is
missing, which the log says. At the end queries that run may finish.
"""

from __future__ import annotations

import datetime
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio.abc import TaskStatus
from publisher import publishing

import anyq
from anyq.client import EndOfDay, Gap, Update
from anyq.server import Limits

log = logging.getLogger("market_data")
SCRIPT = [
    "trade:([]time:`timespan$();sym:`g#`$();price:`float$();size:`long$())",
    "upd:{[t;x]t insert `time xcols update time:.z.n from x}",
    "latest:{[s]exec last price by sym from trade where sym in s}",
    "bars:{[s;n]select open:first price,high:max price,low:min price,close:last price,vwap:size wavg price"
    " by n xbar time from trade where sym=s}",
]


async def follow(
    plant: int, mine: anyq.embedded.Embedded, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    """Insert what the plant publishes, for as long as this runs."""
    async with (
        anyq.connect("localhost", plant, reconnection_attempts=0) as q,
        q.subscribe("trade", overflow="block") as feed,
    ):
        task_status.started()
        async for item in feed.frames(max_delay=0.05):  # updates that wait become one
            match item:
                case Update(table=table, data=rows):
                    await mine("upd", table, rows)
                case EndOfDay(date=day):
                    log.info("the day %s has ended", day)
                    await mine("delete from `trade")
                case Gap():
                    log.warning("the ticker plant was away: updates are missing")


@asynccontextmanager
async def service(plant: int, port: int) -> AsyncIterator[anyq.embedded.EmbeddedServer]:
    """The service, which answers for the length of the block."""
    async with (
        anyq.open_embedded() as mine,
        anyq.serve(q=mine, port=port, allow=["latest", "bars"], timeout=5, limits=Limits(per_address=100)) as server,
        anyio.create_task_group() as tasks,
    ):
        for line in SCRIPT:
            await mine(line)
        await tasks.start(follow, plant, mine)
        yield server
        tasks.cancel_scope.cancel()


async def demonstrate() -> None:
    async with publishing() as plant, service(plant, 0) as server, anyq.connect("localhost", server.port) as q:
        latest = anyq.symbol("latest")
        while len((await q(latest, ["AAPL", "MSFT"])).py()) < 2:
            await anyio.sleep(0.05)
        bars = await q(anyq.symbol("bars"), "AAPL", datetime.timedelta(minutes=1))
        assert isinstance(bars, anyq.KeyedTable)
        print("a bar has", *bars.columns)
        try:
            await q("delete from `trade")
        except anyq.QError as error:
            print("anything else:", error)


async def main(plant: int, port: int) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with service(plant, port) as server:
            log.info("serving on %s", ", ".join(server.addresses))
            async for _ in signals:
                break
    log.info("stopped")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO if len(sys.argv) > 2 else logging.ERROR, format="%(message)s")
    if len(sys.argv) > 2:
        anyio.run(main, int(sys.argv[1]), int(sys.argv[2]))
    else:
        anyio.run(demonstrate)
