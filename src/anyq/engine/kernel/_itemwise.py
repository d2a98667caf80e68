"""Item-wise extension: how a function of atoms and vectors reaches into lists, dicts and tables.

This is the only place that knows it (pages basics/atomic.md, basics/conformable.md, basics/math.md):
an atom goes with every item; lists of the same count go pairwise, else ``'length``; a dict keeps its keys; two dicts
go key by key, and what only one of them has stays as it is; a table goes column by column, a keyed table as a dict of
its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import attrs
import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse

from ._promote import Promotion
from ._raw import convert
from ._records import records
from ._search import positions
from ._support import FUNCTIONS, array_of, atom_of, items_of, null_items, null_like, strs, symbols, vec

__all__ = ["Binary", "Unary", "extend1", "extend2"]

BinaryFunction = Callable[[Value, Value], Value]
UnaryFunction = Callable[[Value], Value]


def extend1(f: UnaryFunction, x: Value) -> Value:
    """``f`` of every item of a general list, of the values of a dict, of the columns of a table."""
    if isinstance(x, List):
        return collapse([f(item) for item in x.items])
    if isinstance(x, KeyedTable):
        return KeyedTable(x.key, f(x.value))
    if isinstance(x, Dict):
        return Dict(x.key, f(x.value), x.sorted)
    if isinstance(x, Table):
        return Table.of(x.names, List.of(tuple([f(column) for column in x.data.items])))
    raise QError("type")


def extend2(f: BinaryFunction, x: Value, y: Value) -> Value:
    """``f`` between ``x`` and ``y`` where at least one of them is more than an atom or a vector."""
    if isinstance(x, FUNCTIONS) or isinstance(y, FUNCTIONS):
        raise QError("type")
    if isinstance(x, Dict) or isinstance(y, Dict):
        return _dicts(f, x, y)
    if isinstance(x, Table) or isinstance(y, Table):
        return _tables(f, x, y)
    if isinstance(x, Atom):
        return collapse([f(x, item) for item in items_of(y)])
    if isinstance(y, Atom):
        return collapse([f(item, y) for item in items_of(x)])
    left, right = items_of(x), items_of(y)
    if len(left) != len(right):
        raise QError("length")
    return collapse([f(a, b) for a, b in zip(left, right, strict=True)])


def _dicts(f: BinaryFunction, x: Value, y: Value) -> Value:
    if isinstance(x, Dict) and isinstance(y, Dict):
        if x.key == y.key:
            return type(x)(x.key, f(x.value, y.value))
        return _union(f, x, y)
    if isinstance(x, Dict):
        return _table_and_dict(f, x, y) if isinstance(y, Table) else type(x)(x.key, f(x.value, y))
    assert isinstance(y, Dict)
    if isinstance(x, Table):
        return _table_and_dict(f, x, y)
    return type(y)(y.key, f(x, y.value))


def _table_and_dict(f: BinaryFunction, x: Value, y: Value) -> Value:
    """A table and a dict of column names: every row goes with the dict."""
    if isinstance(x, Table) and isinstance(y, Dict) and not isinstance(y, KeyedTable):
        return records([f(row, y) for row in x])
    if isinstance(y, Table) and isinstance(x, Dict) and not isinstance(x, KeyedTable):
        return records([f(x, row) for row in y])
    raise QError("type")


def _union(f: BinaryFunction, x: Dict, y: Dict) -> Value:
    """By key. What has no partner stays as it is; a comparison has a null for its partner."""
    keys, values = items_of(x.key), items_of(x.value)
    have = len(keys)
    alone, compares = getattr(f, "alone", None), getattr(f, "compares", False)
    found = positions(x.key, y.key).tolist()
    if compares:
        kept = set(found)
        values = [v if at in kept else f(v, _missing(v)) for at, v in enumerate(values)]
    for place, key, value in zip(found, items_of(y.key), items_of(y.value), strict=True):
        if place < have:
            values[place] = f(values[place], value)
        else:
            keys.append(key)
            values.append(f(_missing(value), value) if compares else value if alone is None else alone(value))
    if isinstance(x, KeyedTable):
        if not isinstance(y, KeyedTable):
            raise QError("type")
        return KeyedTable(records(keys), records(values))
    made = records(keys) if isinstance(x.key, Table) else collapse(keys)
    return Dict(made, collapse(values))


def _missing(value: Value) -> Value:
    return null_items(value) if isinstance(value, Vector | List) else null_like(value)


def _tables(f: BinaryFunction, x: Value, y: Value) -> Value:
    if isinstance(x, Table) and isinstance(y, Table):
        if len(x) != len(y):
            raise QError("length")
        joined = f(Dict(x.names, x.data), Dict(y.names, y.data))
        assert isinstance(joined, Dict)
        return Table(symbols(strs(joined.key)), List.of(tuple(items_of(joined.value))))
    if isinstance(x, Table):
        return Table.of(x.names, List.of(tuple([f(column, y) for column in x.data.items])))
    assert isinstance(y, Table)
    return Table.of(y.names, List.of(tuple([f(x, column) for column in y.data.items])))


@attrs.frozen(eq=False)
class Binary:
    """An item-wise verb of two arguments.

    ``kernel`` gets the bare arrays of both arguments (one item for an atom), the types they had and the result's type
    by the ``types`` table; it gives bare data of the result's type. ``scalars`` are fast paths for two atoms, by their
    types: they get the raw numbers and return the result.
    """

    types: Promotion
    kernel: Callable[[Any, Any, QType, QType, QType], Any]
    scalars: dict[tuple[QType, QType], Callable[[Any, Any], Atom]] = attrs.field(factory=dict)
    alone: UnaryFunction | None = None
    """What becomes of a value whose key only the right one of two dicts has; it stays if this is not given."""
    exact: tuple[Callable[[Any, Any], Any], int] | None = None
    """A function of two longs, and the magnitude below which its result is q's for both."""
    itemwise: ClassVar[bool] = True

    def __call__(self, x: Value, y: Value) -> Value:
        if type(x) is Atom and type(y) is Atom:
            short = self.scalars.get((x.qtype, y.qtype))
            if short is not None:
                return short(x.raw, y.raw)
        if isinstance(x, Atom | Vector) and isinstance(y, Atom | Vector):
            return self._flat(x, y)
        return extend2(self, x, y)

    def fast(self) -> BinaryFunction:
        """The verb as a plain function with `exact` inline. Scalar loops take a third less time than through the class.

        What is near a null, an infinity or overflow goes to the verb itself, which alone knows q's rules.
        """
        if self.exact is None:
            return self
        op, edge, long = *self.exact, QType.LONG
        low = -edge

        def run(x: Value, y: Value) -> Value:
            if type(x) is Atom and type(y) is Atom and x.qtype is long and y.qtype is long:
                a, b = x.raw, y.raw
                if low < a < edge and low < b < edge:
                    return Atom(long, op(a, b))
            return self(x, y)

        run.alone = self.alone  # type: ignore[attr-defined]
        return run

    def _flat(self, x: Atom | Vector, y: Atom | Vector) -> Value:
        qtype = self.types.get((x.qtype, y.qtype))
        if qtype is None:
            raise QError("type")
        scalar = isinstance(x, Atom) and isinstance(y, Atom)
        a, b = array_of(x), array_of(y)
        if isinstance(x, Vector) and isinstance(y, Vector) and len(a) != len(b):
            raise QError("length")
        with np.errstate(all="ignore"):
            data = self.kernel(a, b, x.qtype, y.qtype, qtype)
        return atom_of(qtype, data[0]) if scalar else vec(qtype, data)


@attrs.frozen(eq=False)
class Unary:
    """An item-wise verb of one argument; ``types`` maps the argument's type to the result's (absent: ``'type``)."""

    types: dict[QType, QType]
    kernel: Callable[[Any, QType, QType], Any]
    scalars: dict[QType, Callable[[Any], Atom]] = attrs.field(factory=dict)
    itemwise: ClassVar[bool] = True

    def __call__(self, x: Value) -> Value:
        if not isinstance(x, Atom | Vector):
            return extend1(self, x)
        if type(x) is Atom:
            short = self.scalars.get(x.qtype)
            if short is not None:
                return short(x.raw)
        qtype = self.types.get(x.qtype)
        if qtype is None:
            raise QError("type")
        with np.errstate(all="ignore"):
            data = self.kernel(array_of(x), x.qtype, qtype)
        return atom_of(qtype, data[0]) if isinstance(x, Atom) else vec(qtype, data)


def converting(kernel: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, QType, QType, QType], Any]:
    """A kernel over data converted to the result's type first; the third argument is the type's raw null."""

    def run(a: Any, b: Any, x: QType, y: QType, result: QType) -> Any:
        return kernel(convert(a, x, result), convert(b, y, result), result.null)

    return run
