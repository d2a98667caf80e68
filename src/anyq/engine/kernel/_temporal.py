"""Conversion between types, and the parts of dates and times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, List, QType, Table, Value, Vector

from ._itemwise import extend1
from ._raw import UNIT, convert, days_of_months, months_of_days
from ._support import (
    FLOATS,
    Array,
    array_of,
    atom_of,
    empty,
    null_raw,
    symbol,
    text_of,
    vec,
)

__all__ = ["BY_NAME", "CASTABLE", "cast", "part_of"]

CASTABLE: Final = {t.char: t for t in QType if t.char.strip()}
BY_NAME: Final = {t.label: t for t in CASTABLE.values()}
_DATED: Final = frozenset({QType.TIMESTAMP, QType.MONTH, QType.DATE, QType.DATETIME})


def cast(qtype: QType, y: Value) -> Value:
    """``y`` as ``qtype``, item by item. ``'type`` where there is no way."""
    if isinstance(y, List) and not len(y):
        return empty(qtype)
    if not isinstance(y, Atom | Vector):
        return extend1(lambda item: cast(qtype, item), y)
    if y.qtype is qtype:
        return y
    if qtype is QType.SYMBOL:
        return _to_symbol(y)
    if y.qtype in (QType.SYMBOL, QType.GUID) or qtype is QType.GUID:
        raise QError("type")
    with np.errstate(all="ignore"):
        data = convert(array_of(y), y.qtype, qtype)
    return atom_of(qtype, data[0]) if isinstance(y, Atom) else vec(qtype, data)


def _to_symbol(y: Atom | Vector) -> Value:
    if y.qtype is not QType.CHAR:
        raise QError("type")
    return symbol(text_of(y).decode("utf-8", "surrogateescape").strip(" "))


# -- parts of dates and times


def _days(data: Array, qtype: QType) -> Array:
    return convert(data, qtype, QType.DATE).astype(np.int64)


def _calendar(data: Array, qtype: QType) -> tuple[Array, Array, Array]:
    """Year, month and day of the month."""
    days = _days(data, qtype)
    months = months_of_days(days)
    return 2000 + months // 12, months % 12 + 1, days - days_of_months(months) + 1


def _of_day(data: Array, qtype: QType) -> Array:
    """Nanoseconds of the clock: of the day for dated types."""
    return convert(data, qtype, QType.TIMESPAN)


_PARTS: Final[dict[str, Callable[[Array, QType], Array]]] = {
    "year": lambda data, qtype: _calendar(data, qtype)[0],
    "mm": lambda data, qtype: _calendar(data, qtype)[1],
    "dd": lambda data, qtype: _calendar(data, qtype)[2],
    "hh": lambda data, qtype: _of_day(data, qtype) // (3600 * 10**9),
    "uu": lambda data, qtype: _of_day(data, qtype) // UNIT[QType.MINUTE] % 60,
    "ss": lambda data, qtype: _of_day(data, qtype) // UNIT[QType.SECOND] % 60,
}


_CLOCK_PARTS: Final = ("hh", "uu", "ss", "mm")
"""What a clock type has; its ``mm`` are minutes."""


def part_of(name: str, y: Value) -> Value | None:
    """A part of temporal values by its name (``year mm dd hh uu ss week``, or a type's name); ``None`` for no such
    name. ``'type`` for values without that part."""
    if name not in _PARTS and name != "week":
        return cast(BY_NAME[name], y) if name in BY_NAME else None
    if isinstance(y, List | Dict | Table):
        return extend1(lambda item: _part(name, item), y)
    return _part(name, y)


def _part(name: str, y: Value) -> Value:
    if isinstance(y, List | Dict | Table):
        return extend1(lambda item: _part(name, item), y)
    if not isinstance(y, Atom | Vector):
        raise QError("type")
    if y.qtype not in _DATED and not (name in _CLOCK_PARTS and y.qtype in UNIT):
        raise QError("type")
    data = array_of(y)
    null = y.qtype.null
    missing = np.isnan(data) if y.qtype in FLOATS else data == null
    safe = np.where(missing, 0, data).astype(data.dtype)
    if name == "week":
        days = _days(safe, y.qtype)
        return _finished(QType.DATE, days - (days - 2) % 7, missing, isinstance(y, Atom))
    if name == "mm" and y.qtype not in _DATED:
        name = "uu"
    return _finished(QType.INT, _PARTS[name](safe, y.qtype), missing, isinstance(y, Atom))


def _finished(qtype: QType, data: Array, missing: Array, scalar: bool) -> Value:
    out = data.astype(np.int32)
    out[missing] = null_raw(qtype)
    return atom_of(qtype, out[0]) if scalar else vec(qtype, out)
