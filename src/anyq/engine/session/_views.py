"""Views: ``name::expression`` outside a lambda is a variable that is computed when it is read.

The value is kept as long as the variables it was made of are the same. Facts: KX reference, page learn/views.md.
"""

from __future__ import annotations

from typing import Protocol

import attrs

from anyq.errors import QError
from anyq.values import NULL, Lambda, List, Value, chars, symbols

from ._functions import Closure

__all__ = ["View", "ViewValue"]


class Variables(Protocol):
    """Where a view reads its variables."""

    def find(self, key: str) -> Value | None:
        """The value of a full name, ``None`` if it has none."""


@attrs.frozen(eq=False, repr=False)
class ViewValue(Lambda):
    """A view as a value."""

    inert = Lambda

    view: View


@attrs.define(eq=False)
class View:
    """One view: its code, the full names it reads, its dependencies as q lists them, and its last value."""

    closure: Closure
    reads: tuple[str, ...]
    shown_reads: tuple[str, ...]
    source: str
    tree: Value
    _seen: tuple[Value | None, ...] | None = None
    _value: Value | None = None
    _busy: bool = False

    def value(self, names: Variables) -> Value:
        """The value now. Raises `QError` (``loop``) when the view needs itself."""
        if self._busy:
            raise QError("loop")
        self._busy = True
        try:
            now = tuple([names.find(name) for name in self.reads])
            known = self._seen is not None and all(a is b for a, b in zip(now, self._seen, strict=True))
            if not known or self._value is None:
                self._value = self.closure.code()
                self._seen = now
            return self._value
        finally:
            self._busy = False

    def anatomy(self, names: Variables) -> Value:
        """Its value if that is up to date, its parse tree, what it reads, its text (page learn/views.md)."""
        now = NULL if self.is_pending(names) or self._value is None else self._value
        return List.of((now, self.tree, symbols(self.shown_reads), chars(self.source.encode("latin-1"))))

    @property
    def shown(self) -> Value:
        """What stands for the view itself in its namespace; it prints as its text."""
        return ViewValue(self.closure.context, self.source.encode("latin-1"), self)

    def is_pending(self, names: Variables) -> bool:
        """Whether it has not been computed yet, or must be again."""
        now = tuple([names.find(name) for name in self.reads])
        return self._seen is None or any(a is not b for a, b in zip(now, self._seen, strict=True))
