"""Python's operators on values: an atom's are those of its Python value, a vector's are NumPy's on ``.np()``.

Atoms of one type are in q's order, nulls first, so that vectors can be sorted. Elsewhere a null is no number: it raises
`anyq.ConversionError`, as do types whose Python value would lose digits (moments and spans count nanoseconds).
"""

from __future__ import annotations

import datetime as dt
import operator
import uuid
from collections.abc import Callable
from numbers import Number
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.errors import ConversionError

from ._face import Value, face, formatted
from ._types import QType

__all__ = ["AtomOperators", "VectorOperators", "in_pandas", "is_pandas"]

Array = npt.NDArray[Any]
Binary = Callable[[Any, Any], Any]

_NUMBERS: Final = frozenset({QType.BOOLEAN, QType.BYTE, QType.SHORT, QType.INT, QType.LONG, QType.REAL, QType.FLOAT})
_MOMENTS: Final = frozenset({QType.TIMESTAMP, QType.MONTH, QType.DATE, QType.DATETIME})
_SPANS: Final = frozenset({QType.TIMESPAN, QType.MINUTE, QType.SECOND, QType.TIME})
_PLAIN: Final = (int, float, Number, np.generic)
_OTHERS: Final[dict[QType, type]] = {QType.SYMBOL: str, QType.CHAR: bytes, QType.GUID: uuid.UUID}


class AtomOperators(Value):
    """Arithmetic, order and format of atoms."""

    __slots__ = ()
    __pandas_priority__ = 5000  # above that of DataFrame
    qtype: QType
    raw: Any

    @property
    def is_null(self) -> bool:
        raise NotImplementedError

    def __format__(self, spec: str) -> str:
        """The format of the Python value of numbers and texts; of others, and of nulls, that of the text of q.

        A ``spec`` with ``%`` on a moment or a time of day is Python's ``strftime``.
        """
        if not spec or _is_missing(self):
            return Value.__format__(self, spec)
        if self.qtype not in _MOMENTS and self.qtype not in _SPANS:
            plain = _text_of(_plain(self, "format"))
            return formatted(plain, spec) if isinstance(plain, str) else format(plain, spec)
        plain = face().py(self) if "%" in spec else None
        return format(plain, spec) if isinstance(plain, dt.date | dt.time) else Value.__format__(self, spec)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        """An array without dimensions: the null of integers is NaN, that of moments and spans NaT."""
        return face().array(self, dtype, copy)  # type: ignore[no-any-return]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: object, **options: Any) -> Any:
        return _by_ufunc(ufunc, method, inputs, options)

    def __add__(self, other: object) -> float:
        return _number(operator.add, self, other)  # type: ignore[no-any-return]

    def __radd__(self, other: object) -> float:
        return _number(operator.add, self, other, reflected=True)  # type: ignore[no-any-return]

    def __sub__(self, other: object) -> float:
        return _number(operator.sub, self, other)  # type: ignore[no-any-return]

    def __rsub__(self, other: object) -> float:
        return _number(operator.sub, self, other, reflected=True)  # type: ignore[no-any-return]

    def __mul__(self, other: object) -> float:
        return _number(operator.mul, self, other)  # type: ignore[no-any-return]

    def __rmul__(self, other: object) -> float:
        return _number(operator.mul, self, other, reflected=True)  # type: ignore[no-any-return]

    def __truediv__(self, other: object) -> float:
        return _number(operator.truediv, self, other)  # type: ignore[no-any-return]

    def __rtruediv__(self, other: object) -> float:
        return _number(operator.truediv, self, other, reflected=True)  # type: ignore[no-any-return]

    def __floordiv__(self, other: object) -> float:
        return _number(operator.floordiv, self, other)  # type: ignore[no-any-return]

    def __rfloordiv__(self, other: object) -> float:
        return _number(operator.floordiv, self, other, reflected=True)  # type: ignore[no-any-return]

    def __mod__(self, other: object) -> float:
        return _number(operator.mod, self, other)  # type: ignore[no-any-return]

    def __rmod__(self, other: object) -> float:
        return _number(operator.mod, self, other, reflected=True)  # type: ignore[no-any-return]

    def __pow__(self, other: object) -> float:
        return _number(operator.pow, self, other)  # type: ignore[no-any-return]

    def __rpow__(self, other: object) -> float:
        return _number(operator.pow, self, other, reflected=True)  # type: ignore[no-any-return]

    def __and__(self, other: object) -> int:
        return _number(operator.and_, self, other)  # type: ignore[no-any-return]

    def __rand__(self, other: object) -> int:
        return _number(operator.and_, self, other, reflected=True)  # type: ignore[no-any-return]

    def __or__(self, other: object) -> int:
        return _number(operator.or_, self, other)  # type: ignore[no-any-return]

    def __ror__(self, other: object) -> int:
        return _number(operator.or_, self, other, reflected=True)  # type: ignore[no-any-return]

    def __xor__(self, other: object) -> int:
        return _number(operator.xor, self, other)  # type: ignore[no-any-return]

    def __rxor__(self, other: object) -> int:
        return _number(operator.xor, self, other, reflected=True)  # type: ignore[no-any-return]

    def __divmod__(self, other: object) -> tuple[float, float]:
        return _number(divmod, self, other)  # type: ignore[no-any-return]

    def __rdivmod__(self, other: object) -> tuple[float, float]:
        return _number(divmod, self, other, reflected=True)  # type: ignore[no-any-return]

    def __neg__(self) -> float:
        return operator.neg(_of_number(self))  # type: ignore[no-any-return]

    def __pos__(self) -> float:
        return operator.pos(_of_number(self))  # type: ignore[no-any-return]

    def __abs__(self) -> float:
        return operator.abs(_of_number(self))  # type: ignore[no-any-return]

    def __invert__(self) -> int:
        return operator.invert(_of_number(self))  # type: ignore[no-any-return]

    def __lt__(self, other: object) -> bool:
        return _ordered(operator.lt, self, other)  # type: ignore[no-any-return]

    def __le__(self, other: object) -> bool:
        return _ordered(operator.le, self, other)  # type: ignore[no-any-return]

    def __gt__(self, other: object) -> bool:
        return _ordered(operator.gt, self, other)  # type: ignore[no-any-return]

    def __ge__(self, other: object) -> bool:
        return _ordered(operator.ge, self, other)  # type: ignore[no-any-return]


