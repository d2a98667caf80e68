"""Random choice: ``?`` with an atom on the left (roll, deal, permute), and ``rand`` (page ref/deal.md)."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, List, QType, SymbolArray, Table, Value, Vector, count

from ...kernel._bulk import in_pieces
from ...kernel._support import INTEGERS, NULL_LONG, TEMPORAL, integer, longs, vec
from ...kernel._take import take
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..lists._find import find
from ..lists._lists import first
from ..tables._enums import extend_domain

__all__ = ["install", "query"]

_LETTERS: Final = 16
_MOST_LETTERS: Final = 8
_TRIES: Final = 64
_MOST: Final = 2**40 - 1
"""No list of q is longer (page basics/errors.md, ``limit``)."""

_MANY_NAMES: Final = 1 << 16
"""So many names, and no more, are numbered at once rather than spelled out one by one."""


def query(q: Context, x: Value, y: Value) -> Value:
    """q's ``x?y``: random choice for an integer on the left, find for a list, table or dict."""
    if isinstance(x, Atom):
        if x.qtype in INTEGERS:
            return _chosen(q, integer(x), y)
        if x.qtype is QType.SYMBOL and x.raw:
            return extend_domain(q, x.raw, y)
        raise QError("type")
    return find(x, y)


def _chosen(q: Context, size: int, y: Value) -> Value:
    random = q.settings.random
    if size > _MOST:
        raise QError("limit")
    if isinstance(y, Dict | Table | Vector | List):
        if isinstance(y, Dict):
            y = y.value
        return take(y, _places(random, size, count(y)))
    if not isinstance(y, Atom):
        raise QError("type")
    if size == NULL_LONG:
        if y.qtype not in INTEGERS:
            raise QError("type")
        return longs(random.permutation(integer(y)))
    if y.qtype is QType.GUID:
        if y.raw != bytes(16):
            raise QError("type")
        return _guids(q, abs(size))
    return _deal(random, -size, y) if size < 0 else _roll(random, size, y)


def _places(random: np.random.Generator, size: int, have: int) -> Any:
    if size == NULL_LONG:
        return random.permutation(have)
    if size >= 0:
        if not have:
            return np.full(size, -1, np.int64)
        return in_pieces(size, np.int64, lambda n: random.integers(0, have, n))
    if -size > have:
        raise QError("length")
    return random.permutation(have)[:-size] if -size * 4 > have else random.choice(have, -size, replace=False)


def _roll(random: np.random.Generator, size: int, y: Atom) -> Vector:
    qtype = y.qtype
    if qtype is QType.SYMBOL:
        return vec(qtype, _names(random, size, y.raw))
    if qtype is QType.BOOLEAN:
        return vec(qtype, in_pieces(size, np.bool_, lambda n: random.integers(0, 2, n)))
    if qtype is QType.CHAR:
        return vec(qtype, in_pieces(size, np.uint8, lambda n: random.integers(97, 123, n)))
    if qtype.numpy.kind == "f":
        data: Any = in_pieces(size, np.float64, random.random) * (y.raw if y.raw == y.raw and y.raw else 1.0)
        return vec(qtype, data.astype(qtype.numpy))
    low, high = _range(y)
    return vec(qtype, in_pieces(size, qtype.numpy, lambda n: random.integers(low, high, n, dtype=np.int64)))


def _range(y: Atom) -> tuple[int, int]:
    """The numbers below ``y``; for 0 all of the type."""
    if y.is_null:
        raise QError("type")
    top: int = y.raw
    if not top:
        if y.qtype is QType.BYTE:
            return 0, 256
        inf = y.qtype.inf
        assert isinstance(inf, int)
        return (0, 86_400_000_000_000) if y.qtype in TEMPORAL and y.qtype is QType.TIMESPAN else (-inf, inf)
    return (0, top) if top > 0 else (top, 0)


def _names(random: np.random.Generator, size: int, spec: str) -> SymbolArray:
    """Symbols of so many of the first sixteen letters, as ``4?`3`` gives them."""
    if not spec.isdigit() or not 1 <= int(spec) <= _MOST_LETTERS:
        raise QError("type" if not spec.isdigit() else "domain")
    letters = int(spec)
    if _LETTERS**letters <= min(size, _MANY_NAMES):
        alphabet = [chr(97 + at) for at in range(_LETTERS)]
        names = np.array(["".join(name) for name in product(alphabet, repeat=letters)], object)
        return SymbolArray.from_codes(in_pieces(size, np.int32, lambda n: random.integers(0, len(names), n)), names)
    raw = np.zeros((size, letters + 1), np.uint8)
    raw[:, :letters] = random.integers(97, 97 + _LETTERS, (size, letters), dtype=np.uint8)
    return SymbolArray.from_raw(size, raw.tobytes())


def _deal(random: np.random.Generator, size: int, y: Atom) -> Vector:
    """So many different values below ``y``."""
    if y.qtype is QType.SYMBOL:
        return _deal_names(random, size, y)
    if (y.qtype not in INTEGERS and y.qtype not in TEMPORAL) or y.qtype in (QType.BOOLEAN, QType.DATETIME):
        raise QError("type")
    low, high = _range(y)
    room = high - low
    if size > room:
        raise QError("length")
    if room <= max(4 * size, 2**16):
        picked = random.permutation(room)[:size]
    else:
        picked = np.empty(0, np.int64)
        while len(picked) < size:
            more = random.integers(0, min(room, 2**63 - 1), 2 * (size - len(picked)) + 8, dtype=np.int64)
            merged = np.concatenate([picked, more])
            _, firsts = np.unique(merged, return_index=True)
            picked = merged[np.sort(firsts)]
        picked = picked[:size]
    return vec(y.qtype, (picked + low).astype(y.qtype.numpy))


def _deal_names(random: np.random.Generator, size: int, y: Atom) -> Vector:
    found: dict[str, None] = {}
    for _ in range(_TRIES):
        found.update(dict.fromkeys(_names(random, 2 * size + 8, y.raw).objects().tolist()))
        if len(found) >= size:
            return vec(y.qtype, SymbolArray.from_strs(list(found)[:size]))
    raise QError("length")


def _guids(q: Context, size: int) -> Vector:
    """Version 4 guids."""
    raw = np.frombuffer(q.host.entropy(16 * size), np.uint8).reshape(-1, 16).copy()
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    return vec(QType.GUID, raw.reshape(-1).view("V16"))


def rand(q: Context, x: Value) -> Value:
    """One random item of a list, or one random value below an atom."""
    return first(_chosen(q, 1, x))


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.binary("?", query, context=True)
    vocabulary.define("rand", 1, rand, context=True)
