"""Dictionaries and tables."""

from __future__ import annotations

from collections import abc
from collections.abc import Iterator
from typing import Any, ClassVar, Final

import numpy as np

from anyq.values import Dict, QType, Value, long, symbol, symbols
from anyq.values import KeyedTable as QKeyedTable
from anyq.values import Table as QTable
from anyq.values import Vector as QVector

from . import _engine
from ._base import OTHERS, K, unwrap, wrap
from ._exceptions import QError
from ._frames import FrameMethods
from ._links import LINKS
from ._table_methods import TableMethods
from ._vectors import Collection, Vector

__all__ = [
    "Dictionary", "GroupbyTable", "KeyedTable", "Mapping", "PartitionedTable", "SplayedTable", "Table",
]  # fmt: skip

_NOT_HERE: Final = "is not yet implemented for tables on disk: select what is needed first, with .select() or q"


class Mapping(Collection, abc.Mapping[Any, Any]):
    """What has keys and values."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.keys())

    def keys(self) -> Any:
        """The keys, as a q value."""
        return wrap(_engine.call("key", self._v))

    def values(self) -> Any:
        """The values, as a q value."""
        return wrap(_engine.call("value", self._v))

    @property
    def _keys(self) -> Any:
        return wrap(_engine.call("{$[98h=type x;cols x;key x]}", self._v))

    @property
    def _values(self) -> Any:
        return wrap(_engine.call("{$[98h=type x;value flip x;value x]}", self._v))

    def items(self) -> Any:
        """Pairs of a key and a value."""
        return zip(self.keys(), self.values(), strict=True)

    def get(self, key: Any, default: Any = None) -> Any:
        """The value of a key, or ``default`` without it."""
        try:
            return self[key]
        except (KeyError, QError):
            return default

    def __contains__(self, key: object) -> bool:
        try:
            return bool(wrap(_engine.call("{x in key y}", unwrap(key), self._v)))
        except (TypeError, QError):
            return False

    def __eq__(self, other: object) -> Any:
        return K.__eq__(self, other)

    def __ne__(self, other: object) -> Any:
        return K.__ne__(self, other)

    def __hash__(self) -> int:
        raise TypeError(f"unhashable type: '{type(self).__name__}'")

    def _equal(self, other: object) -> Any:
        try:
            theirs = unwrap(other)
        except Exception:
            return None
        if len(self) == 0 or not isinstance(theirs, Dict | QTable):
            return wrap(_engine.call("~", self._v, theirs))
        return wrap(_engine.call("=", self._v, theirs))


class Dictionary(Mapping):
    """A q dictionary."""

    t: ClassVar[Any] = 99
    _v: Dict

    def __getitem__(self, key: Any) -> Any:
        value = unwrap(key)
        if not isinstance(key, K) and not bool(wrap(_engine.call("{all (),x in key y}", value, self._v))):
            raise KeyError(key)
        return wrap(_engine.call("{x y}", self._v, value))

    def __setitem__(self, key: Any, value: Any) -> None:
        changed = _engine.call(
            "{$[0h=type value x;@[x;y;:;z];(type value x)=neg type z;@[x;y;:;z];"
            "y in key x;(key x)!@[(::),value x;1+(key x)?y;:;z]1+til count x;"
            "(key[x],y)!$[0=count x;enlist z;value[x],$[(type z)within -19 -1h;z;enlist z]]]}",
            self._v, unwrap(key), unwrap(value),
        )  # fmt: skip
        self._v = changed  # type: ignore[assignment]

    def _repr_html_(self) -> str:
        return _html(self)


class Table(TableMethods, FrameMethods, Mapping):
    """A q table: of a dictionary, ``kx.Table(data={"x": [1, 2]})``, or of rows, ``kx.Table(rows, columns=["x"])``."""

    t: ClassVar[Any] = 98
    _v: QTable

    def __new__(cls, *arguments: Any, **keywords: Any) -> Any:
        data = arguments[0] if arguments else keywords.pop("data", None)
        columns = keywords.pop("columns", None)
        if columns is not None or _is_rows(data):
            return wrap(_of_rows(data, columns, []))
        if isinstance(data, dict):
            data = LINKS.toq(data, strings_as_char=keywords.pop("strings_as_char", False))
            return wrap(
                _engine.call("{flip {n:max count each x where 0<=type each x;$[any 0>type each x;n#/:x;x]} x}", data._v)
            )
        return LINKS.toq(data, cls, **keywords)

    def __len__(self) -> int:
        return len(self._v)

    def keys(self) -> Any:
        """The names of the columns."""
        return self.columns

    def values(self) -> Any:
        """The columns."""
        return wrap(_engine.call("{value flip x}", self._v))

    def __contains__(self, key: object) -> bool:
        return key in self._names

    @property
    def flip(self) -> Any:
        """The dictionary of its columns."""
        return wrap(_engine.call("flip", self._v))

    def set_index(self, keys: Any, drop: bool = True, append: bool = False, inplace: bool = False, **more: Any) -> Any:
        """This table with key columns, by name or by number of them."""
        return set_index(self, keys, drop, append, inplace)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return wrap(_engine.call("{x y}", self._v, _span(key, len(self))))
        if isinstance(key, bool | np.bool_):
            raise KeyError(key)
        if isinstance(key, int | np.integer):
            if not -len(self) <= key < len(self):
                raise IndexError("index out of range")
            return wrap(_engine.call("{x enlist y}", self._v, long(int(key) % len(self))))
        return self._looked_up(key)

    def _looked_up(self, key: Any) -> Any:
        value = unwrap(key)
        if isinstance(value, QVector) and value.qtype is QType.SYMBOL:
            self._all_known(value)
            return wrap(_engine.call("{y#x}", self._v, value))
        if isinstance(value, QVector) and value.qtype is QType.BOOLEAN:
            return wrap(_engine.call("{x where y}", self._v, value))
        if isinstance(key, str):
            self._known(key)
        return wrap(_engine.call("{x y}", self._v, value))

    def _all_known(self, names: QVector) -> None:
        missing = [name for name in names.symbols if name not in self._names]
        if missing:
            what = f"column: {missing[0]}" if len(missing) == 1 else f"columns: {missing}"
            raise QError(f"Attempted to retrieve inaccessible {what}")

    def _known(self, name: str) -> None:
        if name not in self._names:
            raise QError(f"Attempted to retrieve inaccessible column: {name}")

    def __setitem__(self, key: Any, value: Any) -> None:
        set_columns(self, key, value)

    def _repr_html_(self) -> str:
        return _html(self)


def _span(index: slice, count: int) -> Value:
    return QVector.of(QType.LONG, np.arange(*index.indices(count), dtype=np.int64))


def _is_rows(data: Any) -> bool:
    return isinstance(data, list | tuple) and bool(data) and isinstance(data[0], list | tuple)


def _of_rows(data: Any, columns: Any, taken: list[str]) -> Value:
    """A table of rows, or of a dictionary of columns; columns without a name are ``x``, ``x1`` and so on."""
    if isinstance(data, dict):
        made: Value = Table(data)._v
        return made
    width = len(data[0])
    names = list(columns or [])[:width]
    number = 0
    while len(names) < width:
        name = "x" if number == 0 else f"x{number}"
        number += 1
        if name not in names and name not in taken:
            names.append(name)
    parts = [list(part) for part in zip(*data, strict=True)]
    return _engine.call("{flip x!y}", symbols(names), LINKS.value_of(parts) if width > 1 else _alone(parts[0]))


def _alone(part: list[Any]) -> Value:
    return _engine.call("enlist", LINKS.value_of(part))


def set_columns(table: Any, key: Any, value: Any) -> None:
    """Columns of a table in place: one name and a list, or names and lists."""
    names = [key] if isinstance(key, str) else [str(name) for name in key]
    listed: list[Any] = list(iter(value)) if isinstance(value, Vector | list | tuple) else []
    parts = [value] if len(names) == 1 else listed if len(listed) == len(names) else [value] * len(names)
    made = table._v
    for name, part in zip(names, parts, strict=True):
        made = _engine.call(
            "{[t;c;v] k:keys t; u:flip 0!t; n:count t; u[c]:$[10h=type v;n#enlist v;0>type v;n#v;v]; k xkey flip u}",
            made, symbol(name), unwrap(part),
        )  # fmt: skip
    table._v = made


def set_index(table: Any, keys: Any, drop: bool, append: bool, inplace: bool) -> Any:
    """A table with key columns: names, a number of columns, or lists of keys."""
    if isinstance(keys, int):
        made = _engine.call("{x!0!y}", long(keys), table._v)
        return table._replaced(made, inplace)
    names = [keys] if isinstance(keys, str) else [str(name) for name in keys]
    for name in names:
        if name not in table._names:
            raise KeyError(f"Key {name} not found in the table")
    before = list(wrap(_engine.call("keys", table._v)).py()) if append else []
    wanted = symbols([*before, *names])
    if not append and isinstance(table._v, QKeyedTable):
        plain = _engine.call("{((keys x)except y)_0!x}", table._v, wanted)
    else:
        plain = _engine.call("{0!x}", table._v)
    made = _engine.call("{y xkey x}", plain, wanted)
    return table._replaced(made, inplace)


class KeyedTable(TableMethods, FrameMethods, Dictionary):
    """A q table with key columns."""

    t: ClassVar[Any] = 99
    _v: QKeyedTable

    def __new__(cls, *arguments: Any, **keywords: Any) -> Any:
        data = arguments[0] if arguments else keywords.pop("data", None)
        columns, index = keywords.pop("columns", None), keywords.pop("index", None)
        if not isinstance(data, dict) and not _is_rows(data):
            return LINKS.toq(data, cls, **keywords)
        plain = _of_rows(data, columns, [])
        names = wrap(_engine.call("cols", plain)).py()
        key = next(name for name in ("idx", "index", *(f"idx{n}" for n in range(1, 99))) if name not in names)
        keys = LINKS.value_of(list(range(len(wrap(plain)))) if index is None else index)
        return wrap(_engine.call("{(flip(enlist x)!enlist y)!z}", symbol(key), keys, plain))

    def __len__(self) -> int:
        return len(self._v)

    def __iter__(self) -> Iterator[Any]:
        columns = [list(column) for column in self.values().values()]
        return (list(row) for row in zip(*columns, strict=True))

    def set_index(self, keys: Any, drop: bool = True, append: bool = False, inplace: bool = False, **more: Any) -> Any:
        """This table with other key columns, or with more."""
        return set_index(self, keys, drop, append, inplace)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str) and key in self._names:
            return wrap(_engine.call("{(0!x)y}", self._v, symbol(key)))
        if isinstance(key, list) and key and all(isinstance(name, str) and name in self._names for name in key):
            return wrap(_engine.call("{keys[x] xkey (distinct keys[x],y)#0!x}", self._v, symbols(key)))
        if isinstance(key, tuple | list) and not isinstance(key, K):
            keys = [list(key)] if len(wrap(_engine.call("keys", self._v))) > 1 else list(key)
            return wrap(_engine.call(_ROWS_OF, self._v, LINKS.value_of(keys)))
        value = unwrap(key)
        if isinstance(value, QVector) and value.qtype is not QType.SYMBOL:
            return wrap(_engine.call("{x flip(keys x)!enlist y}", self._v, value))
        return wrap(_engine.call("{x y}", self._v, value))

    def __setitem__(self, key: Any, value: Any) -> None:
        set_columns(self, key, value)

    @property
    def flip(self) -> Any:
        """q's ``flip``, an error of q."""
        return wrap(_engine.call("flip", self._v))

    def _repr_html_(self) -> str:
        return _html(self)


