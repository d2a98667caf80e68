"""Results of a select in parts, so that a large one needs little memory here and there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final, Protocol, Self

from anyq.values import Dict, List, Table, Value, symbol

__all__ = ["BlockingStream", "Stream", "Windowed"]

_SIZES: Final = "{[t]v:get t;$[1b~.Q.qp v;(.Q.pf;.Q.pv;.Q.cn v);count v]}"
"""How many rows a table has, or of a partitioned one the name of its partitions, their values, and their counts."""


class Windowed(Protocol):
    """A query that can be asked for some rows of its table: `anyq.select` gives one."""

    def streamed_table(self) -> str:
        """The name of the table. `ValueError` for a query whose results for parts of it are not parts of its result."""

    def part(self, first: int, last: int, partition: tuple[str, Value] | None = None) -> Any:
        """The query for the rows from ``first`` to ``last`` of the table, or of a partition of it."""


def _checked(query: Windowed, rows: int) -> str:
    if rows < 1:
        raise ValueError(f"a part has at least one row of the table, not {rows}")
    if not hasattr(query, "streamed_table"):
        raise TypeError(f"a stream is of a query that anyq.select makes, not of a {type(query).__name__}")
    return query.streamed_table()


def _parts(query: Windowed, sizes: Value, rows: int) -> Iterator[Any]:
    """The queries for ``rows`` rows each."""
    if not isinstance(sizes, List):
        whole = int(sizes)
        yield from (query.part(first, min(first + rows, whole) - 1) for first in range(0, whole, rows))
        return
    field, values, counts = sizes.items
    for value, count in zip(values, counts.py(), strict=True):
        for first in range(0, count, rows):
            yield query.part(first, min(first + rows, count) - 1, (str(field.py()), value))


def _is_part(value: Value) -> bool:
    return isinstance(value, Table | Dict) and len(value) > 0


class Stream:
    """The parts of a result: ``async for part in q.stream(query, rows=...)``. To be read once, by one task.

    Cancelling the reader loses nothing: reading on asks for the same part again.
    """

    def __init__(self, ask: Callable[..., Awaitable[Value]], query: Windowed, rows: int, timeout: float | None) -> None:
        self._table = _checked(query, rows)
        self._ask, self._query, self._rows, self._timeout = ask, query, rows, timeout
        self._windows: Iterator[Any] | None = None
        self._again: Any = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Value:
        """The next part that is not empty. Raises what a call raises; after `CallTimeout` or a cancellation, reading on
        asks for the same part again.
        """
        if self._windows is None:
            sizes = await self._ask(_SIZES, symbol(self._table), timeout=self._timeout)
            self._windows = _parts(self._query, sizes, self._rows)
        while True:
            if self._again is None:
                self._again = next(self._windows, None)
                if self._again is None:
                    raise StopAsyncIteration
            part = await self._ask(self._again, timeout=self._timeout)
            self._again = None
            if _is_part(part):
                return part


class BlockingStream:
    """The parts of a result: ``for part in q.stream(query, rows=...)``. To be read once, by one thread.

    Arrow's libraries take it as a stream of record batches (``pyarrow.RecordBatchReader.from_stream(stream)``,
    ``polars.DataFrame(stream)``, DuckDB); `arrow` gives a reader.
    """

    def __init__(self, ask: Callable[..., Value], query: Windowed, rows: int, timeout: float | None) -> None:
        self._table = _checked(query, rows)
        self._ask, self._query, self._rows, self._timeout = ask, query, rows, timeout
        self._windows: Iterator[Any] | None = None
        self._again: Any = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Value:
        """The next part that is not empty. Raises what a call raises; after that or an interrupt, reading on asks for
        the same part again.
        """
        if self._windows is None:
            sizes = self._ask(_SIZES, symbol(self._table), timeout=self._timeout)
            self._windows = _parts(self._query, sizes, self._rows)
        while True:
            if self._again is None:
                self._again = next(self._windows)
            part = self._ask(self._again, timeout=self._timeout)
            self._again = None
            if _is_part(part):
                return part

    def arrow(self) -> Any:
        """A ``pyarrow.RecordBatchReader`` of the parts: one is here at a time. Needs pyarrow.

        The schema is that of the first part, or without any rows that of the query for no rows.
        """
        first = next(self, None)
        if first is None:
            first = self._ask(self._query.part(0, -1), timeout=self._timeout)
        table = first.pa()
        schema = table.schema

        def batches() -> Iterator[Any]:
            yield from table.to_batches()
            for part in self:
                yield from part.pa().cast(schema).to_batches()

        return type(table.to_reader()).from_batches(schema, batches())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's C stream of `arrow`."""
        return self.arrow().__arrow_c_stream__(requested_schema)
