"""What pandas, Arrow and polars have, as q values."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from anyq.values import KeyedTable, List, Table, Value, chars, symbol, symbols

from . import _engine
from ._of_python import LIBRARIES, native, of_array, of_list, of_moment, of_scalar, value_of

__all__ = ["ENUMS"]

ENUMS: Final[list[str]] = []
"""The variables over which categories were enumerated."""


def _of_pandas(obj: Any, texts: bool) -> Value:
    """What pandas has: frames, series, indexes, arrays and scalars."""
    import pandas as pd

    if isinstance(obj, pd.DataFrame):
        return _of_frame(obj, texts)
    if isinstance(obj, pd.Timestamp):
        return of_moment(obj, texts) if obj.tzinfo is not None else native(obj, texts)
    if isinstance(obj, pd.Timedelta):
        unit = {"s": "m8[s]", "ms": "m8[ms]"}.get(obj.unit, "m8[ns]")
        return of_scalar(obj.to_timedelta64().astype(unit), texts)
    if isinstance(obj, pd.MultiIndex):
        names = [str(place) if name is None else str(name) for place, name in enumerate(obj.names)]
        return Table(
            symbols(names), List.of(tuple([_column(obj.get_level_values(n), texts) for n in range(obj.nlevels)]))
        )
    if isinstance(obj, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        return _column(obj, texts)
    return native(obj, texts)


def _of_frame(frame: Any, texts: bool) -> Value:
    names = [str(name) for name in frame.columns]
    plain = Table(symbols(names), List.of(tuple([_column(frame.iloc[:, n], texts) for n in range(len(names))])))
    index = frame.index
    if type(index).__name__ == "RangeIndex" or (
        index.nlevels == 1 and index.name is None and index.dtype.kind in "iuO"
    ):
        return plain
    keys = [str(place) if name is None else str(name) for place, name in enumerate(index.names)]
    if index.nlevels == 1 and index.name is None:
        keys = ["index"]
    columns = [_column(index.get_level_values(n), texts) for n in range(index.nlevels)]
    return KeyedTable(Table(symbols(keys), List.of(tuple(columns))), plain)


def _column(column: Any, texts: bool) -> Value:
    dtype = column.dtype
    name = type(dtype).__name__
    if name == "CategoricalDtype":
        return _enumerated(column)
    if name == "ArrowDtype":
        return _of_arrow(getattr(column, "array", column).__arrow_array__(), texts)
    if getattr(dtype, "tz", None) is not None:
        return native(column, texts)
    if isinstance(dtype, np.dtype):
        array = column.to_numpy()
        if dtype.kind == "O":
            array = np.array([None if item is _na() else item for item in array.tolist()] + [None], object)[:-1]
            if len(array) and any(item is None for item in array):
                return _with_missing(array.tolist(), texts)
        return of_array(array, texts)
    return native(column, texts)


def _na() -> Any:
    import pandas

    return pandas.NA


def _with_missing(items: list[Any], texts: bool) -> Value:
    if all(item is None or isinstance(item, str) for item in items):
        return native(["" if item is None else item for item in items], texts)
    return of_list(items, texts)


def _enumerated(column: Any) -> Value:
    """A categorical column as symbols enumerated over a variable of its name."""
    category = getattr(column, "cat", column)
    words = [str(word) for word in category.categories]
    items = ["" if code < 0 else words[code] for code in np.asarray(category.codes).tolist()]
    name = str(getattr(column, "name", None) or f"enum{sum(1 for known in ENUMS if known.startswith('enum'))}")
    if name not in ENUMS:
        ENUMS.append(name)
    target = symbol(name)
    _engine.call("{if[not x in key `.;x set y]}", target, symbols(words))
    return _engine.call("{x?y}", target, symbols(items))


def _of_arrow(obj: Any, texts: bool) -> Value:
    kind = type(obj).__name__
    if kind == "ChunkedArray":
        obj = obj.combine_chunks()
    if kind.endswith("Scalar"):
        return value_of(obj.as_py(), texts)
    if kind in ("BinaryArray", "LargeBinaryArray"):
        items = obj.to_pylist()
        if items and all(item is not None and len(item) == 1 for item in items):
            return chars(b"".join(items))
    return native(obj, texts)


LIBRARIES.update({"pandas": _of_pandas, "pyarrow": _of_arrow, "polars": _of_arrow})
