"""Texts -> char vectors, and matrices."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import anyq

pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")

TEXTS: dict[str, Callable[[list[str]], Any]] = {
    "list": list, "tuple": tuple, "deque": deque, "array": np.array,
    "array of objects": lambda texts: np.array(texts, object),
    "masked array": lambda texts: np.ma.MaskedArray(texts, [False] * len(texts)),
    "array of str_": lambda texts: list(map(np.str_, texts)),
    "series": pd.Series, "series of objects": lambda texts: pd.Series(texts, dtype=object),
    "series of Arrow": lambda texts: pd.Series(texts, dtype=pd.ArrowDtype(pa.string())),
    "index": pd.Index, "polars": pl.Series, "polars objects": lambda texts: pl.Series(texts, dtype=pl.Object),
    "arrow": pa.array, "views": lambda texts: pa.array(texts, pa.string_view()),
    "chunks": lambda texts: pa.chunked_array([texts]),
}  # fmt: skip
NESTED: dict[str, Callable[[list[str]], Any]] = {
    "list": lambda texts: [texts, texts], "array": lambda texts: np.array([texts, texts]),
    "array of objects": lambda texts: np.array([texts, texts], object),
    "matrix": lambda texts: np.matrix([texts, texts]),
    "series": lambda texts: pd.Series([texts, texts]), "polars": lambda texts: pl.Series([texts, texts]),
    "series of Arrow": lambda texts: pd.Series([texts, texts], dtype=pd.ArrowDtype(pa.list_(pa.string()))),
    "arrow": lambda texts: pa.array([texts, texts]),
}  # fmt: skip


@pytest.mark.parametrize("kind", TEXTS)
def test_texts_become_char_vectors(kind: str) -> None:
    for texts in (["ab", "", "é"], ["a"], ["a", "b"]):
        given = TEXTS[kind](texts)
        assert anyq.as_q(given, strings="chars") == anyq.strings(texts)
        assert anyq.as_q({"a": given, "b": 1}, strings="chars")["a"] == anyq.strings(texts)
        assert anyq.identical(anyq.as_q(given), anyq.symbols(texts))


@pytest.mark.parametrize("kind", NESTED)
def test_texts_within_lists_become_char_vectors(kind: str) -> None:
    texts = ["ab", "c"]
    assert anyq.as_q(NESTED[kind](texts), strings="chars") == anyq.List([anyq.strings(texts)] * 2)


@pytest.mark.parametrize("one", ["ab", np.str_("ab"), np.array("ab"), pa.scalar("ab"), type("Text", (str,), {})("ab")])
def test_one_text_becomes_a_char_vector(one: object) -> None:
    assert anyq.identical(anyq.as_q(one, strings="chars"), anyq.chars("ab"))
    assert anyq.identical(anyq.as_q(one), anyq.symbol("ab"))


@pytest.mark.parametrize("rows", [[[1, 2], [3, 4]], [[1]], [[1.5, 2.5]], [["a", "b"]], [[True], [False]]])
def test_a_matrix_is_the_list_of_its_rows(rows: list[list[Any]]) -> None:
    wanted = anyq.as_q(np.array(rows))
    assert anyq.identical(anyq.as_q(np.matrix(rows)), wanted)
    masked = np.ma.MaskedArray(np.matrix(rows), np.zeros(np.shape(rows), bool))
    assert anyq.identical(anyq.as_q(masked), wanted)
