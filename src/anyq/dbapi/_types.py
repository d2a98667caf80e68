"""Kinds of columns, and constructors of their items, as PEP 249 names them."""

from __future__ import annotations

import datetime as dt
from typing import Final

from anyq.values import QType

__all__ = [
    "BINARY", "CODES", "DATETIME", "NUMBER", "ROWID", "STRING", "Binary", "Date", "DateFromTicks", "Time",
    "TimeFromTicks", "Timestamp", "TimestampFromTicks", "TypeObject",
]  # fmt: skip


class TypeObject:
    """A kind of column: equal to the type codes of `Cursor.description` that are of it."""

    def __init__(self, name: str, *codes: object) -> None:
        self.name: str = name
        self.codes: tuple[object, ...] = codes

    def __repr__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        return other is self or other in self.codes

    def __hash__(self) -> int:
        return hash(self.name)


STRING: Final = TypeObject("STRING", str)
BINARY: Final = TypeObject("BINARY", bytes)
NUMBER: Final = TypeObject("NUMBER", int, float, bool)
_CLOCKS: Final = (QType.MINUTE, QType.SECOND, QType.TIME)
DATETIME: Final = TypeObject("DATETIME", dt.datetime, dt.date, dt.timedelta, *_CLOCKS)
ROWID: Final = TypeObject("ROWID")

Date: Final = dt.date
Time: Final = dt.time
Timestamp: Final = dt.datetime
Binary: Final = bytes


def DateFromTicks(ticks: float) -> dt.date:
    """The local date of seconds since 1970."""
    return dt.date.fromtimestamp(ticks)


def TimeFromTicks(ticks: float) -> dt.time:
    """The local time of day of seconds since 1970."""
    return dt.datetime.fromtimestamp(ticks).time()


def TimestampFromTicks(ticks: float) -> dt.datetime:
    """The local date and time of seconds since 1970."""
    return dt.datetime.fromtimestamp(ticks)


CODES: Final[dict[QType, object]] = {
    QType.BOOLEAN: bool, QType.BYTE: int, QType.SHORT: int, QType.INT: int, QType.LONG: int, QType.REAL: float,
    QType.FLOAT: float, QType.CHAR: str, QType.SYMBOL: str, QType.TIMESTAMP: dt.datetime, QType.DATETIME: dt.datetime,
    QType.DATE: dt.date, QType.MONTH: dt.date, QType.TIMESPAN: dt.timedelta,
}  # fmt: skip
"""The class of a column's items where it has one; other columns have their `anyq.QType` for a type code."""
