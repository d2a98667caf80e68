"""Short cuts for what scalar loops are made of: arithmetic and comparison of two long atoms.

A short cut takes only what is so far from nulls, infinities and overflow that Python's own integers give q's result;
everything else goes to the verb itself, which alone knows q's rules.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from anyq.values import Atom, QType, Value

__all__ = ["quick"]

Function = Callable[..., Value]
_LONG: Final = QType.LONG
_TRUE: Final = Atom(QType.BOOLEAN, 1)
_FALSE: Final = Atom(QType.BOOLEAN, 0)
_ARITHMETIC: Final[dict[str, tuple[Callable[[Any, Any], Any], int]]] = {
    "+": (operator.add, 1 << 62),
    "-": (operator.sub, 1 << 62),
    "*": (operator.mul, 1 << 31),
}
_COMPARISON: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt, ">": operator.gt, "=": operator.eq, "<=": operator.le, ">=": operator.ge, "<>": operator.ne,
}  # fmt: skip


def quick(name: str, verb: Function) -> Function:
    """``verb`` behind its short cut, if the glyph ``name`` has one."""
    if name in _ARITHMETIC:
        return _arithmetic(*_ARITHMETIC[name], verb)
    return _comparison(_COMPARISON[name], verb) if name in _COMPARISON else verb


def _arithmetic(op: Callable[[Any, Any], Any], edge: int, verb: Function) -> Function:
    low = -edge

    def run(x: Value, y: Value) -> Value:
        if type(x) is Atom and type(y) is Atom and x.qtype is _LONG and y.qtype is _LONG:
            a, b = x.raw, y.raw
            if low < a < edge and low < b < edge:
                return Atom(_LONG, op(a, b))
        return verb(x, y)

    run.alone = getattr(verb, "alone", None)  # type: ignore[attr-defined]
    return run


def _comparison(op: Callable[[Any, Any], Any], verb: Function) -> Function:
    def run(x: Value, y: Value) -> Value:
        if type(x) is Atom and type(y) is Atom and x.qtype is _LONG and y.qtype is _LONG:
            return _TRUE if op(x.raw, y.raw) else _FALSE
        return verb(x, y)

    return run
