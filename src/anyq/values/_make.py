"""Constructors, named by q's type names, and what each takes.

Every constructor takes ``None`` for the type's null, a number in the raw unit and epoch of the type, and the Python,
NumPy or text form that is natural for it. Out of range is an ``OverflowError``-like `ConversionError`; nothing wraps.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

import numpy as np

from anyq.errors import ConversionError

from ._atom import Atom
from ._storage import SymbolArray
from ._types import Attr, QType
from ._vector import Vector, _pack

__all__ = [
    "atom", "boolean", "byte", "char", "date", "datetime", "float_", "guid", "int_", "long", "minute", "month",
    "nanoseconds", "real", "second", "short", "symbol", "time", "timespan", "timestamp", "vector",
]  # fmt: skip

_DAY_NS: Final = 86_400_000_000_000
_MINUTE_NS: Final = 60_000_000_000
_EPOCH_DAYS: Final = 10957
_EPOCH_MONTHS: Final = 360
_LAST_DAY: Final = 10**11
"""More than q's months reach, and less than what NumPy's days do."""
_TICK_NS: Final = {
    "W": 7 * _DAY_NS, "D": _DAY_NS, "h": 60 * _MINUTE_NS,
    "m": _MINUTE_NS, "s": 10**9, "ms": 10**6, "us": 1000, "ns": 1,
}  # fmt: skip
_PARTS: Final = {"ps": 10**3, "fs": 10**6, "as": 10**9}
_CLOCK = re.compile(r"(-?)(?=\d)(?:(\d+)[D ])?(?:(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?$")
_ZONE = re.compile(r"(.*\d[T ]\d\d.*?)(?:Z|([+-])(\d\d):?(\d\d)?)$")


def _bad(qtype: QType, obj: object) -> ConversionError:
    return ConversionError(f"{obj!r} is no {qtype.label}")


def _integer(qtype: QType, obj: Any) -> int:
    if isinstance(obj, float | np.floating) and float(obj).is_integer():
        obj = int(obj)
    if not hasattr(obj, "__index__") or (isinstance(obj, bool) and qtype.epoch):
        raise _bad(qtype, obj)
    number = int(obj.__index__())
    low, high = (0, 1 if qtype is QType.BOOLEAN else 255)
    if isinstance(qtype.null, int) and qtype is not QType.CHAR:
        low, high = qtype.null, int(qtype.inf or 0)
    if not low <= number <= high:
        raise ConversionError(f"{number} is out of the range of {qtype.label}, {low} to {high}")
    return number


def _boolean(qtype: QType, obj: Any) -> int:
    return int(obj) if isinstance(obj, bool | np.bool_) else _integer(qtype, obj)


def _guid(qtype: QType, obj: Any) -> bytes:
    if isinstance(obj, str):
        try:
            obj = uuid.UUID(obj)
        except ValueError:
            raise _bad(qtype, obj) from None
    if isinstance(obj, uuid.UUID):
        return obj.bytes
    raw = obj.tobytes() if isinstance(obj, np.void) else obj
    if not (isinstance(raw, bytes) and len(raw) == 16):
        raise _bad(qtype, obj)
    return raw


def _floating(qtype: QType, obj: Any) -> float:
    if isinstance(obj, str | bytes):
        raise _bad(qtype, obj)
    try:
        number = float(obj)
    except (TypeError, ValueError):
        raise _bad(qtype, obj) from None
    except OverflowError:
        raise ConversionError(f"an integer is out of the range of {qtype.label}") from None
    if qtype is QType.REAL:
        with np.errstate(over="ignore"):
            return float(np.float32(number))
    return number


def _char(qtype: QType, obj: Any) -> int:
    raw = _string(obj) if isinstance(obj, str) else obj
    if isinstance(raw, bytes):
        if len(raw) != 1:
            raise _bad(qtype, obj)
        return raw[0]
    return _integer(qtype, raw)


def _symbol(qtype: QType, obj: Any) -> str:
    text = obj.decode("utf-8", "surrogateescape") if isinstance(obj, bytes) else obj
    if not isinstance(text, str):
        raise _bad(qtype, obj)
    if "\0" in text:
        raise ConversionError("a symbol cannot contain NUL")
    if not text.isascii():
        try:
            text = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise ConversionError(f"{text!r} holds a lone surrogate that stands for no byte") from None
    return str(text)


def _ticks(qtype: QType, obj: Any, unit: str) -> int:
    """A point in time as a count of ``unit`` from 2000-01-01, of text, ``datetime``, ``date`` or ``datetime64``."""
    if isinstance(obj, dt.datetime) and obj.tzinfo is not None:
        obj = obj.astimezone(dt.UTC).replace(tzinfo=None)
    # What pandas has is a datetime, too, but counts nanoseconds.
    moment = obj.to_datetime64() if hasattr(obj, "to_datetime64") else obj
    if not isinstance(moment, dt.datetime | dt.date | np.datetime64 | str):
        return _integer(qtype, obj)
    ns = _text_ns(qtype, moment) if isinstance(moment, str) else _moment_ns(np.datetime64(moment))
    if ns is None:
        return int(qtype.null)  # type: ignore[arg-type]
    if unit == "M":
        days = ns // _DAY_NS
        if abs(days) > _LAST_DAY:
            raise ConversionError(f"{obj!r} is out of the range of {qtype.label}")
        found = int(np.datetime64(days, "D").astype("M8[M]").astype(np.int64)) - _EPOCH_MONTHS
    else:
        size = _TICK_NS[unit]
        found = ns // size - _EPOCH_DAYS * (_DAY_NS // size)
    if not int(qtype.ninf or 0) <= found <= int(qtype.inf or 0):
        raise ConversionError(f"{obj!r} is out of the range of {qtype.label}")
    return found


def _text_ns(qtype: QType, text: str) -> int | None:
    """The nanoseconds from 1970 of ISO text or of q's; ``None`` of an empty one."""
    if text.strip() in ("", "NaT"):
        return None
    plain = text.replace("D", "T").replace(".", "-", 2) if text[4:5] == "." else text
    zone = _ZONE.match(plain)
    shift = 0
    if zone:
        plain, sign, hours, minutes = zone.groups()
        shift = (int(hours or 0) * 60 + int(minutes or 0)) * _MINUTE_NS * (-1 if sign == "-" else 1)
    try:
        ns = _moment_ns(np.datetime64(plain))
    except ValueError:
        raise _bad(qtype, text) from None
    return None if ns is None else ns - shift


