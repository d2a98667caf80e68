"""Running and neighbouring values: ``sums prds maxs mins avgs``, ``deltas ratios``, ``prev next xprev``, ``fills``,
and the moving windows ``msum mavg mmax mmin mcount mdev ema``.

All keep the count of their argument. Tables go column by column; of a dict the values are the items.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import accumulate, islice
from typing import Final

import attrs
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from anyq.errors import QError
from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse, count

from ...kernel._join import join
from ...kernel._promote import SUBTRACT
from ...kernel._support import EMPTY, Array, fail, integer, is_atom, items_of, vec
from ...kernel._take import take, window
from ...kernel._temporal import cast
from ...session._vocabulary import Vocabulary
from ..lists._lists import flip_lists
from ..lists._types import fill, is_null
from ._aggregates import SUMMED, as_floats, nulls_in
from ._arithmetic import add, divide, multiply, subtract
from ._comparison import greater, lesser

__all__ = ["install"]

_FLOAT = QType.FLOAT
_DATED = frozenset({QType.TIMESTAMP, QType.MONTH, QType.DATE, QType.DATETIME})


def _wrapped(f: Callable[[Value], Value], x: Value) -> Value | None:
    """``f`` inside a table or a dict; ``None`` when ``x`` is neither."""
    if isinstance(x, KeyedTable):
        return KeyedTable(x.key, f(x.value))
    if isinstance(x, Dict):
        return Dict(x.key, f(x.value))
    if isinstance(x, Table):
        return Table.of(x.names, List.of(tuple([f(column) for column in x.data.items])))
    return None


@attrs.frozen(eq=False)
class Running:
    """A scan: the bare vector form, and the verb between items for lists of anything else."""

    vector: Callable[[Vector], Value]
    op: Callable[[Value, Value], Value] | None

    def __call__(self, x: Value) -> Value:
        if isinstance(x, Vector):
            return self.vector(x)
        if isinstance(x, Atom):
            _checked(x.qtype)
            return x
        inside = _wrapped(self, x)
        if inside is not None:
            return inside
        if not isinstance(x, List):
            raise QError("type")
        if self.op is None:
            return _by_columns(self, x)
        out: list[Value] = []
        for item in x.items:
            out.append(self.op(out[-1], item) if out else item)
        return collapse(out)


def _by_columns(f: Callable[[Value], Value], x: List) -> Value:
    """``f`` down each column of a list of lists; a list of atoms as one column of floats."""
    if not len(x):
        return EMPTY
    if all(is_atom(item) for item in x.items):
        return f(vec(_FLOAT, np.concatenate([as_floats(item) for item in x.items])))
    columns = items_of(flip_lists(x))
    return flip_lists(List.of(tuple([f(column) for column in columns]))) if columns else x


def _checked(qtype: QType) -> QType:
    """The type of sums of this type; ``'type`` for what cannot be summed."""
    found = SUMMED.get(qtype)
    return found if found is not None else fail("type")


def _accumulated(op: np.ufunc, unit: int) -> Callable[[Vector], Value]:
    def run(x: Vector) -> Value:
        qtype = _checked(x.qtype)
        data, mask = x.data, nulls_in(x.data, x.qtype)
        data = data.astype(qtype.numpy)
        if mask is not None:
            data[mask] = unit
        with np.errstate(all="ignore"):
            return vec(qtype, op.accumulate(data, dtype=data.dtype))

    return run


def _extremes(op: np.ufunc, least: bool) -> Callable[[Vector], Value]:
    def run(x: Vector) -> Value:
        qtype, data = x.qtype, x.data
        if qtype in (QType.SYMBOL, QType.GUID):
            raise QError("type")
        mask = nulls_in(data, qtype) if qtype is not QType.CHAR else None
        if mask is not None:
            data = data.copy()
            data[mask] = qtype.inf if least else qtype.ninf
        return vec(qtype, op.accumulate(data))

    return run


