"""Aggregates: a list to one value. Of a list of lists they go column by column, of a table too (page basics/math.md).

Nulls are left out: a sum takes them for 0, a product for 1, the least and the greatest for the far infinity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs
import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse, count

from ...kernel._itemwise import extend1
from ...kernel._raw import convert, has
from ...kernel._support import (
    FUNCTIONS,
    INTEGERS,
    Array,
    array_of,
    atom_of,
    bools,
    fail,
    flag,
    items_of,
    long,
    vec,
)
from ...kernel._temporal import cast
from ...session._vocabulary import Vocabulary
from ..lists._lists import flip_lists
from ._arithmetic import add, divide, multiply
from ._comparison import greater, lesser

__all__ = ["as_floats", "install", "nulls_in", "over_columns"]

_LONG, _FLOAT, _INT = QType.LONG, QType.FLOAT, QType.INT

SUMMED: Final = {
    **{t: t for t in QType if t.dtype is not None and t.dtype.kind in "if"},
    **dict.fromkeys((QType.BOOLEAN, QType.BYTE, QType.SHORT), _INT),
}
"""The type of a sum or product by the type of what is summed; chars, symbols and guids have none."""


def nulls_in(data: Array, qtype: QType) -> Any:
    """A mask of the nulls, ``None`` when there are none."""
    if qtype.null is None:
        return None
    if data.dtype.kind != "f":
        return data == qtype.null if has(data, qtype.null) else None
    mask = np.isnan(data)
    return mask if np.count_nonzero(mask) else None


def as_floats(value: Value) -> Array:
    """The underlying numbers as floats, nulls as NaN; ``'type`` for what is no number."""
    if not isinstance(value, Atom | Vector) or value.qtype in (QType.SYMBOL, QType.GUID):
        raise QError("type")
    data = array_of(value)
    if value.qtype is _FLOAT:
        return data
    out = data.astype(np.float64)
    if data.dtype.kind == "i":
        out[data == value.qtype.null] = np.nan
    return out


def over_columns(f: Callable[..., Value], x: Value) -> Value:
    """``f`` of each column of a list of lists."""
    return collapse([f(column) for column in items_of(flip_lists(x))])


@attrs.frozen(eq=False)
class Aggregate:
    """An aggregate: what it does with a vector, with a general list, and with an atom."""

    vector: Callable[[Vector], Value]
    items: Callable[[List], Value]
    atom: Callable[[Atom], Value]

    def __call__(self, x: Value) -> Value:
        if isinstance(x, Vector):
            return self.vector(x)
        if isinstance(x, Atom):
            return self.atom(x)
        if isinstance(x, KeyedTable):
            return self(x.value)
        if isinstance(x, Table):
            return Dict(x.names, collapse([self(column) for column in x.data.items]))
        if isinstance(x, Dict):
            return self(x.value)
        if isinstance(x, List):
            return self.items(x)
        raise QError("type")


def _folded(
    op: Callable[[Value, Value], Value], vector: Callable[[Vector], Value], unit: Value
) -> Callable[[List], Value]:
    """Over a general list: ``op`` between its items; atoms of different types as one vector of their widest type."""

    def run(x: List) -> Value:
        items = x.items
        if not items:
            return unit
        if all(isinstance(item, Atom) for item in items):
            same = _one_type([item for item in items if isinstance(item, Atom)])
            if same is not None:
                return vector(same)
        result = items[0]
        for item in items[1:]:
            result = op(result, item)
        return result

    return run


def _one_type(items: list[Atom]) -> Vector | None:
    kinds = {item.qtype for item in items}
    if not all(kind in SUMMED and kind < QType.CHAR for kind in kinds):
        return None
    widest = max(kinds)
    parts = [convert(array_of(item), item.qtype, widest) for item in items]
    return vec(widest, np.concatenate(parts))


def _sum_vector(x: Vector) -> Value:
    qtype = SUMMED.get(x.qtype)
    if qtype is None:
        raise QError("type")
    data = x.data
    if data.dtype.kind == "f":
        total = _float_sum(data)
        return Atom(qtype, float(total))
    mask = nulls_in(data, x.qtype)
    whole = np.add.reduce(data, dtype=np.int64) if mask is None else data.sum(dtype=np.int64, where=~mask)
    return Atom(qtype, int(whole.astype(qtype.numpy)))


def _float_sum(data: Array) -> Any:
    with np.errstate(all="ignore"):
        total = data.sum(dtype=np.float64)
        if total != total:
            total = data.sum(dtype=np.float64, where=~np.isnan(data))
    return total