def _moment_ns(moment: np.datetime64) -> int | None:
    """The nanoseconds from 1970, exactly, however far away; ``None`` of NaT."""
    if np.isnat(moment):
        return None
    unit, step = np.datetime_data(moment.dtype)
    if unit in ("Y", "M"):
        moment, unit, step = moment.astype("M8[M]").astype("M8[D]"), "D", 1
    return _scaled(int(moment.astype(np.int64)) * step, unit)


def nanoseconds(obj: Any) -> int | None:
    """The nanoseconds of a moment from 1970, or of a span: of what `datetime`, NumPy and pandas have for them.

    ``None`` for NaT. Raises `anyq.ConversionError` for spans of years and months, which have no fixed length.
    """
    if isinstance(obj, dt.datetime) and obj.tzinfo is not None:
        obj = obj.astimezone(dt.UTC).replace(tzinfo=None)
    if hasattr(obj, "to_datetime64"):
        obj = obj.to_datetime64()
    if isinstance(obj, dt.date | np.datetime64):
        return _moment_ns(np.datetime64(obj))
    return _span_ns(obj)


def _span_ns(obj: Any) -> int | None:
    """The nanoseconds of a ``time`` of day, a ``timedelta`` or a ``timedelta64``, exactly; ``None`` of NaT."""
    if isinstance(obj, dt.time):
        if obj.utcoffset() or (obj.tzinfo is not None and obj.utcoffset() is None):
            raise ConversionError(
                f"{obj!r} is a time of another zone, which q's times have not: use replace(tzinfo=None)"
            )
        return (((obj.hour * 60 + obj.minute) * 60 + obj.second) * 10**6 + obj.microsecond) * 1000
    span = obj.to_timedelta64() if hasattr(obj, "to_timedelta64") else obj
    if isinstance(span, np.timedelta64):
        if np.isnat(span):
            return None
        unit, step = np.datetime_data(span.dtype)
        if unit in _NO_LENGTH:
            raise ConversionError(f"{span!r} {_NO_LENGTH[unit]}")
        return _scaled(int(span.astype(np.int64)) * step, unit)
    return ((obj.days * 86_400 + obj.seconds) * 10**6 + obj.microseconds) * 1000  # type: ignore[no-any-return]


