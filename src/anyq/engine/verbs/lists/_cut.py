"""Cutting: ``_`` and ``cut`` (drop, cut, delete), ``sublist``, ``rotate``."""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, List, Table, Value, Vector, count

from ...kernel._support import EMPTY, INTEGERS, integer, integers, is_atom, is_list
from ...kernel._take import take, window
from ...session._vocabulary import Vocabulary
from ..tables._dicts import delete_keys
from ._lists import is_integral

__all__ = ["cut", "drop", "install", "rotate", "sublist"]


def drop(x: Value, y: Value) -> Value:
    """q's ``x _ y``: without the first (last) items, cut at positions, without an entry, a key or a column."""
    if isinstance(x, Dict | Table) and not isinstance(y, Table | Dict):
        plain = isinstance(x, Table) and not (isinstance(y, Atom) and is_integral(y))
        if plain or (isinstance(x, Dict) and isinstance(x.key, Vector) and not isinstance(y, Atom)):
            raise QError("type")  # the right side is one row or one key (page ref/drop.md)
        single = isinstance(x, Dict) and isinstance(x.key, List) and isinstance(y, Vector)
        return delete_keys(x, List.of((y,)) if single else y)
    if isinstance(y, Dict) and not (isinstance(x, Atom) and is_integral(x)):
        return delete_keys(y, x)
    if isinstance(y, Table) and not is_integral(x):
        if isinstance(x, Atom):
            raise QError("type")
        return delete_keys(y, x)
    if isinstance(x, Vector):
        return _cut_at(x, y)
    if isinstance(x, Atom) and x.qtype in INTEGERS and not is_atom(y):
        return _dropped(integer(x), y)
    if is_list(x) and isinstance(y, Atom):
        return _without(x, integer(y))
    if isinstance(x, Vector | List):
        return _without(x, integer(y)) if isinstance(y, Atom) else _cut_at(x, y)
    raise QError("type")


def _dropped(size: int, y: Value) -> Value:
    have = count(y)
    if isinstance(y, Dict):
        return type(y)(_dropped(size, y.key), _dropped(size, y.value))
    if size >= 0:
        return window(y, min(size, have), have)
    return window(y, 0, max(0, have + size))


def _without(x: Value, at: int) -> Value:
    have = count(x)
    if not 0 <= at < have:
        return x
    return take(x, np.delete(np.arange(have), at))


def _cut_at(x: Value, y: Value) -> Value:
    if isinstance(y, Atom) and isinstance(x, Vector):
        return _without(x, integer(y))
    if is_atom(y):
        raise QError("type")
    places = integers(x).tolist()
    have = count(y)
    if not places:
        return EMPTY
    if any(p < 0 or p > have for p in places):
        raise QError("domain" if min(places) < 0 else "length")
    if places != sorted(places):
        raise QError("domain")
    return List.of(tuple([window(y, a, b) for a, b in zip(places, [*places[1:], have], strict=True)]))


def cut(x: Value, y: Value) -> Value:
    """q's ``x cut y``: pieces of ``x`` items, or cut at the positions ``x``."""
    if isinstance(x, Vector | List):
        return _cut_at(x, y)
    size = integer(x)
    have = count(y)
    if size <= 0:
        raise QError("domain" if size else "length")
    return List.of(tuple([window(y, i, min(i + size, have)) for i in range(0, have, size)]))


def sublist(x: Value, y: Value) -> Value:
    """q's ``x sublist y``: at most so many items, or ``(start;count)``; never more than there are."""
    spec = integers(x)
    have = count(y)
    if isinstance(x, Vector | List):
        if len(spec) != 2:
            raise QError("length")
        start, size = spec.tolist()
        low = max(0, min(start, have))
        return window(y, low, max(low, min(start + max(size, 0), have)))
    size = int(spec[0])
    if is_atom(y):
        raise QError("type")
    return window(y, 0, min(size, have)) if size >= 0 else window(y, max(0, have + size), have)


def rotate(x: Value, y: Value) -> Value:
    """q's ``x rotate y``: the items, starting with number ``x``."""
    by, have = integer(x), count(y)
    if is_atom(y):
        raise QError("type")
    if not have:
        return y
    if isinstance(y, Dict):
        return type(y)(rotate(x, y.key), rotate(x, y.value))
    return take(y, (np.arange(have) + by) % have)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    for name, binary in {"_": drop, "cut": cut, "sublist": sublist, "rotate": rotate}.items():
        vocabulary.binary(name, binary)
