"""Results as a list: a vector of atoms, a table of records, else a general list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anyq.values import Dict, List, QType, Table, Value, Vector, collapse, match

__all__ = ["records"]


def records(results: Sequence[Value]) -> Value:
    """A list of values; dicts that share their symbol keys make a table, as they do in q."""
    if results and type(results[0]) is Dict and _same_records(results):
        first: Any = results[0]
        rows = [list(r.values) for r in results]  # type: ignore[attr-defined]
        columns = tuple([collapse([row[at] for row in rows]) for at in range(len(first.keys))])
        return Table.of(first.keys, List.of(columns))
    return collapse(results)


def _same_records(results: Sequence[Value]) -> bool:
    keys = results[0].keys  # type: ignore[attr-defined]
    if not (isinstance(keys, Vector) and keys.qtype is QType.SYMBOL and len(keys)):
        return False
    return all(type(r) is Dict and (r.keys is keys or match(r.keys, keys)) for r in results)
