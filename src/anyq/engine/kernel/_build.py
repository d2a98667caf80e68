"""Table literals."""

from __future__ import annotations

from collections.abc import Sequence

from anyq.errors import QError
from anyq.values import Dict, KeyedTable, List, Table, Value, Vector, collapse, symbols

__all__ = ["build_table", "is_list"]


def is_list(x: Value) -> bool:
    """Whether ``x`` can be a column."""
    return isinstance(x, Vector | List | Table | KeyedTable)


def build_table(names: Sequence[str], columns: Sequence[Value], keyed: int) -> Value:
    """``([k]a;b)`` of evaluated columns; atoms are repeated. ``keyed`` counts key columns, -1 makes a dict.

    Raises `QError`: ``length`` for columns of different counts, ``rank`` when no column is a list, ``dup`` for a name
    that comes twice.
    """
    if keyed < 0:
        return Dict(symbols(names), collapse(list(columns)))
    names = _distinct(names)
    sizes = {len(c) for c in columns if is_list(c)}  # type: ignore[arg-type]
    if len(sizes) > 1:
        raise QError("length")
    if not sizes:
        raise QError("rank")
    size = sizes.pop()
    full = [c if is_list(c) else collapse([c] * size) for c in columns]
    values = Table.of(symbols(names[keyed:]), List.of(tuple(full[keyed:])))
    if not keyed:
        return values
    return KeyedTable(Table.of(symbols(names[:keyed]), List.of(tuple(full[:keyed]))), values)


def _distinct(names: Sequence[str]) -> list[str]:
    """Names that come twice get a number, as q's own column naming does."""
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
