"""Dictionaries, tables and keyed tables."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from contextlib import suppress
from operator import index as integer
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, TypeVar, overload

import attrs
import numpy as np
import numpy.typing as npt

from anyq.errors import ConversionError

from ._atom import Atom
from ._face import Value, as_q, face
from ._storage import SymbolArray
from ._types import Attr, QType, as_attr
from ._vector import List, Vector, collapse, count
from ._views import DictItems, DictValues, check_reader

__all__ = ["Dict", "KeyedTable", "Table"]

T = TypeVar("T")


def _pairs_up(instance: Dict, _: Any, value: Value) -> None:
    for part in (instance.key, value):
        if not hasattr(part, "__len__"):
            raise ConversionError(f"keys and values of a dict are lists or tables, not {type(part).__name__}")
    if count(instance.key) != count(value):
        raise ConversionError(f"a dict of {count(instance.key)} keys has {count(value)} values")


if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    class _Indexed(Value, Mapping[Any, Value]):
        _places: dict[Any, int]

else:

    class _Indexed(Value):
        """Has room for the places of Python keys, which are found on first use; they are no field of the value.

        A `Mapping` by registration: classes of Python's own metaclass are the quicker to ask for.
        """

        __slots__ = ("_places",)


@attrs.frozen(eq=False, repr=False)
class Dict(_Indexed):
    """A q dictionary, and a Python mapping of it.

    ``key`` and ``value`` are q's ``key d`` and ``value d``: lists (or tables) of the same count, in order. ``sorted``
    is the wire's own mark of a step dictionary (type 127).

    As a mapping (``keys() values() items() get()``, iteration, ``in``, ``dict(d)``, ``{**d}``) its keys are Python
    objects, those of `py`, and its values q values; of equal keys the first counts, as in q. Keys that Python cannot
    hold exactly (nanoseconds, temporal infinities) are atoms. ``d[key]`` takes Python's key or a q value, which is
    found by q's match. ``len`` is q's ``count``.
    """

    key: Value = attrs.field(converter=as_q)
    value: Value = attrs.field(converter=as_q, validator=_pairs_up)
    sorted: bool = False

    @classmethod
    def of(cls, key: Value, value: Value, sorted: bool = False) -> Self:
        """A dict of what is right already: no checks, no conversion."""
        self = cls.__new__(cls)
        _set(self, "key", key)
        _set(self, "value", value)
        _set(self, "sorted", sorted)
        return self

    def __len__(self) -> int:
        return count(self.key)

    def pairs(self) -> Iterator[tuple[Value, Value]]:
        """Pairs of q values, of equal keys all."""
        return zip(self.key, self.value, strict=True)

    def places(self) -> dict[Any, int]:
        """The place of each Python key, of equal keys the first. Not to be written to."""
        try:
            return self._places
        except AttributeError:
            found: dict[Any, int] = {}
            for place, key in enumerate(face().keys(self.key)):
                found.setdefault(key, place)
            _set(self, "_places", found)
            return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self.places())

    def keys(self) -> KeysView[Any]:
        """Python's keys."""
        check_reader(self)
        return self.places().keys()

    def values(self) -> ValuesView[Value]:
        """The q values of `keys`."""
        check_reader(self)
        return DictValues(self)

    def items(self) -> ItemsView[Any, Value]:
        """Pairs of a Python key and a q value."""
        check_reader(self)
        return DictItems(self)

    @overload
    def get(self, key: object) -> Value | None: ...
    @overload
    def get(self, key: object, default: T) -> Value | T: ...
    def get(self, key: object, default: object = None) -> object:
        """The value of ``key``, or ``default`` without it."""
        found = self._find(key)
        return default if found < 0 else self.value[found]

    def _find(self, key: object) -> int:
        if not isinstance(key, Value):
            with suppress(TypeError):  # what has no hash
                place = self.places().get(key)
                if place is not None:
                    return place
            try:
                key = as_q(key)
            except ConversionError:
                return -1
        return self._match(key)

    def _match(self, wanted: Value) -> int:
        keys = self.key
        if isinstance(keys, Table) and len(keys.names) == 1 and not isinstance(wanted, Dict):
            keys = keys.data.items[0]  # the keys of `keys` are its items
        if isinstance(keys, Vector):
            if not isinstance(wanted, Atom) or wanted.qtype is not keys.qtype:
                return -1
            if keys.qtype is QType.SYMBOL:
                texts = keys.symbols.objects().tolist()
                return texts.index(wanted.raw) if wanted.raw in texts else -1
        match = face().match
        items: Iterator[Value] = iter(keys)
        return next((i for i, have in enumerate(items) if match(have, wanted)), -1)

    def __contains__(self, key: object) -> bool:
        return self._find(key) >= 0

    def __getitem__(self, key: object) -> Value:
        found = self._find(key)
        if found < 0:
            raise KeyError(key)
        return self.value[found]  # type: ignore[no-any-return]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        raise ConversionError("a dictionary is no array: use .np(), .pd(), or .value for its values")

    def __arrow_array__(self, type: object = None) -> NoReturn:
        raise ConversionError("a dictionary is no array: use .pa(), or .value.pa() for its values")

    def __narwhals_dataframe__(self) -> object:
        return face().narwhals_frame(self)

    def __arrow_c_schema__(self) -> object:
        return face().arrow_schema(self)

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return face().arrow_array(self, requested_schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return face().arrow_stream(self, requested_schema)


Mapping.register(Dict)


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
    """A q table: a symbol vector of column ``names`` and a general list ``data`` of columns of one length.

    ``t["price"]`` is a column, ``t[["sym", "price"]]`` the table of these columns, ``t[i]`` a row as a `Dict`,
    ``t[a:b]`` a table, and so is ``t[mask]`` of a NumPy array of booleans or row numbers. ``len`` counts rows,
    iteration gives rows, ``name in t`` asks for a column. `anyq.table` makes a table of Python objects. Tables offer
    the Arrow C stream interface and HTML for notebooks.
    """

    names: Vector
    data: List
    attr: Attr = attrs.field(default=Attr.NONE, converter=as_attr)

    if TYPE_CHECKING:

        def np(self, *, raw: bool = False) -> npt.NDArray[Any]: ...
        def pd(self, *, tz: str | None = None, arrow: bool = False) -> pandas.DataFrame: ...
        def pa(self, *, tz: str | None = None) -> pyarrow.Table: ...
        def pl(self, *, tz: str | None = None) -> polars.DataFrame: ...

    def __attrs_post_init__(self) -> None:
        _fits(self.names, self.data)

    @classmethod
    def of(cls, names: Vector, data: List, attr: Attr = Attr.NONE) -> Table:
        """A table of what is right already: no checks."""
        self = cls.__new__(cls)
        _set(self, "names", names)
        _set(self, "data", data)
        _set(self, "attr", attr)
        return self

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        names: list[str] = self.names.symbols.objects().tolist()
        return names

    column_names = columns

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return len(self), len(self.names)

    @property
    def dtypes(self) -> dict[str, QType]:
        """The q type of each column, `QType.LIST` for a general list; of equal names the first."""
        found: dict[str, QType] = {}
        for name, column in zip(self.columns, self.data.items, strict=True):
            found.setdefault(name, _type_of(column))
        return found

    def head(self, n: int = 5) -> Table:
        """The first ``n`` rows; all but the last ``-n`` when it is negative."""
        return self[: integer(n)]

    def tail(self, n: int = 5) -> Table:
        """The last ``n`` rows; all but the first ``-n`` when it is negative."""
        size = len(self)
        return self[max(size - n, 0) if n >= 0 else min(-n, size) :]

    def column(self, name: str) -> Value:
        """The column of that name, of several the first; ``KeyError`` without it."""
        names = self.columns
        if name not in names:
            raise KeyError(f"no column {name!r}; there are {', '.join(names) or 'none'}")
        return self.data.items[names.index(name)]

    def row(self, index: int) -> Dict:
        """The row at ``index`` as a dict of names to items."""
        index = integer(index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"row {index} of a table of {len(self)}")
        items = [c[index] for c in self.data.items]
        return Dict(self.names, collapse(items))

    def __len__(self) -> int:
        columns = self.data.items
        while columns and isinstance(columns[0], Table):  # not by recursion: tables come in tables as deep as you like
            columns = columns[0].data.items
        return count(columns[0]) if columns else 0

    def __iter__(self) -> Iterator[Dict]:
        return (self.row(i) for i in range(len(self)))

    def __contains__(self, item: object) -> bool:
        """Whether there is a column of this name, or a row that matches this dict."""
        if isinstance(item, str):
            return item in self.columns
        return any(row == item for row in self)

    @overload
    def __getitem__(self, index: str) -> Value: ...
    @overload
    def __getitem__(self, index: int) -> Dict: ...
    @overload
    def __getitem__(self, index: slice | list[str] | tuple[str, ...] | npt.NDArray[Any] | Vector) -> Table: ...
    def __getitem__(self, index: str | int | slice | list[str] | tuple[str, ...] | npt.NDArray[Any] | Vector) -> Value:
        if isinstance(index, str):
            return self.column(index)
        if isinstance(index, slice | np.ndarray):
            return Table.of(self.names, List.of(tuple([c[index] for c in self.data.items])))
        if isinstance(index, list | tuple | Vector):
            return self._picked(index)
        return self.row(index)

    def _picked(self, index: list[str] | tuple[str, ...] | Vector) -> Table:
        """The columns of these names, or the rows at these numbers or where these booleans are true."""
        if isinstance(index, Vector) and index.qtype is not QType.SYMBOL:
            return self[index.array]
        names = [item.raw if isinstance(item, Atom) else item for item in index]
        if not all(isinstance(name, str) for name in names):
            raise TypeError("a table is indexed by a name, a list of names, a row number, a slice or an array of these")
        return Table(Vector(QType.SYMBOL, names), List.of(tuple([self.column(name) for name in names])))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        raise ConversionError(_NO_ARRAY)

    def _repr_html_(self) -> str:
        return face().html(self)

    def __narwhals_dataframe__(self) -> object:
        return face().narwhals_frame(self)

    def __arrow_c_schema__(self) -> object:
        return face().arrow_schema(self)

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return face().arrow_array(self, requested_schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return face().arrow_stream(self, requested_schema)


_NO_ARRAY: Final = "a table is no array: use .np() for a structured array, .pd() for a DataFrame, or one of its columns"


def _type_of(column: Value) -> QType:
    if isinstance(column, Table):
        return QType.TABLE
    return column.qtype if isinstance(column, Vector) else QType.LIST


@attrs.frozen(eq=False, repr=False)
class KeyedTable(Dict):
    """A q keyed table: a dict whose keys and values are tables of the same count.

    As a mapping its keys are the items of the key column, or tuples of them when there are several, and its values
    the rows of the value columns. ``columns``, ``shape`` and ``dtypes`` are those of the plain table.
    """

    if TYPE_CHECKING:

        def np(self, *, raw: bool = False) -> npt.NDArray[Any]: ...
        def pd(self, *, tz: str | None = None, arrow: bool = False) -> pandas.DataFrame: ...
        def pa(self, *, tz: str | None = None) -> pyarrow.Table: ...
        def pl(self, *, tz: str | None = None) -> polars.DataFrame: ...

    def __attrs_post_init__(self) -> None:
        if not (isinstance(self.key, Table) and isinstance(self.value, Table)):
            raise ConversionError("keys and values of a keyed table are tables")

    @property
    def key_table(self) -> Table:
        assert isinstance(self.key, Table)
        return self.key

    @property
    def value_table(self) -> Table:
        assert isinstance(self.value, Table)
        return self.value

    @property
    def columns(self) -> list[str]:
        """The names of the columns, those of the keys first."""
        return self.key_table.columns + self.value_table.columns

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns, those of the keys among them."""
        return len(self), len(self.key_table.names) + len(self.value_table.names)

    @property
    def dtypes(self) -> dict[str, QType]:
        """The q type of each column; of equal names the first."""
        return self.value_table.dtypes | self.key_table.dtypes

    def head(self, n: int = 5) -> KeyedTable:
        """The first ``n`` rows; all but the last ``-n`` when it is negative."""
        return KeyedTable(self.key_table.head(n), self.value_table.head(n))

    def tail(self, n: int = 5) -> KeyedTable:
        """The last ``n`` rows; all but the first ``-n`` when it is negative."""
        return KeyedTable(self.key_table.tail(n), self.value_table.tail(n))

    def unkeyed(self) -> Table:
        """The plain table of key and value columns (q's ``0!``)."""
        keys, values = self.key_table, self.value_table
        names = Vector.of(QType.SYMBOL, _joined(keys, values))
        return Table.of(names, List.of(keys.data.items + values.data.items))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        raise ConversionError(_NO_ARRAY.replace("a table", "a keyed table").replace("one of", ".unkeyed() for"))

    def __arrow_array__(self, type: object = None) -> NoReturn:
        raise ConversionError("a keyed table is no array: use .pa(), or .unkeyed() for its columns")

    def _repr_html_(self) -> str:
        return face().html(self)


def _joined(keys: Table, values: Table) -> Any:
    return SymbolArray.from_strs(keys.column_names + values.column_names)


_set = object.__setattr__