class VectorOperators(Value):
    """Arithmetic and order of vectors: NumPy's, where an integer null is masked. ``==`` is q's match."""

    __slots__ = ()
    __pandas_priority__ = 5000
    qtype: QType

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: object, **options: Any) -> Any:
        return _by_ufunc(ufunc, method, inputs, options)

    def __add__(self, other: object) -> Array:
        return _arrays(operator.add, self, other)  # type: ignore[no-any-return]

    def __radd__(self, other: object) -> Array:
        return _arrays(operator.add, self, other, reflected=True)  # type: ignore[no-any-return]

    def __sub__(self, other: object) -> Array:
        return _arrays(operator.sub, self, other)  # type: ignore[no-any-return]

    def __rsub__(self, other: object) -> Array:
        return _arrays(operator.sub, self, other, reflected=True)  # type: ignore[no-any-return]

    def __mul__(self, other: object) -> Array:
        return _arrays(operator.mul, self, other)  # type: ignore[no-any-return]

    def __rmul__(self, other: object) -> Array:
        return _arrays(operator.mul, self, other, reflected=True)  # type: ignore[no-any-return]

    def __truediv__(self, other: object) -> Array:
        return _arrays(operator.truediv, self, other)  # type: ignore[no-any-return]

    def __rtruediv__(self, other: object) -> Array:
        return _arrays(operator.truediv, self, other, reflected=True)  # type: ignore[no-any-return]

    def __floordiv__(self, other: object) -> Array:
        return _arrays(operator.floordiv, self, other)  # type: ignore[no-any-return]

    def __rfloordiv__(self, other: object) -> Array:
        return _arrays(operator.floordiv, self, other, reflected=True)  # type: ignore[no-any-return]

    def __mod__(self, other: object) -> Array:
        return _arrays(operator.mod, self, other)  # type: ignore[no-any-return]

    def __rmod__(self, other: object) -> Array:
        return _arrays(operator.mod, self, other, reflected=True)  # type: ignore[no-any-return]

    def __pow__(self, other: object) -> Array:
        return _arrays(operator.pow, self, other)  # type: ignore[no-any-return]

    def __rpow__(self, other: object) -> Array:
        return _arrays(operator.pow, self, other, reflected=True)  # type: ignore[no-any-return]

    def __and__(self, other: object) -> Array:
        return _arrays(operator.and_, self, other)  # type: ignore[no-any-return]

    def __rand__(self, other: object) -> Array:
        return _arrays(operator.and_, self, other, reflected=True)  # type: ignore[no-any-return]

    def __or__(self, other: object) -> Array:
        return _arrays(operator.or_, self, other)  # type: ignore[no-any-return]

    def __ror__(self, other: object) -> Array:
        return _arrays(operator.or_, self, other, reflected=True)  # type: ignore[no-any-return]

    def __xor__(self, other: object) -> Array:
        return _arrays(operator.xor, self, other)  # type: ignore[no-any-return]

    def __rxor__(self, other: object) -> Array:
        return _arrays(operator.xor, self, other, reflected=True)  # type: ignore[no-any-return]

    def __matmul__(self, other: object) -> Array:
        return _arrays(operator.matmul, self, other)  # type: ignore[no-any-return]

    def __rmatmul__(self, other: object) -> Array:
        return _arrays(operator.matmul, self, other, reflected=True)  # type: ignore[no-any-return]

    def __divmod__(self, other: object) -> tuple[Array, Array]:
        return _arrays(divmod, self, other)  # type: ignore[no-any-return]

    def __rdivmod__(self, other: object) -> tuple[Array, Array]:
        return _arrays(divmod, self, other, reflected=True)  # type: ignore[no-any-return]

    def __neg__(self) -> Array:
        return _array(operator.neg, self)

    def __pos__(self) -> Array:
        return _array(operator.pos, self)

    def __abs__(self) -> Array:
        return _array(operator.abs, self)

    def __invert__(self) -> Array:
        return _array(operator.invert, self)

    def __lt__(self, other: object) -> Array:
        return _arrays(operator.lt, self, other)  # type: ignore[no-any-return]

    def __le__(self, other: object) -> Array:
        return _arrays(operator.le, self, other)  # type: ignore[no-any-return]

    def __gt__(self, other: object) -> Array:
        return _arrays(operator.gt, self, other)  # type: ignore[no-any-return]

    def __ge__(self, other: object) -> Array:
        return _arrays(operator.ge, self, other)  # type: ignore[no-any-return]


