"""Pieces of queries: limits, names, and columns put together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Attr, Dict, List, QType, Table, Value, Vector, count

from ..kernel._support import items_of
from ..kernel._take import Positions, take
from ..session._functions import is_function

__all__ = [
    "common_size",
    "conditions",
    "in_order",
    "is_flag",
    "limited",
    "pairs",
    "unlimited",
    "window",
]


def is_flag(tree: Value) -> bool:
    return isinstance(tree, Atom) and tree.qtype is QType.BOOLEAN


def window(size: int, limit: Value) -> Positions:
    """The places that a limit leaves of ``size``: the first n, the last -n, or n from m. Raises `QError` (``type``)."""
    if isinstance(limit, Vector) and len(limit) == 2:
        start, length = (int(part.raw) for part in limit)
        return np.arange(max(start, 0), min(start + length, size), dtype=np.int64)
    if isinstance(limit, Atom) and isinstance(limit.raw, int):
        number = limit.raw
        where = np.arange(max(size + number, 0), size) if number < 0 else np.arange(min(number, size))
        return where.astype(np.int64)
    raise QError("type")


def limited(made: Value, limits: tuple[Value, ...]) -> Value:
    return take(made, window(count(made), limits[0])) if limits else made


def common_size(results: Sequence[Value]) -> int:
    """The length of a result's columns: 1 when every one is an atom."""
    sizes = {len(r) for r in results if isinstance(r, Vector | List | Table)}
    if len(sizes) > 1:
        raise QError("length")
    return sizes.pop() if sizes else 1


def in_order(keys: tuple[Value, ...]) -> tuple[Value, ...]:
    """Key columns as ``by`` gives them: sorted, or parted where others follow."""
    first = keys[0]
    if isinstance(first, Vector):
        return (first.with_attr(Attr.SORTED if len(keys) == 1 else Attr.PARTED), *keys[1:])
    return keys


def conditions(where: Value) -> tuple[Value, ...]:
    if isinstance(where, List):
        first = where[0] if len(where) else None
        if first is not None and is_function(first):
            return (where,)
        return tuple(where.items)
    if isinstance(where, Vector):
        return tuple(where)
    return (where,)


def pairs(d: Dict) -> tuple[tuple[str, Value], ...]:
    if not (isinstance(d.key, Vector) and d.key.qtype is QType.SYMBOL):
        raise QError("type")
    return tuple(zip(d.key.symbols.objects().tolist(), items_of(d.value), strict=True))


def unlimited(limit: Value) -> bool:
    return isinstance(limit, Atom) and limit.qtype is QType.LONG and limit.raw == QType.LONG.inf
