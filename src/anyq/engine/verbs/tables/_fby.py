"""Filter by: ``(f;data) fby groups`` (page ref/fby.md)."""

from __future__ import annotations

from anyq.errors import QError
from anyq.values import List, Value, Vector, collapse, count

from ...kernel._search import factorized
from ...kernel._support import EMPTY, is_atom, items_of
from ...kernel._take import take
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..lists._sets import groups

__all__ = ["fby", "install"]


def fby(q: Context, x: Value, y: Value) -> Value:
    """q's ``(f;data) fby groups``: ``f`` of each group's data, at the place of each of its items."""
    if not isinstance(x, List) or len(x) != 2:
        raise QError("length" if isinstance(x, List | Vector) else "type")
    f, data = x.items
    if count(data) != count(y):
        raise QError("length")
    codes, firsts = factorized(y)
    places = [part.data for part in groups(codes, len(firsts)) if isinstance(part, Vector)]
    results = [q.apply(f, (take(data, at),)) for at in places]
    if all(is_atom(result) for result in results):
        return take(collapse(results), codes) if results else data
    out: list[Value] = [EMPTY] * len(codes)
    for at, result in zip(places, results, strict=True):
        spread = items_of(result) if not is_atom(result) else [result] * len(at)
        if len(spread) != len(at):
            raise QError("length")
        for place, item in zip(at.tolist(), spread, strict=True):
            out[place] = item
    return collapse(out)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.binary("fby", fby, context=True)
