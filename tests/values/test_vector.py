"""Vectors: read-only, indexed as in Python."""

from typing import Any

import numpy as np
import pytest

import anyq


def test_vectors_are_read_only_and_index_as_python_does() -> None:
    source = np.arange(5)
    vector = anyq.Vector(anyq.QType.LONG, source)
    assert vector.data.base is source
    assert not vector.data.flags.writeable
    assert vector[1] == 1
    assert vector[-1] == 4
    assert [int(a) for a in vector[1:3]] == [1, 2]
    assert len(vector) == 5
    with pytest.raises(anyq.ConversionError):
        anyq.Vector("j", np.zeros((2, 2), np.int64))


@pytest.mark.parametrize("index", [None, 0.0, "a", [0], ...])
def test_an_index_is_an_integer(index: Any) -> None:
    for value in (anyq.symbols(["a", "b"]), anyq.vector("j", [1, 2]), anyq.table({"a": [1, 2]})):
        if isinstance(index, str) and isinstance(value, anyq.Table):
            continue
        with pytest.raises(TypeError):
            value[index]


def test_a_symbol_vector_holds_texts() -> None:
    for items in ([1], ["a", None], [b"a"]):
        with pytest.raises(anyq.ConversionError, match=r"anyq\.symbols"):
            anyq.Vector("s", items)
