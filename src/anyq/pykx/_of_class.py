"""Python objects and q values as values of a wanted class."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

import numpy as np

from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, atom, chars, vector

from . import _engine
from ._base import ATOMS, VECTORS, K, unwrap, wrap
from ._exceptions import QError
from ._functions import Foreign, ForeignValue, Function
from ._of_python import checked, native, of_span, value_of
from ._symbolic import SymbolicFunction

__all__ = ["cast_to", "of_class"]

_RANGES: Final = frozenset({QType.BOOLEAN, QType.BYTE, QType.SHORT, QType.INT, QType.LONG})


def of_class(obj: Any, cls: type[K] | None, cast: bool | None) -> Value:
    """``obj`` as a value of a class. The class decides what is done."""
    if cls is None:
        return value_of(obj)
    if isinstance(obj, K) and isinstance(obj, cls):
        return obj._v
    qtype = getattr(cls, "qtype", QType.LIST)
    if ATOMS.get(qtype) is cls:
        return cast_to(obj, cls) if isinstance(obj, K) else _of_atom(obj, qtype, cast)
    if VECTORS.get(qtype) is cls:
        return cast_to(obj, cls) if isinstance(obj, K) else _of_vector(obj, qtype, cast)
    return _of_other(obj, cls)


def _of_other(obj: Any, cls: type[K]) -> Value:
    name = cls.__name__
    if name == "SymbolicFunction":
        named: Value = SymbolicFunction(obj)._v
        return named
    if name == "Foreign":
        return ForeignValue(obj.py() if isinstance(obj, Foreign) else obj)
    if isinstance(obj, K):
        return cast_to(obj, cls)
    if name == "List":
        return _of_list(obj)
    if name in ("Table", "Dictionary", "KeyedTable") and isinstance(obj, Mapping | list | tuple):
        return cast_to(wrap(value_of(obj)), cls)
    if issubclass(cls, Function) and isinstance(obj, str) and name == "Operator":
        return _engine.evaluate(obj)
    made = value_of(obj)
    if isinstance(wrap(made), cls):
        return made
    raise TypeError(f"Cannot convert {type(obj)} {obj!r} to {name}")


def _of_list(obj: Any) -> Value:
    if isinstance(obj, str | bytes | Mapping) or type(obj).__name__ == "DataFrame":
        raise TypeError(f"Cannot convert {type(obj)} {obj!r} to List")
    if not isinstance(obj, list | tuple | np.ndarray | range | slice):
        obj = [obj]
    if isinstance(obj, range | slice):
        return List.of(tuple(of_span(obj, False)))
    return List.of(tuple([value_of(item) for item in (obj.tolist() if isinstance(obj, np.ndarray) else obj)]))


def cast_to(obj: K, cls: type[K]) -> Value:
    """One q value as another, by q's casts."""
    value, t = obj._v, cls.t
    if isinstance(wrap(value), cls):
        return value
    if cls.__name__ in ("Dictionary", "Table", "KeyedTable"):
        return _as_mapping(value, cls.__name__)
    kind = abs(t)
    char = QType(kind).char if kind in {int(q) for q in VECTORS} else ""
    if not char:
        raise TypeError(f"Cannot convert a {type(obj).__name__} to {cls.__name__}")
    if isinstance(value, Table | Dict):
        raise TypeError(f"Cannot convert a {type(obj).__name__} to {cls.__name__}")
    text = isinstance(value, Vector | Atom) and value.qtype is QType.CHAR and cls.t != -10
    if t == -11 and text:
        return _engine.call("{`$x}", value)
    if text and t < 0:
        return _engine.call("{x$(),y}", Atom(QType.CHAR, ord(char.upper())), value)
    if t < 0 and isinstance(value, Vector | List):
        raise TypeError(f"Cannot convert a {type(obj).__name__} to {cls.__name__}")
    if char == "s":
        made = _engine.call("{$[(abs type x)in 10 11h;`$x;`$string x]}", value)
    elif char == "c" and not text:
        made = _engine.call('{$[10h=abs type x;x;11h=abs type x;string x;"c"$x]}', value)
    else:
        made = _engine.call("{x$y}", Atom(QType.CHAR, ord(char)), value)
    return _engine.call("{(),x}", made) if t > 0 else made


