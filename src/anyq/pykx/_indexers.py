"""``table.loc``, ``table.iloc`` and ``table.at``."""

from __future__ import annotations

from typing import Any

import numpy as np

from anyq.values import KeyedTable, QType, Value, Vector, long, symbol, symbols

from . import _engine
from ._base import K, unwrap, wrap
from ._exceptions import QError

__all__ = ["At", "ILoc", "Loc"]


class _Indexer:
    def __init__(self, table: Any) -> None:
        self._table = table

    @property
    def _names(self) -> list[str]:
        value = self._table._v
        keys = value.key_table.columns if isinstance(value, KeyedTable) else []
        return [name for name in self._table._names if name not in keys]

    def __getitem__(self, index: Any) -> Any:
        rows, columns = index if isinstance(index, tuple) and len(index) == 2 else (index, slice(None))
        if isinstance(index, str):
            return self._table[index]
        return wrap(
            _engine.call(
                "{[t;i;c] k:keys t;k xkey (k,c)#(0!t)i}",
                self._table._v,
                self._rows(rows),
                symbols(self._columns(columns)),
            )
        )

    def __setitem__(self, index: Any, value: Any) -> None:
        if not isinstance(index, tuple) or len(index) != 2 or not isinstance(index[1], str | list):
            raise ValueError("Expected 2 values for rows and a column to be set")
        for name in self._columns(index[1]):
            self._table._v = _engine.call(
                "{[t;i;c;v] k:keys t;u:flip 0!t;u[c]:@[u c;i;:;v];k xkey flip u}",
                self._table._v, self._rows(index[0]), symbol(name), unwrap(value),
            )  # fmt: skip

    def _rows(self, rows: Any) -> Value:
        """The numbers of rows."""
        count = len(self._table)
        if callable(rows) and not isinstance(rows, K):
            rows = rows(self._table)
        if isinstance(rows, slice):
            return Vector.of(QType.LONG, np.arange(*rows.indices(count), dtype=np.int64))
        if isinstance(rows, int | np.integer) and not isinstance(rows, bool):
            return self._of_keys([rows])
        value = unwrap(rows)
        if isinstance(value, Vector) and value.qtype is QType.BOOLEAN:
            return _engine.call("where", value)
        return self._of_keys(rows)

    def _of_keys(self, keys: Any) -> Value:
        return unwrap([int(key) % len(self._table) for key in keys])

    def _columns(self, columns: Any) -> list[str]:
        names = self._names
        if callable(columns):
            columns = columns(self._table)
        if isinstance(columns, slice):
            start, stop = columns.start, columns.stop
            if isinstance(start, str):
                start = names.index(start)
            if isinstance(stop, str):
                stop = names.index(stop) + 1
            return names[slice(start, stop, columns.step)]
        if isinstance(columns, str):
            return [columns]
        if isinstance(columns, int):
            return [names[columns]]
        if all(isinstance(x, bool) for x in columns):
            return [name for name, chosen in zip(names, columns, strict=False) if chosen]
        return [names[x] if isinstance(x, int) else str(x) for x in columns]


class ILoc(_Indexer):
    """Rows and columns by number."""


class Loc(_Indexer):
    """Rows by key where there are keys, else by number; columns by name."""

    def __getitem__(self, index: Any) -> Any:
        rows = index[0] if isinstance(index, tuple) and len(index) == 2 else index
        if isinstance(self._table._v, KeyedTable) and not isinstance(index, str) and isinstance(rows, int):
            return wrap(_engine.call("{x flip(keys x)!enlist enlist y}", self._table._v, long(rows)))
        return super().__getitem__(index)

    def _of_keys(self, keys: Any) -> Value:
        value = self._table._v
        if isinstance(value, KeyedTable) and len(value.key_table.columns) == 1:
            return _engine.call("{(first value flip key x)?y}", value, unwrap(list(keys)))
        return super()._of_keys(keys)


class At(_Indexer):
    """One item by the number or key of its row and the name of its column."""

    def __getitem__(self, index: Any) -> Any:
        row, name = self._pair(index)
        return wrap(_engine.call("{(0!x)[z]y}", self._table._v, long(row), symbol(name)))

    def __setitem__(self, index: Any, value: Any) -> None:
        row, name = self._pair(index)
        super().__setitem__((slice(row, row + 1), name), value)

    def _pair(self, index: Any) -> tuple[int, str]:
        if not isinstance(index, tuple) or len(index) != 2:
            raise ValueError("Expected 2 values for call to Table.at")
        row, name = index
        if name not in self._names:
            raise QError(f"Can't get the value of a key in a KeyedTable using at: {name}")
        return int(row), str(name)
