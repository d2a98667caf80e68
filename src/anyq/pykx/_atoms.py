"""Atoms."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, ClassVar, Final

from anyq.values import Atom as QAtom
from anyq.values import QType

from . import _engine
from ._base import ATOMS, OTHERS, K, unwrap, wrap
from ._exceptions import QError
from ._links import LINKS

__all__ = [
    "Atom", "BooleanAtom", "ByteAtom", "CharAtom", "DateAtom", "DatetimeAtom", "EnumAtom", "FloatAtom", "GUIDAtom",
    "IntAtom", "IntegralNumericAtom", "LongAtom", "MinuteAtom", "MonthAtom", "NonIntegralNumericAtom", "NumericAtom",
    "RealAtom", "SecondAtom", "ShortAtom", "SymbolAtom", "TemporalAtom", "TemporalFixedAtom", "TemporalSpanAtom",
    "TimeAtom", "TimespanAtom", "TimestampAtom",
]  # fmt: skip

_FLOATS: Final = (QType.REAL, QType.FLOAT, QType.DATETIME)


class _Special:
    """A class attribute: the null or an infinity of the class's type."""

    def __init__(self, field: str, what: str) -> None:
        self._field = field
        self._what = what

    def __get__(self, instance: object, owner: type[Atom]) -> Any:
        raw = getattr(owner.qtype, self._field, None)
        if raw is None or (self._field != "null" and owner.qtype in (QType.CHAR, QType.SYMBOL)):
            raise NotImplementedError(f"{self._what} not supported for this type: {owner.__name__}")
        return wrap(QAtom(owner.qtype, raw))


