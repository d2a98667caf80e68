"""What each q type becomes, as one table.

====================  =============  ==================  ====================  ==================  =================
q                     Python         NumPy               pandas                Arrow               polars
====================  =============  ==================  ====================  ==================  =================
boolean               bool           bool                bool                  bool                Boolean
guid                  uuid.UUID      V16                 str                   binary(16)          String
byte                  int            uint8               uint8                 uint8               UInt8
short int long        int, None      int16/32/64 (*)     int16/32/64 (**)      int16/32/64         Int16/32/64
real float            float          float32/64          float32/64            float32/64          Float32/64
char                  bytes          S1                  str                   large_string        String
symbol                str            object (str)        str                   large_string        String
timestamp             datetime       datetime64[ns]      datetime64[ns]        timestamp[ns]       Datetime(ns)
month                 date           datetime64[M]       datetime64[s]         date32              Date
date                  date           datetime64[D]       datetime64[s]         date32              Date
datetime              datetime       datetime64[ms]      datetime64[ms]        timestamp[ms]       Datetime(ms)
timespan              timedelta      timedelta64[ns]     timedelta64[ns]       duration[ns]        Duration(ns)
minute                time (***)     timedelta64[m]      timedelta64[s]        duration[s]         Duration(ms)
second                time (***)     timedelta64[s]      timedelta64[s]        duration[s]         Duration(ms)
time                  time (***)     timedelta64[ms]     timedelta64[ms]       duration[ms]        Duration(ms)
====================  =============  ==================  ====================  ==================  =================

(*) a masked array when there are nulls; (**) the nullable ``Int16`` and so on when there are nulls; (***) a
``timedelta`` when it is negative or a day and more.

Nulls: ``None`` for integers and temporals in Python, ``NaT`` in NumPy and pandas, null in Arrow and polars. The null of
real and float is NaN everywhere, that of symbols the empty text, that of guids the UUID of zeros.

Integer infinities are the numbers that q uses for them. Temporal infinities, and what a target cannot reach, become
the last moment that the target has: nothing wraps. ``np(raw=True)`` gives the numbers of the wire.

Python moments count microseconds: nanoseconds are cut off towards the past.
"""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from anyq.values import QType

__all__ = ["RULES", "Rule", "moments", "nulls"]

Array = npt.NDArray[Any]

_DAY: Final = {"M": 0, "D": 1, "s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_EPOCH_DAYS: Final = 10_957
_EPOCH_MONTHS: Final = 360
_NAT: Final = np.iinfo(np.int64).min


@attrs.frozen
class Rule:
    """How a type's numbers are seen outside: ``numpy`` is the dtype of `np`; units are those of temporal types.

    ``unit`` is what a raw value counts, ``pandas`` and ``arrow`` the units there; ``span`` tells durations from
    moments.
    """

    numpy: str
    unit: str = ""
    pandas: str = ""
    arrow: str = ""
    span: bool = False


RULES: Final = {
    QType.BOOLEAN: Rule("?"),
    QType.GUID: Rule("V16"),
    QType.BYTE: Rule("u1"),
    QType.SHORT: Rule("i2"),
    QType.INT: Rule("i4"),
    QType.LONG: Rule("i8"),
    QType.REAL: Rule("f4"),
    QType.FLOAT: Rule("f8"),
    QType.CHAR: Rule("S1"),
    QType.SYMBOL: Rule("O"),
    QType.TIMESTAMP: Rule("M8[ns]", "ns", "ns", "ns"),
    QType.MONTH: Rule("M8[M]", "M", "s", "D"),
    QType.DATE: Rule("M8[D]", "D", "s", "D"),
    QType.DATETIME: Rule("M8[ms]", "ms", "ms", "ms"),
    QType.TIMESPAN: Rule("m8[ns]", "ns", "ns", "ns", span=True),
    QType.MINUTE: Rule("m8[m]", "m", "s", "s", span=True),
    QType.SECOND: Rule("m8[s]", "s", "s", "s", span=True),
    QType.TIME: Rule("m8[ms]", "ms", "ms", "ms", span=True),
}


def nulls(qtype: QType, data: Array) -> npt.NDArray[np.bool_] | None:
    """Which integers or temporals are null; ``None`` when none is, or when the type's null is a value like others."""
    null = qtype.null
    if qtype in (QType.REAL, QType.FLOAT) or not isinstance(null, int | float) or qtype is QType.CHAR:
        return None
    mask = np.isnan(data) if qtype is QType.DATETIME else data == null
    return mask if mask.any() else None


def moments(qtype: QType, data: Array, unit: str, low: int, high: int) -> Array:
    """Temporal data as int64 counts of ``unit``, moments from 1970; NaT for nulls, all else from ``low`` to ``high``.

    ``unit`` is the type's own or one that it divides into (or, of timestamps, microseconds). A type whose numbers are
    right as they are (timespans in nanoseconds) is not copied.
    """
    rule = RULES[qtype]
    if rule.span and unit == rule.unit and data.dtype == np.int64 and low <= _NAT + 1:
        return data
    mask = nulls(qtype, data)
    wide = _counts(qtype, rule, data, unit)
    np.clip(wide, low, high, out=wide)
    if not rule.span or qtype is QType.TIMESPAN:
        wide[data == qtype.inf] = high
        wide[data == qtype.ninf] = low
    if mask is not None:
        wide[mask] = _NAT
    return wide


def _counts(qtype: QType, rule: Rule, data: Array, unit: str) -> Array:
    if qtype is QType.DATETIME:
        # Floats keep milliseconds exact for 285,000 years; the rest ends up at the bounds.
        days = np.clip(np.nan_to_num(data, nan=0.0), -1e8, 1e8)
        ticks: Array = np.rint(days * 86_400_000.0).astype(np.int64) + _EPOCH_DAYS * _DAY["ms"]
        return ticks
    if qtype is QType.MONTH:
        whole = data.astype(np.int64) + _EPOCH_MONTHS
        return whole if unit == "M" else _seconds_of(whole.view("M8[M]"), unit)
    if rule.span:
        factor = {("m", "s"): 60, ("m", "ms"): 60_000, ("s", "ms"): 1000}.get((rule.unit, unit), 1)
        wide = data.astype(np.int64)
        return wide // 1000 if (rule.unit, unit) == ("ns", "us") else wide * factor
    if qtype is QType.DATE:
        days = data.astype(np.int64)
        days += _EPOCH_DAYS
        if unit != "D":
            days *= _DAY[unit]
        return days
    if unit == "us":
        return data // 1000 + _EPOCH_DAYS * _DAY["us"]
    # The sum of a timestamp past the year 2262 and of the epoch does not fit; cut before adding.
    shift = _EPOCH_DAYS * _DAY["ns"]
    return np.minimum(data, np.iinfo(np.int64).max - shift) + shift


def _seconds_of(months: Array, unit: str) -> Array:
    # A month of the year 178 million has more seconds than an int64 holds: through days, which always fit.
    days = months.astype("M8[D]").view(np.int64)
    return days * _DAY[unit]
