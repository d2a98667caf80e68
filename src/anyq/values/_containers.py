"""Constructors of vectors, lists, dicts and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol

import numpy as np

from anyq.errors import ConversionError

from ._atom import Atom
from ._face import Value, as_q
from ._make import _string, vector
from ._storage import StringArray
from ._table import Dict, KeyedTable, Table
from ._types import Attr, QType
from ._vector import List, Vector, _pack

__all__ = [
    "booleans", "bytes_", "chars", "dates", "datetimes", "dict_", "floats", "guids", "ints", "keyed_table", "longs",
    "minutes", "months", "reals", "seconds", "shorts", "strings", "symbols", "table", "times", "timespans",
    "timestamps",
]  # fmt: skip


class Plural(Protocol):
    """A function that makes vectors of one type, named by it: ``anyq.longs([1, 2])``."""

    def __call__(self, items: Iterable[Any] = (), attr: Attr | str | int = Attr.NONE) -> Vector:
        """The vector of what the constructor of the type's atoms takes, or of an array."""
        ...


def _plural(qtype: QType) -> Plural:
    def make(items: Iterable[Any] = (), attr: Attr | str | int = Attr.NONE) -> Vector:
        return vector(qtype, items, attr)

    name = qtype.label
    make.__name__ = make.__qualname__ = f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
    make.__doc__ = f"A {name} vector of what `anyq.{name}` takes, or of an array: ``vector({qtype.char!r}, items)``."
    return make


booleans: Plural = _plural(QType.BOOLEAN)
guids: Plural = _plural(QType.GUID)
bytes_: Plural = _plural(QType.BYTE)
shorts: Plural = _plural(QType.SHORT)
ints: Plural = _plural(QType.INT)
longs: Plural = _plural(QType.LONG)
reals: Plural = _plural(QType.REAL)
floats: Plural = _plural(QType.FLOAT)
timestamps: Plural = _plural(QType.TIMESTAMP)
months: Plural = _plural(QType.MONTH)
dates: Plural = _plural(QType.DATE)
datetimes: Plural = _plural(QType.DATETIME)
timespans: Plural = _plural(QType.TIMESPAN)
minutes: Plural = _plural(QType.MINUTE)
seconds: Plural = _plural(QType.SECOND)
times: Plural = _plural(QType.TIME)


def chars(text: str | bytes) -> Vector:
    """A char vector (q's string) of text (as UTF-8) or bytes."""
    if isinstance(text, str):
        text = _string(text)
    if type(text) is bytes:
        return Vector.of(QType.CHAR, np.frombuffer(text, np.uint8))
    return vector(QType.CHAR, text)


def symbols(texts: Iterable[str | bytes], attr: Attr | str | int = Attr.NONE) -> Vector:
    """A symbol vector."""
    return vector(QType.SYMBOL, texts, attr)


def strings(texts: Iterable[str | bytes]) -> List:
    """A general list of char vectors."""
    return List.of(StringArray.from_bytes([_string(text) for text in texts]))


def dict_(keys: Any, values: Any = None, *, sorted: bool = False) -> Dict:
    """A q dict of two lists, or of one Python mapping."""
    if isinstance(keys, Mapping) and values is None:
        mapped = as_q(keys)
        if not isinstance(mapped, Dict):
            raise ConversionError("this mapping is no q dict")
        return Dict(mapped.key, mapped.value, sorted)
    return Dict(as_q(keys), as_q(values), sorted)


def table(
    columns: Mapping[str, Any] | Any,
    *,
    types: Mapping[str, str | int] | None = None,
    strings: Literal["symbols", "chars"] = "symbols",
) -> Table:
    """A table of column names and columns; atoms and scalars are repeated to the length of the others.

    Or of what is a table already: a data frame, an Arrow table, a structured array; their index is a column at most.
    ``types`` and ``strings`` as for `anyq.as_q`.
    """
    if isinstance(columns, KeyedTable):
        return columns.unkeyed()
    if not isinstance(columns, Mapping):
        whole = as_q(columns, types=types, strings=strings)
        if isinstance(whole, KeyedTable):
            whole = whole.unkeyed()
        if not isinstance(whole, Table):
            raise ConversionError(f"a table is made of a dict of names and columns, not of a {type(columns).__name__}")
        return whole
    if types is None and strings == "symbols":
        made = {name: as_q(column) for name, column in columns.items()}
    else:
        mapped = as_q(dict(columns), types=types, strings=strings)
        made = dict(zip(columns, mapped.value, strict=True))  # type: ignore[attr-defined]
    lengths = {len(c) for c in made.values() if hasattr(c, "__len__")}
    size = lengths.pop() if len(lengths) == 1 else 1
    if lengths:
        raise ConversionError(
            f"columns have different counts: { {n: len(c) for n, c in made.items() if hasattr(c, '__len__')} }"
        )
    full = [c if hasattr(c, "__len__") else _repeat(c, size) for c in made.values()]
    return Table(symbols(made), List.of(tuple(full)))


def _repeat(value: Value, size: int) -> Value:
    if isinstance(value, Atom):
        return Vector.of(value.qtype, _pack(value.qtype, [value.raw] * size))
    return List.of((value,) * size)


def keyed_table(keys: Mapping[str, Any] | Table, values: Mapping[str, Any] | Table) -> KeyedTable:
    """A keyed table of key columns and value columns."""
    whole = [part if isinstance(part, Table) else table(part) for part in (keys, values)]
    return KeyedTable(whole[0], whole[1])
