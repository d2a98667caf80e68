"""``kx.schema``: empty tables of given types."""

from __future__ import annotations

from typing import Any

from anyq.values import List, Table, Vector, symbols

from . import _engine
from ._base import ATOMS, VECTORS, wrap
from ._exceptions import PyKXException

__all__ = ["builder"]


def builder(schema: Any, *, key: Any = None) -> Any:
    """An empty table of columns and the classes of their items; ``key`` names the key columns."""
    if not isinstance(schema, dict):
        raise PyKXException("'schema' argument should be a dictionary")
    if not all(isinstance(name, str) for name in schema):
        raise PyKXException("'schema' keys must be of type 'str'")
    keys = [key] if isinstance(key, str) else list(key or [])
    if not all(isinstance(name, str) for name in keys):
        raise PyKXException("Supplied 'key' must be a list of 'str' types only")
    columns = [_column(name, kind) for name, kind in schema.items()]
    table = Table(symbols(list(schema)), List.of(tuple(columns)))
    return wrap(_engine.call("{y xkey x}", table, symbols(keys)) if keys else table)


def _column(name: str, kind: Any) -> Any:
    title = getattr(kind, "__name__", "")
    if title == "List":
        return List.of(())
    if title == "CharVector":
        raise PyKXException(f"Error: setting column to 'CharVector' is ambiguous: column {name} is List or CharAtom")
    qtype = getattr(kind, "qtype", None)
    if qtype is None or kind not in (ATOMS.get(qtype), VECTORS.get(qtype)):
        raise PyKXException(f"Error: {KeyError} raised for column {name}")
    return Vector(qtype, [])
