"""Whether values hold nulls and infinities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from anyq.values import Atom, Dict, List, QType, Table, Value, Vector

__all__ = ["holds_infinity", "holds_null"]


def holds_null(value: Value) -> bool:
    """Whether an item, at any depth, is null; of dictionaries and keyed tables among the values."""
    return _holds(value, _nulls)


def holds_infinity(value: Value) -> bool:
    """Whether an item, at any depth, is an infinity."""
    return _holds(value, _infinities)


def _holds(value: Value, test: Callable[[Any, QType], bool]) -> bool:
    """Whether an item of a value, at any depth, passes a test of raw items and their type."""
    if isinstance(value, Atom):
        return test(np.array([value.raw]), value.qtype)
    if isinstance(value, Vector):
        return test(value.array, value.qtype)
    if isinstance(value, Dict):
        return _holds(value.value, test)
    if isinstance(value, Table):
        return any(_holds(column, test) for column in value.data.items)
    return isinstance(value, List) and any(_holds(item, test) for item in value.items)


def _nulls(data: Any, qtype: QType) -> bool:
    if qtype is QType.GUID:
        return any(bytes(item) == bytes(16) for item in data)
    if isinstance(qtype.null, float):
        return bool(np.isnan(data).any())
    return qtype.null is not None and bool((data == qtype.null).any())


def _infinities(data: Any, qtype: QType) -> bool:
    return qtype.inf is not None and bool(((data == qtype.inf) | (data == qtype.ninf)).any())
