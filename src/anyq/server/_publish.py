"""Publishing as kdb+tick does it: clients subscribe by ``.u.sub``, rows reach them as ``(`upd;table;rows)``.

Theory of operation. Rows are filtered once for each set of symbols that somebody wants, and serialised once for each
capability among those. A subscriber whose network is free gets the message at once. For one that lags, messages wait in
a queue of its own, under the bound and policy of the publisher, and leave when the network has taken what it had.
Facts: KX kdb+tick, page kb/kdb-tick.md.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

import attrs

from anyq.errors import QError
from anyq.loops import Home
from anyq.values import (
    Atom,
    List,
    QType,
    Table,
    Value,
    Vector,
    as_q,
    joined,
    last_of_each,
    rows_with,
    settled,
    symbol,
    table,
)

from ._client import Client
from ._wire import Encoded, encode

__all__ = ["Policy", "Publisher", "Subscription"]

log: Final = logging.getLogger("anyq.server")
Policy = Literal["drop-oldest", "conflate", "disconnect"]


@attrs.define(eq=False)
class Subscription:
    """One client's subscription to one table. ``symbols`` is ``None`` for all of them."""

    client: Client
    table: str
    symbols: frozenset[str] | None
    sent: int = 0
    """Messages handed to the network."""
    dropped: int = 0
    """Messages lost to the policy ``drop-oldest``."""
    conflated: int = 0
    """Messages merged with one that waited, by the policy ``conflate``."""
    waiting: deque[Encoded] = attrs.field(factory=deque)
    rows: Table | None = None
    """What waits under the policy ``conflate``: the last row of each key."""


