"""Operators: an atom's are its Python value's, a vector's NumPy's, and a null takes part in none as a number."""

from __future__ import annotations

import datetime as dt
import math
import operator
import uuid
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import anyq
from anyq.values import QType

INTEGERS = ("h", "i", "j")
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow]
ORDER = [operator.lt, operator.le, operator.gt, operator.ge]
TEMPORAL = "pmdznuvt"


@pytest.mark.parametrize("kind", ["x", "h", "i", "j", "e", "f"])
@pytest.mark.parametrize("apply", [*ARITHMETIC, *ORDER, divmod])
def test_a_number_is_its_python_value(kind: str, apply: Any) -> None:
    one, other = anyq.atom(kind, 7), anyq.atom(kind, 2)
    plain = [value.py() for value in (one, other)]
    assert apply(one, 2) == apply(plain[0], 2)
    assert apply(7, other) == apply(7, plain[1])
    assert apply(one, other) == apply(*plain)
    assert apply(one, np.float64(2)) == apply(plain[0], 2.0)
    assert apply(Fraction(7), anyq.long(2)) == apply(Fraction(7), 2)


@pytest.mark.parametrize("kind", INTEGERS)
@pytest.mark.parametrize("apply", [*ARITHMETIC, *ORDER, divmod])
def test_a_null_is_no_number(kind: str, apply: Any) -> None:
    null = anyq.atom(kind)
    for arguments in ((null, 2), (2, null), (null, np.float64(2)), (null, anyq.float(2.0))):
        with pytest.raises(anyq.ConversionError, match="null"):
            apply(*arguments)
    with pytest.raises(anyq.ConversionError, match="null"):
        f"{null:.2f}"
    for turn in (int, float, round, abs, operator.neg, operator.index, bool):
        with pytest.raises(anyq.ConversionError, match="null"):
            turn(null)


def test_signs_and_bits() -> None:
    assert (-anyq.long(3), +anyq.long(3), abs(anyq.long(-3)), ~anyq.long(3)) == (-3, 3, 3, -4)
    assert (anyq.long(6) & 3, anyq.long(6) | 1, 6 ^ anyq.int(3)) == (2, 7, 5)
    assert (anyq.boolean(True) & True) is True
    assert Decimal(1) < anyq.long(2) < Decimal(3)


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (anyq.float(2.5), ".2f", "2.50"), (anyq.long(1234567), ",", "1,234,567"), (anyq.symbol("ab"), ">4", "  ab"),
        (anyq.date("2024-02-03"), "%d.%m.%y", "03.02.24"), (anyq.real(0.5), ".0%", "50%"), (anyq.long(5), "", "5"),
        (anyq.date("2024-02-03"), ">12", "  2024.02.03"), (anyq.timespan(1), "<22", "0D00:00:00.000000001  "),
        (anyq.long(None), ">4", "  0N"), (anyq.date(None), "<5", "0Nd  "), (anyq.longs([1, 2]), ">5", "  1 2"),
        (anyq.minute("09:30"), "%H.%M", "09.30"), (anyq.chars("ab"), "_<6", '"ab"__'),
        (anyq.symbol("ab"), "", "`ab"), (anyq.boolean(True), "d", "1"), (anyq.timestamp(0), "%H:%M", "00:00"),
    ],
)  # fmt: skip
def test_format(value: anyq.Value, spec: str, text: str) -> None:
    assert format(value, spec) == text


@pytest.mark.parametrize(
    "value", [anyq.date("2024-02-03"), anyq.timespan(1), anyq.long(None), anyq.symbol("a"), anyq.longs([1]), anyq.NULL]
)
def test_texts_have_no_formats_of_numbers(value: anyq.Value) -> None:
    for spec in (".2f", ",", "x", "d"):
        with pytest.raises(anyq.ConversionError, match=r"\.py\(\)"):
            format(value, spec)


@pytest.mark.parametrize("turn", [int, float, operator.index, math.floor, math.ceil, math.trunc, round, math.sqrt])
@pytest.mark.parametrize("kind", [*TEMPORAL, "c", "g", "s"])
def test_other_types_are_no_numbers(kind: str, turn: Any) -> None:
    some = {"c": b"a", "g": uuid.UUID(int=5), "s": "a"}
    with pytest.raises(anyq.ConversionError, match=r"\.py\(\)"):
        turn(anyq.atom(kind, some.get(kind, 5)))


def test_no_digit_is_lost_on_the_way_to_an_integer() -> None:
    for turn in (int, math.floor, math.ceil, math.trunc, round, operator.index):
        assert turn(anyq.long(2**53 + 1)) == 2**53 + 1