def _sum_atom(x: Atom) -> Value:
    if x.qtype not in SUMMED:
        raise QError("type")
    return x


def _product_vector(x: Vector) -> Value:
    qtype = SUMMED.get(x.qtype)
    if qtype is None:
        raise QError("type")
    data = x.data
    mask = nulls_in(data, x.qtype)
    with np.errstate(all="ignore"):
        wide = np.float64 if data.dtype.kind == "f" else np.int64
        total = data.prod(dtype=wide) if mask is None else data.prod(dtype=wide, where=~mask)
    return Atom(qtype, float(total) if data.dtype.kind == "f" else int(total.astype(qtype.numpy)))


def _extreme(least: bool) -> Callable[[Vector], Value]:
    def run(x: Vector) -> Value:
        qtype = x.qtype
        if qtype in (QType.SYMBOL, QType.GUID):
            raise QError("type")
        data = x.data
        mask = nulls_in(data, qtype) if qtype is not QType.CHAR else None
        if mask is not None:
            data = data[~mask]
        if not len(data):
            return Atom(qtype, _far(qtype, least))
        return atom_of(qtype, data.min() if least else data.max())

    return run


def _far(qtype: QType, least: bool) -> Any:
    """The infinity that anything beats."""
    if qtype.inf is not None:
        return qtype.inf if least else qtype.ninf
    top = 1 if qtype is QType.BOOLEAN else 255
    return top if least else 0


def _ordered_atom(x: Atom) -> Value:
    if x.qtype in (QType.SYMBOL, QType.GUID):
        raise QError("type")
    return x


def _mean(data: Array) -> float:
    if not len(data):
        return float("nan")
    with np.errstate(all="ignore"):
        total = data.sum()
        if total == total:
            return float(total / len(data))
        kept = data[~np.isnan(data)]
        return float(kept.sum() / len(kept)) if len(kept) else float("nan")


def _float_result(function: Callable[[Array], float]) -> Callable[[Value], Value]:
    return lambda x: Atom(_FLOAT, float(function(as_floats(x))))


def _by_column(vector: Callable[[Value], Value]) -> Callable[[List], Value]:
    """Over a general list: column by column, or as one vector of numbers."""

    def run(x: List) -> Value:
        if not len(x):
            return vector(vec(_FLOAT, np.empty(0)))
        if all(isinstance(item, Atom) for item in x.items):
            same = _one_type([item for item in x.items if isinstance(item, Atom)])
            return vector(same) if same is not None else fail("type")
        return over_columns(Aggregate(vector, run, vector), x)

    return run


def _average_list(x: List) -> Value:
    if not len(x):
        return Atom(_FLOAT, float("nan"))
    return divide(total(x), long(len(x)))


def _deviations(sample: bool, root: bool) -> Callable[[Array], float]:
    def run(data: Array) -> float:
        kept = data[~np.isnan(data)]
        n = len(kept) - (1 if sample else 0)
        if n <= 0:
            return float("nan")
        with np.errstate(all="ignore"):
            spread = float(((kept - kept.mean()) ** 2).sum() / n)
        return spread**0.5 if root else spread

    return run


def _median(data: Array) -> float:
    kept = data[~np.isnan(data)]
    return float(np.median(kept)) if len(kept) else float("nan")


def _of_floats(function: Callable[[Array], float]) -> Aggregate:
    vector = _float_result(function)
    return Aggregate(vector, _by_column(vector), vector)


total: Final = Aggregate(_sum_vector, _folded(add, _sum_vector, long(0)), _sum_atom)
product: Final = Aggregate(_product_vector, _folded(multiply, _product_vector, long(1)), _sum_atom)
least: Final = Aggregate(_extreme(True), _folded(lesser, _extreme(True), Atom(_FLOAT, float("inf"))), _ordered_atom)
most: Final = Aggregate(_extreme(False), _folded(greater, _extreme(False), Atom(_FLOAT, -float("inf"))), _ordered_atom)
mean: Final = Aggregate(_float_result(_mean), _average_list, _float_result(_mean))


def truths(x: Value) -> Value:
    """Which items are not zero; any text or date counts by its number."""
    if isinstance(x, Atom | Vector):
        if x.qtype in (QType.SYMBOL, QType.GUID):
            raise QError("type")
        data = array_of(x)
        return flag(data[0] != 0) if isinstance(x, Atom) else bools(data != 0)
    return extend1(truths, x)


