"""Python keys of q values: equal exactly when the values match (floats: when they are equal)."""

from __future__ import annotations

from typing import Any

import numpy as np

from anyq.values import Atom, Dict, List, SymbolArray, Table, Value, Vector

from ._support import items_of

__all__ = ["hashable", "keys_of", "raw_key"]


def hashable(value: Value) -> Any:
    """A Python key that two values share exactly when they match (floats: when they are equal)."""
    if isinstance(value, Atom):
        raw = value.raw
        return (value.qtype, raw if raw == raw else "null")
    if isinstance(value, Vector):
        data = value.data
        if isinstance(data, SymbolArray):
            return (-int(value.qtype), tuple(data.objects().tolist()))
        if data.dtype.kind == "f":
            data = np.where(np.isnan(data), np.nan, data + 0.0)
        return (-int(value.qtype), data.tobytes())
    if isinstance(value, List):
        return ("list", tuple([hashable(item) for item in value.items]))
    if isinstance(value, Dict):
        return ("dict", hashable(value.key), hashable(value.value))
    if isinstance(value, Table):
        return ("table", hashable(value.names), hashable(value.data))
    return ("function", repr(value))


def raw_key(item: Value, column: Value) -> Any:
    """The key of an item of ``column`` as `keys_of` makes it. In a vector the type is known, and no part of it."""
    if isinstance(column, Vector) and isinstance(item, Atom):
        raw = item.raw
        return raw if raw == raw else None
    return hashable(item)


def keys_of(column: Value, start: int, stop: int) -> list[Any]:
    """The `raw_key` of the items from ``start`` up to ``stop``."""
    if not isinstance(column, Vector):
        part = column[start:stop] if isinstance(column, List) else items_of(column)[start:stop]
        return [hashable(item) for item in part]
    data = column.data
    if isinstance(data, SymbolArray):
        return data.objects()[start:stop].tolist()  # type: ignore[no-any-return]
    part = data[start:stop]
    if data.dtype.kind == "V":
        return [raw.tobytes() for raw in part]
    raws: list[Any] = part.tolist()
    return [raw if raw == raw else None for raw in raws] if data.dtype.kind == "f" else raws
