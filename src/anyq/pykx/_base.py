"""The base of all wrapped q values, and the table of their classes."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final, TypeVar

import numpy as np

from anyq import codec, console
from anyq.values import (
    ELIDED,
    NULL,
    Atom,
    Composition,
    Derived,
    Dict,
    KeyedTable,
    Lambda,
    List,
    Primitive,
    Projection,
    QType,
    Table,
    Value,
    Vector,
)

from . import _engine
from ._exceptions import QError
from ._links import LINKS

__all__ = ["ATOMS", "OTHERS", "VECTORS", "K", "restored", "type_name", "unwrap", "wrap"]

C = TypeVar("C", bound="type[K]")
ATOMS: Final[dict[QType, type[K]]] = {}
"""The class of the atoms of each type."""
VECTORS: Final[dict[QType, type[K]]] = {}
"""The class of the vectors of each type."""
OTHERS: Final[dict[object, type[K]]] = {}
"""The classes of all else, by what `_kind` says."""
SPECIAL: Final[list[Callable[[Value], str | None]]] = []
"""Functions that name the kind of a value that is a class of its own in the engine."""

_OPERATORS: Final = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "%", "floordiv": "div", "mod": "mod",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "=", "ne": "<>",
}  # fmt: skip
"""q's operator for each of Python's."""


def wrap(value: Value) -> Any:
    """A q value in the class for its type."""
    kind = type(value)
    found: type[K] | None
    if kind is Atom:
        found = ATOMS[value.qtype]  # type: ignore[attr-defined]
        if value.qtype is QType.DATETIME:  # type: ignore[attr-defined]
            _deprecate()
    elif kind is Vector:
        found = VECTORS[value.qtype]  # type: ignore[attr-defined]
        if value.qtype is QType.DATETIME:  # type: ignore[attr-defined]
            _deprecate()
    else:
        found = OTHERS.get(kind) or OTHERS[_kind(value)]
    made = object.__new__(found)
    made._v = value
    return made


def _deprecate() -> None:
    warnings.warn("The q datetime type is deprecated", DeprecationWarning, stacklevel=4)


def _kind(value: Value) -> object:
    """The key in `OTHERS` of a value whose Python class says too little, or is an engine's own."""
    for special in SPECIAL:
        name = special(value)
        if name is not None:
            return name
    if isinstance(value, Primitive):
        if value == NULL:
            return "identity"
        if value == ELIDED:
            return "elided"
        return value.qtype
    if isinstance(value, Derived):
        return value.qtype
    for base in (Atom, Vector, List, KeyedTable, Dict, Table, Lambda, Projection, Composition):
        if isinstance(value, base):
            return base
    return getattr(value, "qtype", QType.OPERATOR)


def unwrap(obj: Any) -> Value:
    """The q value of any object: a wrapped one's own, or what `toq` makes of it."""
    return obj._v if isinstance(obj, K) else LINKS.value_of(obj)


def type_name(obj: object) -> str:
    """The class of an object, as messages of PyKX write it."""
    return f"<class 'pykx.wrappers.{type(obj).__name__}'>" if isinstance(obj, K) else str(type(obj))


def restored(message: bytes) -> Any:
    """The value of pickled bytes."""
    return wrap(codec.loads(message))


def _reflected(name: str) -> Callable[[K, Any], Any]:
    sign = _OPERATORS[name]

    def apply(self: K, other: Any) -> Any:
        return wrap(_engine.call(f"{{y {sign} x}}", self._v, unwrap(other)))

    return apply


def _plain(name: str) -> Callable[[K, Any], Any]:
    sign = _OPERATORS[name]

    def apply(self: K, other: Any) -> Any:
        return wrap(_engine.call(f"{{x {sign} y}}", self._v, unwrap(other)))

    return apply


def _by_numpy(function: Callable[..., Any], swap: bool = False) -> Callable[..., Any]:
    """An operator that q lacks, or has another meaning for: NumPy's on the numbers."""

    def apply(self: K, *others: Any) -> Any:
        numbers = [_numbers(self), *[_numbers(other) for other in others]]
        if swap:
            numbers.reverse()
        return LINKS.toq(function(*numbers))

    return apply


def _numbers(obj: Any) -> Any:
    found = LINKS.convert(obj._v, "np") if isinstance(obj, K) else obj
    return np.asarray(found) if isinstance(found, list | tuple) else found


