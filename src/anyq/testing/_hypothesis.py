"""What Hypothesis calls when it is imported: the strategies behind ``st.from_type`` for the classes of values."""

from __future__ import annotations

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


def register() -> None:
    """Registered in the package's metadata, group ``hypothesis``."""
    from . import strategies as q

    def only(kind: type) -> st.SearchStrategy[Value]:
        return q.functions().filter(lambda value: isinstance(value, kind))

    st.register_type_strategy(Value, q.values())
    st.register_type_strategy(Atom, q.atoms())
    st.register_type_strategy(Vector, q.vectors())
    st.register_type_strategy(List, q.lists())
    st.register_type_strategy(Dict, q.dicts())
    st.register_type_strategy(Table, q.tables())
    st.register_type_strategy(KeyedTable, q.keyed_tables())
    for kind in (Lambda, Primitive, Projection, Composition, Derived):
        st.register_type_strategy(kind, only(kind))
