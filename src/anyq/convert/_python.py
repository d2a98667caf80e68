"""Values -> plain Python objects."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.errors import ConversionError
from anyq.values import NULL, Atom, Dict, KeyedTable, List, QType, SymbolArray, Table, Value, Vector

from ._rules import RULES, moments

__all__ = ["items_py", "json_default", "mapping_keys", "refuse_deep", "to_py"]

_DAYS_LOW: Final = -719_162
_DAYS_HIGH: Final = 2_932_896
_MONTHS: Final = (-23_628, 96_359)
_LIMITS: Final = {
    "D": (_DAYS_LOW, _DAYS_HIGH),
    "M": _MONTHS,
    "us": (_DAYS_LOW * 86_400_000_000, (_DAYS_HIGH + 1) * 86_400_000_000 - 1),
    "ms": (_DAYS_LOW * 86_400_000, (_DAYS_HIGH + 1) * 86_400_000 - 1),
}
"""The first and last moment that Python's ``date`` and ``datetime`` have, counted from 1970."""
_I64: Final = np.iinfo(np.int64)
_MOST_MICROS: Final = _I64.max // 1000
_DEEPEST: Final = 100


def to_py(value: Value, tz: str | None = None) -> Any:
    """``value`` as Python objects: the column *Python* of the table of conversions.

    A char vector is ``bytes``, other vectors and lists are lists, a table is a dict of columns, a keyed table a dict
    of rows by key (a tuple when there are several key columns). Of equal names or keys the first counts, as in q.
    ``::`` is ``None``; other functions, which have no Python form, stay q values. ``tz`` names the zone of timestamps
    and datetimes, which are naive and in UTC without it. Raises `anyq.ConversionError` for nesting deeper than Python's
    stack, and for zones that are unknown here.
    """
    try:
        return _to_py(value, None if tz is None else _zone(tz))
    except RecursionError:
        raise ConversionError("this value is nested deeper than Python objects can be here") from None


def _zone(tz: str) -> dt.tzinfo:
    try:
        return zoneinfo.ZoneInfo(tz)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ConversionError(f"no time zone {tz!r} is known here; the package tzdata has all of them") from None


def _to_py(value: Value, zone: dt.tzinfo | None) -> Any:
    if isinstance(value, Atom):
        return atom_py(value, zone)
    if isinstance(value, Vector):
        return bytes(value.data) if value.qtype is QType.CHAR else items_py(value, zone)
    if isinstance(value, List):
        return list(value.strings) if value.strings is not None else [_to_py(item, zone) for item in value.items]
    if isinstance(value, Table):
        return _first_of_equal(value.columns, [_to_py(column, zone) for column in value.data])
    if isinstance(value, KeyedTable):
        return _first_of_equal(mapping_keys(value.key_table, zone), _rows(value.value_table, zone))
    if isinstance(value, Dict):
        values = _rows(value.value, zone) if isinstance(value.value, Table) else _column(value.value, zone)
        return _first_of_equal(mapping_keys(value.key, zone), values)
    return None if value is NULL or value == NULL else value


def _column(column: Value, zone: dt.tzinfo | None) -> list[Any]:
    if isinstance(column, Vector) and column.qtype is QType.CHAR:
        return [bytes([raw]) for raw in column.data.tolist()]
    found: list[Any] = _to_py(column, zone)
    return found


