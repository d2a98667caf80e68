"""Subscriptions to a kdb+tick ticker plant.

The contract is that of ``u.q`` (KX, kdb+tick): ``.u.sub[table;symbols]`` subscribes the calling handle,
with the empty symbol for all, and returns the pair of table name and schema, or a list of such pairs.
Updates come as async messages ``(`upd;table;data)``, the end of a day as ``(`.u.end;date)``.
``.u.del[table;handle]`` takes a subscription back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self

import attrs

from anyq.client._core import Core
from anyq.client._face import AsyncOnly
from anyq.client._inbox import Batches, Feed
from anyq.client._joined import joined_updates
from anyq.client._pending import Pending
from anyq.client._topics import SUBSCRIBE, Ask, Wanted
from anyq.codec import decode_update
from anyq.errors import BusyError, ConnectionLost, Error, MisuseError
from anyq.protocol import AsyncMessage, ConnectionState, Overflow, Post, SyncRequest
from anyq.values import Atom, List, QType, Table, Value, Vector, rows_with

__all__ = ["EndOfDay", "Frames", "Gap", "Subscription", "Update"]

_SUBSCRIBE_WITH_ROWS: Final = (
    "{[t;s]r:.u.sub[t;s];f:{[s;n]$[s~`;value n;?[value n;enlist(in;`sym;enlist s);0b;()]]}[s];"
    "$[-11h=type first r;enlist[r],enlist enlist f first r;(r;f each first each r)]}"
)


@attrs.frozen
class Update:
    """Rows for a table."""

    table: str
    data: Value


@attrs.frozen
class EndOfDay:
    """The ticker plant ended a day; ``date`` is what it sent, a q date."""

    date: Value


@attrs.frozen
class Gap:
    """The connection broke and came back, and the subscription was made anew: updates in between are missing.

    ``schemas`` is what the ticker plant said this time, ``snapshot`` its rows if they were asked for.
    """

    schemas: Mapping[str, Value]
    snapshot: Mapping[str, Value]


class Subscription(AsyncOnly):
    """A subscription, to be used as ``async with q.subscribe(...) as feed`` and ``async for update in feed``.

    Items are `Update`, `EndOfDay` and `Gap`. ``schemas`` maps table names to what the ticker plant
    returned for them, ``snapshot`` to their rows at the start, if those were asked for. Several subscriptions of one
    connection share what the plant sends, and each gets its own rows; leaving the block leaves the others whole.
    Cancelling the reader loses nothing: neither an update nor a gap.
    """

    def __init__(
        self,
        core: Core,
        table: str,
        only: Iterable[str],
        *,
        snapshot: bool,
        buffer: int,
        overflow: Overflow,
    ) -> None:
        chosen = (only,) if isinstance(only, str) else tuple(only)
        self.table = table
        self.schemas: Mapping[str, Value] = {}
        self.snapshot: Mapping[str, Value] = {}
        self._core = core
        self._with_rows = snapshot
        self._wanted = Wanted(table, chosen or None)
        self._entered = False
        self._feed: Feed[Any] = Feed(buffer, overflow, core.decode, core, decode_update)
        self._asked: Pending | None = None
        """The latest subscription."""
        self._returned: Pending | None = None
        """The new subscription of a gap that was reached, and not told yet."""

    @property
    def dropped(self) -> int:
        """How many messages a full buffer lost."""
        return self._feed.dropped

    async def __aenter__(self) -> Self:
        """Subscribe. Raises what a call raises, e.g. `QError` for a table that there is not.

        Failing or cancelled, it takes the subscription back. `BusyError` if it was entered before.
        """
        if self._entered:
            raise BusyError("a subscription is entered once: ask for another one with q.subscribe")
        self._core.add_feed(self._feed)
        self._entered = True
        self._core.topics.add(self._wanted)
        self._asked = call = self._subscribe()
        self._core.watchers.append(self._state_changed)
        try:
            self.schemas, self.snapshot = self._read(await call.wait())
        except BaseException:
            call.cancel()
            self._leave()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Update | EndOfDay | Gap:
        """The next item. Raises `ConnectionLost` or `ClosedError` when no more will come, and what the ticker plant
        raised if it refused the new subscription after a reconnect. Cancelled, it has lost nothing.
        """
        if not self._entered:
            self._check_entered()
        while True:
            if self._returned is None:
                item = self._feed.take_now()
                if item is None:
                    item = await self._feed.__anext__()
                if type(item) is not Pending:
                    if (news := self._news(item)) is not None:
                        return news
                    continue
                self._returned = item
            if (gap := await self._gap(self._returned)) is not None:
                return gap

    def _check_entered(self) -> None:
        if not self._entered:
            raise MisuseError("not subscribed yet: write 'async with q.subscribe(...) as feed', and iterate there")

    def batches(self, *, max_items: int = 1000, max_delay: float = 0.0) -> Batches[Update | EndOfDay | Gap]:
        """Items in lists: see `Feed.batches`. A `Gap` is in a list of its own."""
        return Batches(self._batch, max_items, max_delay)

    def frames(self, *, max_items: int = 10_000, max_delay: float = 0.0) -> Frames:
        """Items, with the updates of one table joined into one: ``async for update in subscription.frames(): ...``.

        Of each batch (see `batches`) the updates of a table become one `Update` with a table of all their rows, at the
        place of the first; the order of rows is that in which they came. Updates that are lists of columns, or of the
        items of one row, as some ticker plants send them, get their names from ``schemas``. What cannot be joined (has
        other columns, or no schema) stays as it is. `EndOfDay` and `Gap` keep their place: no update goes past one.
        Cancelled, it has lost nothing.
        """
        return Frames(Batches(self._batch, max_items, max_delay), self)

    async def _batch(self, max_items: int, max_delay: float) -> list[Update | EndOfDay | Gap]:
        self._check_entered()
        while True:
            if self._returned is None:
                items = await self._feed.take_batch(max_items, max_delay)
                if type(items[0]) is not Pending:
                    found: list[Update | EndOfDay | Gap] = [
                        news for item in items if (news := self._news(item)) is not None
                    ]
                    if found:
                        return found
                    continue
                self._returned = items[0]
            if (gap := await self._gap(self._returned)) is not None:
                return [gap]

    async def _gap(self, returned: Pending) -> Gap | None:
        """The gap that ends when the new subscription is answered; ``None`` if the connection broke again."""
        try:
            answer = await returned.wait()
        except ConnectionLost:
            self._returned = None  # the feed has the next gap, or its end
            return None
        except Error as error:
            self._feed.end(error)
            raise
        self._returned = None
        return Gap(*self._read(answer))

    def _subscribe(self) -> Pending:
        core = self._core
        first, *others = core.topics.asks(self.table)
        query = _SUBSCRIBE_WITH_ROWS if self._with_rows else first.query
        message = core.message(SyncRequest, query, first.arguments)
        call = Pending(core, size=message.size)
        core.describe(call, SUBSCRIBE)
        core.send(message, call)
        self._post(others)
        return call

    def _post(self, asks: list[Ask]) -> None:
        for ask in asks:
            self._core.send(self._core.message(AsyncMessage, ask.query, ask.arguments), Post())

    def _leave(self) -> None:
        core = self._core
        self._feed.close()
        if self._state_changed in core.watchers:
            core.watchers.remove(self._state_changed)
        asks = core.topics.remove(self._wanted)
        if core.closed is None and core.live is not None:  # else there is nothing that we are subscribed on
            self._post(asks)

    def _state_changed(self, state: ConnectionState) -> None:
        if state != "reconnected" or (self._asked is not None and not self._asked.done()):
            return  # what has no answer yet did not reach the old peer, and was sent to this one already
        try:
            self._asked = self._subscribe()
            self._feed.note(self._asked)
        except Error as error:
            self._feed.end(error)

    def _read(self, answer: Value) -> tuple[dict[str, Value], dict[str, Value]]:
        """Schemas and rows from what the ticker plant returned."""
        rows: list[Value] = []
        parts = _items(answer)
        if self._with_rows and len(parts) == 2:
            answer, rows = parts[0], _items(parts[1])
        pairs = [_items(answer)] if _is_symbol(_items(answer)[:1]) else [_items(pair) for pair in _items(answer)]
        schemas = {str(pair[0].py()): pair[1] for pair in pairs if len(pair) == 2}
        return schemas, dict(zip(schemas, map(self._own, rows), strict=False))

    def _own(self, rows: Value) -> Value:
        """Of the rows that came for several subscriptions, those of this one."""
        wanted = self._wanted
        if wanted.symbols is None or not wanted.shared or not isinstance(rows, Table) or "sym" not in rows.column_names:
            return rows
        column = rows.column("sym")
        if not (isinstance(column, Vector) and column.qtype is QType.SYMBOL):
            return rows
        return rows_with(rows, "sym", frozenset(wanted.symbols))

    def _news(self, value: Value | tuple[str, str, Value]) -> Update | EndOfDay | None:
        if type(value) is tuple:
            return self._update(value[1], value[2]) if value[0] == "upd" else None
        if type(value) is not List:
            return None
        items = value.items
        function = _symbol(items[0]) if items else None
        if function == "upd" and len(items) == 3:
            target = _symbol(items[1])
            return self._update(target, items[2]) if target is not None else None
        return EndOfDay(items[1]) if function == ".u.end" and len(items) == 2 else None

    def _update(self, table: str, data: Value) -> Update | None:
        wanted = self._wanted
        if not wanted.covers(table):
            return None
        if wanted.shared:
            rows = self._own(data)
            if rows is not data and isinstance(rows, Table) and not len(rows):
                return None
            data = rows
        update = _new(Update)
        _set_table(update, table)
        _set_data(update, data)
        return update  # type: ignore[no-any-return]


class Frames:
    """What `Subscription.frames` gives: an asynchronous iterator."""

    def __init__(self, batches: Batches[Update | EndOfDay | Gap], subscription: Subscription) -> None:
        self._batches = batches
        self._subscription = subscription
        self._items: deque[Update | EndOfDay | Gap] = deque()

    def __aiter__(self) -> Frames:
        return self

    async def __anext__(self) -> Update | EndOfDay | Gap:
        """The next item. Raises as reading the subscription itself does. Cancelled, it has lost nothing."""
        if not self._items:
            self._items.extend(self._joined(await self._batches.__anext__()))
        return self._items.popleft()

    def _joined(self, batch: list[Update | EndOfDay | Gap]) -> Iterator[Update | EndOfDay | Gap]:
        waiting: dict[str, list[Value]] = {}
        for item in batch:
            if isinstance(item, Update):
                waiting.setdefault(item.table, []).append(item.data)
            else:
                yield from self._frames(waiting)
                waiting.clear()
                yield item
        yield from self._frames(waiting)

    def _frames(self, waiting: Mapping[str, list[Value]]) -> Iterator[Update]:
        for table, parts in waiting.items():
            for frame in joined_updates(parts, self._subscription.schemas.get(table)):
                yield Update(table, frame)


def _symbol(value: Value) -> str | None:
    if type(value) is not Atom or value.qtype is not QType.SYMBOL:
        return None
    name: str = value.raw
    return name


_new: Final[Any] = object.__new__
_set_table: Final = Update.__dict__["table"].__set__  # half the time of Update(...)
_set_data: Final = Update.__dict__["data"].__set__


def _items(value: Value) -> list[Value]:
    return list(value.items) if isinstance(value, List) else []


def _is_symbol(values: list[Value]) -> bool:
    return bool(values) and isinstance(values[0], Atom) and values[0].qtype is QType.SYMBOL
