"""Rows of tables, as far as publishing and subscriptions need them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ._face import Value
from ._storage import SymbolArray
from ._table import Table
from ._types import QType
from ._vector import List, Vector, collapse

__all__ = ["joined", "last_of_each", "rows_with", "taken"]

Index = npt.NDArray[np.intp]


def taken(table: Table, index: Index) -> Table:
    """The rows at ``index``."""
    return Table.of(table.names, List.of(tuple([_items(column, index) for column in table.data.items])))


def _items(column: Value, index: Index) -> Value:
    if isinstance(column, Vector):
        return column[index]
    return collapse([column[i] for i in index.tolist()])


def _keys(table: Table, key: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]]:
    column = table.column(key)
    if not (isinstance(column, Vector) and column.qtype is QType.SYMBOL):
        raise TypeError(f"column {key} is to be filtered by, but holds no symbols")
    return column.symbols.factorize()


def rows_with(table: Table, key: str, wanted: frozenset[str]) -> Table:
    """The rows whose ``key`` is one of ``wanted``."""
    codes, uniques = _keys(table, key)
    chosen = np.array([text in wanted for text in uniques.tolist()], bool)
    return taken(table, np.flatnonzero(chosen[codes])) if len(codes) else table


def last_of_each(table: Table, key: str) -> Table:
    """The last row of each key, in the order in which these rows stand."""
    codes, uniques = _keys(table, key)
    last = np.full(len(uniques), -1, np.intp)
    last[codes] = np.arange(len(codes))
    return taken(table, np.sort(last[last >= 0]))


def joined(first: Table, second: Table) -> Table:
    """One table after another of the same columns."""
    columns = [_join(x, y) for x, y in zip(first.data.items, second.data.items, strict=True)]
    return Table.of(first.names, List.of(tuple(columns)))


def _join(x: Any, y: Any) -> Value:
    if isinstance(x, Vector) and isinstance(y, Vector) and x.qtype is y.qtype:
        if x.qtype is QType.SYMBOL:
            both = np.concatenate([x.symbols.objects(), y.symbols.objects()])
            return Vector.of(x.qtype, SymbolArray.from_strs(both))
        return Vector.of(x.qtype, np.concatenate([x.data, y.data]))
    return collapse([*x, *y])