_NO_LENGTH: Final = {
    "generic": "has no unit",
    "Y": "is a number of years, which have no fixed length: give days, or a finer unit",
    "M": "is a number of months, which have no fixed length: give days, or a finer unit",
}


def _scaled(count: int, unit: str) -> int:
    """A count of NumPy's ``unit`` in nanoseconds, the rest of finer units cut off towards the past."""
    return count // _PARTS[unit] if unit in _PARTS else count * _TICK_NS[unit]


def _timestamp(qtype: QType, obj: Any) -> int:
    return _ticks(qtype, obj, "ns")


def _month(qtype: QType, obj: Any) -> int:
    return _ticks(qtype, obj, "M")


def _date(qtype: QType, obj: Any) -> int:
    return _ticks(qtype, obj, "D")


def _datetime(qtype: QType, obj: Any) -> float:
    if isinstance(obj, dt.datetime | dt.date | np.datetime64 | str):
        ticks = _ticks(QType.TIMESTAMP, obj, "ms")
        return math.nan if ticks == QType.TIMESTAMP.null else ticks / 86_400_000
    return _floating(qtype, obj)


_UNIT_NS: Final = {
    QType.TIMESPAN: 1, QType.MINUTE: 60_000_000_000, QType.SECOND: 1_000_000_000, QType.TIME: 1_000_000,
}  # fmt: skip


