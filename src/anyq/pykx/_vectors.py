"""Vectors and lists."""

from __future__ import annotations

from collections import abc
from collections.abc import Iterator
from typing import Any, ClassVar, Final

import numpy as np

from anyq.values import List as QList
from anyq.values import QType, Value, long
from anyq.values import Vector as QVector

from . import _config, _engine
from ._atoms import enumerate_by
from ._base import OTHERS, VECTORS, K, type_name, unwrap, wrap
from ._exceptions import QError
from ._links import LINKS
from ._nulls import holds_infinity, holds_null

__all__ = [
    "Anymap", "BooleanVector", "ByteVector", "CharVector", "Collection", "DateVector", "DatetimeVector", "EnumVector",
    "FloatVector", "GUIDVector", "IntVector", "IntegralNumericVector", "List", "LongVector", "MinuteVector",
    "MonthVector", "NestedFloat", "NonIntegralNumericVector", "NumericVector", "RealVector", "SecondVector",
    "ShortVector", "SymbolVector", "TemporalFixedVector", "TemporalSpanVector", "TemporalVector", "TimeVector",
    "TimespanVector", "TimestampVector", "Vector", "deep_equal",
]  # fmt: skip

_ATTRIBUTES: Final = {"sorted": "s", "unique": "u", "parted": "p", "grouped": "g"}


class Collection(K):
    """What has items."""

    def __len__(self) -> int:
        return len(self._v)

    def __bool__(self) -> bool:
        raise TypeError(f"The truth value of a {type(self).__name__} is ambiguous: use .any(), .all(), or len(x) > 0")

    def __hash__(self) -> int:
        raise TypeError(f"unhashable type: '{type(self).__name__}'")

    @property
    def has_nulls(self) -> bool:
        """Whether an item is null."""
        return holds_null(self._v)

    @property
    def has_infs(self) -> bool:
        """Whether an item is an infinity."""
        return holds_infinity(self._v)


