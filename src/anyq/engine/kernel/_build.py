"""Table literals."""

from __future__ import annotations

from collections.abc import Sequence

from anyq.errors import QError
from anyq.values import Dict, KeyedTable, List, Table, Value, Vector, collapse, symbols

__all__ = ["build_table", "unique_names"]


def _is_column(x: Value) -> bool:
    return isinstance(x, Vector | List | Table | KeyedTable)


def build_table(names: Sequence[str], columns: Sequence[Value], keyed: int) -> Value:
    """``([k]a;b)`` of evaluated columns; atoms are repeated. ``keyed`` counts key columns, -1 makes a dict.

    A name that comes twice gets a number, as in ``select a,a from t``. Raises `QError`: ``length`` for columns of
    different counts, ``rank`` when no column is a list.
    """
    names = unique_names(names)
    if keyed < 0:
        return Dict(symbols(names), collapse(list(columns)))
    sizes = {len(c) for c in columns if _is_column(c)}
    if len(sizes) > 1:
        raise QError("length")
    if not sizes:
        raise QError("rank")
    size = sizes.pop()
    full = [c if _is_column(c) else collapse([c] * size) for c in columns]
    values = Table.of(symbols(names[keyed:]), List.of(tuple(full[keyed:])))
    if not keyed:
        return values
    return KeyedTable(Table.of(symbols(names[:keyed]), List.of(tuple(full[:keyed]))), values)


def unique_names(names: Sequence[str]) -> list[str]:
    """Column names, repeated ones with a number behind them: ``a``, ``a1``, ``a2``."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        fresh = name
        while fresh in seen:
            seen[name] += 1
            fresh = f"{name}{seen[name]}"
        seen[fresh] = 0
        out.append(fresh)
    return out
