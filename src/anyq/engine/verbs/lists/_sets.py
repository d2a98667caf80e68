"""Sets and groups: ``distinct group union inter except differ``."""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import Attr, Dict, KeyedTable, List, QType, SymbolArray, Table, Value, Vector, count, tolerant_equal

from ...kernel._join import join
from ...kernel._search import factorized, positions
from ...kernel._support import EMPTY, bools, is_atom, items_of, symbols
from ...kernel._take import take
from ...session._vocabulary import Vocabulary

__all__ = ["distinct", "group", "groups", "install"]

_SMALL = 2**15


def distinct(x: Value) -> Value:
    """The different items, each where it first appears; floats count as different when they are at all."""
    if is_atom(x):
        raise QError("type")
    if isinstance(x, KeyedTable):
        _, firsts = factorized(x.unkeyed())
        return KeyedTable(take(x.key, firsts), take(x.value, firsts))
    if isinstance(x, Dict):
        return distinct(x.value)
    if isinstance(x, Vector) and x.attr is Attr.UNIQUE:
        return x
    if type(x) is Vector and isinstance(x.data, SymbolArray) and (x.attr is Attr.NONE or x.data.held == "objects"):
        return symbols(x.data.distinct())
    codes, firsts = factorized(x)
    return x if len(codes) == len(firsts) and not isinstance(x, Vector) else take(x, firsts)


def groups(codes: np.ndarray[tuple[int, ...], np.dtype[np.int64]], size: int) -> tuple[Value, ...]:
    """For each code the positions where it stands, as long vectors."""
    small = codes.astype(np.int16) if size < _SMALL else codes
    order = np.argsort(small, kind="stable")
    edges = np.cumsum(np.bincount(codes, minlength=size))[:-1] if size else np.empty(0, np.int64)
    order.flags.writeable = False
    return tuple([Vector.of(QType.LONG, part) for part in np.split(order, edges)]) if size else ()


def group(x: Value) -> Value:
    """A dict of the different items to the positions of each; of a dict, to its keys."""
    if isinstance(x, Dict):
        codes, firsts = factorized(x.value)
        parts = groups(codes, len(firsts))
        keys = [take(x.key, part.data) for part in parts if isinstance(part, Vector)]
        return Dict(take(x.value, firsts), List.of(tuple(keys)))
    if is_atom(x):
        raise QError("type")
    codes, firsts = factorized(x)
    return Dict(take(x, firsts), List.of(groups(codes, len(firsts))))


def union(x: Value, y: Value) -> Value:
    """The different items of both."""
    return distinct(join(x, y))


def _listed(x: Value) -> Value:
    return join(EMPTY, x) if is_atom(x) else x


def inter(x: Value, y: Value) -> Value:
    """The items of ``x`` that are in ``y`` (keys of dicts by their values)."""
    return _filtered(x, y, True)


def without(x: Value, y: Value) -> Value:
    """q's ``x except y``: the items of ``x`` that are not in ``y``."""
    return _filtered(x, y, False)


def _filtered(x: Value, y: Value, kept: bool) -> Value:
    if isinstance(x, Dict) and not isinstance(x, KeyedTable):
        return _filtered(x.value, y.value if isinstance(y, Dict) else y, kept)
    own, other = _listed(x), _listed(y)
    if isinstance(own, Table) and isinstance(other, Dict):
        other = join(EMPTY, other)
    found = positions(other, own) < count(other)
    return take(own, np.flatnonzero(found if kept else ~found))


def differ(x: Value) -> Value:
    """Where an item is not the one before it; the first counts as different."""
    if isinstance(x, Dict):
        return Dict(x.key, differ(x.value))
    if is_atom(x):
        raise QError("type")
    size = count(x)
    marks = np.ones(size, np.bool_)
    if isinstance(x, Vector) and isinstance(x.data, np.ndarray) and x.data.dtype.kind == "f":
        marks[1:] = ~tolerant_equal(x.data[1:], x.data[:-1])
    elif isinstance(x, Vector | Table):
        codes, _ = factorized(x)
        marks[1:] = codes[1:] != codes[:-1]
    else:
        items = items_of(x)
        for i in range(1, size):
            marks[i] = items[i] != items[i - 1]
    return bools(marks)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.unary("distinct", distinct)
    vocabulary.unary("group", group)
    vocabulary.unary("differ", differ)
    vocabulary.binary("union", union)
    vocabulary.binary("inter", inter)
    vocabulary.binary("except", without)
