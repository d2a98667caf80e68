"""Python, NumPy, pandas and Arrow objects as q values, without a wanted type."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, Final

import numpy as np

from anyq import errors
from anyq.values import (
    ELIDED,
    NULL,
    Atom,
    Dict,
    List,
    QType,
    Value,
    Vector,
    as_q,
    atom,
    chars,
    collapse,
    long,
    symbol,
    timespan,
    timestamp,
    vector,
)

from . import _config
from ._base import K, unwrap
from ._links import LINKS

__all__ = [
    "LIBRARIES",
    "REGISTERED",
    "checked",
    "native",
    "of_array",
    "of_bytes",
    "of_list",
    "of_moment",
    "of_scalar",
    "of_span",
    "value_of",
]

REGISTERED: Final[dict[type, Callable[[Any], Any]]] = {}
"""Converters of ``kx.register.py_toq``."""
LIBRARIES: Final[dict[str, Callable[[Any, bool], Value]]] = {}
"""Converters of the objects of other libraries, by the library's name."""
_WIDE: Final = {"i1": np.int16, "u2": np.int32, "u4": np.int64, "f2": np.float32}
"""NumPy's types that q lacks, and the next that holds them."""
_SPAN_UNITS: Final = {"m": QType.MINUTE, "s": QType.SECOND, "ms": QType.TIME}
_MOMENT_UNITS: Final = {"M": QType.MONTH, "D": QType.DATE}


def value_of(obj: Any, texts: bool = False) -> Value:
    """``obj`` as a q value without a wanted type."""
    if isinstance(obj, K):
        return obj._v
    make = _MAKERS.get(type(obj))
    if make is not None:
        return chars(obj) if texts and type(obj) is str else make(obj, texts)
    if REGISTERED:
        for base in type(obj).__mro__:
            if base in REGISTERED:
                return unwrap(REGISTERED[base](obj))
    return _other(obj, texts)


def _other(obj: Any, texts: bool) -> Value:
    for base, make in _BASES:
        if isinstance(obj, base):
            return make(obj, texts)
    name = type(obj).__name__
    if name == "NAType":
        return NULL
    if name == "NaTType":
        return atom(QType.TIMESTAMP, None)
    form = getattr(obj, "__as_q__", None)
    if form is not None:
        return form()  # type: ignore[no-any-return]
    module = type(obj).__module__.partition(".")[0]
    if module in LIBRARIES:
        return LIBRARIES[module](obj, texts)
    number = getattr(obj, "fileno", None)
    if number is not None:
        return atom(QType.INT, number() if callable(number) else number)
    if callable(obj) and not isinstance(obj, type):
        return LINKS.function(obj)
    raise TypeError(
        f"Cannot convert {type(obj)} '{obj!r}' to K object. See pykx.register to register custom conversions."
    )


def native(obj: Any, texts: bool) -> Value:
    """By anyq's own rules, with this package's errors."""
    try:
        return as_q(obj, strings="chars" if texts else "symbols")
    except errors.ConversionError as error:
        raise _wrong(error) from error


def _wrong(error: errors.ConversionError) -> Exception:
    return OverflowError(str(error)) if "out of the range" in str(error) else TypeError(str(error))


def of_bytes(obj: bytes, texts: bool) -> Value:
    return Atom(QType.CHAR, obj[0]) if len(obj) == 1 else chars(bytes(obj))


def of_list(obj: Any, texts: bool) -> Value:
    kinds = set(map(type, obj))
    if kinds and kinds <= {int, float, bool, str} and len(kinds) == 1:
        return native(list(obj), texts)
    items = [value_of(item, texts) for item in obj]
    return collapse(items)


def _dict(obj: Mapping[Any, Any], texts: bool) -> Value:
    return Dict(of_list(list(obj), False), of_list(list(obj.values()), texts))


def of_span(obj: slice | range, texts: bool) -> Value:
    if isinstance(obj, slice):
        if obj.stop is None:
            raise ValueError("a slice without an end has no items")
        obj = range(obj.start or 0, obj.stop, obj.step or 1)
    try:
        return Vector.of(QType.LONG, np.arange(obj.start, obj.stop, obj.step, dtype=np.int64))
    except OverflowError:
        return vector(QType.LONG, list(obj))


def of_moment(obj: dt.datetime, texts: bool) -> Value:
    if obj.tzinfo is not None and _config.keep_local_times:
        obj = obj.replace(tzinfo=None)
    return checked(lambda: timestamp(obj))


def checked(make: Callable[[], Value]) -> Value:
    try:
        return make()
    except errors.ConversionError as error:
        raise _wrong(error) from error


