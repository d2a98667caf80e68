"""Enumerated vectors: symbols that are kept as places in a list, and foreign keys and links, as places in a table.

An `Enumeration` is a vector of the values it stands for, with the name of the variable they come from; an
`EnumeratedAtom` is one of its items. Every verb sees symbols, as q's verbs do, and only type, display, casts and files
see the difference; on the wire they are plain, as q sends them.

Facts: KX reference, pages basics/enumerations.md, ref/enumerate.md, ref/enumeration.md, kb/linking-columns.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from anyq.errors import QError
from anyq.values import Atom, Attr, List, QType, Value, Vector, collapse

__all__ = ["ENUMERATED", "EnumeratedAtom", "Enumeration"]

ENUMERATED = 20
"""What ``type`` gives for enumerated vectors; for atoms its negative."""


@attrs.define(eq=False, repr=False)
class EnumeratedAtom(Atom):
    """One value of the variable ``domain``."""

    domain: str = ""

    def plain(self) -> Atom:
        """The value without the domain."""
        return Atom(self.qtype, self.raw)

    def alone(self) -> Enumeration:
        """The enumeration of just this."""
        plain = collapse([self.plain()])
        assert isinstance(plain, Vector)
        return Enumeration.over(self.domain, plain)

    def gathered(self, items: Sequence[Value]) -> Vector | List:
        for item in items:
            if type(item) is not EnumeratedAtom or item.domain != self.domain or item.qtype is not self.qtype:
                return List.of(tuple(items))
        plain = collapse([item.plain() for item in items])  # type: ignore[attr-defined]
        assert isinstance(plain, Vector)
        return Enumeration.over(self.domain, plain)


@attrs.frozen(eq=False, repr=False)
class Enumeration(Vector):
    """Values of the variable ``domain``: symbols of a list, keys of a keyed table, or row numbers of a table."""

    domain: str = ""

    @classmethod
    def over(cls, domain: str, values: Vector) -> Enumeration:
        """The enumeration of values that are in the domain already."""
        made = cls.of(values.qtype, values.data, values.attr)
        assert isinstance(made, Enumeration)
        object.__setattr__(made, "domain", domain)
        return made

    def plain(self) -> Vector:
        """The values without the domain."""
        return Vector.of(self.qtype, self.data, self.attr)

    def with_data(self, data: Any) -> Enumeration:
        """Other values of the same domain."""
        return Enumeration.over(self.domain, Vector.of(self.qtype, data))

    def with_attr(self, attr: Attr) -> Enumeration:
        return Enumeration.over(self.domain, Vector.of(self.qtype, self.data, attr))

    def with_items(self, items: Sequence[Value]) -> Value:
        """The same with other items, which the caller has checked to be of the domain."""
        made = collapse(items)
        if not items:
            return self.with_data(self.data[:0] if isinstance(self.data, np.ndarray) else self.data.take(slice(0)))
        if not isinstance(made, Vector) or made.qtype is not self.qtype:
            raise QError("type")
        return Enumeration.over(self.domain, made)

    def atom(self, index: int) -> EnumeratedAtom:
        return EnumeratedAtom(self.qtype, super().atom(index).raw, self.domain)

    def __iter__(self) -> Iterator[Atom]:
        return (EnumeratedAtom(self.qtype, item.raw, self.domain) for item in super().__iter__())

    def __getitem__(self, index: int | slice | npt.NDArray[Any]) -> Any:
        if isinstance(index, slice | np.ndarray):
            return Enumeration.over(self.domain, self.plain()[index])
        return self.atom(index)

    @property
    def is_symbols(self) -> bool:
        return self.qtype is QType.SYMBOL