def _rows(table: Table, zone: dt.tzinfo | None) -> list[dict[str, Any]]:
    names = table.column_names
    columns = [_column(c, zone) for c in table.data]
    if not columns:
        return [{} for _ in range(len(table))]
    if len(set(names)) < len(names):
        return [_first_of_equal(names, list(row)) for row in zip(*columns, strict=True)]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def mapping_keys(keys: Value, zone: dt.tzinfo | None = None) -> list[Any]:
    """The keys of a dict as Python objects with a hash; of a table its rows, as tuples when it has several columns.

    What Python cannot hold exactly, nanoseconds and moments past the year 9999, is an atom: two keys stay two. So are
    nulls and floats beside integers over 2**53, which pandas' index would round.
    """
    if isinstance(keys, Atom):
        inexact = RULES[keys.qtype].unit and bool(_inexact(keys.qtype, np.array([keys.raw], keys.qtype.numpy))[0])
        return [keys if inexact else atom_py(keys, zone)]
    if isinstance(keys, Table):
        columns = [mapping_keys(column, zone) for column in keys.data]
        return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
    whole = _rows(keys.unkeyed(), zone) if isinstance(keys, KeyedTable) else _column(keys, zone)
    found = [hashable(item) for item in whole]
    if isinstance(keys, Vector) and RULES[keys.qtype].unit:
        for place in np.flatnonzero(_inexact(keys.qtype, keys.array)).tolist():
            found[place] = keys.atom(place)
    return _unrounded(keys, found) if isinstance(keys, Vector | List) else found


def _unrounded(keys: Vector | List, found: list[Any]) -> list[Any]:
    """``found`` with atoms, equal to them, for the nulls and floats beside integers that a float cannot hold."""
    if isinstance(keys, Vector) and (keys.qtype is not QType.LONG or not bool((keys.data == keys.qtype.null).any())):
        return found
    if not any(type(key) is int and key != int(float(key)) for key in found):
        return found
    return [keys[i] if key is None or type(key) is float else key for i, key in enumerate(found)]


def _inexact(qtype: QType, data: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which items of a temporal vector are other moments or spans as Python objects."""
    inexact: npt.NDArray[np.bool_] = np.zeros(len(data), np.bool_)
    if qtype in (QType.TIMESTAMP, QType.TIMESPAN):
        inexact |= data % 1000 != 0
    if qtype in (QType.DATE, QType.MONTH):
        shift, (low, high) = (10_957, _LIMITS["D"]) if qtype is QType.DATE else (360, _MONTHS)
        inexact |= (data < low - shift) | (data > high - shift)
    if qtype is QType.DATETIME:
        ticks = np.clip(data, -1e8, 1e8) * 86_400_000.0
        inexact |= (np.rint(ticks) / 86_400_000.0 != data) & (data == data)
    inexact &= data != qtype.null
    return inexact


def _first_of_equal(keys: list[Any], values: list[Any]) -> dict[Any, Any]:
    """A dict in which the first of equal keys counts, as in q; Python's own would keep the last."""
    found = dict(zip(keys, values, strict=True))
    if len(found) < len(values):
        found = {}
        for key, item in zip(keys, values, strict=True):
            found.setdefault(key, item)
    return found


def refuse_deep(value: Value) -> None:
    """`anyq.ConversionError` for nesting over 100: Arrow and polars go through types by recursion in C, and some
    hundreds deep, once Python's own limit has been raised, that is the end of the process.
    """
    level: list[Value] = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inner(outer) if isinstance(inner, List | Dict | Table)]
        if not level:
            return
    raise ConversionError(f"this value is nested deeper than Arrow and polars are given it, which is {_DEEPEST}")


def _inner(value: Value) -> tuple[Value, ...]:
    if isinstance(value, Table):
        return value.data.items
    if isinstance(value, Dict):
        return value.key, value.value
    return value.items if isinstance(value, List) and value.strings is None else ()


def json_default(obj: object) -> Any:
    """What `json.dumps` writes of a q value: ``json.dumps(value, default=anyq.json_default)``.

    The Python value, with moments, spans and guids as texts and bytes as Latin-1. Raises `anyq.ConversionError` for
    other objects.
    """
    if isinstance(obj, Value):
        found = to_py(obj)
        if isinstance(found, Value):
            return str(found)
        return {_json_key(key): item for key, item in found.items()} if type(found) is dict else found
    if isinstance(obj, bytes):
        return obj.decode("latin-1")
    if isinstance(obj, dt.date | dt.time | dt.timedelta | uuid.UUID):
        return obj.isoformat() if isinstance(obj, dt.date | dt.time) else str(obj)
    raise ConversionError(f"a {type(obj).__name__} has no JSON form")


