"""Enumerated vectors: symbols that are kept as places in a list, and foreign keys and links, as places in a table.

An `Enumeration` is a vector of the values it stands for, with the name of the variable they come from: every verb sees
symbols, as q's verbs do, and only type, display and files see the difference. q's enumerated atoms (type -20) are
here the plain symbols.

Facts: KX reference, pages basics/enumerations.md, ref/enumerate.md, ref/enumeration.md, kb/linking-columns.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from anyq.errors import QError
from anyq.values import Attr, QType, Value, Vector, collapse

__all__ = ["ENUMERATED", "Enumeration"]

ENUMERATED = 20
"""What ``type`` gives for enumerated vectors."""


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

    def __getitem__(self, index: int | slice | npt.NDArray[Any]) -> Any:
        found = self.plain()[index]
        return Enumeration.over(self.domain, found) if isinstance(found, Vector) else found

    @property
    def is_symbols(self) -> bool:
        return self.qtype is QType.SYMBOL
