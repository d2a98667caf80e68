"""Fills the vocabulary: the families in a visible order. A later one may replace what an earlier one defined."""

from __future__ import annotations

from .._vocabulary import Vocabulary
from . import (
    _aggregates,
    _arithmetic,
    _asof,
    _bases,
    _cast,
    _comparison,
    _cut,
    _database,
    _dicts,
    _doth,
    _dotq,
    _enums,
    _environment,
    _fby,
    _files,
    _find,
    _handles,
    _internals,
    _joins,
    _lists,
    _matrix,
    _partitions,
    _random,
    _records,
    _running,
    _sets,
    _sort,
    _strings,
    _tables,
    _text,
    _types,
)

__all__ = ["install"]


def install(vocabulary: Vocabulary) -> None:
    """Enter the built-in names of every family."""
    for family in (
        _arithmetic, _comparison, _types, _lists, _cut, _dicts, _aggregates, _running, _find, _sort, _sets, _random,
        _strings, _cast, _bases, _matrix, _enums, _tables, _records, _joins, _asof, _fby,
        _files, _text, _database, _partitions, _internals, _dotq, _doth, _environment, _handles,
    ):  # fmt: skip
        family.install(vocabulary)
