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
from decimal import Decimal
from typing import Any, Final, TypeVar

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
    Strings,
    SymbolArray,
    Table,
    Value,
    Vector,
    boolean,
    chars,
    collapse,
    date,
    float_,
    guid,
    long,
    strings,
    symbol,
    symbols,
    timespan,
    timestamp,
    vector,
)

from ._numpy import from_array, from_scalar
from ._wanted import DEFAULT, How, as_chars, fitted

__all__ = ["from_object", "from_sequence", "library", "register"]

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
    dt.time: lambda obj: _times([obj]).atom(0),
    dt.timedelta: timespan,
    uuid.UUID: guid,
    type(None): lambda _: NULL,
}

_libraries: dict[str, Callable[[Any, How], Value | None]] = {}
_classes: dict[type, Callable[[Any], object]] = {}


def library(name: str, convert: Callable[[Any, How], Value | None]) -> None:
    """Convert objects whose class is defined in the library ``name``; ``None`` from ``convert`` is for others."""
    _libraries[name] = convert


T = TypeVar("T")


def register(cls: type[T], convert: Callable[[T], object]) -> None:
    """Have `anyq.as_q`, and with it every argument of a call, convert objects of ``cls`` by ``convert``.

    ``convert`` gives a q value, or any object that has a q form: ``register(Order, lambda order: {"sym": order.sym,
    "size": order.size})``. It counts for subclasses, the nearest base that is registered; a second call for a class
    takes the place of the first. What it raises reaches the caller. Register at import time: it counts for all threads.

    Raises ``TypeError`` for what is no class, and for classes of q values, which are not converted.
    """
    kind: object = cls
    if not isinstance(kind, type) or issubclass(cls, Value):
        raise TypeError(f"register takes a class of your own, not {cls!r}")
    _classes[cls] = convert


def _registered(obj: Any) -> Callable[[Any], object] | None:
    return next((_classes[base] for base in type(obj).__mro__ if base in _classes), None)


def from_object(
    obj: object,
    types: Mapping[str, QType | str | int] | None = None,
    strings: Strings = "symbols",
) -> Value:
    """``obj`` as a q value.

    bool, int, float -> boolean, long, float; str -> symbol; bytes -> char vector; datetime, date, time, timedelta,
    UUID -> timestamp, date, time, timespan, guid; ``None`` -> the generic null; mappings -> dict; lists and tuples ->
    a vector when all items are atoms of one type (``None`` among them is that type's null), else a general list; NumPy,
    pandas, Arrow and polars objects by their dtypes, zero-copy where the layout allows it.

    ``types`` says by name what the columns of a frame, a table or a mapping become: a type character, name or number,
    ``"*"`` for char vectors. ``strings="chars"`` makes char vectors of ``str`` in place of symbols; names of columns,
    keys of mappings and categories stay symbols. Objects of your own classes: `anyq.convert.register`.

    Raises `anyq.ConversionError`, a ``TypeError``, naming what has no q form or does not fit into q's type, and the
    column that it stands in.
    """
    try:
        return _convert(obj, DEFAULT if types is None and strings == "symbols" else How(types, strings))
    except RecursionError:
        raise ConversionError("nested deeper than can be converted here, or within itself") from None


def _convert(obj: Any, how: How = DEFAULT) -> Value:
    if isinstance(obj, Value):
        return obj
    if _classes and (convert := _registered(obj)) is not None:
        return _convert(convert(obj), how)
    make = _ATOMS.get(type(obj))
    if make is not None:
        return chars(obj) if how.chars and type(obj) is str else make(obj)
    if isinstance(obj, list | tuple | deque):
        return from_sequence(obj, how)
    if isinstance(obj, np.ndarray):
        return _from_array(obj, how)
    if isinstance(obj, np.generic):
        return _convert(obj.item(), how) if isinstance(obj, np.str_) else from_scalar(obj)
    library = type(obj).__module__.partition(".")[0]
    found = _libraries[library](obj, how) if library in _libraries else None
    return found if found is not None else _by_base(obj, how)


def _from_array(obj: Any, how: How) -> Value:
    names = obj.dtype.names
    if how is DEFAULT or names is None:
        if how.chars and obj.dtype.kind == "O":
            return _convert(obj.tolist(), how)
        found = from_array(obj)
        return as_chars(found) if how.chars and obj.dtype.kind in "UT" else found
    how.check(list(names))
    columns = [
        fitted(how, name, None, text=False, plain=lambda name=name: obj[name],  # type: ignore[misc]
               default=lambda name=name: _from_array(obj[name], how.inner))  # type: ignore[misc]
        for name in names
    ]  # fmt: skip
    return Table(symbols(names), List.of(tuple(columns)))


def _by_base(obj: Any, how: How) -> Value:
    if isinstance(obj, HasForm):
        return obj.__as_q__()
    for base, make in _ATOMS.items():
        if isinstance(obj, base):
            return chars(str(obj)) if how.chars and base is str else make(obj)
    if isinstance(obj, Mapping):
        return _mapping(obj, how)
    if isinstance(obj, range):
        return Vector(QType.LONG, np.arange(obj.start, obj.stop, obj.step, dtype=np.int64))
    if isinstance(obj, array.array):
        return from_array(np.array(obj))
    if hasattr(obj, "__arrow_c_stream__") and "pyarrow" in _libraries:
        found = _libraries["pyarrow"](obj, how)
        if found is not None:
            return found
    if hasattr(obj, "__array__"):
        return _from_array(np.asarray(obj), how)
    if isinstance(obj, Sequence):
        return from_sequence(obj, how)
    name = f"{type(obj).__module__}.{type(obj).__qualname__}".removeprefix("builtins.")
    if isinstance(obj, Decimal):
        raise ConversionError(f"a {name} has no q form: give float(x), or types={{...: 'f'}} for a column")
    raise ConversionError(f"a {name} has no q form; make the value with a constructor, or see anyq.convert.register")


def _mapping(obj: Mapping[Any, Any], how: How) -> Dict:
    how.check([str(key) for key in obj])
    if how is DEFAULT:
        return Dict(from_sequence(list(obj.keys())), from_sequence(list(obj.values())))
    values = [_entry(how, str(key), item) for key, item in obj.items()]
    return Dict(from_sequence(list(obj.keys())), collapse(values))


def _entry(how: How, name: str, item: Any) -> Value:
    return fitted(how, name, None, text=False, plain=lambda: item, default=lambda: _convert(item, how.inner))


def _times(items: Sequence[dt.time]) -> Vector:
    """Times of day: q's time, which counts milliseconds, or timespan where one has microseconds."""
    fine = any(item.microsecond % 1000 for item in items)
    return vector(QType.TIMESPAN if fine else QType.TIME, items)


def from_sequence(items: Sequence[Any], how: How = DEFAULT) -> Value:
    """A vector or a general list of Python objects."""
    kinds = set(map(type, items))
    if len(kinds) == 1:
        kind = kinds.copy().pop()
        found = strings(items) if how.chars and kind is str else _of_one_type(kind, items)
        if found is not None:
            return found
    if kinds == {type(None), dt.time}:
        return vector(_times([item for item in items if item is not None]).qtype, items)
    if how.chars and kinds == {type(None), str}:
        return strings(["" if item is None else item for item in items])
    values = [_convert(item, how.inner) for item in items]
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
    if kind is dt.time:
        return _times(items)
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