def _as_mapping(value: Value, name: str) -> Value:
    try:
        if name == "Dictionary" and isinstance(value, Table):
            return _engine.call("flip", value)
        if name == "Table" and isinstance(value, KeyedTable):
            return _engine.call("{0!x}", value)
        if name == "Table" and isinstance(value, Dict):
            return _engine.call(
                "{flip {n:max count each x where 0<=type each x;w:where 0>type each x;"
                "$[count w;@[x;w;{x#y}[1|n]];x]} x}",
                value,
            )
        if name == "KeyedTable" and isinstance(value, Table):
            return _engine.call("{1!x}", value)
    except QError as error:
        raise QError(str(error)) from error
    raise TypeError(f"Cannot convert this value to {name}")


def _of_atom(obj: Any, qtype: QType, cast: bool | None) -> Value:
    if obj is None or type(obj).__name__ in ("NAType",):
        return checked(lambda: atom(qtype, None))
    if qtype is QType.DATETIME:
        raise NotImplementedError("the q datetime type is deprecated: take TimestampAtom")
    if type(obj).__name__ == "NaTType":
        if not qtype.epoch:
            raise TypeError(f"NaT is no {qtype.label}")
        return atom(qtype, None)
    if isinstance(obj, list | tuple | dict | set | np.ndarray) or obj is ... or callable(obj):
        raise TypeError(f"Cannot convert {type(obj)} {obj!r} to a {qtype.label} atom")
    if cast is not None:
        return _with_cast(obj, qtype, cast)
    return _exact(obj, qtype)


def _exact(obj: Any, qtype: QType) -> Value:
    if qtype in (QType.SHORT, QType.INT, QType.LONG) and isinstance(obj, float) and math.isinf(obj):
        return Atom(qtype, qtype.inf if obj > 0 else qtype.ninf)
    if qtype is QType.CHAR and isinstance(obj, str | bytes):
        raw = obj.encode() if isinstance(obj, str) else bytes(obj)
        if len(raw) != 1:
            raise ValueError(f"{obj!r} is not one character")
        return Atom(QType.CHAR, raw[0])
    if qtype is QType.SYMBOL and isinstance(obj, PurePath):
        return value_of(obj)
    if qtype is QType.SYMBOL and not isinstance(obj, str | bytes):
        raise TypeError(f"Cannot convert {type(obj)} {obj!r} to a symbol")
    if qtype is QType.GUID and not isinstance(obj, uuid.UUID):
        raise TypeError(f"Cannot convert {type(obj)} {obj!r} to a guid")
    if qtype in _RANGES and isinstance(obj, str | bytes):
        raise TypeError(f"Cannot convert {type(obj)} {obj!r} to {qtype.label}")
    if hasattr(obj, "fileno") and qtype is QType.INT:
        return value_of(obj)
    if qtype.epoch and isinstance(obj, str):
        raise TypeError(f"Cannot convert {type(obj)} {obj!r} to {qtype.label}")
    if isinstance(obj, np.datetime64) and qtype in (QType.TIME, QType.SECOND, QType.MINUTE, QType.TIMESPAN):
        raise TypeError(f"Cannot convert a moment to {qtype.label}")
    return checked(lambda: atom(qtype, obj))