@pytest.mark.parametrize("kind", [*TEMPORAL, "c"])
def test_what_is_no_number_is_as_true_as_in_python(kind: str) -> None:
    for raw in (0, 5):
        atom = anyq.atom(kind, raw if kind != "c" else bytes([raw]))
        assert bool(atom) is bool(atom.py())


@pytest.mark.parametrize("kind", [t.char for t in QType if t.dtype is not None or t is QType.SYMBOL])
def test_vectors_can_be_sorted_as_q_sorts(kind: str) -> None:
    made: dict[str, list[Any]] = {
        "b": [True, False], "s": ["b", "", "a"], "g": [uuid.UUID(int=5), None],
        "c": [b"b", b" ", b"a"],
        "x": [3, 1], "e": [2.0, None, float("-inf"), 1.0], "f": [2.0, None, float("-inf"), 1.0],
        "z": [2.0, None, 1.0],
    }  # fmt: skip
    vector = anyq.vector(kind, made.get(kind, [3, None, 1, 2]))
    with anyq.sync.open_embedded() as q:
        assert anyq.as_q(sorted(vector)) == q("asc", vector)


def test_moments_and_spans_compare_exactly() -> None:
    assert anyq.date("2024-02-03") < anyq.timestamp("2024-02-03T00:00:00.000000001") < anyq.date("2024-02-04")
    assert anyq.date("2024-02-03") < dt.datetime(2024, 2, 3, 1) <= anyq.timestamp("2024-02-03T01:00:00")
    assert anyq.timestamp("2024-02-03T01:00") >= dt.datetime(2024, 2, 3, 1, tzinfo=dt.UTC)
    assert anyq.month("2024-02") <= dt.date(2024, 2, 1) < anyq.month("2024-03")
    assert anyq.minute("09:30") < anyq.time("09:30:00.001") < dt.time(9, 31)
    assert anyq.timespan(1) > dt.timedelta(0)
    assert anyq.timespan(1) < np.timedelta64(2, "ns")
    with pytest.raises(TypeError):
        anyq.date("2024-02-03") < anyq.minute("09:30")  # noqa: B015
    with pytest.raises(TypeError):
        anyq.date("2024-02-03") < 3  # noqa: B015
    with pytest.raises(anyq.ConversionError, match="null"):
        anyq.date(None) < dt.date(2024, 2, 3)  # noqa: B015


@pytest.mark.parametrize("kind", TEMPORAL)
def test_arithmetic_of_moments_names_what_to_call(kind: str) -> None:
    with pytest.raises(anyq.ConversionError, match=r"\.np\(\)"):
        anyq.atom(kind, 5) + 1


@pytest.mark.parametrize("apply", [*ARITHMETIC[:-1], *ORDER])  # NumPy refuses the powers that it finds under masks
@pytest.mark.parametrize("kind", ["h", "i", "j", "e", "f"])
def test_a_vectors_operators_are_those_of_its_array(kind: str, apply: Any) -> None:
    vector = anyq.vector(kind, [3, None, 1])
    plain = vector.np()
    for ours, theirs in (
        (apply(vector, 2), apply(plain, 2)),
        (apply(2, vector), apply(2, plain)),
        (apply(vector, vector), apply(plain, plain)),
        (apply(vector, anyq.atom(kind, 2)), apply(plain, anyq.atom(kind, 2).py())),
    ):
        assert np.array_equal(np.ma.getmaskarray(ours), np.ma.getmaskarray(theirs))
        assert np.array_equal(np.ma.filled(ours, 0), np.ma.filled(theirs, 0), equal_nan=kind in "ef")
    with pytest.raises(anyq.ConversionError, match="null"):
        apply(vector, anyq.atom("j"))


def test_operators_that_numpy_has_not() -> None:
    with pytest.raises(anyq.ConversionError, match=r"guid.*\.py\(\)"):
        anyq.vector("g", [None]) + 1
    with pytest.raises(TypeError):
        anyq.vector("j", [1]) + anyq.table({"a": [1]})
    assert (anyq.vector("d", ["2024-02-03"]) - anyq.date("2024-02-01")).tolist() == [dt.timedelta(2)]
    assert (~anyq.vector("b", [1, 0])).tolist() == [False, True]


def test_what_is_masked_selects_nothing() -> None:
    table = anyq.table({"a": anyq.vector("j", [3, None, 1]), "b": ["x", "y", "z"], "c": [[1], "a", b"s"]})
    assert table[table["a"] > 1] == table[:1]
    assert table.head()["a"] == table["a"]


