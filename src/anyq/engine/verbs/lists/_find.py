"""Find ``?``, membership ``in``, ranges ``within``, binary search ``bin`` ``binr``."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, KeyedTable, List, QType, SymbolArray, Table, Value, Vector, collapse, count

from ...kernel._bulk import PIECE
from ...kernel._order import ranks
from ...kernel._promote import COMPARE
from ...kernel._raw import convert
from ...kernel._records import is_row, records
from ...kernel._search import members, positions, sortable
from ...kernel._support import array_of, bools, depth, flag, is_atom, items_of, long, longs
from ...kernel._take import take
from ...session._vocabulary import Vocabulary
from ..numbers._comparison import compare, lesser

__all__ = ["find", "install", "member"]


def find(x: Value, y: Value) -> Value:
    """q's ``x?y`` where ``x`` is a list, dict or table: the first place of ``y``; the count of ``x`` for none."""
    if isinstance(x, Dict):
        return _find_key(x, y)
    if isinstance(x, Table):
        return _find_row(x, y)
    if isinstance(x, Vector):
        return _find_in_vector(x, y)
    if isinstance(x, List):
        return _find_in_list(x, y)
    raise QError("type")


def _find_key(x: Dict, y: Value) -> Value:
    places = find(x.value, y)
    if isinstance(places, Atom):
        single = take(x.key, np.array([places.raw], np.int64))
        return items_of(single)[0]
    if isinstance(places, List):
        return collapse([_find_key(x, item) for item in items_of(y)])
    if not isinstance(places, Vector):
        raise QError("type")
    return take(x.key, places.data)


def _find_row(x: Table, y: Value) -> Value:
    if is_row(y):
        return long(int(positions(x, records([y]))[0]))
    if isinstance(y, Table):
        return longs(positions(x, y))
    if len(x.data) == 1 and isinstance(y, Atom | Vector | List):
        return find(x.data.items[0], y)  # what is no record is looked for in the only column
    if isinstance(y, Vector | List) and len(y) == len(x.data):
        row = Dict(x.names, y)
        return long(int(positions(x, records([row]))[0]))
    raise QError("type")


def _find_in_vector(x: Vector, y: Value) -> Value:
    if isinstance(y, Atom):
        _check(x, y)
        data = SymbolArray.from_strs([y.raw]) if y.qtype is QType.SYMBOL else array_of(y)
        return long(int(positions(x, Vector.of(y.qtype, data))[0]))
    if isinstance(y, Vector):
        _check(x, y)
        return longs(positions(x, y))
    if isinstance(y, List):
        return collapse([_find_in_vector(x, item) for item in y.items])
    if isinstance(y, Dict):
        return Dict(y.key, _find_in_vector(x, y.value))
    raise QError("type")


_WHOLE: Final = frozenset({QType.BYTE, QType.SHORT, QType.INT, QType.LONG})


def _check(x: Vector, y: Atom | Vector) -> None:
    """Raise `QError` (``type``) unless the types agree: Find is type-specific (pages ref/find.md, ref/in.md)."""
    if x.qtype is y.qtype or (len(x) == 1 and (x.qtype, y.qtype) in COMPARE):
        return
    if x.qtype not in _WHOLE or y.qtype not in _WHOLE:
        raise QError("type")


def _find_in_list(x: List, y: Value) -> Value:
    """Items are matched as wholes; the first has the depth of all.

    ``y`` is looked for whole when it is as deep, item by item when it is deeper, and is not there when it is less
    deep (page ref/find.md, "Rank-sensitive").
    """
    wanted = depth(x[0]) if len(x) else 0
    found = depth(y)
    if found < wanted and not isinstance(y, Dict | Table):
        return long(len(x))
    if is_atom(y) or isinstance(y, Dict) or found == wanted:
        return long(int(positions(x, List.of((y,)))[0]))
    return longs(positions(x, y))


def member(x: Value, y: Value) -> Value:
    """q's ``x in y``."""
    if is_atom(y):
        if not is_atom(x):
            return _each_member(x, y)
        return flag(x == y) if isinstance(x, Atom) and isinstance(y, Atom) and x.qtype is y.qtype else _same(x, y)
    size = count(y)
    if isinstance(y, Dict):
        return member(x, y.value if not isinstance(y, KeyedTable) else y.key)
    if isinstance(y, Table):
        if isinstance(x, Table):
            return bools(positions(y, x) < size)
        if len(y.data) == 1 and isinstance(x, Atom | Vector):
            return member(x, y.data.items[0])
        return flag(is_row(x) and positions(y, records([x]))[0] < size)
    if isinstance(y, Vector):
        return _member_of_vector(x, y)
    found = _find_in_list(y, x) if isinstance(y, List) else long(size)
    return flag(found.raw < size) if isinstance(found, Atom) else bools(found.data < size)  # type: ignore[attr-defined]


def _same(x: Value, y: Value) -> Value:
    try:
        return compare("=", x, y)
    except QError:
        return flag(False)


