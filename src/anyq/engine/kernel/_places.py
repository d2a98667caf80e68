"""Keys found by hash: an index from the items of a list to their first places, made when it is worth it.

Theory of operation. An index belongs to the arrays that hold the items (its *anchors*), and is forgotten with them. A
vector that grows at its end keeps its buffer (`_growth`), so that all its states share one index: it is extended by
what was appended since, and a place behind the end of an older state means "not there". General lists have no buffer;
a longer one takes the index over from the list it was made of (`inherit`).

One search costs less than making an index. So the items that searches went through are counted, and the index is made
when that work has cost as much as making it: at most twice the work of the better way, whichever it is. Lists with the
attribute ``u``, which promises searches, and general lists, where a search hashes as much, get it at once.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Hashable, Sequence
from typing import Any, Final

import attrs

from anyq.values import Attr, List, SymbolArray, Value, Vector, count

from ._growth import holder_of
from ._hashable import keys_of, raw_key

__all__ = ["forget", "inherit", "known_place"]

_PIECE: Final = 1 << 15
"""Items indexed in one step, in which no other thread runs: some 3 ms."""
_MOST: Final = 1 << 22
"""Longer lists get no index: one takes about 100 bytes an item."""
_SCANS: Final = {"b": 100, "u": 100, "i": 100, "f": 50}
"""Searches through all items that cost what an index costs, by the kind of the numbers; of texts `_SCANS_OF_TEXTS`."""
_SCANS_OF_TEXTS: Final = 4
_SHORT: Final = 32
"""A search through so few items costs no more than one by hash."""


@attrs.define(eq=False)
class _Index:
    anchors: list[weakref.ref[Any]] = attrs.field(factory=list)
    ids: list[int] = attrs.field(factory=list)
    found: dict[Hashable, int] = attrs.field(factory=dict)
    known: int = 0
    work: int = 0

    def extend(self, columns: Sequence[Value], size: int) -> None:
        """Index the rows from ``known`` on. May be interrupted between two pieces, and goes on there."""
        while self.known < size:
            stop = min(self.known + _PIECE, size)
            parts = [keys_of(column, self.known, stop) for column in columns]
            keys = parts[0] if len(parts) == 1 else zip(*parts, strict=True)
            deque(map(self.found.setdefault, keys, range(self.known, stop)), maxlen=0)
            self.known = stop


_indexes: Final[dict[int, _Index]] = {}
_by_anchor: Final[dict[int, set[int]]] = {}
"""The keys of `_indexes` that an anchor, by its identity, is part of."""


def _anchor(column: Value) -> Any:
    """What an index of a column belongs to: the same object for all states of a vector that grows."""
    if isinstance(column, Vector):
        data = column.data
        if isinstance(data, SymbolArray):
            return holder_of(data.objects())
        return holder_of(data)
    assert isinstance(column, List)
    return column if column.strings is None else column.strings


def known_place(columns: Sequence[Value], row: Sequence[Value]) -> int | None:
    """The first place of a row in some columns, -1 where it is not; ``None`` if a search is the cheaper way to know.

    The items have the types of the columns.
    """
    first = columns[0]
    size = count(first)
    if not _SHORT < size <= _MOST:
        return None
    index = _index_of(columns)
    if index.known < size:
        if not index.known and not _worth(index, columns, size):
            return None
        index.extend(columns, size)
    key = raw_key(row[0], first) if len(columns) == 1 else tuple(map(raw_key, row, columns))
    place = index.found.get(key, -1)
    return place if place < size else -1


def _index_of(columns: Sequence[Value]) -> _Index:
    anchors = [_anchor(column) for column in columns]
    key = id(anchors[0]) if len(anchors) == 1 else hash(tuple(map(id, anchors)))
    found = _indexes.get(key)
    if found is not None and all(ref() is anchor for ref, anchor in zip(found.anchors, anchors, strict=False)):
        return found
    return _enter(key, anchors, _Index())


def _enter(key: int, anchors: list[Any], index: _Index) -> _Index:
    def drop(gone: weakref.ref[Any]) -> None:
        held = _indexes.get(key)
        if held is not None and any(ref is gone for ref in held.anchors):  # no later object at the same address
            _drop(key, held)

    index.anchors = [weakref.ref(anchor, drop) for anchor in anchors]
    index.ids = [id(anchor) for anchor in anchors]
    _indexes[key] = index
    for part in index.ids:
        _by_anchor.setdefault(part, set()).add(key)
    return index


def _drop(key: int, index: _Index) -> None:
    _indexes.pop(key, None)
    for part in index.ids:
        keys = _by_anchor.get(part, set())
        keys.discard(key)
        if not keys:
            _by_anchor.pop(part, None)


def _worth(index: _Index, columns: Sequence[Value], size: int) -> bool:
    first = columns[0]
    if isinstance(first, List) or first.attr is Attr.UNIQUE:  # type: ignore[attr-defined]
        return True
    data = first.data  # type: ignore[attr-defined]
    scans = _SCANS_OF_TEXTS if isinstance(data, SymbolArray) else _SCANS.get(data.dtype.kind, _SCANS_OF_TEXTS)
    index.work += size
    return index.work > scans * size


def inherit(old: List, new: List) -> None:
    """Let ``new``, which begins with the items of ``old``, take its index."""
    before, after = _anchor(old), _anchor(new)
    index = _indexes.get(id(before))
    if index is None or index.known != len(old) or index.anchors[0]() is not before:
        return
    _drop(id(before), index)
    _enter(id(after), [after], index)


def forget(data: Any) -> None:
    """Drop the indexes of an array that is about to change in place."""
    for key in _by_anchor.pop(id(holder_of(data)), ()) if _by_anchor else ():
        _indexes.pop(key, None)
