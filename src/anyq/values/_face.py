"""The base class of q values, and where the packages above register conversions and text.

Conversion and console text are written in rooms above this one. They are handed in through `install_face`, so that
``value.pd()`` and ``str(value)`` work without an import that points upwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

import attrs

from anyq.errors import ConversionError

__all__ = ["Face", "HasForm", "Strings", "Value", "as_q", "face", "install_face"]


Strings: TypeAlias = Literal["symbols", "chars"]
"""What ``str`` becomes in q."""


def formatted(text: str, spec: str) -> str:
    """The format of a text that stands for a q value; `ConversionError` for the formats of numbers."""
    try:
        return format(text, spec)
    except ValueError as error:
        raise ConversionError(
            f"{error}: {text[:40]} is formatted as a text; "
            ".is_null tells nulls, .py() and .np() give the values of Python and NumPy"
        ) from None


class Value:
    """Base of all q values."""

    __slots__ = ()

    inert: ClassVar[type[Value] | None] = None
    """The class of pickled and deep copies, of a class whose values belong to one interpreter."""

    def py(self, *, tz: str | None = None) -> Any:
        """This value as plain Python objects; nulls as in the table of the manual (``None``, ``nan``, ``""``).

        ``tz`` names the time zone in which timestamps and datetimes are shown, as aware ``datetime``; without it they
        are naive, in UTC.
        """
        return _face.py(self) if tz is None else _face.py(self, tz)

    def np(self, *, raw: bool = False) -> Any:
        """This value as a NumPy array or scalar; ``raw=True`` gives the bare numbers of the wire."""
        return _face.np(self, raw)

    def pd(self, *, tz: str | None = None, arrow: bool = False) -> Any:
        """This value as a pandas object (needs pandas): table -> DataFrame, vector -> Series.

        ``tz`` names the time zone in which timestamps and datetimes are shown (q's are UTC); ``arrow=True`` gives
        columns of Arrow's dtypes (needs pyarrow, too).
        """
        return _face.pd(self) if tz is None and not arrow else _face.pd(self, tz, arrow)

    def pa(self, *, tz: str | None = None) -> Any:
        """This value as a pyarrow object (needs pyarrow): table -> Table, vector -> Array. ``tz`` as for `pd`."""
        return _face.pa(self) if tz is None else _face.pa(self, tz)

    def pl(self, *, tz: str | None = None) -> Any:
        """This value as a polars object (needs polars): table -> DataFrame, vector -> Series. ``tz`` as for `pd`."""
        return _face.pl(self) if tz is None else _face.pl(self, tz)

    def __str__(self) -> str:
        return _face.text(self)

    def __repr__(self) -> str:
        return _face.repr(self)

    def __format__(self, spec: str) -> str:
        """The format of the text that q prints: its width, fill and alignment."""
        return formatted(str(self), spec)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            return _face.match(self, other)
        return NotImplemented

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

    if TYPE_CHECKING:
        # What an answer can do depends on what it turns out to be. A checker lets a program count, index, convert and
        # calculate with any, as Python does; what a value cannot do is a `TypeError` then.

        def __len__(self) -> int: ...
        def __iter__(self) -> Iterator[Any]: ...
        def __contains__(self, item: object, /) -> bool: ...
        def __getitem__(self, index: Any, /) -> Any: ...
        def __int__(self) -> int: ...
        def __float__(self) -> float: ...
        def __index__(self) -> int: ...
        def __neg__(self) -> Any: ...
        def __abs__(self) -> Any: ...
        def __round__(self, digits: int | None = None, /) -> Any: ...
        def __add__(self, other: Any, /) -> Any: ...
        def __radd__(self, other: Any, /) -> Any: ...
        def __sub__(self, other: Any, /) -> Any: ...
        def __rsub__(self, other: Any, /) -> Any: ...
        def __mul__(self, other: Any, /) -> Any: ...
        def __rmul__(self, other: Any, /) -> Any: ...
        def __truediv__(self, other: Any, /) -> Any: ...
        def __rtruediv__(self, other: Any, /) -> Any: ...
        def __floordiv__(self, other: Any, /) -> Any: ...
        def __rfloordiv__(self, other: Any, /) -> Any: ...
        def __mod__(self, other: Any, /) -> Any: ...
        def __rmod__(self, other: Any, /) -> Any: ...
        def __pow__(self, other: Any, /) -> Any: ...
        def __rpow__(self, other: Any, /) -> Any: ...
        def __lt__(self, other: Any, /) -> Any: ...
        def __le__(self, other: Any, /) -> Any: ...
        def __gt__(self, other: Any, /) -> Any: ...
        def __ge__(self, other: Any, /) -> Any: ...

    def __reduce__(self) -> tuple[Any, ...]:
        """For `pickle` and `copy.deepcopy`, at any depth."""
        return _face.reduce(self)


@runtime_checkable
class HasForm(Protocol):
    """What has a q form of its own, such as a query of `anyq.query`."""

    def __as_q__(self) -> Value:
        """The q value that stands for it."""
        ...


def _missing(*_: Any) -> Any:
    raise RuntimeError("this face of q values is not installed; import anyq, not a part of it")


@attrs.define
class Face:
    """The functions behind the methods of `Value`."""

    text: Callable[[Value], str] = _missing
    repr: Callable[[Value], str] = _missing
    reduce: Callable[[Value], tuple[Any, ...]] = _missing
    match: Callable[[Value, Value], bool] = _missing
    py: Callable[..., Any] = _missing
    np: Callable[[Value, bool], Any] = _missing
    pd: Callable[..., Any] = _missing
    pa: Callable[..., Any] = _missing
    pl: Callable[..., Any] = _missing
    as_q: Callable[..., Value] = _missing
    html: Callable[[Value], str] = _missing
    keys: Callable[[Value], list[Any]] = _missing
    array: Callable[[Value, Any, bool | None], Any] = _missing
    arrow_schema: Callable[[Value], object] = _missing
    arrow_array: Callable[[Value, object], tuple[object, object]] = _missing
    arrow_stream: Callable[[Value, object], object] = _missing
    operand: Callable[[Value], Any] = _missing
    narwhals_frame: Callable[[Value], object] = _missing
    narwhals_series: Callable[[Value], object] = _missing
    nanoseconds: Callable[[object], int | None] = _missing


_face = Face()


def install_face(**functions: Callable[..., Any]) -> None:
    """Plug functions in, by the names of `Face`'s fields. Called once, by the package's ``__init__``."""
    for name, function in functions.items():
        setattr(_face, name, function)


def face() -> Face:
    return _face


def as_q(
    obj: object,
    *,
    types: Mapping[str, str | int] | None = None,
    strings: Strings = "symbols",
) -> Value:
    """``obj`` as a q value: values stay themselves, Python objects follow the table of conversions.

    ``types`` says what the columns of a frame, or the entries of a mapping, become, by name: ``types={"note": "*",
    "venue": "s"}``, a type character, name or number, ``"*"`` for char vectors. ``strings="chars"`` makes char vectors
    of texts in place of symbols.

    Raises `anyq.ConversionError` (a ``TypeError``) that names what has no q form, and the column that it
    stands in.
    """
    if isinstance(obj, Value):
        return obj
    return _face.as_q(obj) if types is None and strings == "symbols" else _face.as_q(obj, types, strings)
