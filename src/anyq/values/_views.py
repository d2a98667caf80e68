"""Views of a `Dict` as a mapping, and who may have them."""

from __future__ import annotations

import sys
from collections.abc import ItemsView, Iterator, ValuesView
from typing import Any, Protocol

from anyq.errors import ConversionError

from ._face import Value
from ._types import QType
from ._vector import List, Vector

__all__ = ["DictItems", "DictValues", "check_reader"]


class Placed(Protocol):
    """What the views need of a `Dict`."""

    @property
    def key(self) -> Value:
        """The list of keys."""
        ...

    @property
    def value(self) -> Value:
        """The list of values."""
        ...

    def places(self) -> dict[Any, int]:
        """The place of each Python key."""
        ...


class DictValues(ValuesView[Value]):
    """The values of a `Dict` by place, without a search for each key."""

    __slots__ = ()
    _mapping: Placed

    def __iter__(self) -> Iterator[Value]:
        held = self._mapping
        return (held.value[place] for place in held.places().values())


class DictItems(ItemsView[Any, Value]):
    """The pairs of a `Dict` by place, without a search for each key."""

    __slots__ = ()
    _mapping: Placed

    def __iter__(self) -> Iterator[tuple[Any, Value]]:
        held = self._mapping
        return ((key, held.value[place]) for key, place in held.places().items())


def check_reader(mapping: Placed) -> None:
    """Refuse the polars constructors a dictionary that is no columns by name; called by a method that they call.

    polars takes every mapping for columns by name. It converts all atoms as the first that it met in the process,
    whatever their types, and its errors name nothing to call.
    """
    try:
        reader: str = sys._getframe(2).f_globals.get("__name__", "")
    except ValueError:  # called by C code without a Python frame
        return
    if reader.startswith("polars.") and not _are_columns(mapping):
        raise ConversionError(
            f"polars takes a mapping for columns by name, which this {type(mapping).__name__} is not: "
            "use .pl(), or .py() of a row"
        )


def _are_columns(mapping: Placed) -> bool:
    keys, columns = mapping.key, mapping.value
    named = isinstance(keys, Vector) and keys.qtype is QType.SYMBOL
    return named and isinstance(columns, List) and all(isinstance(column, Vector | List) for column in columns)
