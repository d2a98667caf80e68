"""A dict is a mapping, and a table has what readers of frames reach for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import anyq
from anyq.testing import strategies as qst

TABLE = anyq.table({"a": [1, 2, 3], "b": ["x", "y", "z"]})


def test_a_dict_is_a_mapping() -> None:
    row = TABLE[1]
    assert isinstance(row, Mapping)
    assert dict(row) == {**row} == {"a": 2, "b": "y"}
    assert list(row.keys()) == list(row) == ["a", "b"]
    assert list(row.values()) == [2, "y"]
    assert list(row.items()) == [("a", 2), ("b", "y")]
    assert [row.get("a"), row.get("c"), row.get("c", 5), row["b"]] == [2, None, 5, "y"]
    assert "{a} {b}".format(**row) == "2 `y"
    match row:
        case {"a": first}:
            assert first == 2
    with pytest.raises(KeyError):
        row["c"]


@pytest.mark.parametrize(
    ("keys", "python"),
    [
        (anyq.vector("i", [1, 2]), [1, 2]), (anyq.vector("h", [None, 2]), [None, 2]),
        (anyq.vector("f", [0.5, 1]), [0.5, 1]),
        (anyq.vector("d", ["2024-02-03"]), [dt.date(2024, 2, 3)]), (anyq.chars("ab"), [b"a", b"b"]),
        (anyq.vector("m", ["2024-02"]), [dt.date(2024, 2, 1)]), (anyq.strings(["ab"]), [b"ab"]),
        (anyq.as_q([[1, 2], ["a"]]), [(1, 2), ("a",)]), (anyq.vector("u", ["09:30"]), [dt.time(9, 30)]),
        (anyq.vector("p", [0]), [dt.datetime(2000, 1, 1)]),
    ],
)  # fmt: skip
def test_keys_are_pythons(keys: anyq.Value, python: list[Any]) -> None:
    made = anyq.Dict(keys, anyq.vector("j", range(len(python))))
    assert list(made) == python
    assert [made[key] for key in made] == [0, 1][: len(python)]
    assert [made[key] for key in keys] == [0, 1][: len(python)]
    assert all(key in made for key in python)


def test_keys_that_python_cannot_hold_are_atoms() -> None:
    made = anyq.Dict(anyq.vector("p", [1, 2, 3000]), anyq.vector("j", [10, 20, 30]))
    assert len(dict(made)) == 3
    assert [made[key].py() for key in made] == [10, 20, 30]
    assert list(made)[2] == dt.datetime(2000, 1, 1, microsecond=3)
    assert made.py() == {key: value.py() for key, value in made.items()}


@given(qst.dicts())
def test_a_dict_agrees_with_its_python_form(made: anyq.Dict) -> None:
    try:
        plain = made.py()
    except anyq.ConversionError:
        return
    if isinstance(made.key, anyq.Table):
        return
    assert len(list(made)) == len(plain)
    for (key, value), place in zip(made.items(), made.places().values(), strict=True):
        assert made.value[place] == value
        assert made[key] == value


@pytest.mark.parametrize("value", [TABLE, anyq.keyed_table({"k": [1]}, {"v": [1]}), TABLE[0]])
def test_no_array_of_a_table(value: Any) -> None:
    with pytest.raises(TypeError, match=r"\.np\(\).*\.pd\(\)"):
        np.asarray(value)


@pytest.mark.parametrize(
    "keys",
    [
        anyq.longs([2**53 + 1, None]), anyq.List([anyq.long(2**53 + 1), anyq.float(1.5)]),
        anyq.List([anyq.long(-(2**53) - 1), anyq.int(None), anyq.real(None)]),
        anyq.table({"k": anyq.longs([2**53 + 1, None])}),
        anyq.table({"k": anyq.longs([2**53 + 1, None]), "l": ["a", "b"]}),
    ],
)  # fmt: skip
def test_no_index_rounds_the_keys(keys: anyq.Value) -> None:
    pd = pytest.importorskip("pandas")
    made = anyq.Dict(keys, anyq.longs(range(len(keys))))
    series = pd.Series(made)
    flat = [part for key in series.index for part in (key if isinstance(key, tuple) else (key,))]
    assert not any(isinstance(part, float) for part in flat)
    assert abs(flat[0]) == 2**53 + 1
    assert [made[key] for key in made] == list(range(len(keys)))
    assert (None in made) == any(key is None or key == None for key in made)  # noqa: E711


@pytest.mark.parametrize(
    "value",
    [
        TABLE[0], anyq.dict({"a": 1, "b": None}), anyq.dict([1, 2], [3, 4]), anyq.dict([], []),
        anyq.keyed_table({"k": ["a"]}, {"v": [1]}), anyq.keyed_table({"k": anyq.longs([])}, {"v": anyq.longs([])}),
    ],
)  # fmt: skip
def test_polars_is_refused_a_mapping_that_is_no_columns(value: anyq.Dict) -> None:
    pl = pytest.importorskip("polars")
    for door in (pl.DataFrame, pl.LazyFrame, pl.from_dict):
        with pytest.raises(anyq.ConversionError, match=r"\.pl\(\)"):
            door(value)


def test_polars_takes_columns_by_name() -> None:
    pl = pytest.importorskip("polars")
    found = pl.DataFrame(anyq.dict({"a": [1, None], "b": anyq.strings(["x", "y"])}))
    assert found.to_dict(as_series=False) == {"a": [1, None], "b": ["x", "y"]}


def test_a_keyed_table_names_its_plain_table() -> None:
    with pytest.raises(anyq.ConversionError, match=r"\.unkeyed\(\)"):
        np.asarray(anyq.keyed_table({"k": [1]}, {"v": [2]}))


def test_items_of_one_key_column_are_keys() -> None:
    keyed = anyq.keyed_table({"k": anyq.vector("p", [1, None])}, {"v": [1, 2]})
    assert [keyed[key]["v"] for key in keyed] == [keyed[atom]["v"] for atom in keyed.key["k"]] == [1, 2]
