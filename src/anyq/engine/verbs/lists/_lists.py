"""List operations: first last reverse til enlist raze flip, take, join, cross, where; the vector conditional."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np

from anyq.errors import QError
from anyq.values import (
    Atom,
    Attr,
    Dict,
    KeyedTable,
    List,
    QType,
    SymbolArray,
    Table,
    Value,
    Vector,
    collapse,
    count,
)

from ...kernel._bulk import counting, repeated_items, same, tiled
from ...kernel._join import join, razed
from ...kernel._records import is_row, records
from ...kernel._short_lists import pairs
from ...kernel._support import (
    EMPTY,
    FLOATS,
    INTEGERS,
    NULL_LONG,
    array_of,
    fail,
    integer,
    integers,
    is_atom,
    items_of,
    longs,
    missing_item,
    symbols,
    vec,
)
from ...kernel._take import take, window
from ...session._vocabulary import Vocabulary
from ..tables._dicts import take_keys
from ._attributes import set_attribute

__all__ = [
    "choose",
    "enlist",
    "first",
    "flip",
    "flip_lists",
    "install",
    "last",
    "raze",
    "repeated",
    "reverse",
    "take_count",
]

_KEPT: Final = 2**16
_UNSHARED: Final = frozenset({QType.SYMBOL, *FLOATS})
"""Zeroes of either sign look the same to a cache."""

MOST_ITEMS: Final = 2**40
"""No list is longer; ``'wsfull`` or ``'limit`` instead of an attempt."""


def til(x: Value) -> Value:
    """The whole numbers below ``x``; for a dict its keys, as ``key`` gives."""
    size = integer(x)
    if isinstance(x, Vector):
        raise QError("type")
    if size < 0:
        raise QError("domain")
    if size > MOST_ITEMS:
        raise QError("wsfull")
    return vec(QType.LONG, counting(size))


def first(x: Value) -> Value:
    """The first item; the null of its type for an empty list; of a dict the first value."""
    return _end(x, 0)


def last(x: Value) -> Value:
    return _end(x, -1)


def _end(x: Value, at: int) -> Value:
    if isinstance(x, Dict):
        return _end(x.value, at)
    if isinstance(x, Vector | List | Table):
        if len(x):
            return x.row(at % len(x)) if isinstance(x, Table) else x[at]
        if isinstance(x, Vector):
            return missing_item(x)
        if isinstance(x, Table):
            return Dict(x.names, collapse([_end(column, at) for column in x.data.items]))
        return EMPTY
    return x


def reverse(x: Value) -> Value:
    """The items in reverse order; of a dict the entries."""
    if isinstance(x, Dict):
        return type(x)(reverse(x.key), reverse(x.value))
    if isinstance(x, Vector):
        return x[::-1]
    if isinstance(x, List):
        return List.of(x.items[::-1])
    if isinstance(x, Table):
        return Table.of(x.names, List.of(tuple([reverse(c) for c in x.data.items])))
    return x


def enlist(*items: Value) -> Value:
    """A list of the arguments; dicts with the same symbol keys make a table."""
    return records(items)


def raze(x: Value) -> Value:
    """The items of ``x`` joined one to another."""
    if isinstance(x, Dict):
        return raze(x.value)
    if isinstance(x, List):
        if x.strings is not None and len(x):
            return Vector.of(QType.CHAR, x.strings.contiguous()[0])
        return razed(x.items)
    if isinstance(x, Table):
        return razed(items_of(x))
    if isinstance(x, Vector):
        return x
    return enlist(x)


def flip(x: Value) -> Value:
    """The transpose: of a dict of columns a table, of a table the dict."""
    if isinstance(x, KeyedTable):
        raise QError("nyi")
    if isinstance(x, Dict):
        return _flip_dict(x)
    if isinstance(x, Table):
        return Dict(x.names, x.data)
    return flip_lists(x)


def _flip_dict(x: Dict) -> Value:
    if not isinstance(x.key, Vector) or x.key.qtype is not QType.SYMBOL:
        raise QError("type")
    columns = items_of(x.value)
    sizes = {len(c) for c in columns if isinstance(c, Vector | List)}
    if any(isinstance(c, Dict | Table) for c in columns) and not sizes:
        sizes = {count(c) for c in columns}
    if not sizes:
        raise QError("rank")
    if len(sizes) > 1:
        raise QError("length")
    size = sizes.pop()
    full = [c if not is_atom(c) else repeated(c, size) for c in columns]
    return Table.of(x.key.with_attr(Attr.NONE), List.of(tuple(full)))


@lru_cache(64)
def _again(qtype: QType, raw: int | float | bytes, size: int) -> Vector:
    """Made once for those who ask again: vectors are never written to."""
    return vec(qtype, np.repeat(array_of(Atom(qtype, raw)), size))


def repeated(item: Value, size: int) -> Value:
    """A list of one item again and again."""
    if isinstance(item, Atom):
        if item.qtype not in _UNSHARED and 64 <= size <= _KEPT:
            return _again(item.qtype, item.raw, size)
        if item.qtype is QType.SYMBOL:
            uniques = np.array([item.raw], object)
            return Vector.of(item.qtype, SymbolArray.from_codes(np.zeros(size, np.int32), uniques))
        return vec(item.qtype, repeated_items(array_of(item), size))
    if size == 0:
        return EMPTY
    return records([item] * size) if is_row(item) else List.of((item,) * size)


def flip_lists(x: Value) -> Value:
    """Rows as columns; atoms are repeated; ``'length`` for rows of different counts."""
    if not isinstance(x, List):
        raise QError("rank" if isinstance(x, Atom | Vector) else "type")
    rows = x.items
    if any(isinstance(row, Dict | Table) for row in rows):
        raise QError("nyi")
    sizes = {len(row) for row in rows if isinstance(row, Vector | List)}
    if not sizes:
        return x if not rows else fail("rank")
    if len(sizes) > 1:
        raise QError("length")
    size = sizes.pop()
    kinds = {row.qtype if isinstance(row, Vector) else None for row in rows}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is not None and kind is not QType.SYMBOL:
        matrix = np.stack([row.data for row in rows if isinstance(row, Vector)], axis=1)
        return List.of(tuple([vec(kind, np.ascontiguousarray(line)) for line in matrix]))
    full = [items_of(repeated(row, size)) if is_atom(row) else items_of(row) for row in rows]
    return List.of(tuple([collapse(column) for column in zip(*full, strict=True)]))


