"""``kx.register``: conversions and column functions of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._column import Column
from ._of_python import REGISTERED

__all__ = ["column_function", "py_toq"]


def py_toq(py_type: type, conversion_function: Callable[[Any], Any], *, overwrite: bool = False) -> None:
    """Have objects of a class converted by a function. An error for a class that has one, without ``overwrite``."""
    if py_type in REGISTERED and not overwrite:
        raise Exception(f"Attempting to overwrite already defined type :{py_type}")
    REGISTERED[py_type] = conversion_function


def column_function(name: str, function: Callable[..., Any], overwrite: bool = False) -> None:
    """Add a method to `Column`. An error for one that exists, without ``overwrite``."""
    if hasattr(Column, name) and not overwrite:
        raise Exception(f"Attribute {name} already defined, please use 'overwrite' keyword")
    setattr(Column, name, function)


def __dir__() -> list[str]:
    return sorted(__all__)
