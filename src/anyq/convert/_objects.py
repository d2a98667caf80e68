"""Python objects -> values.

One row a Python type; what is not in the table is looked up by its base classes, then by the library that it comes
from (NumPy at once, pandas, Arrow and polars only when the object shows that they are loaded).
"""

from __future__ import annotations

import array
import datetime as dt
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from anyq.errors import ConversionError
from anyq.values import (
    NULL,
    Atom,
    Dict,
    HasForm,
    List,
    QType,
    StringArray,
    SymbolArray,
    Value,
    Vector,
    boolean,
    chars,
    collapse,
    date,
    float_,
    guid,
    long,
    symbol,
    time,
    timespan,
    timestamp,
    vector,
)

from ._numpy import from_array, from_scalar

__all__ = ["from_object", "from_sequence", "register"]

_ATOMS: Final[dict[type, Callable[[Any], Value]]] = {
    bool: boolean,
    int: long,
    float: float_,
    str: symbol,
    bytes: chars,
    bytearray: chars,
    memoryview: lambda obj: chars(obj.tobytes()),
    dt.datetime: timestamp,
    dt.date: date,
    dt.time: time,
    dt.timedelta: timespan,
    uuid.UUID: guid,
    type(None): lambda _: NULL,
}

_libraries: dict[str, Callable[[Any], Value | None]] = {}


def register(library: str, convert: Callable[[Any], Value | None]) -> None:
    """Convert objects whose class is defined in ``library`` by ``convert``, which gives ``None`` for others."""
    _libraries[library] = convert


def from_object(obj: object) -> Value:
    """``obj`` as a q value.

    bool, int, float -> boolean, long, float; str -> symbol; bytes -> char vector; datetime, date, time, timedelta,
    UUID -> timestamp, date, time, timespan, guid; ``None`` -> the generic null; mappings -> dict; lists and tuples ->
    a vector when all items are atoms of one type (``None`` among them is that type's null), else a general list; NumPy,
    pandas, Arrow and polars objects by their dtypes, zero-copy where the layout allows it.

    Raises `anyq.ConversionError`, a ``TypeError``, naming what has no q form or does not fit into q's type.
    """
    try:
        return _convert(obj)
    except RecursionError:
        raise ConversionError("nested deeper than can be converted here, or within itself") from None


def _convert(obj: Any) -> Value:
    if isinstance(obj, Value):
        return obj
    make = _ATOMS.get(type(obj))
    if make is not None:
        return make(obj)
    if isinstance(obj, list | tuple | deque):
        return from_sequence(obj)
    if isinstance(obj, np.ndarray):
        return from_array(obj)
    if isinstance(obj, np.generic):
        return from_scalar(obj)
    library = type(obj).__module__.partition(".")[0]
    found = _libraries[library](obj) if library in _libraries else None
    return found if found is not None else _by_base(obj)


def _by_base(obj: Any) -> Value:
    if isinstance(obj, HasForm):
        return obj.__as_q__()
    for base, make in _ATOMS.items():
        if isinstance(obj, base):
            return make(obj)
    if isinstance(obj, Mapping):
        return _mapping(obj)
    if isinstance(obj, range):
        return Vector(QType.LONG, np.arange(obj.start, obj.stop, obj.step, dtype=np.int64))
    if isinstance(obj, array.array):
        return from_array(np.array(obj))
    if hasattr(obj, "__arrow_c_stream__") and "pyarrow" in _libraries:
        found = _libraries["pyarrow"](obj)
        if found is not None:
            return found
    if hasattr(obj, "__array__"):
        return from_array(np.asarray(obj))
    if isinstance(obj, Sequence):
        return from_sequence(obj)
    name = f"{type(obj).__module__}.{type(obj).__qualname__}".removeprefix("builtins.")
    raise ConversionError(f"a {name} has no q form; make the value with a constructor such as anyq.vector")


def _mapping(obj: Mapping[Any, Any]) -> Dict:
    return Dict(from_sequence(list(obj.keys())), from_sequence(list(obj.values())))


def from_sequence(items: Sequence[Any]) -> Value:
    """A vector or a general list of Python objects."""
    kinds = set(map(type, items))
    if len(kinds) == 1:
        found = _of_one_type(kinds.copy().pop(), items)
        if found is not None:
            return found
    values = [_convert(item) for item in items]
    if type(None) in kinds and len(kinds) > 1:
        return _with_missing(values)
    return collapse(values)


def _of_one_type(kind: type, items: Sequence[Any]) -> Value | None:
    """The fast ways, of many items without an atom for each; ``None`` where there is none."""
    if kind is float:
        return Vector.of(QType.FLOAT, np.array(items, np.float64))
    if kind is bool:
        return Vector.of(QType.BOOLEAN, np.array(items, np.bool_))
    if kind is int:
        try:
            return Vector(QType.LONG, np.array(items, np.int64))
        except OverflowError:
            raise ConversionError("an integer is out of the range of long") from None
    if kind is bytes:
        return List.of(StringArray.from_bytes(items))
    if kind is str:
        texts = list(items)
        joined = "".join(texts)
        if joined.isascii() and "\0" not in joined:
            return Vector.of(QType.SYMBOL, SymbolArray.from_strs(texts))
    if kind is type(None):
        return List.of((NULL,) * len(items))
    return None


def _with_missing(values: list[Value]) -> Value:
    """A list with ``None``: its other items' null when these are atoms of one type that has one."""
    kinds = {value.qtype for value in values if isinstance(value, Atom)}
    others = sum(1 for value in values if not isinstance(value, Atom) and value is not NULL)
    if others or len(kinds) != 1 or next(iter(kinds)).null is None:
        return collapse(values)
    qtype = next(iter(kinds))
    return vector(qtype, [None if value is NULL else value for value in values])
