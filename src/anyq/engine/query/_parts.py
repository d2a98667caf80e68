"""Pieces of queries: limits, names, and columns put together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Attr, Dict, List, QType, SymbolArray, Table, Value, Vector, collapse, count

from ..kernel._index import Positions, take_rows
from ..session._functions import is_function

__all__ = [
    "common_size",
    "conditions",
    "end_to_end",
    "in_order",
    "is_flag",
    "items",
    "limited",
    "pairs",
    "put_rows",
    "unique",
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
    return take_rows(made, window(count(made), limits[0])) if limits else made


def items(column: Value) -> list[Value]:
    return list(column)  # type: ignore[call-overload, no-any-return]


def common_size(results: Sequence[Value]) -> int:
    """The length of a result's columns: 1 when every one is an atom."""
    sizes = {len(r) for r in results if isinstance(r, Vector | List | Table)}
    if len(sizes) > 1:
        raise QError("length")
    return sizes.pop() if sizes else 1


def unique(names: Sequence[str]) -> list[str]:
    out: list[str] = []
    for name in names:
        fresh, number = name, 0
        while fresh in out:
            number += 1
            fresh = f"{name}{number}"
        out.append(fresh)
    return out


def put_rows(old: Value | None, rows: Positions, new: Value, size: int) -> Value:
    """A column with ``new`` at ``rows``; a column that was not there is null elsewhere. Raises `QError` (``type``)."""
    if old is None:
        where = np.full(size, -1, np.int64)
        where[rows] = np.arange(len(rows))
        return take_rows(new, where)
    if isinstance(old, Vector) and not (isinstance(new, Vector) and new.qtype is old.qtype):
        if not len(rows):
            return old
        raise QError("type")
    both = np.arange(size, dtype=np.int64)
    both[rows] = size + np.arange(len(rows))
    return take_rows(joined(old, new), both)


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
    if not (isinstance(d.keys, Vector) and d.keys.qtype is QType.SYMBOL):
        raise QError("type")
    return tuple(zip(d.keys.symbols.objects().tolist(), items(d.values), strict=True))


def unlimited(limit: Value) -> bool:
    return isinstance(limit, Atom) and limit.qtype is QType.LONG and limit.raw == QType.LONG.inf


def joined(x: Value, y: Value) -> Value:
    if type(x) is Vector and type(y) is Vector and x.qtype is y.qtype and x.qtype is not QType.SYMBOL:
        return Vector.of(x.qtype, np.concatenate([x.data, y.data]))
    return collapse([*items(x), *items(y)])


def end_to_end(parts: Sequence[Value]) -> Value:
    """Columns of one type put together."""
    first = parts[0] if parts else List.of(())
    if type(first) is Vector and all(type(p) is Vector and p.qtype is first.qtype for p in parts):
        vectors = [part for part in parts if isinstance(part, Vector)]
        if first.qtype is QType.SYMBOL:
            texts = np.concatenate([vector.symbols.objects() for vector in vectors])
            return Vector.of(QType.SYMBOL, SymbolArray.from_strs(texts))
        return Vector.of(first.qtype, np.concatenate([vector.data for vector in vectors]))
    return collapse([item for part in parts for item in items(part)])
