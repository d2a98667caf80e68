"""What one connection asks of a ticker plant for all its subscriptions. No I/O.

A plant knows one subscription for each handle and table, and ``.u.sub`` replaces it (kdb+tick deletes the handle's old
one first). So what is asked for a table is the union of what its subscriptions want, and each of them takes its own
rows out of what comes. The table ``""`` stands for all tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from anyq.values import Value, symbol, symbols

__all__ = ["SUBSCRIBE", "Ask", "Topics", "Wanted"]

SUBSCRIBE: Final = ".u.sub"
_UNSUBSCRIBE: Final = "{[t].u.del[;.z.w]each $[t~`;.u.t;(),t];}"
_UNSUBSCRIBE_REST: Final = "{[k].u.del[;.z.w]each .u.t except k;}"


@attrs.frozen
class Ask:
    """A message to the plant."""

    query: str
    arguments: tuple[Value, ...]


@attrs.define(eq=False)
class Wanted:
    """What one subscription wants: the rows of these symbols (in order; ``None`` for all) of a table."""

    table: str
    symbols: tuple[str, ...] | None
    shared: bool = False
    """Whether the plant may send rows that only another subscription wants."""

    def covers(self, table: str) -> bool:
        """Whether it wants rows of ``table``."""
        return self.table in ("", table)


class Topics:
    """The subscriptions of a connection."""

    def __init__(self) -> None:
        self._all: list[Wanted] = []

    def add(self, wanted: Wanted) -> None:
        """Another subscription begins; `asks` says what to send."""
        for other in self._all:
            if "" in (other.table, wanted.table) or other.table == wanted.table:
                other.shared = wanted.shared = True
        self._all.append(wanted)

    def asks(self, table: str) -> list[Ask]:
        """What subscribes to ``table`` for all that want it; the first gives the schemas."""
        asks = [Ask(SUBSCRIBE, (symbol(table), self._union(table)))]
        if not table:
            asks += [Ask(SUBSCRIBE, (symbol(name), self._union(name))) for name in self._named()]
        return asks

    def remove(self, wanted: Wanted) -> list[Ask]:
        """A subscription ends: what to send so that the others are as they were."""
        if wanted not in self._all:
            return []
        self._all.remove(wanted)
        table = wanted.table
        if any(other.covers(table) if table else not other.table for other in self._all):
            return self.asks(table)
        named = list(self._named()) if not table else []
        if not named:
            return [Ask(_UNSUBSCRIBE, (symbol(table),))]
        return [Ask(_UNSUBSCRIBE_REST, (symbols(named),)), *(ask for name in named for ask in self.asks(name))]

    def _named(self) -> Iterator[str]:
        """The tables that are subscribed to by name."""
        return iter(dict.fromkeys(wanted.table for wanted in self._all if wanted.table))

    def _union(self, table: str) -> Value:
        """The symbols to ask for, as the plant takes them: the null symbol is all."""
        chosen: dict[str, Any] = {}
        for wanted in self._all:
            if wanted.covers(table):
                if wanted.symbols is None:
                    return symbol("")
                chosen.update(dict.fromkeys(wanted.symbols))
        return _as_symbols(chosen)


def _as_symbols(chosen: Iterable[str]) -> Value:
    return symbols(list(chosen))