def take_count(x: Value, y: Value) -> Value:
    """q's ``x#y``: so many items, a shape, or the entries of these keys (columns of these names)."""
    if isinstance(y, Dict | Table) and not is_integral(x) and not isinstance(x, Atom):
        return take_keys(x, y)
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL:
        return set_attribute(x.raw, y)
    if isinstance(x, Vector | List) and len(x) != 1:
        return _reshape(integers(x).tolist(), y)
    if isinstance(x, Vector):
        return _reshape(integers(x).tolist(), y)
    if not isinstance(x, Atom):
        raise QError("type")
    if x.qtype not in INTEGERS:
        raise QError("type")
    return _taken(integer(x), y)


def is_integral(x: Value) -> bool:
    return isinstance(x, Atom | Vector) and x.qtype in INTEGERS


def _taken(size: int, y: Value) -> Value:
    if isinstance(y, KeyedTable | Dict):
        size = max(-count(y), min(size, count(y)))
        return type(y)(_taken(size, y.key), _taken(size, y.value))
    if abs(size) > MOST_ITEMS:
        raise QError("limit" if size != NULL_LONG else "type")
    if is_atom(y):
        return repeated(y, abs(size))
    have = count(y)
    if size == 0:
        return _nothing_of(y)
    if have == 0 and isinstance(y, List):
        return List.of((EMPTY,) * abs(size))
    if 0 <= size <= have:
        return window(y, 0, size)
    if -have <= size < 0:
        return window(y, have + size, have)
    wanted = abs(size)
    if have == 0:
        return take(y, same(-1, wanted, np.int64))
    start = 0 if size > 0 else -wanted % have
    return take(y, tiled(counting(have), wanted, start))


def _nothing_of(y: Value) -> Value:
    if isinstance(y, Vector):
        return y[0:0].with_attr(Attr.NONE)
    return y[0:0] if isinstance(y, Table) else EMPTY


