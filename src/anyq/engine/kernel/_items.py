"""The items that iterators visit, and lists of the same shape made of results."""

from __future__ import annotations

from collections.abc import Sequence

from anyq.values import Dict, KeyedTable, List, Table, Value, Vector

from ._records import records

__all__ = ["items_of", "nothing_visited", "rebuilt"]


def items_of(x: Value) -> Sequence[Value] | None:
    """The items that an iterator visits; ``None`` for an atom."""
    if isinstance(x, Vector):
        return list(x)
    if isinstance(x, List):
        return x.items
    if isinstance(x, KeyedTable):
        return list(x.value_table)
    if isinstance(x, Dict):
        return items_of(x.values)
    if isinstance(x, Table):
        return list(x)
    return None


def rebuilt(like: Value, results: Sequence[Value]) -> Value:
    """The results of visiting ``like``: a dict keeps its keys, records of one shape become a table."""
    if isinstance(like, Dict):
        return Dict(like.keys, records(results))
    return records(results)


def nothing_visited(x: Value) -> Value:
    """What a map of an empty list gives; a dict keeps its keys."""
    return Dict(x.keys, List.of(())) if isinstance(x, Dict) else List.of(())
