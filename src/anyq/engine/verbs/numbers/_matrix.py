"""Matrices: ``mmu inv lsq``, and ``$`` of floats (pages ref/mmu.md, ref/inv.md, ref/lsq.md)."""

from __future__ import annotations

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, List, QType, Value, Vector

from ...kernel._support import Array, vec
from ...session._vocabulary import Vocabulary

__all__ = ["install", "multiply_matrices"]

_FLOAT = QType.FLOAT


def _matrix(x: Value) -> Array:
    """A float vector or a list of float vectors of one count, as an array of one or two dimensions."""
    if isinstance(x, Vector):
        if x.qtype not in (QType.REAL, _FLOAT):
            raise QError("type")
        return np.asarray(x.data, np.float64)
    if not isinstance(x, List) or not len(x):
        raise QError("type")
    rows = x.items
    sizes = {len(row) for row in rows if isinstance(row, Vector) and row.qtype in (QType.REAL, _FLOAT)}
    if not all(isinstance(row, Vector) and row.qtype in (QType.REAL, _FLOAT) for row in rows):
        raise QError("type")
    if len(sizes) != 1:
        raise QError("length")
    return np.stack([row.data.astype(np.float64) for row in rows if isinstance(row, Vector)])


def _value(data: Array) -> Value:
    if data.ndim == 0:
        return Atom(_FLOAT, float(data))
    if data.ndim == 1:
        return vec(_FLOAT, np.ascontiguousarray(data))
    return List.of(tuple([vec(_FLOAT, np.ascontiguousarray(row)) for row in data]))


def multiply_matrices(x: Value, y: Value) -> Value:
    """The product of two matrices, of a matrix and a vector, or of two vectors."""
    a, b = _matrix(x), _matrix(y)
    if a.shape[-1] != b.shape[0]:
        raise QError("length")
    with np.errstate(all="ignore"):
        return _value(np.asarray(a @ b))


def invert(x: Value) -> Value:
    """The inverse of a square matrix of floats; ``'length`` for other shapes."""
    a = _matrix(x)
    if a.ndim != 2 or a.shape[0] != a.shape[1]:
        raise QError("length" if a.ndim == 2 else "type")
    try:
        return _value(np.linalg.inv(a))
    except np.linalg.LinAlgError:
        return _value(np.full(a.shape, np.nan))


def least_squares(x: Value, y: Value) -> Value:
    """q's ``x lsq y``: the ``w`` that makes ``w mmu y`` nearest to ``x``."""
    a, b = _matrix(x), _matrix(y)
    if a.shape[-1] != b.shape[-1]:
        raise QError("length")
    if b.ndim != 2:
        raise QError("type")
    found = np.linalg.lstsq(b.T, a.T, rcond=None)[0]
    return _value(found.T)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.binary("mmu", multiply_matrices)
    vocabulary.binary("lsq", least_squares)
    vocabulary.unary("inv", invert)