_ROWS_OF: Final = "{k:$[1=count keys x;flip(keys x)!enlist y;flip(keys x)!flip y];r:x;(value r) where (key r) in k}"


class GroupbyTable(KeyedTable):
    """A keyed table whose columns hold the items of each group."""


class SplayedTable(TableMethods, Mapping):
    """A table on disk, a file for each column. Rows come with ``.select()`` and other queries."""

    t: ClassVar[Any] = 98
    _v: QTable
    _values: Any = None

    def __len__(self) -> int:
        return int(wrap(_engine.call("count", self._v)))

    def keys(self) -> Any:
        """The names of the columns."""
        return self.columns

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"This {_NOT_HERE}")

    def any(self, *_: Any, **__: Any) -> Any:
        """Not for tables on disk."""
        return self._refuse()

    def all(self, *_: Any, **__: Any) -> Any:
        """Not for tables on disk."""
        return self._refuse()

    def items(self) -> Any:
        """Not for tables on disk."""
        return self._refuse()

    def values(self) -> Any:
        """Not for tables on disk."""
        return self._refuse()

    def py(self, **__: Any) -> Any:
        """Not for tables on disk."""
        return self._refuse()

    def np(self, **__: Any) -> Any:
        """Not for tables on disk."""
        return self._refuse()

    def pd(self, **__: Any) -> Any:
        """Not for tables on disk."""
        return self._refuse()

    def pa(self, **__: Any) -> Any:
        """Not for tables on disk."""
        return self._refuse()

    def __getitem__(self, key: Any) -> Any:
        return self._refuse()

    @property
    def flip(self) -> Any:
        """Not for tables on disk."""
        return self._refuse()

    def __getattribute__(self, name: str) -> Any:
        if name in _NO_DISK:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return super().__getattribute__(name)

    def _repr_html_(self) -> str:
        return _html(self)


_NO_DISK: Final = frozenset({
    "cast", "has_infs", "has_nulls", "get", "exec", "delete", "grouped", "sorted", "unique", "parted", "prototype",
    "ungroup", "upsert", "insert", "window_join", "xbar", "update",
})  # fmt: skip


class PartitionedTable(SplayedTable):
    """A table on disk in partitions."""


def _html(table: Any) -> str:
    from anyq import console

    return console.html(table._v)


OTHERS.update({
    Dict: Dictionary, QTable: Table, QKeyedTable: KeyedTable, "splayed": SplayedTable,
    "partitioned": PartitionedTable,
})  # fmt: skip
