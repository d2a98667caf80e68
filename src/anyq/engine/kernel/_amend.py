"""Amending: a new value that differs from the old one at some places.

``path`` names the places level by level, as `index_deep` reads them; ``change`` is a function of the old item (and
the new one), ``None`` to put the new item there. Facts: KX reference, page ref/amend.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from anyq.errors import QError
from anyq.values import (
    ELIDED,
    NULL,
    Atom,
    Dict,
    KeyedTable,
    List,
    QType,
    SymbolArray,
    Table,
    Value,
    Vector,
    count,
)

from ._domains import place, places
from ._enumeration import EnumeratedAtom, Enumeration
from ._index import as_positions, find_key, index_at
from ._join import with_last
from ._keyed import amend_keyed, of_nothing
from ._records import records
from ._search import place_of
from ._support import null_like

__all__ = ["Change", "amend_at", "amend_deep", "new_item", "of_nothing", "with_item"]

Change = Callable[..., Value] | None
Q = QType
_NO_ITEM: Final = NULL
_POSITIONS: Final = frozenset({Q.BOOLEAN, Q.BYTE, Q.SHORT, Q.INT, Q.LONG})


def amend_at(x: Value, i: Value, change: Change, y: Value | None) -> Value:
    """``@[x;i;f;y]``: ``i`` is one index or a list of them."""
    return amend_deep(x, (i,), change, y)


def amend_deep(x: Value, path: Sequence[Value], change: Change, y: Value | None) -> Value:
    """``.[x;path;f;y]``; without ``y`` (``None``) the change is a function of one argument.

    Raises `QError`: ``type`` where an item does not fit a vector, ``index`` out of range, ``length`` where indices and
    new items differ in number.
    """
    if not path:
        if change is None:
            return x if y is None else y
        return change(x) if y is None else change(x, y)
    head, rest = path[0], path[1:]
    if isinstance(x, Table):
        return _table(x, head, rest, change, y)
    if isinstance(x, Dict):
        return _dict(x, head, rest, change, y)
    if isinstance(x, Vector | List):
        return _list(x, head, rest, change, y)
    if head is NULL and isinstance(x, Atom) and not rest:
        return amend_deep(x, (), change, y)
    raise QError("type")


def _everything(head: Value) -> bool:
    return head is NULL or head is ELIDED


def _shared(y: Value | None, size: int) -> Sequence[Value | None]:
    """The new item of each of ``size`` places: an atom goes to all of them."""
    if isinstance(y, Vector | List | Table):
        if len(y) != size:
            raise QError("length")
        return list(y)
    return [y] * size


# -- lists


def new_item(x: Value, path: Sequence[Value], change: Change, y: Value | None) -> tuple[int, Atom] | None:
    """Where a vector changes, and the item it gets there, when that is all that an amend does; else ``None``.

    The vector is ``x`` itself, or the values of the dict ``x``. Raises `QError` as `amend_deep` does.
    """
    if len(path) != 1:
        return None
    head = path[0]
    if type(x) is Dict:
        if type(x.value) is not Vector or not _is_entry(x.key, head):
            return None
        vector, at = x.value, place_of(x.key, head)
        if at < 0:
            return None
    elif type(x) is not Vector or type(head) is not Atom or head.qtype not in _POSITIONS:
        return None
    else:
        vector, at = x, head.raw
        if not 0 <= at < len(vector.data):
            raise QError("length")
    item = y if change is None else change(vector.atom(at)) if y is None else change(vector.atom(at), y)
    if type(item) is not Atom or item.qtype is not vector.qtype:
        raise QError("type")
    return at, item


def _is_entry(keys: Value, head: Value) -> bool:
    return type(head) is Atom and type(keys) is Vector and keys.qtype is head.qtype and len(keys.data) > 0


def with_item(x: Value, at: int, item: Atom) -> Value:
    """A copy of ``x`` with another item at one place, as `new_item` found them."""
    if isinstance(x, Dict):
        return Dict.of(x.key, _put(x.value, at, item), x.sorted)  # type: ignore[arg-type]
    assert isinstance(x, Vector)
    return _put(x, at, item)


def _list(x: Vector | List, head: Value, rest: Sequence[Value], change: Change, y: Value | None) -> Value:
    if _everything(head):
        head = Vector.of(Q.LONG, np.arange(len(x), dtype=np.int64))
    if isinstance(head, Enumeration | EnumeratedAtom):
        head = places(head) if isinstance(head, Enumeration) else place(head)
    if isinstance(head, Atom):
        if head.qtype not in _POSITIONS:
            raise QError("type")
        return _put(x, head.raw, amend_deep(_item(x, head.raw), rest, change, y))
    where = as_positions(head)
    if where is not None and change is None and not rest and isinstance(x, Vector):
        done = _bulk(x, where, y)
        if done is not None:
            return done
    if not isinstance(head, Vector | List):
        raise QError("type")
    if (
        where is not None
        and change is not None
        and not rest
        and type(x) is Vector
        and x.qtype not in (Q.GUID, Q.SYMBOL)
    ):
        return _scattered(x, where.tolist(), change, y)
    items = list(x)
    for index, new in zip(head, _shared(y, len(head)), strict=True):
        if isinstance(index, Atom) and index.qtype in _POSITIONS:
            at = index.raw
            _check(at, len(items))
            items[at] = _fitting(x, amend_deep(items[at], rest, change, new))
        else:
            partly = _relisted(x, items)
            assert isinstance(partly, Vector | List)
            changed = _list(partly, index, rest, change, new)
            assert isinstance(changed, Vector | List)
            items = list(changed)
    return _relisted(x, items)


def _relisted(x: Vector | List, items: list[Value]) -> Value:
    if isinstance(x, Vector) and type(x) is not Vector:
        return x.with_data(SymbolArray.from_strs([item.raw for item in items]))  # type: ignore[attr-defined, no-any-return]
    made = records(items)
    return x if not items else made


def _check(at: int, size: int) -> None:
    if not 0 <= at < size:
        raise QError("length")


def _item(x: Vector | List, at: int) -> Value:
    _check(at, len(x))
    return x[at]


def _fitting(x: Vector | List, item: Value) -> Value:
    """A vector takes only atoms of its own type."""
    if isinstance(x, Vector) and not (isinstance(item, Atom) and item.qtype is x.qtype):
        raise QError("type")
    return item


def _put(x: Vector | List, at: int, item: Value) -> Value:
    if isinstance(x, List):
        items = list(x.items)
        items[at] = item
        return records(items)
    _fitting(x, item)
    assert isinstance(item, Atom)
    if type(x) is not Vector:
        return _relisted(x, [*list(x)[:at], item, *list(x)[at + 1 :]])
    if isinstance(x.data, SymbolArray):
        strs = x.data.objects().copy()
        strs[at] = item.raw
        return Vector.of(x.qtype, SymbolArray.from_strs(strs))
    data = x.data.copy()
    data[at] = np.frombuffer(item.raw, data.dtype)[0] if x.qtype is Q.GUID else item.raw
    return _frozen(x.qtype, data)


def _frozen(qtype: QType, data: Any) -> Vector:
    data.flags.writeable = False
    return Vector.of(qtype, data)


def _bulk(x: Vector, where: np.ndarray[Any, Any], y: Value | None) -> Value | None:
    """Plain assignment to many places of a vector, by NumPy; ``None`` where the general way must decide."""
    if type(x) is not Vector or x.qtype in (Q.GUID, Q.SYMBOL):
        return None
    if not (isinstance(y, Atom | Vector) and y.qtype is x.qtype):
        return None
    if isinstance(y, Vector) and len(y) != len(where):
        raise QError("length")
    if len(where) and not (int(where.min()) >= 0 and int(where.max()) < len(x)):
        raise QError("length")
    data = x.data.copy()
    data[where] = y.raw if isinstance(y, Atom) else y.data
    return _frozen(x.qtype, data)


def _scattered(x: Vector, where: list[int], change: Callable[..., Value], y: Value | None) -> Value:
    """A vector changed at some places, one after the other: a place that comes again is changed again."""
    changed: dict[int, Value] = {}
    for at, new in zip(where, _shared(y, len(where)), strict=True):
        old = changed.get(at)
        if old is None:
            old = _item(x, at)
        changed[at] = _fitting(x, change(old) if new is None else change(old, new))
    data = x.data.copy()
    if changed:
        data[list(changed)] = [item.raw for item in changed.values()]  # type: ignore[attr-defined]
    return _frozen(x.qtype, data)


# -- dicts


def _dict(x: Dict, head: Value, rest: Sequence[Value], change: Change, y: Value | None) -> Value:
    if isinstance(x.key, Table):
        return _keyed(x, head, rest, change, y)
    if _everything(head):
        if change is None and not rest:
            raise QError("adict")  # ``d[::]:x`` is blocked (page basics/errors.md)
        return Dict(x.key, amend_deep(x.value, (NULL, *rest), change, y))
    if isinstance(head, Atom) or (isinstance(x.key, List) and len(x) and not isinstance(x.key[0], Atom)):
        return _entry(x, head, rest, change, y)
    if not isinstance(head, Vector | List):
        raise QError("type")
    made: Value = x
    for key, new in zip(head, _shared(y, len(head)), strict=True):
        assert isinstance(made, Dict)
        made = _entry(made, key, rest, change, new)
    return made


def _entry(x: Dict, key: Value, rest: Sequence[Value], change: Change, y: Value | None) -> Value:
    keys = x.key
    known = len(x) > 0
    if isinstance(keys, Vector) and not (isinstance(key, Atom) and key.qtype is keys.qtype) and known:
        raise QError("type")
    at = find_key(keys, key) if known else -1
    values = x.value
    if at >= 0:
        assert isinstance(values, Vector | List | Table)
        new = amend_deep(values[at], rest, change, y)
        if isinstance(values, Vector):
            _fitting(values, new)
        if type(values) is Vector or isinstance(values, List):
            return Dict.of(keys, _put(values, at, new), x.sorted)
        items = list(values)
        items[at] = new
        return Dict(keys, records(items), x.sorted)
    if change is None and not rest:
        new = y if y is not None else NULL
    elif change is not None and not rest and y is not None:
        new = of_nothing(change, y)
    else:
        new = amend_deep(null_like(next(iter(values))) if known else List.of(()), rest, change, y)
    if isinstance(values, Vector) and known:
        _fitting(values, new)
    return Dict(with_last(keys, key), with_last(values, new))


def _keyed(x: Dict, head: Value, rest: Sequence[Value], change: Change, y: Value | None) -> Value:
    values = x.value
    assert isinstance(values, Table)
    if _everything(head):
        return KeyedTable(x.key, amend_deep(values, (NULL, *rest), change, y))
    if _names_column(x, head):
        return KeyedTable(x.key, amend_deep(values, (head, *rest), change, y))
    return amend_keyed(x, head, rest, change, y, amend_deep)


def _names_column(x: Dict, head: Value) -> bool:
    """Whether a symbol is a value column's name and no key."""
    if not (isinstance(head, Atom) and head.qtype is Q.SYMBOL and head.raw in x.value.column_names):  # type: ignore[attr-defined]
        return False
    columns = x.key.data.items  # type: ignore[attr-defined]
    only = columns[0] if len(columns) == 1 else None
    return not (isinstance(only, Vector) and only.qtype is Q.SYMBOL and head in list(only))


