"""Arithmetic: ``+ - * %``, ``div mod``, sign, rounding, and the functions of analysis.

Integers wrap modulo their width as q's do; an operation with a null gives a null (page basics/math.md).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from anyq.values import Atom, QType, Value, Vector

from ...kernel._itemwise import Binary, Unary, extend1
from ...kernel._promote import ADD, DIV, DIVIDE, MOD, MULTIPLY, SUBTRACT, Promotion
from ...kernel._raw import DAY, UNIT, convert, has
from ...kernel._support import FLOATS, INTEGERS, NULL_LONG, TEMPORAL
from ...session._context import Context
from ...session._vocabulary import Vocabulary

__all__ = ["add", "divide", "install", "multiply", "neg", "subtract"]

_LONG, _FLOAT = QType.LONG, QType.FLOAT
_NULL: Final = Atom(_LONG, NULL_LONG)
_LOW, _HIGH, _SPAN = -(2**63), 2**63, 2**64
_NAN: Final = float("nan")
_CLOCKS: Final = frozenset({QType.TIMESPAN, QType.MINUTE, QType.SECOND, QType.TIME})


def _wrapping(op: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Atom]:
    """``op`` of two longs."""

    def run(a: int, b: int) -> Atom:
        if a == _LOW or b == _LOW:
            return _NULL
        result = op(a, b)
        if _LOW <= result < _HIGH:
            return Atom(_LONG, result)
        return Atom(_LONG, (result + _HIGH) % _SPAN - _HIGH)

    return run


def _floating(op: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Atom]:
    def run(a: float, b: float) -> Atom:
        return Atom(_FLOAT, op(a, b))

    return run


def _mixed(op: Callable[[Any, Any], Any], left: bool) -> Callable[[Any, Any], Atom]:
    def run(a: Any, b: Any) -> Atom:
        whole = a if left else b
        if whole == _LOW:
            return Atom(_FLOAT, _NAN)
        return Atom(_FLOAT, op(float(a), float(b)))

    return run


def _fast_paths(op: Callable[[Any, Any], Any]) -> dict[tuple[QType, QType], Callable[[Any, Any], Atom]]:
    return {
        (_LONG, _LONG): _wrapping(op),
        (_FLOAT, _FLOAT): _floating(op),
        (_LONG, _FLOAT): _mixed(op, True),
        (_FLOAT, _LONG): _mixed(op, False),
    }


def _with_nulls(op: Callable[[Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """``op`` over arrays of one dtype, null where either is null."""

    def run(a: Any, b: Any, null: Any) -> Any:
        out = op(a, b)
        if out.dtype.kind == "i":
            for side in (a, b) if a is not b else (a,):
                if has(side, null):
                    out[np.broadcast_to(side == null, out.shape)] = null
        return out

    return run


def _sum_like(op: Callable[[Any, Any], Any]) -> Callable[[Any, Any, QType, QType, QType], Any]:
    """Addition and subtraction: numbers count in the unit of the temporal type beside them."""
    nulled = _with_nulls(op)

    def run(a: Any, b: Any, x: QType, y: QType, result: QType) -> Any:
        if x is not y or x is not result:
            a, b = _operand(a, x, y, result), _operand(b, y, x, result)
        return nulled(a, b, result.null)

    return run


def _operand(data: Any, mine: QType, other: QType, result: QType) -> Any:
    if mine not in TEMPORAL or result is QType.FLOAT or other not in TEMPORAL:
        return _plain(data, mine, result)
    if result is QType.INT:
        return data
    if mine is other and mine in _CLOCKS:
        return convert(data, mine, QType.TIMESPAN) if result is QType.TIMESPAN else data
    if result is QType.DATETIME:
        return _days(data, mine)
    if result is QType.TIMESPAN and mine not in _CLOCKS:
        return convert(data, mine, QType.TIMESTAMP)
    if result is QType.TIMESTAMP and mine in _CLOCKS:
        return convert(data, mine, QType.TIMESPAN)
    return convert(data, mine, result)


def _plain(data: Any, mine: QType, result: QType) -> Any:
    """The number itself, in the dtype of the result."""
    if mine is result or mine.dtype == result.dtype:
        return data
    as_number = _NUMBER[mine.numpy.str] if mine in TEMPORAL or mine is QType.CHAR else mine
    as_result = _NUMBER[result.numpy.str]
    return convert(data, as_number, as_result)


_NUMBER: Final = {
    t.numpy.str: t for t in (QType.BOOLEAN, QType.BYTE, QType.SHORT, QType.INT, QType.LONG, QType.REAL, QType.FLOAT)
}


def _days(data: Any, mine: QType) -> Any:
    """Floating days, of datetimes, dates and clocks."""
    if mine is QType.DATETIME:
        return data
    if mine in UNIT:
        days = data.astype(np.float64) * UNIT[mine] / DAY
        days[data == mine.null] = np.nan
        return days
    return convert(data, mine, QType.DATETIME)


def _numbers(op: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, QType, QType, QType], Any]:
    """A kernel over the underlying numbers in the dtype of the result."""

    def run(a: Any, b: Any, x: QType, y: QType, result: QType) -> Any:
        return op(_plain(a, x, result), _plain(b, y, result), result.null)

    return run


def _ratio(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return _NAN if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _divided_longs(a: int, b: int) -> Atom:
    if a == _LOW or b == _LOW:
        return Atom(_FLOAT, _NAN)
    return Atom(_FLOAT, float(a) / float(b) if b else _ratio(float(a), 0.0))


add: Final = Binary(ADD, _sum_like(operator.add), _fast_paths(operator.add), exact=(operator.add, 2**62))
multiply: Final = Binary(
    MULTIPLY, _numbers(_with_nulls(operator.mul)), _fast_paths(operator.mul), exact=(operator.mul, 2**31)
)
divide: Final = Binary(
    DIVIDE,
    _numbers(lambda a, b, null: a / b),
    {**_fast_paths(_ratio), (_LONG, _LONG): _divided_longs},
)


def _floor_div(a: Any, b: Any, x: QType, y: QType, result: QType) -> Any:
    """The greatest whole number not above ``a%b``, in the dtype of the result; null where it has none."""
    if a.dtype.kind in "fu" or b.dtype.kind == "f" or result.numpy.kind == "f":
        quotient = np.floor(_plain(a, x, QType.FLOAT) / _plain(b, y, QType.FLOAT))
        target = _NUMBER[result.numpy.str]
        whole = convert(quotient, QType.FLOAT, target)
        if target.numpy.kind == "i":
            whole[~np.isfinite(quotient)] = target.null
        return whole
    wide, divisor = _plain(a, x, _LONG), _plain(b, y, _LONG)
    missing = (divisor == 0) | (divisor == NULL_LONG) | (wide == NULL_LONG)
    out = np.floor_divide(wide, np.where(divisor == 0, 1, divisor))
    out[missing] = NULL_LONG
    return convert(out, _LONG, _NUMBER[result.numpy.str])


def _div_longs(a: int, b: int) -> Atom:
    return _NULL if b == 0 or a == _LOW or b == _LOW else Atom(_LONG, a // b)


div: Final = Binary(DIV, _floor_div, {(_LONG, _LONG): _div_longs})


def _remainder(a: Any, b: Any, null: Any) -> Any:
    if a.dtype.kind == "f":
        return np.where(b == 0, a, a - b * np.floor(a / b))
    zero = b == 0
    out = np.mod(a, np.where(zero, 1, b))
    if zero.any():
        out = np.where(zero, a, out)
    missing = (a == null) | (b == null)
    if missing.any():
        out[missing] = null
    return out


def _modulus(a: Any, b: Any, x: QType, y: QType, result: QType) -> Any:
    if x in _CLOCKS and y in _CLOCKS:
        return _remainder(convert(a, x, result), convert(b, y, result), result.null)
    return _remainder(_plain(a, x, result), _plain(b, y, result), result.null)


def _mod_longs(a: int, b: int) -> Atom:
    if a == _LOW or b == _LOW:
        return _NULL
    return Atom(_LONG, a % b if b else a)


mod: Final = Binary(MOD, _modulus, {(_LONG, _LONG): _mod_longs})


def _same(*kinds: QType) -> dict[QType, QType]:
    return {kind: kind for kind in kinds}


_SIGNED: Final = {
    **_same(QType.SHORT, QType.INT, QType.LONG, QType.REAL, QType.FLOAT, *TEMPORAL),
    **dict.fromkeys((QType.BOOLEAN, QType.BYTE, QType.CHAR), QType.INT),
}


def _negated(data: Any, source: QType, target: QType) -> Any:
    return -_plain(data, source, target)


neg: Final = Unary(
    _SIGNED,
    _negated,
    {_LONG: lambda a: Atom(_LONG, -a) if a != _LOW else _NULL, _FLOAT: lambda a: Atom(_FLOAT, -a)},
)


def _absolute(data: Any, source: QType, target: QType) -> Any:
    return np.abs(_plain(data, source, target))


subtract: Final = Binary(SUBTRACT, _sum_like(operator.sub), _fast_paths(operator.sub), neg, (operator.sub, 2**62))
absolute: Final = Unary(_SIGNED, _absolute)


def _sign(data: Any, source: QType, target: QType) -> Any:
    """-1 for negative and null, as nulls are below all numbers."""
    if data.dtype.kind == "f":
        return np.where(np.isnan(data), -1, np.sign(data)).astype(np.int32)
    return np.sign(data.astype(np.int64)).astype(np.int32)


signum: Final = Unary(dict.fromkeys([*INTEGERS, *FLOATS, *TEMPORAL, QType.CHAR], QType.INT), _sign)


def _rounding(rounder: Callable[[Any], Any]) -> Callable[[Any, QType, QType], Any]:
    def run(data: Any, source: QType, target: QType) -> Any:
        if data.dtype.kind != "f":
            return data.astype(target.numpy, copy=False)
        whole = rounder(data.astype(np.float64))
        return convert(whole, QType.FLOAT, _LONG if target is _LONG else QType.INT)

    return run


def _tolerant_floor(data: Any) -> Any:
    """The floor, and the next whole number for what is within comparison tolerance of it."""
    down = np.floor(data)
    close = (data - down > 0.5) & (np.abs(data - down - 1) <= 2.0**-43 * np.abs(data))
    if np.count_nonzero(close):
        down[close] += 1
    return down


_FLOORED: Final = {
    **_same(QType.SHORT, QType.INT, QType.LONG),
    QType.REAL: QType.LONG,
    QType.FLOAT: QType.LONG,
}
_floor: Final = Unary(_FLOORED, _rounding(_tolerant_floor))
ceiling: Final = Unary(
    {**_FLOORED, **dict.fromkeys((QType.BOOLEAN, QType.BYTE, QType.CHAR), QType.INT)},
    _rounding(lambda data: -_tolerant_floor(-data)),
)


def floor(q: Context, x: Value) -> Value:
    """``floor``; of text the lower case, as k's ``_`` is both."""
    if isinstance(x, Atom | Vector):
        return q.verb("lower", x) if x.qtype in (QType.CHAR, QType.SYMBOL) else _floor(x)
    return extend1(lambda item: floor(q, item), x)