def _running_mean(x: Vector) -> Value:
    data = as_floats(x)
    missing = np.isnan(data)
    with np.errstate(all="ignore"):
        total = np.cumsum(np.where(missing, 0.0, data))
        return vec(_FLOAT, total / np.cumsum(~missing))


def _averages(x: Value) -> Value:
    return Atom(_FLOAT, float(as_floats(x)[0])) if isinstance(x, Atom) else Running(_running_mean, None)(x)


sums: Final = Running(_accumulated(np.add, 0), add)
products: Final = Running(_accumulated(np.multiply, 1), multiply)
least: Final = Running(_extremes(np.minimum, True), lesser)
most: Final = Running(_extremes(np.maximum, False), greater)


def _differences(op: Callable[[Value, Value], Value], x: Value, *, as_float: bool) -> Value:
    """``op`` of each item and the one before it; the first item stays."""
    inside = _wrapped(partial(_differences, op, as_float=as_float), x)
    if inside is not None:
        return inside
    if not isinstance(x, Vector | List) or count(x) == 0:
        return x
    rest = op(window(x, 1, count(x)), window(x, 0, count(x) - 1))
    head = window(x, 0, 1)
    if as_float:
        head = divide(head, Atom(QType.LONG, 1))
    if isinstance(head, Vector) and isinstance(rest, Vector) and head.qtype <= QType.FLOAT:
        head = cast(rest.qtype, head)
    return join(head, rest)


def deltas(x: Value) -> Value:
    return _differences(subtract, x, as_float=False)


def ratios(x: Value) -> Value:
    return _differences(divide, x, as_float=True)


def xprev(x: Value, y: Value) -> Value:
    """The item ``x`` places before each item of ``y``; nulls where there is none."""
    by = integer(x)
    if isinstance(y, Dict):
        return type(y)(y.key, xprev(x, y.value))
    if is_atom(y):
        raise QError("type")
    size = count(y)
    at = np.arange(size) - by
    return take(y, np.where((at < 0) | (at >= size), -1, at))


def fills(x: Value) -> Value:
    """Nulls become the last item before them that is none."""
    inside = _wrapped(fills, x)
    if inside is not None:
        return inside
    if isinstance(x, Vector):
        missing = is_null(x)
        assert isinstance(missing, Vector)
        at = np.where(missing.data, -1, np.arange(len(x)))
        source = np.maximum.accumulate(at) if len(at) else at
        return take(x, np.where(source < 0, np.arange(len(x)), source))
    if isinstance(x, List):
        out: list[Value] = []
        for item in x.items:
            out.append(fill(out[-1], item) if out else item)
        return collapse(out)
    return x


# -- moving windows


@attrs.frozen(eq=False)
class Moving:
    """A window of so many items that ends at each item."""

    vector: Callable[[int, Vector], Value]

    def __call__(self, x: Value, y: Value) -> Value:
        size = integer(x)
        inside = _wrapped(partial(self, x), y)
        if inside is not None:
            return inside
        if isinstance(y, Vector):
            return self.vector(size, y)
        if isinstance(y, List):
            return _by_columns(partial(self, x), y)
        raise QError("type" if not isinstance(y, Atom) else "rank")


def _windowed(size: int, running: Array) -> Array:
    """The sum over each window, of running sums."""
    if size <= 0:
        return np.zeros_like(running)
    out = np.empty_like(running)
    out[:size] = running[:size]
    np.subtract(running[size:], running[:-size], out=out[size:])
    return out


def _moving_sum(size: int, y: Vector) -> Value:
    """A difference of running sums, so that of dates it is a number of days (page ref/sum.md)."""
    qtype = SUBTRACT[y.qtype, y.qtype] if y.qtype in _DATED else _checked(y.qtype)
    if y.qtype is _FLOAT and _finite(y.data):
        return vec(qtype, _windowed(size, np.cumsum(y.data)))
    mask = nulls_in(y.data, y.qtype)
    data = y.data.astype(np.int64 if qtype.numpy.kind == "i" else np.float64)
    if mask is not None:
        data[mask] = 0
    if data.dtype.kind == "f" and not np.isfinite(data).all():
        return vec(qtype, _slow_sums(size, data).astype(qtype.numpy))
    return vec(qtype, _windowed(size, np.cumsum(data)).astype(qtype.numpy))


