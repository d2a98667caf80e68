"""A dict is a mapping, and a table has what readers of frames reach for."""

from __future__ import annotations

import csv
import datetime as dt
import io
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


def test_rows_are_written_as_csv() -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["a", "b"])
    writer.writeheader()
    writer.writerows(row.py() for row in TABLE)
    assert out.getvalue().split() == ["a,b", "1,x", "2,y", "3,z"]
    csv.DictWriter(io.StringIO(), ["a", "b"]).writerows(TABLE)


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


def test_of_equal_keys_and_names_the_first_counts() -> None:
    made = anyq.Dict(anyq.symbols(["a", "a", "b"]), anyq.vector("j", [1, 2, 3]))
    assert dict(made) == dict(made.items()) == dict(zip(made.keys(), made.values(), strict=True)) == {"a": 1, "b": 3}
    assert made.py() == {"a": 1, "b": 3}
    twice = anyq.Table(anyq.symbols(["a", "a"]), anyq.List([[1], [2]]))
    assert twice.py() == {"a": [1]}
    assert twice[0].py() == {"a": 1}
    assert twice["a"] == anyq.as_q([1])
    assert anyq.KeyedTable(TABLE[:1], twice).py() == {(1, "x"): {"a": 1}}


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


def test_rows_of_a_keyed_table_by_key() -> None:
    one = anyq.keyed_table({"k": ["a", "b"]}, {"v": [1, 2]})
    assert one["b"].py() == {"v": 2}
    assert list(one) == ["a", "b"]
    two = anyq.keyed_table({"k": ["a", "b"], "l": [1, 2]}, {"v": [1, 2]})
    assert list(two) == [("a", 1), ("b", 2)]
    assert two["b", 2].py() == {"v": 2}
    assert two[anyq.as_q({"k": "b", "l": 2})].py() == {"v": 2}
    assert (two.columns, two.shape, two.head(1).shape, two.tail(1).py()) == (
        ["k", "l", "v"], (2, 3), (1, 3), {("b", 2): {"v": 2}},
    )  # fmt: skip


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


@pytest.mark.parametrize("value", [TABLE, anyq.keyed_table({"k": [1]}, {"v": [1]}), TABLE[0]])
def test_no_array_of_a_table(value: Any) -> None:
    with pytest.raises(TypeError, match=r"\.np\(\).*\.pd\(\)"):
        np.asarray(value)


def test_texts_and_bytes_are_equal() -> None:
    assert anyq.chars("abc") == b"abc"
    assert anyq.chars("abc") != b"abd"
    assert anyq.char("a") == b"a"
    assert hash(anyq.char("a")) == hash(b"a")
    assert anyq.chars("abc") != "abc"


def test_an_atom_equals_its_python_value() -> None:
    for value in (
        anyq.date("2024-02-03"), anyq.month("2024-02"), anyq.timestamp("2024-02-03T01:02:03"), anyq.guid(bytes(16)),
        anyq.timespan(5000), anyq.minute("09:30"), anyq.time("09:30"), anyq.char("x"), anyq.datetime("2024-02-03"),
    ):  # fmt: skip
        plain = value.py()
        assert value == plain
        assert plain == value
        assert hash(value) == hash(plain)
        assert {plain: 1}[value] == 1
    assert anyq.timestamp(1) != anyq.timestamp(1).py()
    assert anyq.date("2024-02-03") != dt.datetime(2024, 2, 3)
    assert anyq.date(None) != dt.date(2000, 1, 1)


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
