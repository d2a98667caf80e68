"""What Hypothesis calls when it is imported: the strategies behind ``st.from_type`` for the classes of values."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from hypothesis import strategies as st

from anyq.values import (
    Atom,
    Composition,
    Derived,
    Dict,
    KeyedTable,
    Lambda,
    List,
    Primitive,
    Projection,
    Table,
    Value,
    Vector,
)

__all__ = ["register"]


_MAKERS: Final = {
    Value: "values",
    Atom: "atoms",
    Vector: "vectors",
    List: "lists",
    Dict: "dicts",
    Table: "tables",
    KeyedTable: "keyed_tables",
}


def register() -> None:
    """Registered in the package's metadata, group ``hypothesis``.

    Nothing is made yet: when our own strategies are what imports Hypothesis, they are not all there at this moment.
    """
    for kind, maker in _MAKERS.items():
        st.register_type_strategy(kind, st.deferred(partial(_made, maker)))
    for function in (Lambda, Primitive, Projection, Composition, Derived):
        st.register_type_strategy(function, st.deferred(partial(_only, function)))


def _made(maker: str) -> st.SearchStrategy[Any]:
    from . import strategies

    made: st.SearchStrategy[Any] = getattr(strategies, maker)()
    return made


def _only(kind: type) -> st.SearchStrategy[Any]:
    return _made("functions").filter(lambda value: isinstance(value, kind))