def is_pandas(other: object) -> bool:
    """Whether ``other`` is an array, a column or a frame of pandas, which leave operators to us by our priority."""
    kind = type(other)
    return hasattr(kind, "__pandas_priority__") and kind.__module__.partition(".")[0] == "pandas"


def in_pandas(apply: Binary, value: Value, other: Any, *, reflected: bool = False) -> Any:
    """pandas' operator on ``other`` and what ``value`` is in a column of pandas: an item, or an array of them."""
    mine = face().operand(value)
    return apply(other, mine) if reflected else apply(mine, other)


def _is_missing(atom: AtomOperators) -> bool:
    """Whether an atom is a null that Python has no value for."""
    return atom.is_null and atom.qtype not in (QType.SYMBOL, QType.CHAR, QType.REAL, QType.FLOAT)


def _by_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[object, ...], options: dict[str, Any]) -> Any:
    """NumPy's function of the arrays and scalars that values are: ``numpy.asarray`` makes objects of moments."""
    return getattr(ufunc, method)(*[_for_numpy(part) for part in inputs], **options)


def _for_numpy(part: object) -> object:
    if isinstance(part, VectorOperators):
        return face().array(part, None, None)
    if not isinstance(part, AtomOperators):
        return part
    found = face().np(part, False)
    return np.nan if found is None else found


def _plain(atom: AtomOperators, what: str) -> Any:
    """The Python value of an atom that has one."""
    if _is_missing(atom):
        raise ConversionError(f"a {atom.qtype.label} null has no {what}; .is_null tells nulls")
    if atom.qtype in _NUMBERS:
        return bool(atom.raw) if atom.qtype is QType.BOOLEAN else atom.raw
    return face().py(atom)


def _text_of(plain: Any) -> Any:
    """What Python formats of a value: bytes and UUIDs have no formats of their own."""
    if isinstance(plain, bytes):
        return plain.decode("latin-1")
    return str(plain) if isinstance(plain, uuid.UUID) else plain


