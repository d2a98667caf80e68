"""Fills the vocabulary: the families in a visible order. A later one may replace what an earlier one defined."""

from __future__ import annotations

from ..session._vocabulary import Vocabulary
from .files import _database, _files, _partitions
from .lists import _apply, _cut, _find, _lists, _sets, _sort, _types
from .numbers import _aggregates, _arithmetic, _bases, _comparison, _matrix, _random, _running
from .system import _commands, _doth, _dotq, _environment, _handles, _internals
from .tables import _asof, _dicts, _enums, _fby, _joins, _records, _tables
from .text import _cast, _strings, _text

__all__ = ["install"]


def install(vocabulary: Vocabulary) -> None:
    """Enter the built-in names of every family."""
    for family in (
        _arithmetic, _comparison, _types, _lists, _cut, _dicts, _aggregates, _running, _find, _sort, _sets, _random,
        _strings, _cast, _bases, _matrix, _enums, _tables, _records, _joins, _asof, _fby,
        _files, _text, _database, _partitions, _internals, _dotq, _doth, _environment, _handles, _apply, _commands,
    ):  # fmt: skip
        family.install(vocabulary)
