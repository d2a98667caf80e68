"""Aggregates that split: what each server computes of its partitions, and what makes the whole of the parts.

A part of ``avg`` is a sum and a number; of ``var`` a number, a mean and a variance (Chan, Golub and LeVeque, 1979),
for a difference of sums of squares would lose digits. The parts are combined by q itself, with its rules for nulls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from anyq.engine import Interpreter
from anyq.errors import ConversionError
from anyq.query import (
    Columns,
    Expression,
    Unary,
    avg,
    col,
    count,
    first,
    last,
    max,
    min,
    not_,
    null,
    select,
    sqrt,
    sum,
    var,
)
from anyq.values import KeyedTable, List, Table, Value, as_q

__all__ = ["Split", "combined", "split"]


@attrs.frozen
class Split:
    """The columns that servers compute, and the expression of these that is the aggregate of all rows."""

    partials: Mapping[str, Expression]
    whole: Expression


def split(name: str, aggregate: Expression) -> Split:
    """The parts of an aggregate. Raises `ConversionError` for what does not split."""
    function, arguments = aggregate.function, aggregate.arguments
    make = _SPLITS.get(function or "")
    if make is None:
        raise ConversionError(f"{name}: {aggregate} does not split over partitions; there are {' '.join(_SPLITS)}")
    return make(name, *arguments)


def _same(function: Unary, total: Unary) -> Callable[[str, Expression], Split]:
    return lambda name, x: Split({name: function(x)}, total(name))


def _avg(name: str, x: Expression) -> Split:
    total, number = f"{name}_sum", f"{name}_number"
    return Split({total: sum(x * 1.0), number: sum(not_(null(x)))}, sum(total) / sum(number))


def _wavg(name: str, w: Expression, x: Expression) -> Split:
    total, weight = f"{name}_sum", f"{name}_weight"
    return Split({total: sum(w * x * 1.0), weight: sum(w * not_(null(x)))}, sum(total) / sum(weight))


def _var(name: str, x: Expression) -> Split:
    number, mean, spread = f"{name}_number", f"{name}_mean", f"{name}_var"
    centre = sum(col(number) * col(mean)) / sum(number)
    whole = sum(col(number) * (col(spread) + (col(mean) - centre) * (col(mean) - centre))) / sum(number)
    return Split({number: sum(not_(null(x))), mean: avg(x), spread: var(x)}, whole)


def _dev(name: str, x: Expression) -> Split:
    parts = _var(name, x)
    return Split(parts.partials, sqrt(parts.whole))


_SPLITS: Final[dict[str, Callable[..., Split]]] = {
    "sum": _same(sum, sum), "count": _same(count, sum), "min": _same(min, min), "max": _same(max, max),
    "first": _same(first, first), "last": _same(last, last), "avg": _avg, "wavg": _wavg, "var": _var, "dev": _dev,
}  # fmt: skip


def combined(
    tables: Sequence[Table], wanted: Mapping[str, Split], by: Columns | None, q: Interpreter | None = None
) -> Table | KeyedTable:
    """The aggregates of all rows, of the parts in the order of partitions; computed by ``q``, or a new one."""
    q = q or Interpreter()
    whole = q.value(List.of((q.eval("raze"), List.of(tuple(tables)))))
    keys = [name for name in tables[0].column_names if not any(name in part.partials for part in wanted.values())]
    query = select(whole, {name: part.whole for name, part in wanted.items()}, by=keys if by is not None else None)
    made: Value = q.value(as_q(query))
    assert isinstance(made, Table | KeyedTable)
    return made