def _of_number(atom: AtomOperators) -> Any:
    if atom.qtype not in _NUMBERS:
        raise ConversionError(f"a {atom.qtype.label} is no number: use .py(), or .np() for NumPy's own scalar")
    return _plain(atom, "number")


def _number(apply: Binary, atom: AtomOperators, other: object, *, reflected: bool = False) -> Any:
    if is_pandas(other):
        return in_pandas(apply, atom, other, reflected=reflected)
    if isinstance(other, AtomOperators):
        other = _of_number(other)
    elif not isinstance(other, _PLAIN):
        return NotImplemented
    mine = _of_number(atom)
    return apply(other, mine) if reflected else apply(mine, other)


def _ordered(apply: Binary, atom: AtomOperators, other: object) -> Any:
    if is_pandas(other):
        return in_pandas(apply, atom, other)
    if isinstance(other, AtomOperators) and other.qtype is atom.qtype:
        return bool(apply(_rank(atom), _rank(other)))
    qtype = atom.qtype
    if qtype in _MOMENTS or qtype in _SPANS:
        nanos = _nanoseconds(other, qtype in _MOMENTS)
        if nanos is None:
            return _incomparable(atom, other)
        return bool(apply(_nanoseconds(atom, qtype in _MOMENTS), nanos))
    if isinstance(other, AtomOperators):
        if qtype not in _NUMBERS or other.qtype not in _NUMBERS:
            return _incomparable(atom, other)
        other = _plain(other, "place among numbers")
    elif not isinstance(other, _OTHERS.get(qtype, _PLAIN)):
        return _incomparable(atom, other)
    return bool(apply(_plain(atom, "place among numbers"), other))


def _incomparable(atom: AtomOperators, other: object) -> Any:
    """Refuse what Python has no order for; an object of another library may know one."""
    if not isinstance(other, AtomOperators | int | float | str | bytes | None):
        return NotImplemented
    what = other.qtype.label if isinstance(other, AtomOperators) else type(other).__name__
    raise ConversionError(f"a {atom.qtype.label} and a {what} have no order: compare what .py() or .np() give")


def _rank(atom: AtomOperators) -> Any:
    """The place of an atom among those of its type."""
    if atom.raw != atom.raw:
        return (0, 0)
    return (1, atom.raw)


def _nanoseconds(obj: object, moment: bool) -> int | None:
    """A moment or a span, exactly and in one unit; ``None`` for objects that are none."""
    if isinstance(obj, AtomOperators):
        if obj.qtype not in (_MOMENTS if moment else _SPANS):
            return None
        _plain(obj, "place in time")
        obj = face().np(obj, False)
    kinds: Any = (dt.date, np.datetime64) if moment else (dt.timedelta, dt.time, np.timedelta64)
    return face().nanoseconds(obj) if isinstance(obj, kinds) else None


def _operand(other: object) -> Any:
    """What NumPy is given for the other side; `NotImplemented` for what has no operators."""
    if isinstance(other, VectorOperators):
        return face().np(other, False)
    if isinstance(other, AtomOperators):
        known = other.qtype in _MOMENTS or other.qtype in _SPANS
        return face().np(other, False) if known else _plain(other, "number")
    return NotImplemented if isinstance(other, Value) else other


def _arrays(apply: Binary, vector: VectorOperators, other: object, *, reflected: bool = False) -> Any:
    if is_pandas(other):
        return in_pandas(apply, vector, other, reflected=reflected)
    theirs = _operand(other)
    if theirs is NotImplemented:
        return NotImplemented
    mine = face().np(vector, False)
    try:
        return apply(theirs, mine) if reflected else apply(mine, theirs)
    except TypeError as error:
        raise ConversionError(f"{_refused(vector)}: {error}") from None


def _array(apply: Callable[[Any], Any], vector: VectorOperators) -> Array:
    try:
        return apply(face().np(vector, False))  # type: ignore[no-any-return]
    except TypeError as error:
        raise ConversionError(f"{_refused(vector)}: {error}") from None


def _refused(vector: VectorOperators) -> str:
    return f"NumPy refuses this operator on a {vector.qtype.label} vector; .np(), .pd() and .py() give others"
