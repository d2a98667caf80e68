"""A subscriber, and its tests with a ticker plant in memory. Needs `pip install "anyq[testing]"`.

    pytest examples/ticker_plant_test.py

No port is opened, and the plant dies when the test says so.
"""

from __future__ import annotations

import anyio
import pytest

import anyq
from anyq.client import Gap, Update
from anyq.testing import TickerPlant

SCHEMA = anyq.table({"sym": anyq.symbols([]), "price": anyq.vector("f", [])})


class LastPrices:
    """What the program keeps: the last price of each symbol, and whether some may be missing."""

    def __init__(self) -> None:
        self.prices: dict[str, float] = {}
        self.stale = False
        self.changed = anyio.Event()

    async def run(self, q: anyq.Connection) -> None:
        async with q.subscribe("trade") as feed:
            async for item in feed:
                if isinstance(item, Update) and isinstance(item.data, anyq.Table):
                    self.prices |= dict(zip(item.data["sym"].py(), item.data["price"].py(), strict=True))
                elif isinstance(item, Gap):
                    self.stale = True
                self.changed.set()
                self.changed = anyio.Event()


@pytest.mark.anyio
async def test_prices_survive_the_death_of_the_plant() -> None:
    last = LastPrices()
    async with (
        TickerPlant.open({"trade": SCHEMA}) as plant,
        plant.connect(reconnection_attempts=0) as q,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(last.run, q)
        await anyio.wait_all_tasks_blocked()
        plant.publish("trade", {"sym": ["AAPL", "IBM"], "price": [1.5, 2.5]})
        await last.changed.wait()
        assert last.prices == {"AAPL": 1.5, "IBM": 2.5}
        plant.restart()
        await last.changed.wait()
        assert last.stale
        plant.publish("trade", {"sym": ["IBM"], "price": [3.5]})
        await last.changed.wait()
        assert last.prices["IBM"] == 3.5
        tasks.cancel_scope.cancel()