def of_scalar(obj: Any, texts: bool) -> Value:
    """A NumPy scalar."""
    kind = obj.dtype.kind
    if kind in "mM":
        return of_array(np.array([obj]), texts).atom(0)  # type: ignore[attr-defined, no-any-return]
    if kind == "f" and obj.dtype.itemsize < 4:
        obj = np.float32(obj)
    if kind in "iu" and obj.dtype not in (np.int16, np.int32, np.int64, np.uint8):
        return value_of(int(obj))
    return of_bytes(bytes(obj), texts) if kind == "S" else native(obj, texts)


def of_array(obj: Any, texts: bool) -> Value:
    """A NumPy array."""
    if isinstance(obj, np.ma.MaskedArray):
        return _masked(obj)
    if obj.ndim == 0:
        return value_of(obj[()], texts)
    if obj.ndim > 1:
        return List.of(tuple([of_array(part, texts) for part in obj]))
    kind, dtype = obj.dtype.kind, obj.dtype
    if kind == "O":
        return _objects(obj, texts)
    if kind == "S":
        return chars(b"".join(obj.tolist())) if dtype.itemsize == 1 else native(obj.tolist(), texts)
    if kind == "U":
        return native(obj.tolist(), texts)
    if kind == "c":
        return Vector.of(QType.GUID, np.ascontiguousarray(obj).view("V16"))
    if kind in "mM":
        return _times(obj)
    if dtype.str[1:] in _WIDE:
        obj = obj.astype(_WIDE[dtype.str[1:]])
    if dtype == np.uint64:
        raise TypeError("unsigned integers of 64 bits have no q type")
    return native(np.array(obj), texts)


def _objects(obj: Any, texts: bool) -> Value:
    items = obj.tolist()
    kinds = {type(item) for item in items}
    if str in kinds and kinds <= {str, type(None), float}:
        return native(["" if item is None or item != item else item for item in items], texts)
    if kinds and kinds <= {uuid.UUID, type(None)}:
        return vector(QType.GUID, items)
    if kinds == {bytes} and all(len(item) == 1 for item in items):
        return chars(b"".join(items))
    return of_list(items, texts) if items else List.of(())


def _masked(obj: Any) -> Value:
    if obj.dtype.kind == "O":
        raise TypeError("masked arrays of objects have no q type")
    plain = of_array(np.asarray(obj.data), False)
    assert isinstance(plain, Vector)
    data = np.array(plain.data)
    data[np.ma.getmaskarray(obj)] = plain.qtype.null
    return Vector(plain.qtype, data)


def _times(obj: Any) -> Value:
    unit, step = np.datetime_data(obj.dtype)
    table, base = (_MOMENT_UNITS, "M8") if obj.dtype.kind == "M" else (_SPAN_UNITS, "m8")
    if unit in table and step == 1:
        return native(obj, False)
    return native(obj.astype(f"{base}[ns]"), False)


def _path(obj: PurePath, texts: bool) -> Value:
    return symbol(f":{obj}")


_MAKERS: Final[dict[type, Callable[[Any, bool], Value]]] = {
    bool: lambda x, _: Atom(QType.BOOLEAN, int(x)),
    int: lambda x, _: checked(lambda: long(x)),
    float: lambda x, _: Atom(QType.FLOAT, x),
    str: lambda x, _: checked(lambda: symbol(x)),
    bytes: of_bytes,
    bytearray: lambda x, texts: of_bytes(bytes(x), texts),
    type(None): lambda x, _: NULL,
    type(...): lambda x, _: ELIDED,
    list: of_list,
    tuple: of_list,
    dict: _dict,
    range: of_span,
    slice: of_span,
    dt.datetime: of_moment,
    dt.date: native,
    dt.time: lambda x, _: timespan(x),
    dt.timedelta: lambda x, _: checked(lambda: timespan(x)),
    uuid.UUID: native,
}
_BASES: Final[tuple[tuple[Any, Callable[[Any, bool], Value]], ...]] = (
    (Value, lambda x, _: x),
    (np.ndarray, of_array),
    (np.bytes_, of_bytes),
    (np.str_, lambda x, texts: native(str(x), texts)),
    (np.generic, of_scalar),
    (PurePath, _path),
    (Mapping, _dict),
    (bool, _MAKERS[bool]),
    (int, lambda x, _: checked(lambda: long(int(x)))),
    (float, lambda x, _: Atom(QType.FLOAT, float(x))),
    (str, lambda x, texts: native(str(x), texts)),
    (bytes, of_bytes),
)

LINKS.value_of = value_of