def _json_key(key: object) -> str | int | float | None:
    if key is None or isinstance(key, str | int | float):
        return key
    return str(key) if isinstance(key, tuple | Value) else str(json_default(key))


def hashable(obj: Any) -> Any:
    """``obj`` as a key: lists as tuples, dicts as tuples of pairs."""
    if isinstance(obj, list):
        return tuple([hashable(item) for item in obj])
    if isinstance(obj, dict):
        return tuple([(key, hashable(item)) for key, item in obj.items()])
    return obj if getattr(type(obj), "__hash__", None) else str(obj)


def items_py(vector: Vector, zone: dt.tzinfo | None = None) -> list[Any]:
    """The items of a vector as Python objects; chars as ``bytes`` of one."""
    data, qtype = vector.data, vector.qtype
    if isinstance(data, SymbolArray):
        found: list[Any] = data.objects().tolist()
        return found
    if qtype is QType.GUID:
        return [uuid.UUID(bytes=raw.tobytes()) for raw in data]
    if qtype is QType.CHAR:
        return [bytes([raw]) for raw in data.tolist()]
    if RULES[qtype].unit:
        return _temporal(qtype, data, zone)
    plain: list[Any] = data.tolist()
    null = qtype.null
    if isinstance(null, int) and bool((data == null).any()):
        return [None if raw == null else raw for raw in plain]
    return plain


def _temporal(qtype: QType, data: Any, zone: dt.tzinfo | None) -> list[Any]:
    rule = RULES[qtype]
    if qtype is QType.TIMESPAN:
        micro: list[Any] = moments(qtype, data, "us", -_MOST_MICROS - 1, _MOST_MICROS).view("m8[us]").tolist()
        return micro
    if rule.span:
        clock, null = _CLOCKS[qtype], qtype.null
        return [None if raw == null else clock(raw) for raw in data.tolist()]
    unit = "us" if rule.unit == "ns" else rule.unit
    found: list[Any] = moments(qtype, data, unit, *_LIMITS[unit]).view(f"M8[{unit}]").tolist()
    if zone is None or qtype not in (QType.TIMESTAMP, QType.DATETIME):
        return found
    return [None if moment is None else _shown(moment, zone) for moment in found]


def _shown(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """A moment of UTC in ``zone``; in UTC where the zone would leave the years 1 to 9999."""
    aware = moment.replace(tzinfo=dt.UTC)
    try:
        return aware.astimezone(zone)
    except OverflowError:
        return aware


def _clock(milli: int) -> dt.time | dt.timedelta:
    if not 0 <= milli < 86_400_000:
        return dt.timedelta(milliseconds=milli)
    seconds, rest = divmod(milli, 1000)
    return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest * 1000)


_CLOCKS: Final[dict[QType, Callable[[int], Any]]] = {
    QType.MINUTE: lambda raw: _clock(raw * 60_000),
    QType.SECOND: lambda raw: _clock(raw * 1000),
    QType.TIME: _clock,
}


def atom_py(atom: Atom, zone: dt.tzinfo | None = None) -> Any:
    """An atom as a Python object."""
    qtype, raw = atom.qtype, atom.raw
    if qtype is QType.SYMBOL or qtype in (QType.REAL, QType.FLOAT):
        return raw
    if qtype is QType.BOOLEAN:
        return bool(raw)
    if qtype is QType.GUID:
        return uuid.UUID(bytes=raw)
    if qtype is QType.CHAR:
        return bytes([raw])
    if RULES[qtype].unit:
        return _temporal(qtype, np.array([raw], qtype.numpy), zone)[0]
    return None if raw == qtype.null else raw
