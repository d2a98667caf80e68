"""Bare data of one q type as bare data of another: the one place that knows units, epochs and nulls.

Promotion in arithmetic and comparison, and casts, all go through `convert`. A null becomes the null of the new type; a
wider integer type keeps the number of an infinity (page ref/cast.md); what does not fit a narrower one becomes its
infinity. Floats are rounded to the nearest integer. Types without a null take zero for one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.values import QType

__all__ = ["DAY", "UNIT", "convert", "days_of_months", "has", "months_of_days"]

Array = npt.NDArray[Any]

DAY: Final = 86_400_000_000_000
"""Nanoseconds of a day."""

UNIT: Final = {
    QType.TIMESTAMP: 1,
    QType.TIMESPAN: 1,
    QType.MINUTE: 60_000_000_000,
    QType.SECOND: 1_000_000_000,
    QType.TIME: 1_000_000,
}
"""Nanoseconds of the unit of the types that count within days."""

_SAFE: Final = 2.0**62
_CLOCKS: Final = frozenset({QType.TIMESPAN, QType.MINUTE, QType.SECOND, QType.TIME})
_DAYS: Final = frozenset({QType.DATE, QType.MONTH})
_MOST_DAYS: Final = 106_750
_DATED: Final = frozenset({QType.TIMESTAMP, QType.MONTH, QType.DATE, QType.DATETIME})


def has(data: Array, raw: Any) -> bool:
    """Whether an integer array holds this number."""
    if len(data) < 256:
        return int(np.count_nonzero(data == raw)) > 0
    return bool(data.min() == raw) if raw < 0 else bool((data == raw).any())


def days_of_months(months: Array) -> Array:
    """The first day of each month, both counted from 2000."""
    epoch = np.datetime64("2000-01-01", "D").astype(np.int64)
    firsts = (months.astype(np.int64) + 360).astype("M8[M]").astype("M8[D]").astype(np.int64)
    return np.asarray(firsts - epoch)


def months_of_days(days: Array) -> Array:
    """The month that each day lies in, both counted from 2000."""
    epoch = np.datetime64("2000-01-01", "D").astype(np.int64)
    return np.asarray((days.astype(np.int64) + epoch).astype("M8[D]").astype("M8[M]").astype(np.int64) - 360)


def _nulls(data: Array, source: QType) -> Array | None:
    null = source.null
    if null is None or source is QType.CHAR:
        return None
    if not isinstance(null, float):
        return np.asarray(data == null) if has(data, null) else None
    mask = np.isnan(data)
    return np.asarray(mask) if np.count_nonzero(mask) else None


def _store(data: Array, nulls: Array | None, target: QType) -> Array:
    """Whole or floating numbers as the raw data of ``target``."""
    dtype = target.numpy
    if dtype.kind == "f":
        out = data.astype(dtype)
    elif dtype.kind == "b":
        out = data != 0
    elif dtype.kind == "u":
        if data.dtype.kind == "f":
            rounded = np.floor(data.astype(np.float64, copy=False) + 0.5)
            data = np.where(np.abs(rounded) < 2.0**63, rounded, 0)  # what no long holds has no low byte either
        out = data.astype(np.int64).astype(dtype)
    else:
        out = _fit(data, target)
    if nulls is not None and target.null is not None:
        out[nulls] = target.null
    return np.asarray(out)


def _fit(data: Array, target: QType) -> Array:
    info = np.iinfo(target.numpy)
    if data.dtype.kind == "f":
        rounded = np.floor(data.astype(np.float64, copy=False) + 0.5)  # a real has no greatest long
        if len(data) and rounded.min() > -_SAFE and rounded.max() < _SAFE:
            return _narrowed(rounded.astype(np.int64), target, info)
        whole = np.clip(np.where(np.isnan(rounded), 0, rounded), -(2.0**62) * 2, 2.0**62 * 1.9999999999999998)
        out = whole.astype(np.int64)
        out[rounded >= 2.0**63] = 2**63 - 1
        out[rounded <= -(2.0**63)] = -(2**63) + 1
        data = out
    return _narrowed(data, target, info)


def _narrowed(data: Array, target: QType, info: Any) -> Array:
    """Whole numbers in a type that may be too narrow for some: these become infinities."""
    if data.dtype.itemsize > target.width:
        data = np.clip(data, int(info.min) + 1, int(info.max))
    return data.astype(target.numpy)


def _to_days(data: Array, source: QType) -> Array:
    if source is QType.TIMESTAMP:
        return np.asarray(data // DAY)
    if source is QType.DATETIME:
        return np.asarray(np.floor(data))
    return days_of_months(data) if source is QType.MONTH else data


def _to_ns(data: Array, source: QType) -> Array:
    """Nanoseconds since 2000 of dated types, nanoseconds of clocks."""
    if source is QType.DATETIME:
        clean = np.where(np.isfinite(data), data, 0.0)
        return np.asarray(np.floor(clean * 86_400_000 + 0.5).astype(np.int64) * 1_000_000)
    if source in UNIT:
        return np.asarray(data.astype(np.int64) * UNIT[source])
    return np.asarray(_to_days(data, source).astype(np.int64) * DAY)


def _dated_to_clock(data: Array, source: QType, target: QType) -> Array:
    return np.asarray(np.mod(_to_ns(data, source), DAY) // UNIT[target])


def _to_timestamp(data: Array, source: QType) -> Array:
    """Nanoseconds since 2000; infinities for days that no timestamp reaches (page basics/datatypes.md)."""
    if source in _CLOCKS or source is QType.TIMESTAMP:
        return _to_ns(data, source)
    days = _to_days(data, source)
    far = np.abs(days) > _MOST_DAYS
    if not far.any():
        return _to_ns(data, source)
    out = _to_ns(np.where(far, 0, data).astype(data.dtype), source)
    out[far] = np.where(days[far] > 0, 2**63 - 1, -(2**63) + 1)
    return out


def _temporal(data: Array, source: QType, target: QType) -> Array:
    """Between temporal types, nulls aside."""
    if target is QType.DATETIME:
        return np.asarray(_to_days(data, source).astype(np.float64) if source in _DAYS else _to_ns(data, source) / DAY)
    if target is QType.TIMESTAMP:
        return _to_timestamp(data, source)
    if source in _CLOCKS:
        if target in _CLOCKS:
            return np.asarray(_to_ns(data, source) // UNIT[target])
        days = _to_ns(data, source) // DAY
        return months_of_days(days) if target is QType.MONTH else np.asarray(days)
    if target in _CLOCKS:
        return _dated_to_clock(data, source, target)
    days = _to_days(data, source)
    if target is QType.MONTH:
        return months_of_days(np.where(np.isfinite(days), days, 0) if days.dtype.kind == "f" else days)
    return days


def convert(data: Array, source: QType, target: QType) -> Array:
    """``data`` of ``source`` as raw data of ``target``; the same array when nothing is to be done.

    Both types are fixed-width and neither is guid unless they are the same.
    """
    if source is target:
        return data
    nulls = _nulls(data, source)
    if source in _TEMPORAL and target in _TEMPORAL:
        if nulls is not None:
            data = np.where(nulls, 0, data).astype(data.dtype)
        data = _temporal(data, source, target)
    return _store(data, nulls, target)


_TEMPORAL: Final = _CLOCKS | _DATED
Converter = Callable[[Array, QType, QType], Array]