def _power(base: Any, exponent: Any, modulus: Any = None) -> Any:
    if modulus is not None:
        whole = all(np.asarray(part).dtype.kind in "iub" for part in (base, exponent, modulus))
        if not whole:
            raise TypeError("pow() with a third argument takes integers only")
        powers = np.vectorize(lambda b, e, m: pow(int(b), int(e), int(m)), otypes=[np.int64])(base, exponent, modulus)
        return powers if powers.ndim else int(powers)
    if all(np.asarray(part).dtype.kind in "iub" for part in (base, exponent)) and np.all(np.asarray(exponent) >= 0):
        return np.power(np.asarray(base, np.int64), np.asarray(exponent, np.int64))[()]
    return np.power(np.asarray(base, np.float64), np.asarray(exponent, np.float64))[()]


def _text(value: Value) -> str:
    """What the console shows of a value, also of those of which it shows nothing."""
    if value == ELIDED:
        return "::"
    if isinstance(value, Atom):
        return console.line(value, _engine.style().digits)
    return console.text(value, _engine.style()) or console.line(value)


class _Number:
    """The number of the type of a value whose class does not say it."""

    def __get__(self, instance: K | None, owner: type[K]) -> Any:
        if instance is None:
            return 0
        return int(wrap(_engine.call("type", instance._v)))


