"""Doors in the ceiling: how a room opens what is in a room above it, without importing it.

The blocking twins of the embedded q and of the server belong beside the other blocking twins, but what they open is
higher in the house. The package puts an opener here for each when it is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from anyq.errors import Error

__all__ = ["door", "provide"]

_doors: Final[dict[str, Callable[..., Any]]] = {}


def provide(name: str, opener: Callable[..., Any]) -> None:
    """Have `door` give ``opener`` for ``name``."""
    _doors[name] = opener


def door(name: str) -> Callable[..., Any]:
    """The opener of that name. `anyq.Error` if none was provided."""
    opener = _doors.get(name)
    if opener is None:
        raise Error(f"nothing provides {name}: import anyq first")
    return opener