def _with_cast(obj: Any, qtype: QType, cast: bool) -> Value:
    """With ``cast=True`` by q's rules from any form, with ``cast=False`` from the type's own form alone."""
    if not cast:
        plain = {QType.TIME: dt.time, QType.DATE: dt.date, QType.TIMESTAMP: dt.datetime, QType.TIMESPAN: dt.timedelta}
        own: Any = plain.get(qtype, object)
        if isinstance(obj, np.generic) and qtype in plain:
            raise (AttributeError if qtype is QType.TIME else TypeError)(
                f"Cannot convert {type(obj)} to {qtype.label} without a cast (numpy)"
            )
        if not isinstance(obj, own):
            raise TypeError(f"Cannot convert {type(obj)} to {qtype.label} without a cast")
        return _exact(obj, qtype)
    if isinstance(obj, str | bytes) and qtype not in (QType.SYMBOL, QType.CHAR):
        return _parsed(obj, qtype)
    if qtype in _RANGES and isinstance(obj, float | np.floating):
        obj = int(obj)
    return _exact(obj, qtype)


def _parsed(obj: Any, qtype: QType) -> Value:
    """A number of text, as Python reads it, or a moment as q does. ``TypeError`` for other text."""
    try:
        if qtype in _RANGES:
            return _exact(int(obj), qtype)
        if qtype in (QType.REAL, QType.FLOAT):
            return _exact(float(obj), qtype)
    except ValueError as error:
        raise TypeError(f"Can not cast {obj!r} to {qtype.label}") from error
    return _engine.call("{x$y}", Atom(QType.CHAR, ord(qtype.char.upper())), chars(obj))


def _of_vector(obj: Any, qtype: QType, cast: bool | None) -> Value:
    if qtype is QType.CHAR and isinstance(obj, str | bytes):
        return chars(obj)
    if isinstance(obj, str | bytes | Mapping) and qtype is not QType.SYMBOL:
        raise TypeError(f"Cannot convert {type(obj)} {obj!r} to a {qtype.label} vector")
    if isinstance(obj, np.ndarray) and obj.dtype.kind in "iuf" and qtype not in (QType.BOOLEAN,):
        made = _of_numbers(obj, qtype, cast)
        if made is not None:
            return made
    if isinstance(obj, range | slice):
        if isinstance(obj, slice):
            obj = range(obj.start or 0, obj.stop, obj.step or 1)
        return checked(lambda: vector(qtype, list(obj)))
    if type(obj).__module__.partition(".")[0] in ("pandas", "pyarrow", "polars"):
        return cast_to(wrap(value_of(obj)), VECTORS[qtype])
    items = obj.tolist() if isinstance(obj, np.ndarray) and obj.dtype.kind not in "mM" else obj
    if (not isinstance(items, list | tuple | np.ndarray) and not hasattr(items, "__iter__")) or isinstance(items, str):
        items = [items]
    if qtype is QType.CHAR:
        try:
            return chars(b"".join([bytes([_exact(item, qtype).raw]) for item in items]))  # type: ignore[attr-defined]
        except ValueError as error:
            raise TypeError(str(error)) from error
    if qtype is QType.BOOLEAN:
        items = (
            [bool(item) if isinstance(item, int) else item for item in items] if not isinstance(obj, range) else items
        )
    return _collected([unwrap(item) if isinstance(item, K) else _of_atom(item, qtype, cast) for item in items], qtype)


def _collected(items: list[Value], qtype: QType) -> Value:
    return checked(lambda: vector(qtype, items))


def _of_numbers(obj: Any, qtype: QType, cast: bool | None) -> Value | None:
    if qtype.dtype is None or qtype.epoch:
        return None
    if cast and qtype.dtype.kind in "iu" and obj.dtype.kind in "iu" and len(obj):
        checked(lambda: vector(qtype, [int(obj.min()), int(obj.max())]))
    if obj.dtype == qtype.dtype or cast:
        return native(np.array(obj.astype(qtype.dtype)), False)
    same = obj.dtype.kind == qtype.dtype.kind
    if (same and obj.dtype.itemsize <= qtype.dtype.itemsize) or (obj.dtype.kind in "iu" and qtype.dtype.kind == "f"):
        return native(np.array(obj.astype(qtype.dtype)), False)
    raise TypeError(f"an array of {obj.dtype} is no {qtype.label} vector without a cast")
