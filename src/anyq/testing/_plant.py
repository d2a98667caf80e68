"""A kdb+tick ticker plant in memory, for tests of subscribers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Self, Unpack

from anyio.abc import ByteStream

from anyq.client import Address, Connection, ConnectOptions
from anyq.errors import QError
from anyq.server import Client, Publisher, Server
from anyq.values import Atom, List, Table, Value, Vector, as_q, joined, rows_with, symbol
from anyq.values import date as q_date
from anyq.values import table as made_table

from ._virtual_server import VirtualServer

__all__ = ["TickerPlant"]


class TickerPlant:
    """What answers ``.u.sub``, publishes what you say, ends days, dies and comes back. Made by `open`.

    ``tables`` are the rows published so far, which a subscriber with ``snapshot=True`` gets. ``subscribers`` says how
    many clients are subscribed. All methods belong to the event loop of the block.
    """

    def __init__(self, tables: Mapping[str, object], key: str) -> None:
        self.publisher: Publisher = Publisher(tables, key=key)
        self.tables: dict[str, Table] = dict(self.publisher.tables)
        self._server: VirtualServer = VirtualServer(
            Server(self._on_sync, self._on_async, on_close=self.publisher.on_close, listen=False, grace=0)
        )

    @classmethod
    @asynccontextmanager
    async def open(cls, tables: Mapping[str, object], *, key: str = "sym") -> AsyncIterator[Self]:
        """A plant with these tables (name to its empty table), for the length of the block.

        ``key`` is the symbol column that subscribers filter by. `TypeError` for what is no table.
        """
        plant = cls(tables, key)
        async with plant._server:
            yield plant

    async def dial(self, address: Address) -> ByteStream:
        """What to pass to `anyq.connect` as ``dial``. ``ConnectionRefusedError`` while it is stopped."""
        return await self._server.network.dial(address)

    def connect(
        self, *, username: str = "", password: str | None = None, **options: Unpack[ConnectOptions]
    ) -> Connection:
        """A connection to it. Options as for `anyq.connect`."""
        return self._server.connect(username=username, password=password, **options)

    @property
    def subscribers(self) -> int:
        """How many clients are subscribed to something."""
        return len({subscription.client.handle for subscription in self.publisher.subscriptions()})

    # What it does

    def publish(self, table: str, rows: object) -> int:
        """Send rows to all who want some of them; returns to how many. ``KeyError`` for a table that there is not."""
        reached = self.publisher.publish(table, rows)
        data = made_table(rows) if type(rows) is dict else as_q(rows)
        assert isinstance(data, Table)
        self.tables[table] = joined(self.tables[table], data)
        return reached

    def end_of_day(self, day: date | str) -> int:
        """Tell all clients that the day has ended, and forget its rows; returns to how many."""
        ended = q_date(date.fromisoformat(day.replace(".", "-")) if isinstance(day, str) else day)
        self.tables = dict(self.publisher.tables)
        server = self._server.server
        return server.broadcast(server.clients.values(), symbol(".u.end"), ended)

    def stop(self) -> None:
        """Die: every connection breaks, and new ones are refused until `start`."""
        self._server.network.up = False
        self._server.network.cut_all()

    def start(self) -> None:
        """Accept connections again."""
        self._server.network.up = True

    def restart(self) -> None:
        """Die and come back at once: every connection breaks, subscriptions have to be made anew."""
        self.stop()
        self.start()

    # Handlers

    def _on_sync(self, message: Value, client: Client) -> Value:
        """Answer ``.u.sub``, and with rows the function that `Connection.subscribe` sends for a snapshot."""
        items = list(message.items) if isinstance(message, List) else []
        if len(items) != 3 or ".u.sub" not in (head := str(items[0])):
            raise QError("access", detail="this ticker plant answers .u.sub only")
        answer = self.publisher.on_sync(List.of((symbol(".u.sub"), *items[1:])), client)
        if head.strip("`") == ".u.sub" or not isinstance(answer, List):
            return answer
        pairs = [answer] if isinstance(answer.items[0], Atom) else [pair for pair in answer.items if type(pair) is List]
        rows = tuple(self._rows(str(pair.items[0].py()), client) for pair in pairs)
        return List.of((List.of(tuple(pairs)), List.of(rows)))

    def _rows(self, table: str, client: Client) -> Table:
        """What was published of the table, as far as the client subscribed to it."""
        mine = [s.symbols for s in self.publisher.subscriptions(table) if s.client is client]
        held = self.tables[table]
        return held if mine[0] is None else rows_with(held, self.publisher.key, mine[0])

    def _on_async(self, message: Value, client: Client) -> None:
        """What subscribers post: another ``.u.sub``, or ``.u.del`` of one table, of all, or of all but some."""
        items = list(message.items) if isinstance(message, List) else []
        if len(items) == 3:
            self._on_sync(message, client)
        elif len(items) == 2 and isinstance(items[1], Vector):
            for name in self.tables.keys() - set(items[1].symbols):
                self.publisher.drop(client, name)
        elif len(items) == 2:
            self.publisher.drop(client, str(items[1].py()) or None)
