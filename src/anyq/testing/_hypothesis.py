"""What Hypothesis calls when it is imported: the strategies behind ``st.from_type`` for the classes of values."""

from __future__ import annotations

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
        st.register_type_strategy(kind, _later(maker))
    for function in (Lambda, Primitive, Projection, Composition, Derived):
        st.register_type_strategy(function, _later("functions", function))


def _later(maker: str, kind: type = Value) -> st.SearchStrategy[Any]:
    def definition() -> st.SearchStrategy[Any]:
        from . import strategies

        made: st.SearchStrategy[Any] = getattr(strategies, maker)()
        return made if kind is Value else made.filter(lambda value: isinstance(value, kind))

    return st.deferred(definition)
