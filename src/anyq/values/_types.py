"""The q types: one row a type. Everything that differs by type is looked up here.

Facts: KX reference, pages basics/datatypes.md and kb/serialization.md.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import attrs
import numpy as np

from anyq.errors import ConversionError

__all__ = ["FIXED_TYPES", "FUNCTION_TYPES", "Attr", "QType", "TypeRow"]

_I16, _I32, _I64 = (np.iinfo(t) for t in (np.int16, np.int32, np.int64))
_NAN, _INF = float("nan"), float("inf")


@attrs.frozen
class TypeRow:
    """Facts of one q type.

    ``null``, ``inf`` and ``ninf`` are raw field values (``None`` where the type has none); ``epoch`` names what a raw
    value counts and from when.
    """

    number: int
    char: str
    label: str
    dtype: np.dtype[Any] | None = None
    width: int = 0
    null: int | float | bytes | str | None = None
    inf: int | float | None = None
    ninf: int | float | None = None
    epoch: str = ""


def _int_row(number: int, char: str, label: str, info: np.iinfo[Any], epoch: str = "", dtype: str = "") -> TypeRow:
    kind = np.dtype(dtype or info.dtype)
    low, high = int(info.min), int(info.max)
    return TypeRow(number, char, label, kind, kind.itemsize, low, high, low + 1, epoch)


def _float_row(number: int, char: str, label: str, dtype: str, epoch: str = "") -> TypeRow:
    kind = np.dtype(dtype)
    return TypeRow(number, char, label, kind, kind.itemsize, _NAN, _INF, -_INF, epoch)


_ROWS: Final = (
    TypeRow(0, " ", "list"),
    TypeRow(1, "b", "boolean", np.dtype("?"), 1),
    TypeRow(2, "g", "guid", np.dtype("V16"), 16, bytes(16)),
    TypeRow(4, "x", "byte", np.dtype("u1"), 1),
    _int_row(5, "h", "short", _I16),
    _int_row(6, "i", "int", _I32),
    _int_row(7, "j", "long", _I64),
    _float_row(8, "e", "real", "f4"),
    _float_row(9, "f", "float", "f8"),
    TypeRow(10, "c", "char", np.dtype("u1"), 1, 32),
    TypeRow(11, "s", "symbol", None, 0, ""),
    _int_row(12, "p", "timestamp", _I64, "nanoseconds since 2000-01-01"),
    _int_row(13, "m", "month", _I32, "months since 2000-01"),
    _int_row(14, "d", "date", _I32, "days since 2000-01-01"),
    _float_row(15, "z", "datetime", "f8", "days since 2000-01-01"),
    _int_row(16, "n", "timespan", _I64, "nanoseconds"),
    _int_row(17, "u", "minute", _I32, "minutes"),
    _int_row(18, "v", "second", _I32, "seconds"),
    _int_row(19, "t", "time", _I32, "milliseconds"),
    TypeRow(98, " ", "table"),
    TypeRow(99, " ", "dict"),
    TypeRow(100, " ", "lambda"),
    TypeRow(101, " ", "unary primitive"),
    TypeRow(102, " ", "operator"),
    TypeRow(103, " ", "iterator"),
    TypeRow(104, " ", "projection"),
    TypeRow(105, " ", "composition"),
    TypeRow(106, " ", "each"),
    TypeRow(107, " ", "over"),
    TypeRow(108, " ", "scan"),
    TypeRow(109, " ", "each prior"),
    TypeRow(110, " ", "each right"),
    TypeRow(111, " ", "each left"),
    TypeRow(112, " ", "foreign"),
    TypeRow(127, " ", "sorted dict"),
)
_BY_NUMBER: Final = {row.number: row for row in _ROWS}


class QType(IntEnum):
    """A q type, by the number that the type of its vectors has (an atom's is the negative).

    Members carry the columns of their row: ``char``, ``label``, ``dtype`` (of the raw data in this machine's byte
    order; ``None`` for symbols and non-vectors), ``width`` in bytes, ``null``, ``inf``, ``ninf`` (raw values) and
    ``epoch``.
    """

    LIST = 0
    BOOLEAN = 1
    GUID = 2
    BYTE = 4
    SHORT = 5
    INT = 6
    LONG = 7
    REAL = 8
    FLOAT = 9
    CHAR = 10
    SYMBOL = 11
    TIMESTAMP = 12
    MONTH = 13
    DATE = 14
    DATETIME = 15
    TIMESPAN = 16
    MINUTE = 17
    SECOND = 18
    TIME = 19
    TABLE = 98
    DICT = 99
    LAMBDA = 100
    UNARY = 101
    OPERATOR = 102
    ITERATOR = 103
    PROJECTION = 104
    COMPOSITION = 105
    EACH = 106
    OVER = 107
    SCAN = 108
    PRIOR = 109
    EACH_RIGHT = 110
    EACH_LEFT = 111
    FOREIGN = 112
    SORTED_DICT = 127

    char: str
    label: str
    dtype: np.dtype[Any] | None
    width: int
    null: int | float | bytes | str | None
    inf: int | float | None
    ninf: int | float | None
    epoch: str

    def __init__(self, number: int) -> None:
        row = _BY_NUMBER[number]
        self.char, self.label, self.dtype, self.width = row.char, row.label, row.dtype, row.width
        self.null, self.inf, self.ninf, self.epoch = row.null, row.inf, row.ninf, row.epoch

    @property
    def numpy(self) -> np.dtype[Any]:
        """The dtype of the raw data; `ConversionError` for types whose vectors are no fixed-width arrays."""
        if self.dtype is None:
            raise ConversionError(f"q type {self.label} has no fixed-width representation")
        return self.dtype

    @classmethod
    def of(cls, kind: QType | int | str) -> QType:
        """The type of a number, a type character (``"j"``) or a name (``"long"``); `ConversionError` otherwise."""
        if isinstance(kind, QType):
            return kind
        found = _LOOKUP.get(kind)
        if found is None:
            raise ConversionError(f"{kind!r} is no q type; use a type character, name or number")
        return found


_LOOKUP: Final[dict[int | str, QType]] = {key: t for t in QType for key in (int(t), t.char, t.label) if key != " "}


FIXED_TYPES: Final = tuple(t for t in QType if t.dtype is not None)
"""The types whose vectors are fixed-width arrays (all vector types but symbol)."""

FUNCTION_TYPES: Final = tuple(t for t in QType if 100 <= t <= 111)


class Attr(IntEnum):
    """A vector's attribute, by the number it has on the wire. ``char`` is q's letter, empty for none."""

    NONE = 0
    SORTED = 1
    UNIQUE = 2
    PARTED = 3
    GROUPED = 4

    @property
    def char(self) -> str:
        return ("", "s", "u", "p", "g")[self]

    @classmethod
    def of(cls, kind: Attr | int | str) -> Attr:
        """The attribute of a number or of q's letter (``""`` is none); `ConversionError` otherwise."""
        if isinstance(kind, Attr):
            return kind
        try:
            return cls(("", "s", "u", "p", "g").index(kind)) if isinstance(kind, str) else cls(kind)
        except ValueError:
            raise ConversionError(f"{kind!r} is no attribute; use one of '' s u p g") from None


def as_qtype(kind: QType | int | str) -> QType:
    return QType.of(kind)


def as_attr(kind: Attr | int | str) -> Attr:
    return Attr.of(kind)