class Vector(Collection, abc.Sequence[Any]):
    """A list of items."""

    qtype: ClassVar[QType] = QType.LIST
    t: ClassVar[Any]
    _v: QVector | QList

    def __init_subclass__(cls, qtype: QType | None = None, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if qtype is not None:
            cls.qtype = qtype
            cls.t = int(qtype)
            VECTORS[qtype] = cls

    def __iter__(self) -> Iterator[Any]:
        return (wrap(item) for item in self._v)

    def __reversed__(self) -> Iterator[Any]:
        return iter(self[::-1])

    def __contains__(self, item: object) -> bool:
        for mine in self:
            found = mine._equal(item)
            if found is None:
                continue
            if isinstance(found, Collection):
                if len(mine) == _length(item) and found.all():
                    return True
            elif found:
                return True
        return False

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, K):
            return wrap(_engine.call("{x y}", self._v, index._v))
        if isinstance(index, slice):
            return wrap(_engine.call("{x y}", self._v, _places(index, len(self))))
        if isinstance(index, int | np.integer):
            return wrap(self._v[self._place(int(index))])
        return wrap(_engine.call("{x y}", self._v, unwrap(index)))

    def _place(self, index: int) -> int:
        if not -len(self) <= index < len(self):
            raise IndexError("index out of range")
        return index % len(self)

    def __setitem__(self, index: Any, value: Any) -> None:
        where: Value
        if isinstance(index, slice):
            where = _places(index, len(self))
        elif isinstance(index, int | np.integer):
            where = long(self._place(int(index)))
        else:
            where = unwrap(index)
        try:
            self._v = _changed(_engine.call("{@[x;y;:;z]}", self._v, where, unwrap(value)))
        except QError as error:
            raise QError(
                f"Failed to assign value of type: {type_name(value)} to list of type: {type_name(self)}"
            ) from error

    def index(self, x: Any, start: int | None = None, end: int | None = None) -> Any:
        """The place of the first item equal to ``x``, between two places; `ValueError` without it."""
        first, last, _ = slice(start, end).indices(len(self))
        for place in range(first, last):
            if self[place] == x:
                return LINKS.toq(place)
        raise ValueError(f"{x!r} is not in list, or not in the selected slice of it")

    def count(self, x: Any) -> int:
        """How many items are equal to ``x``."""
        return sum(1 for item in self if _same(item, x))

    def append(self, data: Any) -> None:
        """Add one item at the end, in place."""
        self._add(data, "Appending", "{x,enlist y}")

    def extend(self, data: Any) -> None:
        """Add items at the end, in place."""
        self._add(data, "Extending", "{x,y}")

    def _add(self, data: Any, what: str, function: str) -> None:
        value = unwrap(data)
        made = _engine.call(function, self._v, value)
        if isinstance(self._v, QVector) and not (isinstance(made, QVector) and made.qtype is self._v.qtype):
            raise QError(
                f"{what} data of type: {type_name(wrap(value))} to vector of type: {type_name(self)} not supported"
            )
        self._v = _changed(made)

    def replace(self, to_replace: Any, replace_with: Any) -> Any:
        """Other items in the place of those that match."""
        items = [replace_with if _same(item, to_replace) else item for item in self]
        return wrap(_engine.call("{$[count x;(),x;x]}", LINKS.value_of(items))) if items else self

    def sorted(self) -> Any:
        """This list with the attribute of sorted ones."""
        return self._with_attribute("s")

    def unique(self) -> Any:
        """This list with the attribute of lists without equal items."""
        return self._with_attribute("u")

    def parted(self) -> Any:
        """This list with the attribute of lists whose equal items stand together."""
        return self._with_attribute("p")

    def grouped(self) -> Any:
        """This list with the attribute of indexed ones."""
        return self._with_attribute("g")

    def _with_attribute(self, char: str) -> Any:
        self._v = _changed(_engine.call(f"{{`{char}#x}}", self._v))
        return self

    def apply(self, func: Any, *arguments: Any, **keywords: Any) -> Any:
        """``func`` of the whole list: a q function, or a Python one of this list."""
        if not callable(func):
            raise RuntimeError("Provided value 'func' is not callable")
        return LINKS.toq(func(self, *arguments, **keywords))

    def _equal(self, other: object) -> Any:
        try:
            theirs = unwrap(other)
        except Exception:
            return None
        if len(self) == 0 == _length(theirs):
            return wrap(_engine.call("~", self._v, theirs))
        if isinstance(self._v, QList) and isinstance(theirs, QList | QVector) and len(self) == len(theirs):
            return deep_equal(self, wrap(theirs))
        try:
            return wrap(_engine.call("=", self._v, theirs))
        except QError:
            if isinstance(self._v, QList) or isinstance(theirs, QList):
                return deep_equal(self, wrap(theirs))
            raise

    def sum(self, *_: object, **__: object) -> Any:
        """The sum of the items."""
        return wrap(_engine.call("sum", self._v))

    def prod(self, *_: object, **__: object) -> Any:
        """The product of the items."""
        return wrap(_engine.call("prd", self._v))

    def min(self, *_: object, **__: object) -> Any:
        """The least item."""
        return wrap(_engine.call("min", self._v))

    def max(self, *_: object, **__: object) -> Any:
        """The greatest item."""
        return wrap(_engine.call("max", self._v))

    def mean(self, *_: object, **__: object) -> Any:
        """The mean of the items."""
        return wrap(_engine.call("avg", self._v))

    def median(self, *_: object, **__: object) -> Any:
        """The median of the items."""
        return wrap(_engine.call("med", self._v))

    def mode(self, *_: object, **__: object) -> Any:
        """The items that come most often."""
        return wrap(_engine.call("{where max[c]=c:count each group x}", self._v))

    def pt(self, reshape: Any = None) -> Any:
        """This vector as a PyTorch tensor (needs torch)."""
        if not isinstance(self, NumericVector | List):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute 'pt'")
        if not _config.beta_features:
            raise QError('Attempting to use a beta feature "PyTorch Conversion": set PYKX_BETA_FEATURES')
        import torch  # type: ignore[import-not-found,unused-ignore]

        return torch.from_numpy(np.array(self.np() if reshape is None else self.np(reshape=reshape)))

    def __typed_array__(self) -> Any:
        return np.array(self.py())

    def _to_vector(self) -> Any:
        return self


def _changed(value: Value) -> Any:
    return value


def _length(obj: Any) -> int | None:
    try:
        return len(obj)
    except TypeError:
        return None


def _same(item: Any, other: Any) -> bool:
    found = item._equal(other)
    if found is None or isinstance(found, bool):
        return bool(found)
    if isinstance(found, Collection):
        return _length(item) == _length(other) and found.all()
    return bool(found)


def _places(index: slice, count: int) -> Value:
    return QVector.of(QType.LONG, np.arange(*index.indices(count), dtype=np.int64))