_ANALYTIC: Final = {
    **dict.fromkeys([*INTEGERS, *TEMPORAL, QType.CHAR, QType.REAL, QType.FLOAT], QType.FLOAT),
    QType.DATETIME: QType.DATETIME,
}


def _of_floats(function: Callable[[Any], Any]) -> Unary:
    """A function of the underlying number as a float."""
    return Unary(_ANALYTIC, lambda data, source, target: function(_plain(data, source, target)))


def _power(a: Any, b: Any, null: Any) -> Any:
    """Computed as the reference says that it is (page ref/exp.md): ``exp y*log x``, so null below zero."""
    out = np.exp(b * np.log(a))
    out[np.broadcast_to((a == 0) & (b == 0), out.shape)] = 1.0
    return out


_FLOAT_PAIRS: Promotion = dict(DIVIDE)
xexp: Final = Binary(_FLOAT_PAIRS, _numbers(_power))
xlog: Final = Binary(_FLOAT_PAIRS, _numbers(lambda a, b, null: np.log(b) / np.log(a)))


def _bar_types() -> Promotion:
    """The bars of ``xbar`` by the type of the bar's width and of the values (page ref/xbar.md)."""
    found: Promotion = {}
    whole = [QType.BOOLEAN, QType.BYTE, QType.SHORT, QType.INT, QType.LONG]
    for x, y in DIVIDE:
        if y is QType.CHAR or x is QType.CHAR:
            continue
        if x in TEMPORAL:
            if y in TEMPORAL:
                found[x, y] = _bar_of(x, y)
            else:
                found[x, y] = x
        elif y in TEMPORAL or y in FLOATS:
            found[x, y] = y
        elif x in FLOATS:
            found[x, y] = _FLOAT
        else:
            found[x, y] = max(x, y, QType.INT) if x in whole else x
    return found


