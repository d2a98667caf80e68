"""Conditions of polars that a server can check.

A predicate is a tree, which polars writes as JSON. Of the conditions that are joined by *and*, those of one column and
a constant are taken, where q keeps every row that polars keeps: polars filters what comes. So no ``>`` of floats (a NaN
is polars' greatest and q's least), ``<`` of floats as ``<=`` (q's comparison is tolerant), no types that polars shows
as others, and no constants where dates and timestamps are saturated. The form of the JSON is no promise of polars':
what is not understood stays polars'.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from anyq.errors import ConversionError
from anyq.values import Atom, QType, Vector, as_q, vector

if TYPE_CHECKING:
    import polars

__all__ = ["pushed"]

_OPERATORS: Final = {"Eq": "=", "NotEq": "!=", "Lt": "<", "LtEq": "<=", "Gt": ">", "GtEq": ">="}
_MIRRORED: Final = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_INTEGERS: Final = (QType.BYTE, QType.SHORT, QType.INT, QType.LONG)
_FLOATS: Final = {"<": "<=", "<=": "<=", "=": "="}
_ENDS: Final = {QType.DATE: (-700_000, 2_900_000), QType.TIMESTAMP: (-(2**63) + 2**58, 2**63 - 2**62)}
"""Between these raw numbers polars' dates and timestamps are those of q."""

_ALL: Final = (*_MIRRORED, "in")
_EXACT: Final[dict[QType, tuple[str, ...]]] = {
    QType.BOOLEAN: ("=", "!=", "in"), QType.SYMBOL: ("=", "!=", "in"),
    QType.DATE: _ALL, QType.TIMESTAMP: _ALL, QType.TIMESPAN: _ALL,
}  # fmt: skip
"""The operators in which q and polars agree on every value that is not null."""

Filter = tuple[str, str, Any]


def pushed(predicate: polars.Expr, kinds: Mapping[str, QType]) -> list[Filter]:
    """Filters of `anyq.partitions.plan` that keep at least the rows of a predicate; ``kinds`` are types by column."""
    try:
        tree = json.loads(predicate.meta.serialize(format="json"))
    except Exception:  # an expression without that form, or a polars without the method
        return []
    found = []
    for node in _conjuncts(tree):
        try:
            filter_ = _filter(node, kinds)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            continue
        if filter_ is not None:
            found.append(filter_)
    return found


def _conjuncts(node: Any) -> Iterator[Any]:
    binary = node.get("BinaryExpr") if isinstance(node, dict) else None
    if binary is not None and binary.get("op") in ("And", "LogicalAnd"):
        yield from _conjuncts(binary["left"])
        yield from _conjuncts(binary["right"])
    else:
        yield node


def _filter(node: Any, kinds: Mapping[str, QType]) -> Filter | None:
    if "Column" in node:
        return (node["Column"], "=", True) if kinds[node["Column"]] is QType.BOOLEAN else None
    if "BinaryExpr" in node:
        binary = node["BinaryExpr"]
        operator, left, right = _OPERATORS[binary["op"]], binary["left"], binary["right"]
        if "Column" in right:
            operator, left, right = _MIRRORED[operator], right, left
        return _checked(left["Column"], operator, _constant(right), kinds)
    function = node["Function"]
    name, kind = function["input"][0]["Column"], function["function"]["Boolean"]
    if "IsIn" in kind:
        return _checked(name, "in", _constant(function["input"][1]), kinds)
    low, high = [_constant(part) for part in function["input"][1:]]
    if kind["IsBetween"]["closed"] != "Both" or kinds[name] is QType.FLOAT:
        return None
    ends = [_checked(name, "=", end, kinds) for end in (low, high)]
    return None if None in ends else (name, "within", vector(kinds[name], [end[2].raw for end in ends if end]))


def _constant(node: Any) -> Vector:
    """The items of a constant."""
    import polars

    if set(node) != {"Literal"}:
        raise ConversionError("no constant")
    series = polars.select(polars.Expr.deserialize(json.dumps(node).encode(), format="json")).to_series()
    found = as_q(series.explode() if isinstance(series.dtype, polars.List) else series)
    if not isinstance(found, Vector) or series.null_count():
        raise ConversionError("no vector")
    return found


def _checked(name: str, operator: str, constant: Vector, kinds: Mapping[str, QType]) -> Filter | None:
    kind = kinds[name]
    if kind is QType.FLOAT:
        if constant.qtype not in (QType.FLOAT, QType.LONG, QType.INT) or operator not in _FLOATS:
            return None
        operator = _FLOATS[operator]
    elif kind in _INTEGERS:
        if constant.qtype not in _INTEGERS:
            return None
    elif kind is not constant.qtype or operator not in _EXACT.get(kind, ()):
        return None
    raws = constant.array.tolist()
    low, high = _ENDS.get(kind, (None, None))
    if low is not None and high is not None and not all(low < raw < high for raw in raws):
        return None
    if kind is QType.SYMBOL and any("\\" in raw for raw in raws):  # it may stand for a byte that is no text
        return None
    if any(raw != raw for raw in raws):
        return None
    values = vector(kind, raws)
    if operator == "in":
        return name, operator, values
    atom = values[0]
    return (name, operator, atom) if len(values) == 1 and isinstance(atom, Atom) else None