class Publisher:
    """Tables that clients may subscribe to.

    ``tables`` gives the empty table (its schema) of each name. ``key`` is the symbol column that subscribers filter by.
    A subscriber that lags has at most ``max_waiting`` messages wait for it; beyond, ``policy`` says what happens:
    ``"disconnect"`` it, ``"drop-oldest"`` message, or ``"conflate"``: from the first message that must wait, only the
    last row of each key is kept (nothing is bounded then but by the number of keys). ``snapshot``, a function of a
    table's name, gives the rows that a new subscriber gets in place of the empty schema.

    Give `on_sync` and `on_close` to a server, or call `subscribe` and `drop` from handlers of yours. All methods belong
    to the server's event loop.
    """

    def __init__(
        self,
        tables: Mapping[str, Any],
        *,
        key: str = "sym",
        policy: Policy = "disconnect",
        max_waiting: int = 1000,
        snapshot: Callable[[str], Any] | None = None,
    ) -> None:
        if policy not in ("drop-oldest", "conflate", "disconnect"):
            raise ValueError(f"{policy!r} is no policy: drop-oldest, conflate or disconnect")
        self.tables: dict[str, Table] = {name: settled(_as_table(table)) for name, table in tables.items()}
        self.key = key
        lacking = [name for name, table in self.tables.items() if not self._has_key(table)]
        if policy == "conflate" and lacking:
            raise ValueError(f"rows of {', '.join(lacking)} cannot be conflated: no symbol column {key!r}")
        self.policy: Policy = policy
        self.max_waiting = max_waiting
        self._snapshot = snapshot
        self._subscriptions: dict[str, dict[int, Subscription]] = {name: {} for name in self.tables}
        self._home: Home | None = None
        self.published: int = 0
        """Calls of `publish`."""

    def _has_key(self, table: Table) -> bool:
        """Whether a schema has the column to filter by; one without a type may hold symbols."""
        column = table.column(self.key) if self.key in table.names.symbols else None
        return isinstance(column, List) or (isinstance(column, Vector) and column.qtype is QType.SYMBOL)

    # Subscribing

    def subscribe(self, client: Client, table: str, symbols: Iterable[str] | None = None) -> Value:
        """Subscribe a client to ``table`` (``""`` for all), in place of its subscription before.

        ``symbols`` are those whose rows it wants, ``None`` for all rows; of no symbols there are no rows.
        Returns what ``.u.sub`` does: the pair of the table's name and its schema or snapshot, or for all tables the
        list of those. `QError` with the name of a table that there is not, or of the column to filter by if the table
        has none.
        """
        if self._home is None:
            self._home = Home()
        self._check_loop()
        wanted = None if symbols is None else frozenset(symbols)
        if table and table not in self.tables:
            raise QError(table)
        for name in (table,) if table else self.tables:
            if wanted is not None and not self._has_key(self.tables[name]):
                raise QError(self.key, detail=f"{name} has no symbol column {self.key!r} to filter by")
        if not table:
            return List.of(tuple([self.subscribe(client, name, wanted) for name in self.tables]))
        self._subscriptions[table][client.handle] = Subscription(client, table, wanted)
        client.on_drain = lambda: self._drained(client)
        rows = self.tables[table]
        if self._snapshot is not None:
            rows = _as_table(self._snapshot(table))
            rows = rows if wanted is None else rows_with(rows, self.key, wanted)
        return List.of((symbol(table), rows))

    def drop(self, client: Client, table: str | None = None) -> None:
        """End a client's subscription to ``table``, or all of them."""
        self._check_loop()
        for name in self.tables if table is None else (table,):
            self._subscriptions[name].pop(client.handle, None)

    def subscriptions(self, table: str | None = None) -> list[Subscription]:
        """Who is subscribed, with counts."""
        chosen = self._subscriptions.values() if table is None else [self._subscriptions[table]]
        return [subscription for found in chosen for subscription in found.values()]

    def _check_loop(self) -> None:
        """Raise `MisuseError` in another event loop or thread than that of the first subscription."""
        if self._home is not None:
            self._home.check(self)

    # Handlers

    def on_sync(self, message: Value, client: Client) -> Value:
        """Answers ``(".u.sub";table;symbols)``; all else is the error ``access``."""
        if isinstance(message, List) and len(message) == 3 and _text(message[0]) == ".u.sub":
            table = _text(message[1])
            if table is None:
                raise QError("type")
            return self.subscribe(client, table, _symbols(message[2]))
        raise QError("access", detail="this server answers .u.sub only")

    def on_close(self, client: Client) -> None:
        """Forgets the client."""
        self.drop(client)

    # Publishing

    def publish(self, table: str, rows: Any) -> int:
        """Send rows (a table, what becomes one, a dict of columns) to all who want some of them; returns to how many.

        Never waits. ``KeyError`` for a table that there is not, `MisuseError` in another event loop or thread than the
        server's.
        """
        self._check_loop()
        self.published += 1
        data = _as_table(rows)
        parts: dict[frozenset[str] | None, Table] = {None: data}
        bodies: dict[tuple[frozenset[str] | None, int], Encoded] = {}
        reached = 0
        for subscription in list(self._subscriptions[table].values()):
            client, wanted = subscription.client, subscription.symbols
            if client.closed:
                continue
            part = parts.get(wanted)
            if part is None:
                assert wanted is not None
                part = parts[wanted] = rows_with(data, self.key, wanted)
            if not len(part):
                continue
            reached += 1
            if self.policy == "conflate" and self._conflate(subscription, part):
                continue
            body = bodies.get((wanted, client.capability))
            if body is None:
                body = bodies[wanted, client.capability] = self._body(table, part, client)
            self._send(subscription, body)
        return reached

    def _body(self, table: str, rows: Table, client: Client) -> Encoded:
        message = List.of((symbol("upd"), symbol(table), rows))
        return encode(message, client.capability, False)

    def _send(self, subscription: Subscription, body: Encoded) -> None:
        client, waiting = subscription.client, subscription.waiting
        if not waiting and not client.queued_bytes:
            self._post(subscription, body)
            return
        if len(waiting) >= self.max_waiting:
            if self.policy == "disconnect":
                log.warning("subscriber %d does not keep up with %s: disconnected", client.handle, subscription.table)
                client.close()
                return
            waiting.popleft()
            subscription.dropped += 1
        waiting.append(body)

    def _conflate(self, subscription: Subscription, rows: Table) -> bool:
        """Keep rows for later if the subscriber is behind. False if they may go now."""
        if subscription.rows is None:
            if not subscription.client.queued_bytes:
                return False
            subscription.rows = settled(last_of_each(rows, self.key))
        else:
            subscription.conflated += 1
            subscription.rows = last_of_each(joined(subscription.rows, rows), self.key)
        return True

    @staticmethod
    def _post(subscription: Subscription, body: Encoded) -> None:
        if not subscription.client.closed:
            subscription.sent += 1
            subscription.client.post_body(body)

    def _drained(self, client: Client) -> None:
        """The network has taken what it had of a client: what waits goes on, as far as it goes."""
        for found in self._subscriptions.values():
            subscription = found.get(client.handle)
            if subscription is None:
                continue
            if subscription.rows is not None and not client.queued_bytes:
                rows, subscription.rows = subscription.rows, None
                self._post(subscription, self._body(subscription.table, rows, client))
            while subscription.waiting and not client.queued_bytes and not client.closed:
                self._post(subscription, subscription.waiting.popleft())


def _as_table(rows: Any) -> Table:
    value = table(rows) if type(rows) is dict else as_q(rows)
    if not isinstance(value, Table):
        raise TypeError(f"rows to publish are a table, or a dict of columns, not {type(value).__name__}")
    return value


def _text(value: Value) -> str | None:
    if isinstance(value, Vector) and value.qtype is QType.CHAR:
        return bytes(value).decode("utf-8", "surrogateescape")
    return value.raw if isinstance(value, Atom) and value.qtype is QType.SYMBOL else None


def _symbols(value: Value) -> list[str] | None:
    """As ``.u.sel`` of kdb+tick takes them: the null symbol is all, an empty list none."""
    if isinstance(value, Vector) and value.qtype is QType.SYMBOL:
        return list(value.symbols)
    if isinstance(value, Atom) and value.qtype is QType.SYMBOL:
        return [value.raw] if value.raw else None
    if isinstance(value, List) and not len(value):
        return []
    raise QError("type")
