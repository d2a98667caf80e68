"""What type checkers are told about values; mypy and pyright read this, which also runs."""

from __future__ import annotations

from typing import Any, assert_type

import numpy as np
import numpy.typing as npt
import pandas
import polars
import pyarrow

import anyq
from anyq.query import Expression, FunctionalQuery, col, exec, max, select


def test_conversions_have_their_types() -> None:
    table, vector = anyq.table({"a": [1, 2]}), anyq.vector("j", [1, 2])
    assert_type(table.pd(), pandas.DataFrame)
    assert_type(table.pl(), polars.DataFrame)
    assert_type(table.pa(), pyarrow.Table)
    assert_type(vector.pd(), pandas.Series)
    assert_type(vector.pl(), polars.Series)
    assert_type(vector.np(), npt.NDArray[Any])
    assert_type(anyq.keyed_table({"k": [1]}, table[:1]).pd(), pandas.DataFrame)
    assert_type(anyq.strings(["a"]).pd(), pandas.Series)
    assert np.array_equal(vector.np(), [1, 2])


def test_constructors_and_answers() -> None:
    assert_type(anyq.long(), anyq.Atom)
    answer: anyq.Value = anyq.vector("j", [1, 2])
    assert len(answer) == 2
    assert [int(item) for item in answer] == [1, 2]
    assert answer[0] == 1
    total: anyq.Value = anyq.long(3)
    assert int(total) + float(total) == 6
    assert total + 1 == 4
    assert total > 2


def test_queries() -> None:
    assert_type(col("a") > 1, Expression)
    assert_type(max("a"), Expression)
    assert_type(select("t", where=[col("a") == "x"]), FunctionalQuery)
    assert_type(exec("t", {"a": max("b")}, by="c"), FunctionalQuery)