def _clock(qtype: QType, obj: Any) -> int:
    """A span or a time of day, of text (``[-][nD]HH:MM[:SS[.f]]``), ``timedelta``, ``time`` or ``timedelta64``."""
    if isinstance(obj, str):
        found = _CLOCK.match(obj)
        if not found or not obj:
            raise _bad(qtype, obj)
        sign, days, hours, minutes, seconds, fraction = found.groups()
        whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
        ns = whole * 10**9 + int((fraction or "").ljust(9, "0") or 0)
        return _integer(qtype, (-ns if sign else ns) // _UNIT_NS[qtype])
    if isinstance(obj, dt.time | dt.timedelta | np.timedelta64) or hasattr(obj, "to_timedelta64"):
        found_ns = _span_ns(obj)
        return int(qtype.null) if found_ns is None else _integer(qtype, found_ns // _UNIT_NS[qtype])  # type: ignore[arg-type]
    return _integer(qtype, obj)


_RAW: Final[dict[QType, Callable[[QType, Any], Any]]] = {
    QType.BOOLEAN: _boolean, QType.GUID: _guid, QType.BYTE: _integer, QType.SHORT: _integer, QType.INT: _integer,
    QType.LONG: _integer, QType.REAL: _floating, QType.FLOAT: _floating, QType.CHAR: _char, QType.SYMBOL: _symbol,
    QType.TIMESTAMP: _timestamp, QType.MONTH: _month, QType.DATE: _date, QType.DATETIME: _datetime,
    QType.TIMESPAN: _clock, QType.MINUTE: _clock, QType.SECOND: _clock, QType.TIME: _clock,
}  # fmt: skip


_PANDAS_NULLS: Final = ("NAType", "NaTType")


def _raw(qtype: QType, obj: Any) -> Any:
    if isinstance(obj, Atom):
        if obj.qtype is not qtype:
            raise _bad(qtype, obj)
        return obj.raw
    if obj is None or obj is np.ma.masked or type(obj).__name__ in _PANDAS_NULLS:
        if qtype.null is None:
            raise ConversionError(f"a {qtype.label} has no null")
        return qtype.null
    return _RAW[qtype](qtype, obj)


def atom(kind: QType | str | int, obj: object = None) -> Atom:
    """An atom of the type with this character, name or number; ``None`` gives the null."""
    qtype = QType.of(kind)
    if qtype not in _RAW:
        raise ConversionError(f"there are no atoms of type {qtype.label}")
    return Atom(qtype, _raw(qtype, obj))


class Constructor(Protocol):
    """A function that makes atoms of one type, named by it: ``anyq.long(1)``."""

    def __call__(self, obj: object = None, /) -> Atom:
        """The atom of a number in the raw unit of the type, or of what is natural for it; ``None`` is its null."""
        ...


def _constructor(qtype: QType, takes: str) -> Constructor:
    plain = {QType.LONG: int, QType.FLOAT: float}.get(qtype)
    low: float = -(2**63) if qtype is QType.LONG else -math.inf
    high: float = 2**63 - 1 if qtype is QType.LONG else math.inf

    def make(obj: Any = None) -> Atom:
        # Python's own numbers are most of what is made into atoms: each argument of a call is one.
        if type(obj) is plain and low <= obj <= high:  # type: ignore[operator]
            return Atom(qtype, obj)
        return Atom(qtype, _raw(qtype, obj))

    make.__name__ = make.__qualname__ = qtype.label
    null = "its null" if qtype.null is not None else "an error: the type has no null"
    unit = f" Raw numbers count {qtype.epoch}." if qtype.epoch else ""
    make.__doc__ = f"A q {qtype.label} atom of {takes}; ``None`` is {null}.{unit}\n\nRaises `anyq.ConversionError`."
    return make


boolean: Constructor = _constructor(QType.BOOLEAN, "a bool, 0 or 1")
guid: Constructor = _constructor(QType.GUID, "a ``uuid.UUID``, its text, or 16 bytes")
byte: Constructor = _constructor(QType.BYTE, "an integer from 0 to 255")
short: Constructor = _constructor(QType.SHORT, "an integer of 16 bits")
int_: Constructor = _constructor(QType.INT, "an integer of 32 bits")
long: Constructor = _constructor(QType.LONG, "an integer of 64 bits")
real: Constructor = _constructor(QType.REAL, "a number, rounded to 32 bits")
float_: Constructor = _constructor(QType.FLOAT, "a number")
char: Constructor = _constructor(QType.CHAR, "one byte, a one-byte text, or its number")
symbol: Constructor = _constructor(QType.SYMBOL, "text, or bytes of it, without NUL")
timestamp: Constructor = _constructor(
    QType.TIMESTAMP, "a ``datetime``, ``datetime64`` or ISO text (aware ones become UTC)"
)
month: Constructor = _constructor(QType.MONTH, "a ``date``, ``datetime64`` or ISO text")
date: Constructor = _constructor(QType.DATE, "a ``date``, ``datetime64`` or ISO text")
datetime: Constructor = _constructor(QType.DATETIME, "a ``datetime``, ``datetime64`` or ISO text")
timespan: Constructor = _constructor(QType.TIMESPAN, "a ``timedelta``, ``timedelta64`` or text like ``1D02:03:04.5``")
minute: Constructor = _constructor(QType.MINUTE, "a ``time``, ``timedelta`` or text like ``09:30``")
second: Constructor = _constructor(QType.SECOND, "a ``time``, ``timedelta`` or text like ``09:30:00``")
time: Constructor = _constructor(QType.TIME, "a ``time``, ``timedelta`` or text like ``09:30:00.000``")


def vector(kind: QType | str | int, items: Iterable[Any] = (), attr: Attr | str | int = Attr.NONE) -> Vector:
    """A vector of the type ``kind`` (type character, name or number).

    ``items`` is an array of raw numbers of the right dtype (taken as it is, not copied), a ``datetime64`` or
    ``timedelta64`` array, or any iterable of what the type's atom constructor takes; ``bytes`` for chars and bytes.
    """
    qtype, mark = QType.of(kind), Attr.of(attr)
    if isinstance(items, Vector) and items.qtype is qtype:
        return items.with_attr(mark)
    if isinstance(items, bytes | bytearray) and qtype in (QType.CHAR, QType.BYTE):
        return Vector.of(qtype, np.frombuffer(bytes(items), np.uint8), mark)
    if isinstance(items, str) and qtype is QType.CHAR:
        return Vector.of(qtype, np.frombuffer(_string(items), np.uint8), mark)
    if isinstance(items, np.ndarray) and qtype.dtype is not None and items.dtype.kind in "biufV":
        return Vector(qtype, items, mark)
    if isinstance(items, SymbolArray):
        return Vector(qtype, items, mark)
    if qtype not in _RAW:
        raise ConversionError(f"there are no vectors of type {qtype.label}")
    if not hasattr(items, "__iter__") and not hasattr(items, "__getitem__"):
        raise ConversionError(f"a vector is made of items, not of a {type(items).__name__}")
    return Vector.of(qtype, _pack(qtype, [_raw(qtype, item) for item in items]), mark)


def _string(text: Any) -> bytes:
    if isinstance(text, str):
        try:
            return text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise ConversionError(f"{text!r:.80} holds a lone surrogate that stands for no byte") from None
    if isinstance(text, bytes | bytearray | memoryview) or (isinstance(text, Vector) and text.qtype is QType.CHAR):
        return bytes(text)
    raise ConversionError(f"{text!r} is no text: strings are made of str, bytes and char vectors")