def deep_equal(one: Any, other: Any) -> Any:
    """Item by item in lists that hold functions and other lists."""
    if not isinstance(one, Vector) or not isinstance(other, Vector):
        found = one._equal(other)
        return False if found is None else found
    if len(one) != len(other):
        raise QError("length")
    return LINKS.toq([deep_equal(a, b) for a, b in zip(one, other, strict=True)])


class List(Vector):
    """A general list."""

    t: ClassVar[Any] = 0

    def __new__(cls, x: Any = None, *arguments: Any, cast: bool | None = None, **keywords: Any) -> Any:
        return LINKS.toq(x, cls, cast=cast, **keywords)


class NestedFloat(List):
    """A list of float vectors that a file holds in one piece."""


class Anymap(List):
    """A list that a file holds."""

    t: ClassVar[Any] = 77


class NumericVector(Vector):
    """A vector of numbers."""


class IntegralNumericVector(NumericVector):
    """A vector of integers."""


class NonIntegralNumericVector(NumericVector):
    """A vector of floating-point numbers."""


class BooleanVector(IntegralNumericVector, qtype=QType.BOOLEAN):
    """``101b``."""


class GUIDVector(Vector, qtype=QType.GUID):
    """Guids."""


class ByteVector(IntegralNumericVector, qtype=QType.BYTE):
    """``0x0102``."""


class ShortVector(IntegralNumericVector, qtype=QType.SHORT):
    """``1 2h``."""


class IntVector(IntegralNumericVector, qtype=QType.INT):
    """``1 2i``."""


class LongVector(IntegralNumericVector, qtype=QType.LONG):
    """``1 2``."""


class RealVector(NonIntegralNumericVector, qtype=QType.REAL):
    """``1 2e``."""


class FloatVector(NonIntegralNumericVector, qtype=QType.FLOAT):
    """``1 2f``."""


class CharVector(Vector, qtype=QType.CHAR):
    """``"text"``."""

    def __bytes__(self) -> bytes:
        return bytes(self._v)

    def __str__(self) -> str:
        return bytes(self).decode("utf-8", "surrogateescape")

    def __hash__(self) -> int:
        raise TypeError("unhashable type: 'CharVector'")


class SymbolVector(Vector, qtype=QType.SYMBOL):
    """```a`b``."""


class TemporalVector(Vector):
    """A vector of moments or spans."""


class TemporalFixedVector(TemporalVector):
    """A vector of moments."""

    @property
    def date(self) -> Any:
        """The days of them."""
        return wrap(_engine.call("{`date$x}", self._v))

    @property
    def time(self) -> Any:
        """The times of day of them."""
        return wrap(_engine.call("{`time$x}", self._v))


class TemporalSpanVector(TemporalVector):
    """A vector of spans."""


class TimestampVector(TemporalFixedVector, qtype=QType.TIMESTAMP):
    """Moments in nanoseconds."""


class MonthVector(TemporalFixedVector, qtype=QType.MONTH):
    """Months."""


class DateVector(TemporalFixedVector, qtype=QType.DATE):
    """Days."""


class DatetimeVector(TemporalFixedVector, qtype=QType.DATETIME):
    """Moments of the deprecated type 15."""


class TimespanVector(TemporalSpanVector, qtype=QType.TIMESPAN):
    """Spans in nanoseconds."""


class MinuteVector(TemporalSpanVector, qtype=QType.MINUTE):
    """Spans in minutes."""


class SecondVector(TemporalSpanVector, qtype=QType.SECOND):
    """Spans in seconds."""


class TimeVector(TemporalSpanVector, qtype=QType.TIME):
    """Spans in milliseconds."""


class EnumVector(Vector):
    """Enumerated symbols: ``kx.EnumVector("domain", values=[...], extend=True)``, or by ``indices=``."""

    t: ClassVar[Any] = 20

    def __new__(cls, variable: Any, values: Any = None, indices: Any = None, extend: bool = False, **_: Any) -> Any:
        if isinstance(variable, K) and values is None and indices is None:
            return variable
        function = enumerate_by(indices is not None, extend)
        return wrap(_engine.call(function, unwrap(variable), unwrap(indices if values is None else values)))

    def values(self) -> Any:
        """The symbols that they stand for."""
        return wrap(_engine.call("{value x}", self._v))

    def domain(self) -> Any:
        """The name of the variable that they are enumerated over."""
        return wrap(_engine.call("{key x}", self._v))

    def indices(self) -> Any:
        """Their places in that variable."""
        return wrap(_engine.call('{"j"$x}', self._v))


OTHERS["enumeration"] = EnumVector
OTHERS[QList] = List
