"""Atoms."""

from __future__ import annotations

import datetime as dt
import math
import operator
import uuid
from collections.abc import Sequence
from typing import Any, NoReturn

import attrs

from anyq.errors import ConversionError

from ._face import Value, face
from ._operators import AtomOperators, in_pandas, is_pandas
from ._types import QType

__all__ = ["Atom"]

_NUMBERS = frozenset(
    {QType.BOOLEAN, QType.BYTE, QType.SHORT, QType.INT, QType.LONG, QType.REAL, QType.FLOAT, QType.SYMBOL}
)
_PLAIN = _NUMBERS - {QType.SYMBOL}
_NEVER_MISSING = frozenset({QType.SYMBOL, QType.CHAR})
"""The types whose null is a text like others in Python."""
_FLOATS = frozenset({QType.REAL, QType.FLOAT, QType.DATETIME})
_PYTHONS = (bytes, uuid.UUID, dt.date, dt.time, dt.timedelta)


# Not frozen at run time: that takes 350 ns to make instead of 150 ns, and q programs make an atom in every step of a
# loop. Nothing in anyq assigns to the fields of one.
@attrs.define(eq=False, repr=False)
class Atom(AtomOperators):
    """One q atom: a type and its raw field.

    ``raw`` is an ``int`` in the type's unit and epoch (booleans 0 or 1, chars 0 to 255), a ``float`` for real, float
    and datetime, 16 ``bytes`` for a guid, and a ``str`` for a symbol (UTF-8; bytes that are not are kept as surrogate
    escapes). The constructors (`anyq.long`, `anyq.symbol`, ...) check their argument; this class does not.
    """

    qtype: QType
    raw: Any

    def gathered(self, items: Sequence[Value]) -> Value:
        """Return a vector or list of ``items``, the first of which is this atom of a subclass (see `collapse`)."""
        raise NotImplementedError

    @property
    def is_null(self) -> bool:
        """Whether this is the type's null (booleans and bytes have none)."""
        null = self.qtype.null
        if isinstance(null, float):
            return bool(self.raw != self.raw)
        return null is not None and bool(self.raw == null)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            return face().match(self, other)
        if is_pandas(other):
            return in_pandas(operator.eq, self, other)  # type: ignore[no-any-return]
        if self.qtype not in _NUMBERS:
            return self._equals(other)
        if other is None:
            return self.is_null and self.qtype not in _FLOATS and self.qtype is not QType.SYMBOL
        if isinstance(other, str) is not (self.qtype is QType.SYMBOL) or not isinstance(other, str | int | float):
            return NotImplemented
        return bool(self.raw == other) and (isinstance(other, str) or not self._integer_null)

    def __ne__(self, other: object) -> bool:
        if is_pandas(other):
            return in_pandas(operator.ne, self, other)  # type: ignore[no-any-return]
        return super().__ne__(other)

    def _equals(self, other: object) -> bool:
        """Whether this atom, which is no number, is exactly what ``other`` is in Python."""
        if not isinstance(other, _PYTHONS):
            return NotImplemented  # type: ignore[no-any-return]
        plain = self._exactly
        same: bool = plain is not self and bool(other == plain)
        return same

    @property
    def _exactly(self) -> object:
        """The Python value of this atom, or the atom itself where that is another moment or span."""
        return face().keys(self)[0]

    @property
    def _integer_null(self) -> bool:
        return self.qtype not in _FLOATS and self.is_null

    def __hash__(self) -> int:  # type: ignore[override]
        """Equal to the hash of the Python value that the atom is ``==`` to.

        Floats that are ``==`` only by q's comparison tolerance hash apart, so use no computed floats as keys.
        """
        if self.qtype in _FLOATS and self.raw != self.raw:
            return hash((self.qtype, "null"))
        if self.qtype in _NUMBERS:
            return hash(None) if self._integer_null and self.qtype is not QType.SYMBOL else hash(self.raw)
        plain = self._exactly
        return hash((self.qtype, self.raw)) if plain is None or plain is self else hash(plain)

    def _number(self) -> int | float:
        if self.qtype in _PLAIN and not self._integer_null:
            return self.raw  # type: ignore[no-any-return]
        what = "null" if self.is_null else "atom"
        raise ConversionError(
            f"a {self.qtype.label} {what} is no Python number: {self} (.py() gives its Python value, .raw q's number)"
        )

    def __bool__(self) -> bool:
        """Numbers by their value, others as their Python value; a null that has none raises."""
        if self.qtype in _PLAIN or (self.is_null and self.qtype not in _NEVER_MISSING):
            return bool(self._number())
        return bool(face().py(self))

    def __int__(self) -> int:
        return int(self._number())

    def __float__(self) -> float:
        return float(self._number())

    def __index__(self) -> int:
        number = self._number()
        if isinstance(number, float):
            raise ConversionError(f"a {self.qtype.label} is no index")
        return number

    def __round__(self, digits: int | None = None) -> int | float:
        number = self._number()
        if math.isinf(number) and digits is None:
            return number
        return round(number, digits) if digits is not None else round(number)

    def __floor__(self) -> int:
        return math.floor(self._number())

    def __ceil__(self) -> int:
        return math.ceil(self._number())

    def __trunc__(self) -> int:
        return math.trunc(self._number())

    def as_integer_ratio(self) -> NoReturn:
        """Refuse: `statistics` asks for it, and then makes its answer by calling the class of the items."""
        raise ConversionError("a q atom is no ratio: use .py() of it or of its vector, or .np() and NumPy's functions")
