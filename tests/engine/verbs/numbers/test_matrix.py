"""Matrix products beside NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import ask, error, holds

from anyq.engine.kernel._support import vec
from anyq.engine.verbs.numbers._matrix import multiply_matrices
from anyq.values import List, QType, Value

sizes = st.integers(1, 4)


def matrix(rows: np.ndarray) -> Value:
    return List.of(tuple([vec(QType.FLOAT, row.copy()) for row in rows]))


def numbers(value: Value) -> list[list[float]]:
    assert isinstance(value, List)
    return [row.data.tolist() for row in value.items]  # type: ignore[attr-defined]


@given(sizes, sizes, sizes, st.integers(0, 2**32 - 1))
def test_products(n: int, m: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    x, y = random.integers(-9, 9, (n, m)).astype(float), random.integers(-9, 9, (m, k)).astype(float)
    assert numbers(multiply_matrices(matrix(x), matrix(y))) == (x @ y).tolist()
    assert numbers(ask("x mmu y", x=matrix(x), y=matrix(y))) == (x @ y).tolist()
    assert holds("(x mmu y)~x$y", x=matrix(x), y=matrix(y))


@given(sizes, st.integers(0, 2**32 - 1))
def test_inverse(n: int, seed: int) -> None:
    x = np.random.default_rng(seed).random((n, n)) + n * np.eye(n)
    assert np.allclose(numbers(ask("x mmu inv x", x=matrix(x))), np.eye(n))


@pytest.mark.parametrize("text", ["(1 2f;3 4f)mmu(1 2 3f;4 5 6f;7 8 9f)", "(1 2;3 4)$(1 2;3 4)", "inv(1 2f;2 4f;3 6f)"])
def test_refused(text: str) -> None:
    assert error(text) != ""