def _logical(every: bool) -> Aggregate:
    def vector(x: Vector) -> Value:
        marks = truths(x)
        assert isinstance(marks, Vector)
        return flag(marks.data.all() if every else marks.data.any())

    def items(x: List) -> Value:
        if not len(x):
            return flag(every)
        parts = [truths(item) for item in x.items]
        result = parts[0]
        for part in parts[1:]:
            result = (lesser if every else greater)(result, part)
        return result

    return Aggregate(vector, items, truths)


def _pair(x: Value, y: Value) -> tuple[Array, Array]:
    a, b = as_floats(x), as_floats(y)
    if len(a) != len(b) and isinstance(x, Vector) and isinstance(y, Vector):
        raise QError("length")
    a, b = np.broadcast_arrays(a, b)
    kept = ~(np.isnan(a) | np.isnan(b))
    return (a, b) if kept.all() else (a[kept], b[kept])


def _of_pairs(function: Callable[[Array, Array], float]) -> Callable[[Value, Value], Value]:
    """A statistic of two lists; columns pairwise where they are lists of lists."""

    def run(x: Value, y: Value) -> Value:
        if isinstance(x, FUNCTIONS) or isinstance(y, FUNCTIONS):
            raise QError("type")
        if isinstance(y, Table) and not isinstance(x, Table):
            return Dict(y.names, collapse([run(x, column) for column in y.data.items]))
        if isinstance(x, Dict | Table) or isinstance(y, Dict | Table):
            return run(_unwrapped(x), _unwrapped(y))
        if (isinstance(x, List) and len(x)) or (isinstance(y, List) and len(y)):
            return _pairs_of_columns(run, x, y)
        with np.errstate(all="ignore"):
            return Atom(_FLOAT, float(function(*_pair(_numeric(x), _numeric(y)))))

    return run


def _unwrapped(x: Value) -> Value:
    return x.value if isinstance(x, Dict) else flip_lists(x.data) if isinstance(x, Table) else x


def _numeric(x: Value) -> Value:
    return vec(_FLOAT, np.empty(0)) if isinstance(x, List) else x


def _pairs_of_columns(run: Callable[[Value, Value], Value], x: Value, y: Value) -> Value:
    if isinstance(y, List):
        columns = items_of(flip_lists(y))
        if isinstance(x, List):
            others = items_of(flip_lists(x))
            if len(columns) != len(others):
                raise QError("length")
            return collapse([run(a, b) for a, b in zip(others, columns, strict=True)])
        return collapse([run(x, column) for column in columns])
    return collapse([run(column, y) for column in items_of(flip_lists(x))])


def _weighted(weights: Array, data: Array) -> float:
    with np.errstate(all="ignore"):
        return float((weights * data).sum() / weights.sum())


def _covariance(sample: bool) -> Callable[[Array, Array], float]:
    def run(a: Array, b: Array) -> float:
        n = len(a) - (1 if sample else 0)
        return float(((a - a.mean()) * (b - b.mean())).sum() / n) if n > 0 else float("nan")

    return run


def _correlation(a: Array, b: Array) -> float:
    if not len(a):
        return float("nan")
    da, db = a - a.mean(), b - b.mean()
    return float((da * db).sum() / np.sqrt((da * da).sum() * (db * db).sum()))


def weighted_sum(x: Value, y: Value) -> Value:
    """q's ``x wsum y``: the sum of the products; of two integer vectors as a float (page ref/sum.md)."""
    result = total(multiply(x, y))
    if isinstance(x, Vector) and isinstance(y, Vector) and isinstance(result, Atom) and result.qtype in INTEGERS:
        return cast(QType.FLOAT, result)
    return result


def _count(x: Value) -> Value:
    return long(count(x))


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    unaries: dict[str, Callable[[Value], Value]] = {
        "sum": total, "prd": product, "min": least, "max": most, "avg": mean, "all": _logical(True),
        "any": _logical(False), "med": _of_floats(_median), "dev": _of_floats(_deviations(False, True)),
        "var": _of_floats(_deviations(False, False)), "sdev": _of_floats(_deviations(True, True)),
        "svar": _of_floats(_deviations(True, False)), "count": _count,
    }  # fmt: skip
    for name, verb in unaries.items():
        vocabulary.unary(name, verb)
    for name, pair in {
        "wsum": weighted_sum, "wavg": _of_pairs(_weighted), "cov": _of_pairs(_covariance(False)),
        "scov": _of_pairs(_covariance(True)), "cor": _of_pairs(_correlation),
    }.items():  # fmt: skip
        vocabulary.binary(name, pair)