# -- tables


def _table(x: Table, head: Value, rest: Sequence[Value], change: Change, y: Value | None) -> Value:
    if isinstance(head, Atom) and head.qtype is Q.SYMBOL:
        return _column(x, head.raw, rest, change, y)
    if isinstance(head, Vector) and head.qtype is Q.SYMBOL:
        made: Value = x
        for name, new in zip(head, _shared(y, len(head)), strict=True):
            assert isinstance(made, Table)
            made = _column(made, name.raw, rest, change, new)
        return made
    if rest and isinstance(rest[0], Atom | Vector) and rest[0].qtype is Q.SYMBOL:
        return _table(x, rest[0], (head, *rest[1:]), change, y)
    if rest and _everything(rest[0]):
        return _rows(x, head, change, y)
    if rest:
        raise QError("type")
    return _rows(x, head, change, y)


def _column(x: Table, name: str, rest: Sequence[Value], change: Change, y: Value | None) -> Value:
    names, columns = x.column_names, list(x.data.items)
    if name in names:
        at = names.index(name)
        new = amend_deep(columns[at], rest, change, y)
        columns[at] = _spread(new, len(x))
        return _checked(x.names, columns)
    if rest:
        raise QError(name)
    new = _spread(amend_deep(List.of(()), (), change, y), len(x))
    return _checked(Vector.of(Q.SYMBOL, SymbolArray.from_strs([*names, name])), [*columns, new])