def _slow_sums(size: int, data: Array) -> Array:
    """Windows with infinities, which running sums cannot take back."""
    padded = np.concatenate([np.zeros(max(size - 1, 0)), data])
    with np.errstate(all="ignore"):
        return np.asarray(sliding_window_view(padded, max(size, 1)).sum(axis=1))


def _finite(data: Array) -> bool:
    """Whether floats have neither nulls nor infinities. One sum says so in most cases."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(data.sum()))


def _means(size: int, sums: Array) -> Array:
    """The sums of windows without nulls, made their means."""
    if size <= 0:
        return sums / 0.0
    first = min(size, len(sums))
    sums[:first] /= np.arange(1, first + 1)
    sums[first:] /= size
    return sums


def _moving_count(size: int, y: Vector) -> Value:
    missing = is_null(y)
    assert isinstance(missing, Vector)
    return vec(QType.INT, _windowed(size, np.cumsum(~missing.data)).astype(np.int32))


def _moving_parts(size: int, y: Vector) -> tuple[Array, Array, Array]:
    data = as_floats(y)
    missing = np.isnan(data)
    clean = np.where(missing, 0.0, data)
    sums_of = _slow_sums if not np.isfinite(clean).all() else lambda n, values: _windowed(n, np.cumsum(values))
    return clean, sums_of(size, clean), _windowed(size, np.cumsum(~missing)).astype(np.float64)


def _moving_mean(size: int, y: Vector) -> Value:
    data = as_floats(y)
    if _finite(data):
        with np.errstate(all="ignore"):
            return vec(_FLOAT, _means(size, _windowed(size, np.cumsum(data))))
    _, total, number = _moving_parts(size, y)
    with np.errstate(all="ignore"):
        return vec(_FLOAT, total / number)


def _moving_deviation(size: int, y: Vector) -> Value:
    """Computed about the overall mean, so that large offsets lose no digits."""
    data = as_floats(y)
    if len(data) and _finite(data):
        clean = data - data.mean()
        with np.errstate(all="ignore"):
            mean = _means(size, _windowed(size, np.cumsum(clean)))
            square = _means(size, _windowed(size, np.cumsum(np.multiply(clean, clean, out=clean))))
            return vec(_FLOAT, _spread(square, mean))
    missing = np.isnan(data)
    centre = data[~missing].mean() if not missing.all() else 0.0
    clean = np.where(missing, 0.0, data - centre)
    number = _windowed(size, np.cumsum(~missing)).astype(np.float64)
    with np.errstate(all="ignore"):
        mean = _windowed(size, np.cumsum(clean)) / number
        square = _windowed(size, np.cumsum(clean * clean)) / number
        return vec(_FLOAT, _spread(square, mean))


def _spread(square: Array, mean: Array) -> Array:
    """The deviation of mean squares and means; none where they differ by rounding alone."""
    spread = square - np.multiply(mean, mean, out=mean)
    least = np.maximum(np.multiply(square, 1e-13, out=square), 1e-313, out=square)
    np.multiply(spread, spread >= least, out=spread)
    return np.asarray(np.sqrt(spread, out=spread))


def _moving_extreme(op: np.ufunc, least: bool) -> Callable[[int, Vector], Value]:
    """Nulls count as the least value."""

    def run(size: int, y: Vector) -> Value:
        qtype, data = y.qtype, y.data
        if qtype in (QType.SYMBOL, QType.GUID):
            raise QError("type")
        if size <= 1 or not len(data):
            return Vector.of(qtype, data)
        if data.dtype.kind == "f":
            data = data if _finite(data) else np.where(np.isnan(data), -np.inf if not least else data, data)
        elif not least and isinstance(qtype.ninf, int):
            data = np.where(data == qtype.null, qtype.ninf, data).astype(data.dtype)
        out, other = data.copy(), np.empty_like(data)
        reach = 1
        while reach < min(size, len(data)):
            step = min(reach, size - reach)
            op(out[step:], out[:-step], out=other[step:])
            other[:step] = out[:step]
            out, other = other, out
            reach += step
        return vec(qtype, out)

    return run


def ema(x: Value, y: Value) -> Value:
    """The exponential moving average of ``y`` with smoothing factor ``x`` (an atom, or one for each item)."""
    inside = _wrapped(partial(ema, x), y)
    if inside is not None:
        return inside
    if isinstance(y, List):
        return _by_columns(partial(ema, x), y)
    if not isinstance(y, Vector):
        raise QError("type")
    data, smoothing = as_floats(y), as_floats(x)
    if not isinstance(x, Atom) and len(smoothing) != len(data):
        raise QError("length")
    if isinstance(x, Atom) and len(data) > _BLOCK and 0 <= smoothing[0] <= 1 and _finite(data):
        return vec(_FLOAT, _smoothed(float(smoothing[0]), data))
    factors = np.broadcast_to(smoothing, len(y))
    pairs = zip(data.tolist(), factors.tolist(), strict=True)
    steps = accumulate(
        pairs, lambda last, pair: last + pair[1] * (pair[0] - last), initial=data[0] if len(data) else 0.0
    )
    return vec(_FLOAT, np.fromiter(islice(steps, 1, None), np.float64, len(data)))


_BLOCK: Final = 32


def _smoothed(factor: float, data: Array) -> Array:
    """The average of finite numbers, a block at a time: what lies inside the block by one product with the matrix of
    weights, and the last average of the block before, whose weight fades."""
    rows = len(data) // _BLOCK
    kept = (1 - factor) ** np.arange(_BLOCK + 1)
    back = np.arange(_BLOCK)[None, :] - np.arange(_BLOCK)[:, None]
    weights = np.where(back >= 0, factor * kept[np.maximum(back, 0)], 0.0)
    out = np.empty(len(data))
    inside = out[: rows * _BLOCK].reshape(rows, _BLOCK)
    np.matmul(data[: rows * _BLOCK].reshape(rows, _BLOCK), weights, out=inside)
    fade = float(kept[_BLOCK])
    ends = accumulate(inside[:, -1].tolist(), lambda last, own: own + fade * last, initial=float(data[0]))
    before = np.fromiter(ends, np.float64, rows + 1)
    inside += before[:-1, None] * kept[None, 1:]
    rest = data[rows * _BLOCK :]
    own = accumulate(rest.tolist(), lambda last, value: last + factor * (value - last), initial=float(before[-1]))
    out[rows * _BLOCK :] = list(own)[1:]
    return out


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    unaries: dict[str, Callable[[Value], Value]] = {
        "sums": sums, "prds": products, "mins": least, "maxs": most, "avgs": _averages, "deltas": deltas,
        "ratios": ratios, "prev": partial(xprev, Atom(QType.LONG, 1)), "next": partial(xprev, Atom(QType.LONG, -1)),
        "fills": fills,
    }  # fmt: skip
    for name, unary in unaries.items():
        vocabulary.unary(name, unary)
    for name, moving in {
        "msum": _moving_sum, "mcount": _moving_count, "mavg": _moving_mean, "mdev": _moving_deviation,
        "mmax": _moving_extreme(np.maximum, False), "mmin": _moving_extreme(np.minimum, True),
    }.items():  # fmt: skip
        vocabulary.binary(name, Moving(moving))
    vocabulary.binary("xprev", xprev)
    vocabulary.binary("ema", ema)
