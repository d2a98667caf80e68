"""Comparison: ``= <> < > <= >=``, the lesser and the greater, match, not.

Floats compare with tolerance (page ref/precision.md); nulls are equal to each other and below everything else
(page basics/comparison.md).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, ClassVar, Final

import numpy as np

from anyq.errors import QError
from anyq.values import TOLERANCE, Atom, QType, SymbolArray, Value, Vector, match, tolerant_equal

from ...kernel._itemwise import Binary, Unary, extend2
from ...kernel._promote import COMPARE, LESSER
from ...kernel._raw import convert
from ...kernel._search import sortable
from ...kernel._support import FALSE, FLOATS, TEMPORAL, TRUE, array_of, bools, flag
from ...session._vocabulary import Vocabulary

__all__ = ["compare", "equal", "greater", "install", "lesser", "matches", "not_"]

_LONG, _FLOAT, _SYMBOL = QType.LONG, QType.FLOAT, QType.SYMBOL


def _near(a: float, b: float) -> bool:
    if a == b:
        return True
    if a != a or b != b:
        return a != a and b != b
    if not a or not b or abs(a) == float("inf") or abs(b) == float("inf"):
        return False
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))


def _float_equal(a: float, b: float) -> bool:
    return a == b or _near(a, b)


def _float_less(a: float, b: float) -> bool:
    return (a < b or (a != a and b == b)) and not _near(a, b)


def _floats_less(a: Any, b: Any) -> Any:
    if len(b) == 1 and len(a) > 1 and np.isfinite(b[0]):
        return ~(a >= _edges(float(b[0]))[0])
    if len(a) == 1 and len(b) > 1 and np.isfinite(a[0]):
        return b > _edges(float(a[0]))[1]
    less = a < b
    gap = less & (np.abs(a - b) <= TOLERANCE * np.maximum(np.abs(a), np.abs(b)))
    if gap.any():
        less &= ~tolerant_equal(a, b)
    missing = np.isnan(a)
    if missing.any():
        less |= missing & ~np.isnan(b)
    return less


def _edges(b: float) -> tuple[float, float]:
    """The least and the greatest number that are equal to ``b`` within tolerance."""
    ends = b * (1 - TOLERANCE), b / (1 - TOLERANCE)
    return ends if b >= 0 else ends[::-1]


def _floats_equal(a: Any, b: Any) -> Any:
    for one, many in ((a, b), (b, a)):
        if len(one) == 1 and len(many) > 1 and np.isfinite(one[0]):
            low, high = _edges(float(one[0]))
            return (many >= low) & (many <= high)
    return tolerant_equal(a, b)


class Comparison:
    """One of the six comparisons, made of "equal" and "less" of its type."""

    itemwise: ClassVar[bool] = True
    compares: ClassVar[bool] = True
    """Of two dicts, what one lacks is compared as a null."""

    def __init__(self, exact: Callable[[Any, Any], Any], floats: Callable[[Any, Any], Any]) -> None:
        self.exact = exact
        """Over whole numbers, strings, and raw bytes, which compare as Python and NumPy do."""
        self.floats = floats
        """Over float arrays, with tolerance and nulls."""

    def __call__(self, x: Value, y: Value) -> Value:
        if type(x) is Atom and type(y) is Atom and x.qtype is y.qtype and x.qtype not in FLOATS:
            return TRUE if self.exact(x.raw, y.raw) else FALSE
        if isinstance(x, Atom | Vector) and isinstance(y, Atom | Vector):
            return self._flat(x, y)
        return extend2(self, x, y)

    def fast(self) -> Callable[[Value, Value], Value]:
        """The comparison as a plain function with its path for two longs inline, for scalar loops."""
        exact, long = self.exact, _LONG

        def run(x: Value, y: Value) -> Value:
            if type(x) is Atom and type(y) is Atom and x.qtype is long and y.qtype is long:
                return TRUE if exact(x.raw, y.raw) else FALSE
            return self(x, y)

        return run

    def _flat(self, x: Atom | Vector, y: Atom | Vector) -> Value:
        if isinstance(x, Vector) and isinstance(y, Vector) and len(x) != len(y):
            raise QError("length")
        if x.qtype is _SYMBOL or y.qtype is _SYMBOL or x.qtype is QType.GUID or y.qtype is QType.GUID:
            out = self._unordered(x, y)
        else:
            out = self._numbers(x, y)
        return flag(out[0]) if isinstance(x, Atom) and isinstance(y, Atom) else bools(out)

    def _numbers(self, x: Atom | Vector, y: Atom | Vector) -> Any:
        a, b = array_of(x), array_of(y)
        if x.qtype is y.qtype and x.qtype not in FLOATS:
            return self.exact(a, b)
        common = COMPARE.get((x.qtype, y.qtype))
        if common is None:
            raise QError("type")
        with np.errstate(all="ignore"):
            a, b = _underlying(a, x.qtype, common), _underlying(b, y.qtype, common)
            return self.floats(a, b) if common in FLOATS else self.exact(a, b)

    def _unordered(self, x: Atom | Vector, y: Atom | Vector) -> Any:
        if x.qtype is not y.qtype:
            raise QError("type")
        if x.qtype is QType.GUID:
            a, b = sortable(array_of(x)), sortable(array_of(y))
            return _guids(self.exact, a, b)
        return _symbols(self.exact, x, y)


def _underlying(data: Any, source: QType, common: QType) -> Any:
    """Temporal pairs are converted to their common type, other pairs compare by their numbers."""
    if source is common or (source in TEMPORAL and common in TEMPORAL):
        return convert(data, source, common)
    if common is _FLOAT and data.dtype.kind == "f":
        return data.astype(np.float64)
    wide = data.astype(np.int64)
    if source.null is not None and source is not QType.CHAR and data.dtype.kind == "i":
        wide[data == source.null] = _LONG.null
    return convert(wide, _LONG, common)


def _guids(exact: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """Numbers are compared first by their upper and, where these are equal, by their lower half."""
    upper = np.where(a["a"] == b["a"], 0, np.where(a["a"] < b["a"], -1, 1))
    lower = np.where(a["b"] == b["b"], 0, np.where(a["b"] < b["b"], -1, 1))
    return exact(np.where(upper == 0, lower, upper), 0)


def _symbols(exact: Callable[[Any, Any], Any], x: Atom | Vector, y: Atom | Vector) -> Any:
    """Symbols compare as their bytes do, which is how their code points do."""
    if isinstance(x, Atom) and isinstance(y, Atom):
        return [exact(x.raw, y.raw)]
    if isinstance(x, Atom):
        assert isinstance(y, Vector)
        return _against(lambda texts: exact(np.array(x.raw, object), texts), y.symbols)
    assert isinstance(x, Vector)
    if isinstance(y, Atom):
        return _against(lambda texts: exact(texts, np.array(y.raw, object)), x.symbols)
    assert isinstance(y, Vector)
    return exact(x.symbols.objects(), y.symbols.objects())


def _against(test: Callable[[Any], Any], data: SymbolArray) -> Any:
    if data.coded:
        codes, uniques = data.factorize()
        return np.asarray(test(uniques), np.bool_)[codes] if len(uniques) else np.zeros(len(codes), np.bool_)
    return np.asarray(test(data.objects()), np.bool_)


equal: Final = Comparison(operator.eq, _floats_equal)
not_equal: Final = Comparison(operator.ne, lambda a, b: ~_floats_equal(a, b))
less: Final = Comparison(operator.lt, _floats_less)
more: Final = Comparison(operator.gt, lambda a, b: _floats_less(b, a))
at_most: Final = Comparison(operator.le, lambda a, b: ~_floats_less(b, a))
at_least: Final = Comparison(operator.ge, lambda a, b: ~_floats_less(a, b))

_TESTS: Final = {"=": equal, "<>": not_equal, "<": less, ">": more, "<=": at_most, ">=": at_least}


def compare(name: str, x: Value, y: Value) -> Value:
    """The comparison of this glyph."""
    return _TESTS[name](x, y)


def _choosing(choose: Callable[[Any, Any], Any]) -> Callable[[Any, Any, QType, QType, QType], Any]:
    def run(a: Any, b: Any, x: QType, y: QType, result: QType) -> Any:
        return choose(_chosen(a, x, y, result), _chosen(b, y, x, result))

    return run


def _chosen(data: Any, mine: QType, other: QType, result: QType) -> Any:
    if mine in TEMPORAL and result in TEMPORAL and other in TEMPORAL:
        return convert(data, mine, result)
    if mine is QType.CHAR or result is QType.CHAR:
        return data.astype(result.numpy)
    return convert(data, mine, result)


_pick_least = _choosing(np.minimum)
_pick_most = _choosing(np.fmax)


def _scalar_choice(pick: Callable[[int, int], int]) -> Callable[[Any, Any], Atom]:
    return lambda a, b: Atom(_LONG, pick(a, b))


def _flag_choice(pick: Callable[[int, int], int]) -> Callable[[Any, Any], Atom]:
    return lambda a, b: TRUE if pick(a, b) else FALSE


_BOTH = (QType.BOOLEAN, QType.BOOLEAN)
lesser: Final = Binary(LESSER, _pick_least, {(_LONG, _LONG): _scalar_choice(min), _BOTH: _flag_choice(min)})
greater: Final = Binary(LESSER, _pick_most, {(_LONG, _LONG): _scalar_choice(max), _BOTH: _flag_choice(max)})


def matches(x: Value, y: Value) -> Value:
    """q's ``x~y``."""
    return flag(match(x, y))


_ZERO_LIKE: Final[dict[QType, QType]] = {t: QType.BOOLEAN for t in QType if t.dtype is not None and t is not QType.GUID}
not_: Final = Unary(_ZERO_LIKE, lambda data, source, target: data == 0)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    for name, test in _TESTS.items():
        vocabulary.binary(name, test)
    vocabulary.binary("&", lesser)
    vocabulary.binary("|", greater)
    vocabulary.alias("and", "&")
    vocabulary.alias("or", "|")
    vocabulary.binary("~", matches)
    vocabulary.unary("not", not_)
