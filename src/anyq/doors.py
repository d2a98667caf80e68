"""How a package opens what belongs to a higher layer, without importing it.

A `Door` stands in the lower package, with the type of its opener. The package `anyq` itself, which may import all,
gives a function to `fill_with` that provides every opener; it runs when the first of them is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from anyq.errors import Error

__all__ = ["Door", "fill_with"]

F = TypeVar("F")
_fillers: Final[list[Callable[[], None]]] = []


def fill_with(filler: Callable[[], None]) -> None:
    """Have ``filler`` provide the openers, once one is asked for."""
    _fillers.append(filler)


class Door(Generic[F]):
    """A place for an opener of type ``F``."""

    __slots__ = ("_name", "_opener")

    def __init__(self, name: str) -> None:
        self._name = name
        self._opener: F | None = None

    def provide(self, opener: F) -> None:
        """Have `opener` give this."""
        self._opener = opener

    @property
    def opener(self) -> F:
        """The opener. `anyq.Error` if none was provided."""
        if self._opener is None:
            for filler in _fillers:
                filler()
        if self._opener is None:
            raise Error(f"nothing provides {self._name}: import anyq first")
        return self._opener