def _spread(new: Value, size: int) -> Value:
    return records([new] * size) if isinstance(new, Atom) else new


def _checked(names: Vector, columns: Sequence[Value]) -> Table:
    if not all(isinstance(column, Vector | List) for column in columns):
        raise QError("type")
    if len({count(column) for column in columns}) > 1:
        raise QError("length")
    return Table.of(names, List.of(tuple(columns)))


def _rows(x: Table, head: Value, change: Change, y: Value | None) -> Value:
    if change is None and isinstance(y, Dict | Table):
        columns = [
            amend_deep(column, (head,), None, index_at(y, Atom(Q.SYMBOL, name)))
            for name, column in zip(x.column_names, x.data.items, strict=True)
        ]
        return _checked(x.names, columns)
    if change is None and isinstance(y, Vector | List) and len(y) == len(x.data):
        columns = [amend_deep(c, (head,), None, new) for c, new in zip(x.data.items, y, strict=True)]
        return _checked(x.names, columns)
    if isinstance(head, Atom) and head.qtype in _POSITIONS:
        row = amend_deep(index_at(x, head), (), change, y)
        return _rows(x, head, None, row) if isinstance(row, Dict) else _type_error()
    if change is not None and (isinstance(head, Vector) or _everything(head)):
        changed = amend_deep(index_at(x, head), (), change, y)
        return _rows(x, head, None, changed) if isinstance(changed, Table) else _type_error()
    return _type_error()


def _type_error() -> Value:
    raise QError("type")