def _bar_of(x: QType, y: QType) -> QType:
    if x is QType.TIMESPAN and y in (QType.DATE, QType.TIMESTAMP, QType.DATETIME, QType.MONTH):
        return QType.TIMESTAMP
    return y


def _bars(a: Any, b: Any, x: QType, y: QType, result: QType) -> Any:
    if x in _CLOCKS and y in TEMPORAL:
        finest = QType.TIMESPAN if y in _CLOCKS else QType.TIMESTAMP
        width, ticks = convert(a, x, QType.TIMESPAN), convert(b, y, finest)
        return convert(_whole_bars(width, ticks, NULL_LONG), finest, result)
    return _whole_bars(_plain(a, x, result), _plain(b, y, result), result.null)


def _whole_bars(width: Any, data: Any, null: Any) -> Any:
    if data.dtype.kind == "f":
        return width * _tolerant_floor(data / width)
    zero = width == 0
    out = data - np.mod(data, np.where(zero, 1, width))
    missing = np.broadcast_to((data == null) | (width == null), out.shape)
    if missing.any():
        out[missing] = null
    return np.where(zero, data, out)


xbar: Final = Binary(_bar_types(), _bars)


def _reciprocal(x: Value) -> Value:
    return divide(Atom(_LONG, 1), x)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    for name, binary in {
        "+": add, "-": subtract, "*": multiply, "%": divide, "div": div, "mod": mod, "xexp": xexp, "xlog": xlog,
        "xbar": xbar,
    }.items():  # fmt: skip
        vocabulary.binary(name, binary)
    unaries: dict[str, Callable[[Value], Value]] = {
        "neg": neg, "abs": absolute, "signum": signum, "ceiling": ceiling,
        "reciprocal": _reciprocal, "sqrt": _of_floats(np.sqrt), "exp": _of_floats(np.exp), "log": _of_floats(np.log),
        "sin": _of_floats(np.sin), "cos": _of_floats(np.cos), "tan": _of_floats(np.tan), "asin": _of_floats(np.arcsin),
        "acos": _of_floats(np.arccos), "atan": _of_floats(np.arctan),
    }  # fmt: skip
    vocabulary.unary("floor", floor, context=True)
    for name, unary in unaries.items():
        vocabulary.unary(name, unary)
