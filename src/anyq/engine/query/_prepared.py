"""A query, ready to run: its phrases as parse trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from anyq.values import Atom, Dict, List, Primitive, QType, Value, Vector, collapse, symbols

from ..syntax._grammar import UNARY_CODES

_SORTS: Final = {
    "<": Primitive(QType.UNARY, UNARY_CODES["iasc"]),
    ">": Primitive(QType.UNARY, UNARY_CODES["idesc"]),
}

__all__ = ["Prepared", "names_of"]


def names_of(tree: Value) -> Iterator[str]:
    """Every symbol of a tree that may be a name."""
    todo = [tree]
    while todo:
        part = todo.pop()
        if isinstance(part, Atom):
            if part.qtype is QType.SYMBOL:
                yield part.raw
        elif isinstance(part, Vector):
            if part.qtype is QType.SYMBOL:
                yield from part.symbols.objects().tolist()
        elif isinstance(part, List):
            todo.extend(part.items)


@attrs.frozen(eq=False)
class Prepared:
    """What a query asks for. ``by`` is ``None`` without it; ``limits`` and ``order`` as in ``select[5;>price]``."""

    kind: str
    distinct: bool
    columns: tuple[tuple[str, Value], ...]
    by: tuple[tuple[str, Value], ...] | None
    where: tuple[Value, ...]
    table: Value | None
    limits: tuple[Value, ...] = ()
    order: tuple[str, Value] | None = None
    context: str = ""
    plain: bool = False
    names: frozenset[str] = attrs.field(init=False)

    @names.default
    def _used(self) -> frozenset[str]:
        trees = [tree for _, tree in (*self.columns, *(self.by or ()))]
        trees += [*self.where, *self.limits, *([self.table] if self.table is not None else [])]
        if self.order is not None:
            trees.append(self.order[1])
        return frozenset(name.partition(".")[0] for tree in trees for name in names_of(tree))

    def arguments(self) -> tuple[Value, ...]:
        """The arguments of the functional form after the table (page basics/funsql.md)."""
        where: Value = List.of((List.of(self.where),)) if self.where else List.of(())
        no, empty = Atom(QType.BOOLEAN, 0), List.of(())
        by: Value = self._dict(self.by) if self.by is not None else empty if self.kind == "exec" else no
        if self.distinct:
            by = Atom(QType.BOOLEAN, 1)
        columns: Value = self._dict(self.columns) if self.columns else empty
        if self.kind == "exec" and self.plain:
            columns = collapse([self.columns[0][1]])
        if self.kind == "exec" and self.by is not None and not self.by[0][0]:
            by = collapse([self.by[0][1]])
        if self.kind == "delete":
            names = symbols([name for name, _ in self.columns])
            columns = List.of((names,)) if self.columns else symbols([])
        extra: list[Value] = []
        if self.limits or self.order is not None:
            extra.append(self.limits[0] if self.limits else Atom(QType.LONG, QType.LONG.inf))
        if self.order is not None:
            extra.append(List.of((collapse([_SORTS[self.order[0]], self.order[1]]),)))
        return where, by, columns, *extra

    @staticmethod
    def _dict(pairs: tuple[tuple[str, Value], ...]) -> Value:
        return Dict(symbols([name for name, _ in pairs]), collapse([tree for _, tree in pairs]))
