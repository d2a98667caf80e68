"""Group rows by the values of columns.

`grouped` gives each row one number for its group, made from the numbers of its values in each column: the number so
far times the width of the next column, plus the number there. Numbers that would exceed 62 bits are made dense first.
One stable sort of these numbers puts the rows of a group next to each other, in their own order. Below 2**16 groups the
sort is a radix sort (NumPy chooses it for 16-bit keys), which is linear.

An expression is then evaluated on a slice for each group. Common aggregates of a numeric column are computed for all
groups at once by ``ufunc.reduceat`` (`reduced`); a result of ``None`` means that nulls need the rules of the verb
itself, group by group. Groups come in ascending order of their keys, as in q's ``by``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from anyq.values import Atom, QType, Value, Vector

from ._bulk import sorted_positions
from ._order import ranks
from ._take import Positions, take

__all__ = ["Groups", "grouped", "reduced"]

Q = QType


@attrs.frozen
class Groups:
    """Rows by group.

    ``order`` holds all row numbers, the rows of one group next to each other and in their own order. Group k is
    ``order[starts[k]:starts[k + 1]]``. ``keys`` has a column for each grouping, with one item for each group.
    """

    order: Positions
    starts: Positions
    keys: tuple[Value, ...]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def rows(self, k: int) -> Positions:
        return self.order[self.starts[k] : self.starts[k + 1]]

    def firsts(self) -> Positions:
        return self.order[self.starts[:-1]]

    def lasts(self) -> Positions:
        return self.order[self.starts[1:] - 1]


_NO_CODES: Final[Positions] = np.zeros(0, np.int64)


def _sorted_codes(column: Value) -> Positions:
    """A number for each item, ordered as the items are."""
    if isinstance(column, Vector):
        if column.qtype is Q.SYMBOL:
            codes, uniques = column.symbols.factorize()
            numbers: Positions = np.argsort(sorted_positions(uniques.tolist()))
            ranked: Positions = numbers[codes] if len(uniques) else _NO_CODES
            return ranked
        data = column.data
        if column.qtype is Q.GUID:
            data = np.array([raw.tobytes() for raw in data], dtype=object)
        elif data.dtype.kind == "f":
            data = np.where(np.isnan(data), -np.inf, data)
        elif data.dtype.kind == "i" and len(data):
            low, high = int(data.min()), int(data.max())
            if high - low < 1 << 20:
                shifted: Positions = data.astype(np.int64) - low
                return shifted
        return np.unique(data, return_inverse=True)[1].astype(np.int64)
    return np.unique(ranks(column), return_inverse=True)[1].reshape(-1).astype(np.int64)


def grouped(columns: Sequence[Value], size: int) -> Groups:
    """Group ``size`` rows by columns of that length; the first column varies slowest."""
    codes = np.zeros(size, np.int64)
    for column in columns:
        own = _sorted_codes(column)
        width = int(own.max()) + 1 if size else 1
        if size and int(codes.max()) > (1 << 62) // width:
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        codes = codes * width + own
    small = bool(size) and int(codes.max()) < 1 << 16
    order = np.argsort(codes.astype(np.uint16) if small else codes, kind="stable").astype(np.int64)
    ordered = codes[order]
    edges = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1 if size else np.zeros(0, np.int64)
    inner = [0, *edges.tolist(), size] if size else [0]
    starts = np.array(inner, np.int64)
    first = order[starts[:-1]] if size else order
    return Groups(order, starts, tuple([take(column, first) for column in columns]))


# -- aggregates of all groups at once

Reducer = Callable[[Vector, Groups], npt.NDArray[Any] | None]


def _ordered(x: Vector, groups: Groups) -> npt.NDArray[Any]:
    data: npt.NDArray[Any] = x.data[groups.order]
    return data


def _null_mask(x: Vector, data: npt.NDArray[Any]) -> npt.NDArray[np.bool_] | None:
    if data.dtype.kind == "f":
        mask = np.isnan(data)
    elif isinstance(x.qtype.null, int) and x.qtype is not Q.CHAR:
        mask = data == x.qtype.null
    else:
        return None
    return mask if bool(mask.any()) else None


def _sum(x: Vector, groups: Groups) -> npt.NDArray[Any] | None:
    data = _ordered(x, groups)
    mask = _null_mask(x, data)
    if mask is not None:
        data = np.where(mask, 0, data)
    wide = data.astype(np.float64) if data.dtype.kind == "f" else data.astype(np.int64)
    sums: npt.NDArray[Any] = np.add.reduceat(wide, groups.starts[:-1])
    return sums


def _counts(x: Vector, groups: Groups) -> npt.NDArray[Any]:
    return np.diff(groups.starts)


def _avg(x: Vector, groups: Groups) -> npt.NDArray[Any] | None:
    data = _ordered(x, groups).astype(np.float64)
    mask = _null_mask(x, _ordered(x, groups))
    counts = np.diff(groups.starts).astype(np.float64)
    if mask is not None:
        data = np.where(mask, 0.0, data)
        counts = np.add.reduceat((~mask).astype(np.float64), groups.starts[:-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        means: npt.NDArray[Any] = np.add.reduceat(data, groups.starts[:-1]) / counts
    return means


def _extreme(ufunc: np.ufunc, edge: str) -> Reducer:
    def reduce(x: Vector, groups: Groups) -> npt.NDArray[Any] | None:
        data = _ordered(x, groups)
        mask = _null_mask(x, data)
        if mask is not None:
            if edge == "inf" and x.qtype.inf is None:
                return None
            data = np.where(mask, getattr(x.qtype, edge), data).astype(data.dtype)
        found: npt.NDArray[Any] = ufunc.reduceat(data, groups.starts[:-1])
        if mask is not None:
            empty = np.logical_and.reduceat(mask, groups.starts[:-1])
            if bool(empty.any()):
                return None
        return found

    return reduce


_REDUCERS: Final[dict[str, Reducer]] = {
    "sum": _sum,
    "avg": _avg,
    "count": _counts,
    "min": _extreme(np.minimum, "inf"),
    "max": _extreme(np.maximum, "ninf"),
}
_NUMERIC: Final = frozenset({Q.SHORT, Q.INT, Q.LONG, Q.FLOAT})


def reduced(name: str, x: Value, groups: Groups, like: Atom | None) -> Value | None:
    """The aggregate ``name`` of ``x`` (a column over all rows) for every group; ``None`` if it must go one by one.

    ``like`` is the result for the first group: its type is the result's.
    """
    if name == "first":
        return take(x, groups.firsts())
    if name == "last":
        return take(x, groups.lasts())
    if name == "count":
        return Vector.of(Q.LONG, np.diff(groups.starts))
    reducer = _REDUCERS.get(name)
    if reducer is None or type(x) is not Vector or x.qtype not in _NUMERIC or like is None or not len(groups):
        return None
    found = reducer(x, groups)
    if found is None or like.qtype.dtype is None:
        return None
    return Vector(like.qtype, found.astype(like.qtype.dtype))
