"""Enumerated vectors: symbols that are kept as places in a list, and foreign keys and links, as places in a table.

An `Enumeration` is a vector of the values it stands for, with the name of the variable they come from; an
`EnumeratedAtom` is one of its items. Every verb sees symbols, as q's verbs do, and only type, display, casts and files
see the difference; on the wire they are plain, as q sends them.

The numbers that an enumeration is kept as in q are found from its values and its domain when they are wanted (`places`
in `_domains`). When the domain's variable changes otherwise than at its end, the variables of the session that hold
such enumerations are renewed from their numbers (`renumbered`); values that were given out stay what they were.

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

__all__ = ["ENUMERATED", "Domain", "EnumeratedAtom", "Enumeration"]

ENUMERATED = 20
"""What ``type`` gives for enumerated vectors; for atoms its negative."""


@attrs.define(eq=False)
class Domain:
    """A variable that values are enumerated over.

    ``words`` are its values now: a list of symbols, or the keys of a table with one key column; ``None`` for a table
    whose rows are numbered, and while there is no such variable.
    """

    name: str
    words: Vector | None = None


@attrs.define(eq=False, repr=False)
class EnumeratedAtom(Atom):
    """One value of the variable ``domain``; ``source`` is that variable, where a session made this."""

    domain: str = ""
    source: Domain | None = None

    def plain(self) -> Atom:
        """The value without the domain."""
        return Atom(self.qtype, self.raw)

    def alone(self) -> Enumeration:
        """The enumeration of just this."""
        plain = collapse([self.plain()])
        assert isinstance(plain, Vector)
        return Enumeration.over(self.domain, plain, self.source)

    def gathered(self, items: Sequence[Value]) -> Vector | List:
        for item in items:
            if type(item) is not EnumeratedAtom or item.domain != self.domain or item.qtype is not self.qtype:
                return List.of(tuple(items))
        plain = collapse([item.plain() for item in items])  # type: ignore[attr-defined]
        assert isinstance(plain, Vector)
        return Enumeration.over(self.domain, plain, self.source)


@attrs.frozen(eq=False, repr=False)
class Enumeration(Vector):
    """Values of the variable ``domain``: symbols of a list, keys of a keyed table, or row numbers of a table."""

    domain: str = ""
    source: Domain | None = None

    @classmethod
    def over(cls, domain: str, values: Vector, source: Domain | None = None) -> Enumeration:
        """The enumeration of values that are in the domain already."""
        made = cls.of(values.qtype, values.data, values.attr)
        assert isinstance(made, Enumeration)
        object.__setattr__(made, "domain", domain)
        object.__setattr__(made, "source", source)
        return made

    def like(self, values: Vector) -> Enumeration:
        """Other values of the same domain, which the caller has checked."""
        return Enumeration.over(self.domain, values, self.source)

    def plain(self) -> Vector:
        """The values without the domain."""
        return Vector.of(self.qtype, self.data, self.attr)

    def with_data(self, data: Any) -> Enumeration:
        """Other values of the same domain."""
        return self.like(Vector.of(self.qtype, data))

    def with_attr(self, attr: Attr) -> Enumeration:
        return self.like(Vector.of(self.qtype, self.data, attr))

    def with_items(self, items: Sequence[Value]) -> Value:
        """The same with other items, which the caller has checked to be of the domain."""
        made = collapse(items)
        if not items:
            return self.with_data(self.data[:0] if isinstance(self.data, np.ndarray) else self.data.take(slice(0)))
        if not isinstance(made, Vector) or made.qtype is not self.qtype:
            raise QError("type")
        return self.like(made)

    def atom(self, index: int) -> EnumeratedAtom:
        return EnumeratedAtom(self.qtype, super().atom(index).raw, self.domain, self.source)

    def __iter__(self) -> Iterator[Atom]:
        return (EnumeratedAtom(self.qtype, item.raw, self.domain, self.source) for item in super().__iter__())

    def __getitem__(self, index: int | slice | npt.NDArray[Any]) -> Any:
        if isinstance(index, slice | np.ndarray):
            return self.like(self.plain()[index])
        return self.atom(index)

    @property
    def is_symbols(self) -> bool:
        return self.qtype is QType.SYMBOL