class K:
    """Any q value. Calling a class converts its argument to that class: ``kx.LongVector([1, 2])``."""

    _v: Value
    t: ClassVar[Any] = _Number()
    """The number of the q type, negative for atoms."""

    def __new__(cls, x: Any = None, *arguments: Any, cast: bool | None = None, **keywords: Any) -> Any:
        return LINKS.toq(x, None if cls is K else cls, cast=cast, **keywords)

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """Made by `__new__`."""

    def __as_q__(self) -> Value:
        return self._v

    @property
    def _addr(self) -> int:
        return id(self._v)

    @property
    def is_atom(self) -> bool:
        """Whether q counts this as one item that is no list."""
        return not isinstance(self._v, Vector | List | Dict | Table)

    @property
    def is_null(self) -> bool:
        return False

    @property
    def is_inf(self) -> bool:
        return False

    @property
    def is_pos_inf(self) -> bool:
        return False

    @property
    def is_neg_inf(self) -> bool:
        return False

    def copy(self) -> Any:
        """Another object with this value; changing one leaves the other."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        return made

    def any(self, *_: Any, **__: Any) -> Any:
        """Whether any item is true."""
        return bool(
            wrap(
                _engine.call(
                    "{any raze over (),$[99h=type x;$[98h=type key x;flip 0!x;x];98h=type x;flip x;x]}", self._v
                )
            )
        )

    def all(self, *_: Any, **__: Any) -> Any:
        """Whether all items are true."""
        return bool(
            wrap(
                _engine.call(
                    "{all raze over (),$[99h=type x;$[98h=type key x;flip 0!x;x];98h=type x;flip x;x]}", self._v
                )
            )
        )

    # Text

    def __str__(self) -> str:
        return _text(self._v)

    def __repr__(self) -> str:
        text = _text(self._v)
        if "\n" in text:
            text = f"\n{text}\n"
        elif "'" in text or "\\" in text:
            text = text.replace("\\", "\\\\").replace("'", "\\'")
        return f"pykx.{type(self).__name__}(pykx.q('{text}'))"

    # Conversion

    def py(self, **keywords: Any) -> Any:
        """This value as Python objects; ``raw=True`` gives the numbers behind it, ``stdlib=False`` NumPy's arrays."""
        return LINKS.convert(self._v, "py", **keywords)

    def np(self, **keywords: Any) -> Any:
        """This value as NumPy's; ``raw=True`` gives the numbers behind it."""
        return LINKS.convert(self._v, "np", **keywords)

    def pd(self, **keywords: Any) -> Any:
        """This value as pandas'; ``raw=True`` gives the numbers behind it, ``as_arrow=True`` Arrow's dtypes."""
        return LINKS.convert(self._v, "pd", **keywords)

    def pa(self, **keywords: Any) -> Any:
        """This value as Arrow's."""
        return LINKS.convert(self._v, "pa", **keywords)

    def cast(self, ktype: Any) -> Any:
        """This value in another class."""
        return LINKS.toq(self, ktype)

    # Comparison and hash

    def _compare(self, sign: str, other: Any) -> Any:
        try:
            theirs = unwrap(other)
        except (TypeError, ValueError, OverflowError, QError):
            return NotImplemented
        return wrap(_engine.call(f"{{x {sign} y}}", self._v, theirs))

    def __lt__(self, other: Any) -> Any:
        return self._compare("<", other)

    def __le__(self, other: Any) -> Any:
        return self._compare("<=", other)

    def __gt__(self, other: Any) -> Any:
        return self._compare(">", other)

    def __ge__(self, other: Any) -> Any:
        return self._compare(">=", other)

    def __eq__(self, other: object) -> Any:
        found = self._equal(other)
        return False if found is None else found

    def __ne__(self, other: object) -> Any:
        found = self._equal(other)
        if found is None:
            return True
        return (not found) if isinstance(found, bool) else wrap(_engine.call("{not x}", found._v))

    def _equal(self, other: object) -> Any:
        """Item by item, or whether they match for what has no items; ``None`` for what q cannot hold."""
        try:
            theirs = unwrap(other)
        except (TypeError, ValueError, OverflowError, QError):
            return None
        return wrap(_engine.call("~", self._v, theirs))

    def __hash__(self) -> int:
        return hash(codec.dumps(self._v))

    def __reduce__(self) -> Any:
        return restored, (codec.dumps(self._v),)

    def __bool__(self) -> bool:
        return True

    def _unlicensed_getitem(self, index: int) -> Any:
        return self[index]

    def __getitem__(self, index: Any) -> Any:
        raise TypeError(f"'{type(self).__name__}' object is not subscriptable")

    __iter__: Callable[..., Iterator[Any]] | None = None

    # Arithmetic: q's, and what q has other signs for NumPy's

    __add__: Callable[..., Any] = _plain("add")
    __radd__: Callable[..., Any] = _reflected("add")
    __sub__: Callable[..., Any] = _plain("sub")
    __rsub__: Callable[..., Any] = _reflected("sub")
    __mul__: Callable[..., Any] = _plain("mul")
    __rmul__: Callable[..., Any] = _reflected("mul")
    __truediv__: Callable[..., Any] = _plain("truediv")
    __rtruediv__: Callable[..., Any] = _reflected("truediv")
    __floordiv__: Callable[..., Any] = _plain("floordiv")
    __rfloordiv__: Callable[..., Any] = _reflected("floordiv")
    __mod__: Callable[..., Any] = _plain("mod")
    __rmod__: Callable[..., Any] = _reflected("mod")
    __pow__: Callable[..., Any] = _by_numpy(_power)
    __rpow__: Callable[..., Any] = _by_numpy(_power, swap=True)
    __and__: Callable[..., Any] = _by_numpy(operator.and_)
    __rand__: Callable[..., Any] = _by_numpy(operator.and_, swap=True)
    __or__: Callable[..., Any] = _by_numpy(operator.or_)
    __ror__: Callable[..., Any] = _by_numpy(operator.or_, swap=True)
    __xor__: Callable[..., Any] = _by_numpy(operator.xor)
    __rxor__: Callable[..., Any] = _by_numpy(operator.xor, swap=True)
    __lshift__: Callable[..., Any] = _by_numpy(operator.lshift)
    __rlshift__: Callable[..., Any] = _by_numpy(operator.lshift, swap=True)
    __rshift__: Callable[..., Any] = _by_numpy(operator.rshift)
    __rrshift__: Callable[..., Any] = _by_numpy(operator.rshift, swap=True)
    __invert__: Callable[..., Any] = _by_numpy(operator.invert)

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Any, Any]:
        return other // self, other % self

    def __neg__(self) -> Any:
        return wrap(_engine.call("{neg x}", self._v))

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return wrap(_engine.call("{abs x}", self._v))

    # NumPy

    @property
    def dtype(self) -> Any:
        """NumPy's type of it."""
        return np.asarray(LINKS.convert(self._v, "np")).dtype

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        found = np.asarray(LINKS.convert(self._v, "np"))
        return found if dtype is None else found.astype(dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        """NumPy's functions of numbers, with a q value as the result; ``dtype`` may be a class of this package."""
        wanted = keywords.pop("dtype", None)
        ktype = wanted if isinstance(wanted, type) and issubclass(wanted, K) else None
        if wanted is not None and ktype is None:
            keywords["dtype"] = wanted
        plain = {name: typed_array(value) for name, value in keywords.items()}
        found = getattr(ufunc, method)(*map(typed_array, inputs), **plain)
        if isinstance(found, tuple):
            return tuple([LINKS.toq(part) for part in found])
        return LINKS.toq(found, ktype)


def typed_array(obj: Any) -> Any:
    """An array of numbers of a wrapped value, also of nested lists of one type; other objects as they are."""
    if isinstance(obj, tuple) and any(isinstance(part, K) for part in obj):
        return tuple([typed_array(part) for part in obj])
    if not isinstance(obj, K):
        return obj
    found = LINKS.convert(obj._v, "np")
    if isinstance(found, np.ndarray) and found.dtype == object:
        try:
            return np.array(obj.py())
        except ValueError as error:
            raise QError(f"The data cannot be made an array of one type: {error}") from error
    return found
