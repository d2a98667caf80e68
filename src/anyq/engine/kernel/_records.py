"""Lists of results: a vector of atoms, a table of records, else a general list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anyq.errors import QError
from anyq.values import Atom, Dict, List, QType, Table, Value, Vector, collapse, match, symbols

__all__ = ["is_row", "records", "row_as", "rows_as"]


def records(results: Sequence[Value]) -> Value:
    """A list of values as q makes it: atoms of one type are a vector, dicts with the same symbol keys a table."""
    if results and type(results[0]) is Dict and _same_records(results):
        first: Any = results[0]
        rows = [list(r.value) for r in results]  # type: ignore[attr-defined]
        columns = tuple([collapse([row[at] for row in rows]) for at in range(len(first.key))])
        return Table.of(first.key, List.of(columns))
    return collapse(results)


def _same_records(results: Sequence[Value]) -> bool:
    if not is_row(results[0]):
        return False
    keys = results[0].key  # type: ignore[attr-defined]
    return all(type(r) is Dict and (r.key is keys or match(r.key, keys)) for r in results)


def is_row(value: Value) -> bool:
    """Whether the value can be a row of a table: a dict whose keys are symbols, at least one."""
    keys = value.key if type(value) is Dict else None
    return isinstance(keys, Vector) and keys.qtype is QType.SYMBOL and len(keys) > 0


def rows_as(names: list[str], rows: Sequence[Value]) -> Table:
    """The table of columns ``names`` whose rows are dicts with these keys in any order.

    Raises `QError` (``mismatch``) for a row with other keys.
    """
    items = [row_as(names, row) for row in rows]
    return Table.of(
        symbols(names), List.of(tuple([collapse([item[at] for item in items]) for at in range(len(names))]))
    )


def row_as(names: list[str], row: Value) -> list[Value]:
    """The values of a dict with the keys ``names``, in their order. Raises `QError` (``mismatch``) for other keys."""
    assert isinstance(row, Dict)
    if isinstance(row.key, Vector) and row.key.qtype is QType.SYMBOL and row.key.symbols.objects().tolist() == names:
        return list(row.value)
    found = {key.raw: value for key, value in row.pairs() if isinstance(key, Atom)}
    if found.keys() != set(names):
        raise QError("mismatch")
    return [found[name] for name in names]