def _reshape(shape: list[int], y: Value) -> Value:
    if not shape:
        return EMPTY if not is_atom(y) else y
    flat = enlist(y) if is_atom(y) else y
    if len(shape) == 1:
        return _taken(shape[0], y)
    if NULL_LONG in shape and len(shape) == 2:
        return _ragged(shape, flat)
    if any(n < 0 for n in shape) or (len(shape) > 2 and 0 in shape[:-1]):
        raise QError("domain")  # three or more dimensions have no null, and no 0 but the last (page ref/take.md)
    whole = int(np.prod(shape))
    row_size = shape[-1]
    full = _taken(whole, flat)
    parts: list[Value] = [window(full, i, i + row_size) for i in range(0, whole, row_size)] if row_size else []
    if not row_size:
        parts = [_nothing_of(flat)] * int(np.prod(shape[:-1]))
    for size in reversed(shape[1:-1]):
        parts = [List.of(tuple(parts[i : i + size])) for i in range(0, len(parts), size)]
    return List.of(tuple(parts))


def _ragged(shape: list[int], y: Value) -> Value:
    """A shape with one null: as many rows, or as many columns, as the items need."""
    have = count(y)
    if shape[0] == shape[1]:
        raise QError("length")
    if shape[0] == NULL_LONG:
        size = shape[1]
        if size <= 0:
            raise QError("domain")
        return List.of(tuple([window(y, i, min(i + size, have)) for i in range(0, have, size)]))
    rows = shape[0]
    edges = [i * have // rows for i in range(rows + 1)]
    return List.of(tuple([window(y, a, b) for a, b in pairwise(edges)]))


def where(x: Value) -> Value:
    """Positions of ones, or every position as often as the number there says; keys of a dict likewise."""
    if isinstance(x, Dict):
        return take(x.key, _counts_to_places(x.value))
    return longs(_counts_to_places(x))


def _counts_to_places(x: Value) -> Any:
    if isinstance(x, List) and not len(x):
        return np.empty(0, np.int64)
    if not isinstance(x, Vector):
        raise QError("type")
    if x.qtype is QType.BOOLEAN:
        return np.flatnonzero(x.data)
    if x.qtype not in INTEGERS or x.qtype is QType.BYTE:
        raise QError("type")
    sizes = np.maximum(integers(x), 0)
    if sizes.sum() > MOST_ITEMS:
        raise QError("wsfull")
    return repeated_items(counting(len(sizes)), sizes)


def cross(x: Value, y: Value) -> Value:
    """Every item of ``x`` joined to every item of ``y``."""
    if isinstance(x, KeyedTable | Dict) and isinstance(y, Dict):
        return type(x)(cross(x.key, y.key), cross(x.value, y.value))
    m, n = count(x), count(y)
    if isinstance(x, Table) and isinstance(y, Table):
        left = take(x, repeated_items(counting(m), n))
        right = take(y, tiled(counting(n), n * m) if n else counting(0))
        assert isinstance(left, Table)
        assert isinstance(right, Table)
        columns = left.data.items + right.data.items
        return Table.of(symbols(left.column_names + right.column_names), List.of(columns))
    made = pairs(x, y) if isinstance(x, Vector) and isinstance(y, Vector) else None
    if made is not None:
        return made
    right_items = items_of(y)
    return List.of(tuple([join(a, b) for a in items_of(x) for b in right_items]))


def choose(x: Value, y: Value, z: Value) -> Value:
    """The vector conditional ``?[x;y;z]``: items of ``y`` where ``x`` holds, of ``z`` elsewhere."""
    if isinstance(x, Atom):
        return y if x.raw else z
    if not isinstance(x, Vector) or x.qtype is not QType.BOOLEAN:
        raise QError("type")
    size = len(x)
    first, second = [part if not is_atom(part) else repeated(part, size) for part in (y, z)]
    if count(first) != size or count(second) != size:
        raise QError("length")
    at = np.where(x.data, np.arange(size), size + np.arange(size))
    if isinstance(first, Vector) and isinstance(second, Vector) and first.qtype is not second.qtype:
        raise QError("type")
    return take(join(first, second), at)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    for name, unary in {
        "til": til, "first": first, "last": last, "reverse": reverse, "raze": raze, "flip": flip, "where": where,
    }.items():  # fmt: skip
        vocabulary.unary(name, unary)
    vocabulary.define("enlist", 1, enlist)
    vocabulary.define("enlist", None, enlist)
    vocabulary.define("vector conditional", 3, choose)
    for name, binary in {
        "#": take_count, ",": join, "cross": cross,
    }.items():  # fmt: skip
        vocabulary.binary(name, binary)
