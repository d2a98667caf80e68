"""Dicts and tables: columns, rows, slices, look-ups."""

import numpy as np
import pytest
from tests.values.test_views import TABLE

import anyq


def test_tables_give_columns_rows_and_slices() -> None:
    table = anyq.table({"a": anyq.vector("j", [1, 2, 3]), "b": anyq.symbols(["x", "y", "z"])})
    assert len(table) == 3
    assert table["a"] == anyq.vector("j", [1, 2, 3])
    assert table[1]["b"] == "y"
    assert len(table[1:]) == 2
    assert [row["a"] for row in table] == [1, 2, 3]
    with pytest.raises(KeyError, match="there are a, b"):
        table["c"]
    with pytest.raises(anyq.ConversionError, match="different counts"):
        anyq.Table(anyq.symbols(["a", "b"]), anyq.List([anyq.vector("j", [1]), anyq.vector("j", [1, 2])]))


def test_dicts_find_by_match() -> None:
    pairs = anyq.Dict(anyq.vector("j", [1, 2]), anyq.symbols(["a", "b"]))
    assert pairs[anyq.long(2)] == "b"
    assert anyq.int(2) not in pairs
    with pytest.raises(KeyError):
        pairs[anyq.long(3)]
    with pytest.raises(anyq.ConversionError):
        anyq.Dict(anyq.vector("j", [1, 2]), anyq.vector("j", [1]))


def test_of_equal_keys_and_names_the_first_counts() -> None:
    made = anyq.Dict(anyq.symbols(["a", "a", "b"]), anyq.vector("j", [1, 2, 3]))
    assert dict(made) == dict(made.items()) == dict(zip(made.keys(), made.values(), strict=True)) == {"a": 1, "b": 3}
    assert made.py() == {"a": 1, "b": 3}
    twice = anyq.Table(anyq.symbols(["a", "a"]), anyq.List([[1], [2]]))
    assert twice.py() == {"a": [1]}
    assert twice[0].py() == {"a": 1}
    assert twice["a"] == anyq.as_q([1])
    assert anyq.KeyedTable(TABLE[:1], twice).py() == {(1, "x"): {"a": 1}}


def test_a_table_has_what_frames_have() -> None:
    assert TABLE.columns == ["a", "b"]
    assert TABLE.shape == (3, 2)
    assert TABLE.dtypes == {"a": anyq.QType.LONG, "b": anyq.QType.SYMBOL}
    assert TABLE.head(2) == TABLE[:2]
    assert TABLE.head(-1) == TABLE[:2]
    assert (TABLE.tail(2), TABLE.tail(-1), TABLE.tail(0)) == (TABLE[1:], TABLE[1:], TABLE[:0])
    assert TABLE.tail(9) == TABLE.head(9) == TABLE
    assert TABLE[["b"]].columns == ["b"]
    assert TABLE[["b", "a"]][0].py() == {"b": "x", "a": 1}
    assert TABLE[("a",)] == TABLE[anyq.symbols(["a"])] == TABLE[["a"]]
    assert TABLE[np.array([2, 0])].py() == {"a": [3, 1], "b": ["z", "x"]}
    assert TABLE[anyq.vector("b", [1, 0, 0])] == TABLE[:1]
    assert "a" in TABLE
    assert "c" not in TABLE
    assert TABLE[0] in TABLE
    with pytest.raises(KeyError, match=r"'c'.*a, b"):
        TABLE[["a", "c"]]
    with pytest.raises(TypeError, match="names"):
        TABLE[[0]]  # type: ignore[list-item]