@pytest.mark.parametrize("kind", INTEGERS)
def test_arrays_of_integers_with_nulls_are_floats(kind: str) -> None:
    vector = anyq.vector(kind, [1, None, 3])
    assert np.isnan(np.mean(vector))
    assert np.nanmean(vector) == 2
    assert np.asarray(vector).dtype == np.float64
    assert np.asarray(vector, object).tolist() == [1, None, 3]
    assert np.isnan(np.asarray(anyq.atom(kind)))
    with pytest.raises(anyq.ConversionError, match="null"):
        np.array([anyq.atom(kind), anyq.atom(kind, 2)])
    assert np.array([anyq.atom(kind, 1), anyq.atom(kind, 2)]).tolist() == [1, 2]
    for dtype in (np.int64, np.uint8, bool):
        with pytest.raises(anyq.ConversionError, match=r"\.np\(\)"):
            np.asarray(vector, dtype)


@pytest.mark.parametrize("kind", TEMPORAL)
def test_temporal_nulls_are_not_turned_into_numbers(kind: str) -> None:
    vector = anyq.vector(kind, [None, 5])
    assert np.isnat(np.asarray(vector)).tolist() == [True, False]
    for dtype in (np.int64, np.float64, bool):
        with pytest.raises(anyq.ConversionError, match="null"):
            np.asarray(vector, dtype)


def test_longs_that_floats_would_round() -> None:
    big = 2**53 + 1
    assert np.asarray(anyq.vector("j", [big])).tolist() == [big]
    with pytest.raises(anyq.ConversionError, match=r"round.*\.np\(\)"):
        np.asarray(anyq.vector("j", [big, None]))
    assert np.asarray(anyq.vector("j", [2**63 - 1, None])).tolist()[0] == float(2**63 - 1)


def test_copies() -> None:
    vector = anyq.vector("j", [1, 2])
    assert np.shares_memory(np.array(vector, copy=False), vector.array)
    assert np.array(vector, copy=True).flags.writeable
    for value in (anyq.vector("d", [1]), anyq.vector("j", [1, None])):
        with pytest.raises(ValueError, match="copy"):
            np.array(value, copy=False)
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(anyq.symbols(["a"]))[0] = "b"


def columns_of(kind: str) -> tuple[anyq.Vector, Any]:
    pd = pytest.importorskip("pandas")
    made: dict[str, list[Any]] = {
        "b": [True, False, True], "s": ["b", "", "a"], "c": [b"b", b" ", b"a"], "x": [3, 1, 2],
        "g": [uuid.UUID(int=5), None, uuid.UUID(int=6)],
    }  # fmt: skip
    vector = anyq.vector(kind, made.get(kind, [2 * 10**4 if kind != "h" else 2, None, 5]))
    return vector, pd.Series(vector.pd(), index=[7, 8, 9])


@pytest.mark.parametrize("kind", [t.char for t in QType if t.dtype is not None or t is QType.SYMBOL])
def test_operators_with_a_column_of_pandas_are_its_own(kind: str) -> None:
    pd = pytest.importorskip("pandas")
    vector, column = columns_of(kind)
    for place in (0, 2):
        item, atom = column.iloc[place], vector[place]
        for apply in (operator.eq, operator.ne, *ORDER):
            pd.testing.assert_series_equal(apply(column, atom), apply(column, item))
            pd.testing.assert_series_equal(apply(atom, column), apply(item, column))
            pd.testing.assert_series_equal(apply(column, vector), apply(column, column.array))
        assert (pd.Index(column) == atom).tolist() == (column == item).tolist()
        assert (pd.DataFrame({"c": column}) == atom)["c"].tolist() == (column == item).tolist()
    if kind in "hijefnuvt":
        pd.testing.assert_series_equal(column - vector[0], column - column.iloc[0])
        pd.testing.assert_series_equal(vector + column, column + column.array)


@pytest.mark.parametrize("kind", [*TEMPORAL, "h", "j", "f", "x"])
def test_numpys_functions_take_atoms_as_its_scalars(kind: str) -> None:
    vector = anyq.vector(kind, [20, 30, 5])
    array = np.asarray(vector)
    for function in (np.equal, np.not_equal, np.less, np.maximum):
        assert np.array_equal(function(array, vector[0]), function(array, array[0]))
        assert np.array_equal(function(vector[0], vector), function(array[0], array))
    assert np.array_equal(array == vector[2], array == array[2])
    if kind not in "pmdz":
        out = np.zeros_like(array)
        assert np.add(vector, vector[1], out=out) is out
        assert np.array_equal(out, array + array[1])
        assert np.add.reduce(vector) == np.add.reduce(array)