class Atom(K):
    """One q atom."""

    qtype: ClassVar[QType] = QType.LIST
    t: ClassVar[Any]
    _v: QAtom
    null: ClassVar[Any] = _Special("null", "retrieval of null values")
    inf: ClassVar[Any] = _Special("inf", "Retrieval of infinite values")
    inf_neg: ClassVar[Any] = _Special("ninf", "Retrieval of infinite values")

    def __init_subclass__(cls, qtype: QType | None = None, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if qtype is not None:
            cls.qtype = qtype
            cls.t = -int(qtype)
            ATOMS[qtype] = cls

    @property
    def is_null(self) -> bool:
        return self._v.is_null

    @property
    def is_inf(self) -> bool:
        return self.is_pos_inf or self.is_neg_inf

    @property
    def is_pos_inf(self) -> bool:
        return self._v.qtype.inf is not None and bool(self._v.raw == self._v.qtype.inf)

    @property
    def is_neg_inf(self) -> bool:
        return self._v.qtype.ninf is not None and bool(self._v.raw == self._v.qtype.ninf)

    def __bool__(self) -> bool:
        return not self._v.is_null and bool(self._v.raw) and self._v.raw != self._v.qtype.null

    def __hash__(self) -> int:
        return hash(self._v)

    def _equal(self, other: object) -> Any:
        if other is None:
            return None
        try:
            theirs = unwrap(other)
        except Exception:  # an object of any kind may be compared
            return None
        try:
            return wrap(_engine.call("=", self._v, theirs))
        except QError:
            return wrap(_engine.call("~", self._v, theirs))

    def _to_vector(self) -> Any:
        return wrap(_engine.call("{$[0>type x;enlist x;x]}", self._v))


class NumericAtom(Atom):
    """An atom of a number, with Python's conversions."""

    def __int__(self) -> int:
        return int(self.py())

    def __float__(self) -> float:
        return float(self.py())

    def __complex__(self) -> complex:
        return complex(self.py())

    def __round__(self, ndigits: int | None = None) -> Any:
        return round(self.py(), ndigits)

    def __trunc__(self) -> int:
        found: int = math.trunc(self.py())
        return found

    def __floor__(self) -> int:
        found: int = math.floor(self.py())
        return found

    def __ceil__(self) -> int:
        found: int = math.ceil(self.py())
        return found

    def __format__(self, spec: str) -> str:
        return format(self.py(), spec) if spec else str(self)


class IntegralNumericAtom(NumericAtom):
    """An atom of an integer."""

    def __index__(self) -> int:
        return int(self._v.raw)


class NonIntegralNumericAtom(NumericAtom):
    """An atom of a floating-point number."""


class BooleanAtom(IntegralNumericAtom, qtype=QType.BOOLEAN):
    """``1b``."""

    def __bool__(self) -> bool:
        return bool(self._v.raw)


class ByteAtom(IntegralNumericAtom, qtype=QType.BYTE):
    """``0x01``."""


class ShortAtom(IntegralNumericAtom, qtype=QType.SHORT):
    """``1h``."""


class IntAtom(IntegralNumericAtom, qtype=QType.INT):
    """``1i``."""


class LongAtom(IntegralNumericAtom, qtype=QType.LONG):
    """``1``."""


class RealAtom(NonIntegralNumericAtom, qtype=QType.REAL):
    """``1e``."""


class FloatAtom(NonIntegralNumericAtom, qtype=QType.FLOAT):
    """``1f``."""


class GUIDAtom(Atom, qtype=QType.GUID):
    """A guid."""

    def __bool__(self) -> bool:
        return not self._v.is_null


class CharAtom(Atom, qtype=QType.CHAR):
    """``"a"``."""

    def __str__(self) -> str:
        return self.__bytes__().decode("latin-1")

    def __bytes__(self) -> bytes:
        return bytes([self._v.raw])

    def __len__(self) -> int:
        return 1

    def __bool__(self) -> bool:
        return not self._v.is_null


class SymbolAtom(Atom, qtype=QType.SYMBOL):
    """```a``."""

    def __str__(self) -> str:
        return str(self._v.raw)

    def __bytes__(self) -> bytes:
        return str(self._v.raw).encode("utf-8", "surrogateescape")

    def __bool__(self) -> bool:
        return bool(self._v.raw)

    def __add__(self, other: Any) -> Any:
        return LINKS.toq(str(self) + str(other))

    def __radd__(self, other: Any) -> Any:
        return LINKS.toq(str(other) + str(self))

    def __int__(self) -> int:
        return int(str(self))

    def __float__(self) -> float:
        return float(str(self))

    def __complex__(self) -> complex:
        return complex(str(self))


def _fields(name: str, values: tuple[Any, ...], count: int) -> None:
    if len(values) != count:
        raise TypeError(f"Too few values or too many: {name} takes {count}, not {len(values)}")
    if not all(isinstance(value, int) for value in values):
        raise TypeError("All values must be of type int")


def _clock(hours: int, minutes: int, seconds: int, nanos: int) -> int:
    return ((hours * 60 + minutes) * 60 + seconds) * 10**9 + nanos


class TemporalAtom(Atom):
    """An atom of a moment or of a span."""

    _now: ClassVar[dict[str, str]] = {}
    """What q gives for a word such as ``now``."""

    def __new__(cls, x: Any = None, *arguments: Any, cast: bool | None = None, **keywords: Any) -> Any:
        if isinstance(x, str) and x in cls._now:
            return wrap(_engine.evaluate(cls._now[x]))
        if arguments:
            return cls._of_parts(x, *arguments)
        return super().__new__(cls, x, cast=cast, **keywords)

    @classmethod
    def _of_parts(cls, *parts: Any) -> Any:
        raise TypeError(f"{cls.__name__} takes one value, not {len(parts)}")

    def __bool__(self) -> bool:
        return not self._v.is_null and bool(self._v.raw)


class TemporalFixedAtom(TemporalAtom):
    """A moment."""

    @property
    def date(self) -> Any:
        """The day of it."""
        return self._part("date")

    @property
    def time(self) -> Any:
        """The time of day of it."""
        return self._part("time")

    @property
    def year(self) -> Any:
        """The year of it."""
        return self._part("year")

    @property
    def month(self) -> Any:
        """The month of the year of it."""
        return self._part("mm")

    @property
    def day(self) -> Any:
        """The day of the month of it."""
        return self._part("dd")

    @property
    def hour(self) -> Any:
        """The hour of it."""
        return self._part("hh")

    @property
    def minute(self) -> Any:
        """The minute of the hour of it."""
        return self._part("uu")

    @property
    def second(self) -> Any:
        """The second of the minute of it."""
        return self._part("ss")

    def _part(self, name: str) -> Any:
        return wrap(_engine.call("{y$x}", self._v, QAtom(QType.SYMBOL, name)))


class TemporalSpanAtom(TemporalAtom):
    """A span."""


class TimestampAtom(TemporalFixedAtom, qtype=QType.TIMESTAMP):
    """A moment in nanoseconds."""

    _now: ClassVar = {"now": ".z.P"}

    @classmethod
    def _of_parts(cls, *parts: Any) -> Any:
        _fields(cls.__name__, parts, 7)
        days = (dt.date(*parts[:3]) - dt.date(2000, 1, 1)).days
        return wrap(QAtom(QType.TIMESTAMP, days * 86_400 * 10**9 + _clock(*parts[3:])))


class MonthAtom(TemporalFixedAtom, qtype=QType.MONTH):
    """A month."""


class DateAtom(TemporalFixedAtom, qtype=QType.DATE):
    """A day."""

    _now: ClassVar = {"today": ".z.D"}

    @classmethod
    def _of_parts(cls, *parts: Any) -> Any:
        _fields(cls.__name__, parts, 3)
        return wrap(QAtom(QType.DATE, (dt.date(*parts) - dt.date(2000, 1, 1)).days))


class DatetimeAtom(TemporalFixedAtom, qtype=QType.DATETIME):
    """A moment of the deprecated type 15."""


class TimespanAtom(TemporalSpanAtom, qtype=QType.TIMESPAN):
    """A span in nanoseconds."""

    _now: ClassVar = {"now": ".z.N"}

    @classmethod
    def _of_parts(cls, *parts: Any) -> Any:
        _fields(cls.__name__, parts, 5)
        return wrap(QAtom(QType.TIMESPAN, parts[0] * 86_400 * 10**9 + _clock(*parts[1:])))


class MinuteAtom(TemporalSpanAtom, qtype=QType.MINUTE):
    """A span in minutes."""


class SecondAtom(TemporalSpanAtom, qtype=QType.SECOND):
    """A span in seconds."""


class TimeAtom(TemporalSpanAtom, qtype=QType.TIME):
    """A span in milliseconds."""

    _now: ClassVar = {"now": ".z.T"}


class EnumAtom(Atom):
    """An enumerated symbol: ``kx.EnumAtom("domain", value="a", extend=True)``, or by ``index=``."""

    t: ClassVar[Any] = -20

    def __new__(cls, variable: Any, value: Any = None, index: Any = None, extend: bool = False, **_: Any) -> Any:
        if isinstance(variable, K) and value is None and index is None:
            return variable
        return wrap(
            _engine.call(
                enumerate_by(index is not None, extend), *map(unwrap, (variable, index if value is None else value))
            )
        )

    def value(self) -> Any:
        """The symbol that it stands for."""
        return wrap(_engine.call("{value x}", self._v))

    def domain(self) -> Any:
        """The name of the variable that it is enumerated over."""
        return wrap(_engine.call("{key x}", self._v))

    def index(self) -> Any:
        """Its place in that variable."""
        return wrap(_engine.call('{"j"$x}', self._v))

    def __bool__(self) -> bool:
        return bool(self._v.raw)


def enumerate_by(by_index: bool, extend: bool) -> str:
    """The q function that enumerates."""
    if by_index:
        return "{x!y}"
    return "{x?y}" if extend else "{x$y}"


OTHERS["enumerated atom"] = EnumAtom
