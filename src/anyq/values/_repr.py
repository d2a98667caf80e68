"""``repr``: an expression that makes the value again, given ``import anyq``."""

from __future__ import annotations

import uuid
from typing import Any, Final

import numpy as np

from ._atom import Atom
from ._face import Value
from ._functions import Composition, Derived, Lambda, Primitive, Projection
from ._storage import SymbolArray
from ._table import Dict, KeyedTable, Table
from ._types import QType
from ._vector import List, Vector

__all__ = ["describe"]

_LONGEST: Final = 1000
_DEEPEST: Final = 100
_DATES: Final = {QType.TIMESTAMP: "ns", QType.MONTH: "M", QType.DATE: "D"}
_LAST_NS: Final = 2**63 - 1 - 946_684_800 * 10**9
"""NumPy's nanoseconds count from 1970, and end before q's."""


def describe(value: Value) -> str:
    """The text of ``repr``. Vectors of over 1000 items and nesting over 100 are abbreviated in angle brackets."""
    return _describe(value, _DEEPEST)


def _describe(value: Value, depth: int) -> str:
    if depth == 0:
        return "<...>"
    if isinstance(value, Atom):
        return f"anyq.{value.qtype.label}({_field(value.qtype, value.raw)})"
    if isinstance(value, Vector):
        return _vector(value)
    if isinstance(value, Lambda | Primitive):
        return _function(value)
    tail = f", {value.attr.char!r}" if isinstance(value, List | Table) and value.attr else ""
    if isinstance(value, List):
        if len(value) > _LONGEST:
            return f"<List of {len(value)} items>"
        return f"anyq.List([{_all(value.items, depth)}]{tail})"
    if isinstance(value, Table):
        return f"anyq.Table({_all((value.names, value.data), depth)}{tail})"
    if isinstance(value, Dict):
        kind = "KeyedTable" if isinstance(value, KeyedTable) else "Dict"
        mark = ", sorted=True" if value.sorted else ""
        return f"anyq.{kind}({_all((value.key, value.value), depth)}{mark})"
    if isinstance(value, Derived):
        return f"anyq.Derived({int(value.qtype)}, {_describe(value.function, depth - 1)})"
    if isinstance(value, Projection | Composition):
        return f"anyq.{'Projection' if isinstance(value, Projection) else 'Composition'}([{_all(value.items, depth)}])"
    return f"<{type(value).__name__}>"


def _all(values: tuple[Value, ...], depth: int) -> str:
    return ", ".join([_describe(v, depth - 1) for v in values])


def _function(value: Lambda | Primitive) -> str:
    if isinstance(value, Primitive):
        return f"anyq.Primitive({int(value.qtype)}, {value.code})"
    return f"anyq.Lambda({value.context!r}, {value.source!r})"


def _vector(value: Vector) -> str:
    tail = f", {value.attr.char!r}" if value.attr else ""
    if len(value) > _LONGEST:
        return f"<{value.qtype.label} vector of {len(value)} items>"
    if value.qtype is QType.CHAR:
        return f"anyq.vector('c', {bytes(value.data)!r}{tail})" if tail else f"anyq.chars({bytes(value.data)!r})"
    if isinstance(value.data, SymbolArray):
        return f"anyq.symbols({value.data.objects().tolist()!r}{tail})"
    fields = [_field(value.qtype, atom.raw) for atom in value]
    return f"anyq.vector({value.qtype.char!r}, [{', '.join(fields)}]{tail})"


def _field(qtype: QType, raw: Any) -> str:
    """The argument of a constructor that gives ``raw`` again."""
    if qtype is QType.BOOLEAN:
        return repr(bool(raw))
    if qtype is QType.GUID:
        return repr(str(uuid.UUID(bytes=raw)))
    if qtype is QType.CHAR:
        return repr(bytes([raw]))
    if isinstance(raw, float):
        return "None" if raw != raw else repr(raw) if abs(raw) != float("inf") else f"float('{raw}')"
    if qtype is QType.SYMBOL or raw not in (qtype.null, qtype.inf, qtype.ninf):
        return repr(_date_text(qtype, raw)) if qtype in _DATES else repr(raw)
    return "None" if raw == qtype.null else repr(raw)


def _date_text(qtype: QType, raw: int) -> str | int:
    if qtype is QType.TIMESTAMP and raw > _LAST_NS:
        return raw
    unit: Any = _DATES[qtype]
    point = np.datetime64("2000-01-01", unit) + np.timedelta64(raw, unit)
    text = str(point)
    return text if 1708 <= point.astype("M8[Y]").astype(np.int64) + 1970 <= 2261 and len(text) < 30 else raw