def _each_member(x: Value, y: Value) -> Value:
    if isinstance(x, Dict):
        return Dict(x.key, _each_member(x.value, y))
    return collapse([member(item, y) for item in items_of(x)])


def _member_of_vector(x: Value, y: Vector) -> Value:
    if isinstance(x, Atom | Vector):
        _check(y, x)
        if isinstance(x, Vector):
            return bools(members(x, y))
        found = _find_in_vector(y, x)
        assert isinstance(found, Atom)
        return flag(found.raw < len(y))
    if isinstance(x, Table):
        return Table.of(x.names, List.of(tuple([member(column, y) for column in x.data.items])))
    if isinstance(x, List | Dict):
        return _each_member(x, y)
    return flag(False)


def within(x: Value, y: Value) -> Value:
    """q's ``x within y``: not below the first and not above the second item of ``y``."""
    bounds = items_of(y)
    if len(bounds) != 2:
        raise QError("length")
    return lesser(compare(">=", x, bounds[0]), compare("<=", x, bounds[1]))


def _search(x: Value, y: Value, *, right: bool) -> Value:
    if isinstance(x, Dict):
        at = _search(x.value, y, right=right)
        if not isinstance(at, Atom | Vector):
            raise QError("type")
        where = np.array([at.raw], np.int64) if isinstance(at, Atom) else at.data
        found = take(x.key, where)
        return items_of(found)[0] if isinstance(at, Atom) else found
    if isinstance(x, Table):
        return _search_rows(x, y, right=right)
    if isinstance(x, List):
        return _search_list(x, y, right=right)
    if not isinstance(x, Vector):
        raise QError("type")
    if isinstance(y, List):
        return collapse([_search(x, item, right=right) for item in y.items])
    if isinstance(y, Dict):
        return Dict(y.key, _search(x, y.value, right=right))
    if not isinstance(y, Atom | Vector):
        raise QError("type")
    places = _places(*_comparable(x, y), right=right)
    return long(int(places[0])) if isinstance(y, Atom) else longs(places)


def _comparable(x: Vector, y: Atom | Vector) -> tuple[Any, Any]:
    if x.qtype is QType.SYMBOL:
        if y.qtype is not QType.SYMBOL:
            raise QError("type")
        wanted = y.symbols.objects() if isinstance(y, Vector) else np.array([y.raw], object)
        return x.symbols.objects(), wanted
    if x.qtype is y.qtype:
        return sortable(x.data), sortable(array_of(y))
    common = COMPARE.get((x.qtype, y.qtype))
    if common is None:
        raise QError("type")
    return convert(x.data, x.qtype, common), convert(array_of(y), y.qtype, common)


def _places(have: Any, wanted: Any, *, right: bool) -> Any:
    side: Literal["left", "right"] = "left" if right else "right"
    if have.dtype.kind == "f":
        nulls = int(np.count_nonzero(np.isnan(have)))
        missing = np.isnan(wanted)
        inside = _search_sorted(have[nulls:], np.where(missing, 0, wanted), side) + nulls
        at = np.where(missing, 0 if right else nulls, inside)
    else:
        at = _search_sorted(have, wanted, side)
    return at if right else at - 1


def _search_sorted(have: Any, wanted: Any, side: Literal["left", "right"]) -> Any:
    """`numpy.searchsorted` in pieces: of objects, which hold the interpreter's lock, some milliseconds at a time."""
    piece = 10_000 if have.dtype == object else PIECE
    if len(wanted) <= piece:
        return np.searchsorted(have, wanted, side)
    out = np.empty(len(wanted), np.int64)
    for at in range(0, len(wanted), piece):
        out[at : at + piece] = np.searchsorted(have, wanted[at : at + piece], side)
    return out


def _search_list(x: List, y: Value, *, right: bool) -> Value:
    have = len(x)
    merged = ranks(List.of((*x.items, *_wanted(x, y))))
    at = _places(merged[:have], merged[have:], right=right)
    return long(int(at[0])) if len(at) == 1 and (is_atom(y) or not isinstance(y, List)) else longs(at)


def _wanted(x: List, y: Value) -> tuple[Value, ...]:
    nested = bool(len(x)) and not is_atom(x[0])
    if isinstance(y, List) or (isinstance(y, Vector) and not nested):
        return tuple(items_of(y))
    return (y,)


def _search_rows(x: Table, y: Value, *, right: bool) -> Value:
    wanted = records([y]) if is_row(y) else y
    if not isinstance(wanted, Table):
        raise QError("type")
    rows = records([*x, *wanted])
    merged = ranks(rows)
    at = _places(merged[: len(x)], merged[len(x) :], right=right)
    return long(int(at[0])) if is_row(y) else longs(at)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names; ``?`` of an atom on the left is random choice, in its own family."""
    vocabulary.binary("in", member)
    vocabulary.binary("within", within)
    vocabulary.binary("bin", lambda x, y: _search(x, y, right=False))
    vocabulary.binary("binr", lambda x, y: _search(x, y, right=True))
