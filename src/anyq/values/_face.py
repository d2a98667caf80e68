"""What every q value can do, and the place where the rooms above plug in how.

Conversion and console text are written in rooms above this one. They are handed in through `install_face`, so that
``value.pd()`` and ``str(value)`` work without an import that points upwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, runtime_checkable

import attrs

__all__ = ["Face", "HasForm", "Value", "as_q", "face", "install_face"]


class Value:
    """Base of all q values."""

    __slots__ = ()

    def py(self) -> Any:
        """This value as plain Python objects; nulls as in the table of the manual (``None``, ``nan``, ``""``)."""
        return _face.py(self)

    def np(self, *, raw: bool = False) -> Any:
        """This value as a NumPy array or scalar; ``raw=True`` gives the bare numbers of the wire."""
        return _face.np(self, raw)

    def pd(self) -> Any:
        """This value as a pandas object (needs pandas): table -> DataFrame, vector -> Series."""
        return _face.pd(self)

    def pa(self) -> Any:
        """This value as a pyarrow object (needs pyarrow): table -> Table, vector -> Array."""
        return _face.pa(self)

    def pl(self) -> Any:
        """This value as a polars object (needs polars): table -> DataFrame, vector -> Series."""
        return _face.pl(self)

    def __str__(self) -> str:
        return _face.text(self)

    def __repr__(self) -> str:
        return _face.repr(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            return _face.match(self, other)
        return NotImplemented

    __hash__: ClassVar[None] = None  # type: ignore[assignment]

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
    py: Callable[[Value], Any] = _missing
    np: Callable[[Value, bool], Any] = _missing
    pd: Callable[[Value], Any] = _missing
    pa: Callable[[Value], Any] = _missing
    pl: Callable[[Value], Any] = _missing
    as_q: Callable[[object], Value] = _missing
    html: Callable[[Value], str] = _missing
    keys: Callable[[Value], list[Any]] = _missing
    array: Callable[[Value, Any, bool | None], Any] = _missing
    arrow_schema: Callable[[Value], object] = _missing
    arrow_array: Callable[[Value, object], tuple[object, object]] = _missing
    arrow_stream: Callable[[Value, object], object] = _missing
    nanoseconds: Callable[[object], int | None] = _missing


_face = Face()


def install_face(**functions: Callable[..., Any]) -> None:
    """Plug functions in, by the names of `Face`'s fields. Done once, by the package's front door."""
    for name, function in functions.items():
        setattr(_face, name, function)


def face() -> Face:
    return _face


def as_q(obj: object) -> Value:
    """``obj`` as a q value: values stay themselves, Python objects follow the table of conversions.

    Raises `anyq.ConversionError` (a ``TypeError``) that names what has no q form.
    """
    return obj if isinstance(obj, Value) else _face.as_q(obj)
