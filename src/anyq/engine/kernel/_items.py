"""The items that iterators visit, and lists of the same shape made of results."""

from __future__ import annotations

from collections.abc import Sequence

from anyq.values import Dict, List, Value

from ._records import records
from ._support import is_atom, items_of

__all__ = ["iterated", "nothing_visited", "rebuilt"]


def iterated(x: Value) -> list[Value] | None:
    """The items that an iterator visits; ``None`` for an atom, which goes with every item of other arguments."""
    return None if is_atom(x) else items_of(x)


def rebuilt(like: Value, results: Sequence[Value]) -> Value:
    """The results of visiting ``like``: a dict keeps its keys, records of one shape become a table."""
    if isinstance(like, Dict):
        return Dict(like.key, records(results))
    return records(results)


def nothing_visited(x: Value) -> Value:
    """What a map of an empty list gives; a dict keeps its keys."""
    return Dict(x.key, List.of(())) if isinstance(x, Dict) else List.of(())
