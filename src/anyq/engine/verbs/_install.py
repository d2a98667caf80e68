"""Fills the vocabulary: the families in a visible order. A later one may replace what an earlier one defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _aggregates, _arithmetic, _comparison, _lists

if TYPE_CHECKING:
    from .._vocabulary import Vocabulary

__all__ = ["install"]


def install(vocabulary: Vocabulary) -> None:
    """Enter the built-in names of every family."""
    for family in (_arithmetic, _comparison, _lists, _aggregates):
        family.install(vocabulary)
