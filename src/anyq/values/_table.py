"""Dictionaries, tables and keyed tables."""

from __future__ import annotations

from collections.abc import Iterator
from operator import index as integer
from typing import Any, Self, overload

import attrs

from anyq.errors import ConversionError

from ._atom import Atom
from ._face import Value, as_q, face
from ._storage import SymbolArray
from ._types import Attr, QType, as_attr
from ._vector import List, Vector, collapse, count

__all__ = ["Dict", "KeyedTable", "Table"]


def _pairs_up(instance: Dict, _: Any, values: Value) -> None:
    for part in (instance.keys, values):
        if not hasattr(part, "__len__"):
            raise ConversionError(f"keys and values of a dict are lists or tables, not {type(part).__name__}")
    if count(instance.keys) != count(values):
        raise ConversionError(f"a dict of {count(instance.keys)} keys has {count(values)} values")


@attrs.frozen(eq=False, repr=False)
class Dict(Value):
    """A q dictionary: ``keys`` and ``values`` are lists (or tables) of the same count, in order.

    ``sorted`` is the wire's own mark of a step dictionary (type 127). ``d[key]`` finds by q's match;
    ``in``, ``len`` and iteration (over keys) work as for Python's dicts.
    """

    keys: Value = attrs.field(converter=as_q)
    values: Value = attrs.field(converter=as_q, validator=_pairs_up)
    sorted: bool = False

    @classmethod
    def of(cls, keys: Value, values: Value, sorted: bool = False) -> Self:
        """A dict of what is right already: no checks, no conversion."""
        self = cls.__new__(cls)
        _set(self, "keys", keys)
        _set(self, "values", values)
        _set(self, "sorted", sorted)
        return self

    def __len__(self) -> int:
        return count(self.keys)

    def __iter__(self) -> Iterator[Value]:
        return iter(self.keys)  # type: ignore[call-overload, no-any-return]

    def items(self) -> Iterator[tuple[Value, Value]]:
        """Pairs of key and value."""
        return zip(self, self.values, strict=True)  # type: ignore[call-overload, no-any-return]

    def _find(self, key: object) -> int:
        wanted = as_q(key)
        if isinstance(self.keys, Vector) and not (isinstance(wanted, Atom) and wanted.qtype is self.keys.qtype):
            return -1
        if isinstance(self.keys, Vector) and isinstance(wanted, Atom) and self.keys.qtype is QType.SYMBOL:
            texts = self.keys.symbols.objects().tolist()
            return texts.index(wanted.raw) if wanted.raw in texts else -1
        match = face().match
        return next((i for i, have in enumerate(self) if match(have, wanted)), -1)

    def __contains__(self, key: object) -> bool:
        return self._find(key) >= 0

    def __getitem__(self, key: object) -> Value:
        found = self._find(key)
        if found < 0:
            raise KeyError(key)
        return self.values[found]  # type: ignore[index, no-any-return]


def _fits(names: Vector, columns: List) -> None:
    given: tuple[object, object] = names, columns
    if not (isinstance(given[0], Vector) and names.qtype is QType.SYMBOL and isinstance(given[1], List)):
        raise ConversionError("a table has a symbol vector of names and a List of columns; anyq.table takes a dict")
    if len(names) != len(columns):
        raise ConversionError(f"a table of {len(names)} names has {len(columns)} columns")
    counts = set()
    for name, column in zip(names.symbols, columns.items, strict=True):
        if not hasattr(column, "__len__") or isinstance(column, Dict):
            raise ConversionError(f"column {name} of a table is a {type(column).__name__}, not a list")
        counts.add(len(column))
    if len(counts) > 1:
        raise ConversionError(f"the columns of a table have different counts: {sorted(counts)}")


@attrs.frozen(eq=False, repr=False)
class Table(Value):
    """A q table: a symbol vector of column ``names`` and a general list of ``columns`` of one length.

    ``t["price"]`` is a column, ``t[i]`` a row as a `Dict`, ``t[a:b]`` a table; ``len`` counts rows, iteration gives
    rows. `anyq.table` makes one of Python objects. Tables offer the Arrow C stream interface and HTML for notebooks.
    """

    names: Vector
    columns: List
    attr: Attr = attrs.field(default=Attr.NONE, converter=as_attr)

    def __attrs_post_init__(self) -> None:
        _fits(self.names, self.columns)

    @classmethod
    def of(cls, names: Vector, columns: List, attr: Attr = Attr.NONE) -> Table:
        """A table of what is right already: no checks."""
        self = cls.__new__(cls)
        _set(self, "names", names)
        _set(self, "columns", columns)
        _set(self, "attr", attr)
        return self

    @property
    def column_names(self) -> list[str]:
        names: list[str] = self.names.symbols.objects().tolist()
        return names

    def column(self, name: str) -> Value:
        """The column of that name; ``KeyError`` without it."""
        names = self.column_names
        if name not in names:
            raise KeyError(f"no column {name!r}; there are {', '.join(names) or 'none'}")
        return self.columns.items[names.index(name)]

    def row(self, index: int) -> Dict:
        """The row at ``index`` as a dict of names to items."""
        index = integer(index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"row {index} of a table of {len(self)}")
        items = [c[index] for c in self.columns.items]  # type: ignore[index]
        return Dict(self.names, collapse(items))

    def __len__(self) -> int:
        columns = self.columns.items
        while columns and isinstance(columns[0], Table):  # not by recursion: tables come in tables as deep as you like
            columns = columns[0].columns.items
        return count(columns[0]) if columns else 0

    def __iter__(self) -> Iterator[Dict]:
        return (self.row(i) for i in range(len(self)))

    @overload
    def __getitem__(self, index: str) -> Value: ...
    @overload
    def __getitem__(self, index: int) -> Dict: ...
    @overload
    def __getitem__(self, index: slice) -> Table: ...
    def __getitem__(self, index: str | int | slice) -> Value:
        if isinstance(index, str):
            return self.column(index)
        if isinstance(index, slice):
            parts = tuple([c[index] for c in self.columns.items])  # type: ignore[index]
            return Table.of(self.names, List.of(parts))
        return self.row(index)

    def _repr_html_(self) -> str:
        return face().html(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return face().arrow_stream(self, requested_schema)


@attrs.frozen(eq=False, repr=False)
class KeyedTable(Dict):
    """A q keyed table: a dict whose keys and values are tables of the same count."""

    def __attrs_post_init__(self) -> None:
        if not (isinstance(self.keys, Table) and isinstance(self.values, Table)):
            raise ConversionError("keys and values of a keyed table are tables")

    @property
    def key_table(self) -> Table:
        assert isinstance(self.keys, Table)
        return self.keys

    @property
    def value_table(self) -> Table:
        assert isinstance(self.values, Table)
        return self.values

    def unkeyed(self) -> Table:
        """The plain table of key and value columns (q's ``0!``)."""
        keys, values = self.key_table, self.value_table
        names = Vector.of(QType.SYMBOL, _joined(keys, values))
        return Table.of(names, List.of(keys.columns.items + values.columns.items))

    def _repr_html_(self) -> str:
        return face().html(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return face().arrow_stream(self.unkeyed(), requested_schema)


def _joined(keys: Table, values: Table) -> Any:
    return SymbolArray.from_strs(keys.column_names + values.column_names)


_set = object.__setattr__
