"""Names of functions, called where they are."""

from __future__ import annotations

from typing import Any, ClassVar

from anyq.values import symbol

from . import _engine
from ._atoms import SymbolAtom
from ._base import unwrap, wrap
from ._functions import Foreign, Function

__all__ = ["SymbolicFunction"]


class SymbolicFunction(SymbolAtom, Function):
    """The name of a function, and where it is called: in the embedded q, or on a connection."""

    t: ClassVar[Any] = -11
    _context: Any = None

    def __new__(cls, x: Any = None, context: Any = None, *, cast: bool | None = None, **keywords: Any) -> Any:
        made = object.__new__(cls)
        made._v = symbol(str(x))
        made._context = context
        return made

    @property
    def sym(self) -> Any:
        """The name as a symbol."""
        return wrap(symbol(str(self)))

    def with_execution_ctx(self, context: Any) -> Any:
        """The same name, called somewhere else: in a q, or on a connection."""
        return SymbolicFunction(str(self), None if getattr(context, "is_embedded", False) else context)

    @property
    def func(self) -> Any:
        return wrap(_engine.evaluate(str(self))) if self._context is None else self._context(str(self))

    @property
    def params(self) -> tuple[str, ...]:
        names: tuple[str, ...] = getattr(self.func, "params", ())
        return names

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        given = self._arranged(arguments, keywords) if keywords else arguments
        if self._context is not None:
            return self._context(self.sym, *(given or (None,)))
        found = self.func
        return (
            found(*given)
            if isinstance(found, Function | Foreign)
            else wrap(_engine.apply(found._v, *[unwrap(x) for x in given]))
        )

    def _equal(self, other: object) -> Any:
        same = isinstance(other, SymbolicFunction) and str(self) == str(other)
        return same and self._context is other._context  # type: ignore[attr-defined]

    def _compare(self, sign: str, other: Any) -> Any:
        return self._equal(other) and "=" in sign

    def __hash__(self) -> int:
        return hash((str(self), id(self._context)))

    def py(self, **keywords: Any) -> Any:
        """Itself: it is called as a Python function."""
        return self

    def np(self, **keywords: Any) -> Any:
        """Itself."""
        return self

    def pd(self, **keywords: Any) -> Any:
        """Itself."""
        return self

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"pykx.SymbolicFunction('{self}')"
