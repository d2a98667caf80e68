"""When two values are the same: q's match, and bit-for-bit identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ._atom import Atom
from ._face import Value
from ._functions import Composition, Derived, Lambda, Primitive, Projection
from ._storage import SymbolArray
from ._table import Dict, KeyedTable, Table
from ._types import QType
from ._vector import List, Vector

__all__ = ["TOLERANCE", "identical", "match", "tolerant_equal"]

TOLERANCE: Final = 2.0**-43
"""Relative difference up to which q takes two floats for equal (page ref/precision.md, comparison tolerance)."""

_FLOATS: Final = (QType.REAL, QType.FLOAT, QType.DATETIME)


def tolerant_equal(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Item-wise equality of float arrays within q's tolerance; nulls (NaN) equal nulls, zero equals only zero."""
    with np.errstate(invalid="ignore", over="ignore"):
        same = x == y
        if same.all():
            return np.asarray(same)
        close = np.abs(x - y) <= TOLERANCE * np.maximum(np.abs(x), np.abs(y))
        finite = np.isfinite(x) & np.isfinite(y) & (x != 0) & (y != 0)
        return np.asarray(same | (close & finite) | (np.isnan(x) & np.isnan(y)))


def match(x: Value, y: Value) -> bool:
    """q's ``x~y``: same type, structure and values; attributes are ignored, floats compared within tolerance.

    Runs in bounded stack, whatever the nesting.
    """
    return _compare(x, y, exact=False)


def identical(x: Value, y: Value) -> bool:
    """Whether two values are the same on the wire: as `match`, with attributes and the bits of floats."""
    return _compare(x, y, exact=True)


def _compare(x: Value, y: Value, *, exact: bool) -> bool:
    stack: list[Iterator[tuple[Value, Value]]] = [iter([(x, y)])]
    while stack:
        for a, b in stack[-1]:
            if a is b:
                continue
            if _family(a) is not _family(b):
                return False
            if isinstance(a, Atom):
                if not _same_atom(a, b, exact):  # type: ignore[arg-type]
                    return False
            elif isinstance(a, Vector):
                if not _same_vector(a, b, exact):  # type: ignore[arg-type]
                    return False
            else:
                if _marks(a, exact) != _marks(b, exact):
                    return False
                parts, others = _parts(a), _parts(b)
                if len(parts) != len(others):
                    return False
                stack.append(zip(parts, others, strict=True))
                break
        else:
            stack.pop()
    return True


_BASES: Final = (
    Atom,
    Vector,
    List,
    Table,
    KeyedTable,
    Dict,
    Lambda,
    Primitive,
    Projection,
    Composition,
    Derived,
)


def _family(value: Value) -> type:
    kind = type(value)
    return kind if kind in _BASES else next((base for base in _BASES if isinstance(value, base)), kind)


def _marks(value: Value, exact: bool) -> tuple[object, ...]:
    """What of a value is neither an item nor a part."""
    if isinstance(value, Lambda):
        return (value.source, value.context)
    if isinstance(value, Primitive):
        return (value.qtype, value.code)
    if isinstance(value, Derived):
        return (value.qtype,)
    if isinstance(value, List | Table):
        return (len(value), value.attr if exact else None)
    if isinstance(value, Dict):
        return (value.sorted if exact else None,)
    return ()


def _parts(value: Value) -> tuple[Value, ...]:
    if isinstance(value, List):
        return value.items
    if isinstance(value, Table):
        return (value.names, value.data)
    if isinstance(value, Dict):
        return (value.key, value.value)
    if isinstance(value, Projection | Composition):
        return value.items
    if isinstance(value, Derived):
        return (value.function,)
    return ()


def _same_atom(a: Atom, b: Atom, exact: bool) -> bool:
    if a.qtype is not b.qtype:
        return False
    x, y = a.raw, b.raw
    if a.qtype not in _FLOATS:
        return bool(x == y)
    if exact:
        return np.float64(x).tobytes() == np.float64(y).tobytes()
    return bool(x == y or tolerant_equal(np.array([x]), np.array([y]))[0])


def _same_vector(a: Vector, b: Vector, exact: bool) -> bool:
    if a.qtype is not b.qtype or len(a) != len(b) or (exact and a.attr is not b.attr):
        return False
    x, y = a.data, b.data
    if isinstance(x, SymbolArray):
        return bool(np.array_equal(x.objects(), y.objects()))
    if a.qtype not in _FLOATS:
        return bool(np.array_equal(x, y))
    if exact:
        kind = np.dtype(f"u{x.dtype.itemsize}")
        return bool(np.array_equal(x.view(kind), y.view(kind)))
    return bool(tolerant_equal(x, y).all())
