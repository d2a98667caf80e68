"""Nothing is lost without a word: nanoseconds in nested lists, masked items, texts of any Arrow kind."""

from __future__ import annotations

import sys
import uuid
from typing import Any

import numpy as np
import pytest

import anyq

MOMENTS = anyq.vector("p", [1, None])
FIRST = np.datetime64("2000-01-01T00:00:00.000000001")


def test_numpy_of_a_dict_of_moments() -> None:
    found = anyq.Dict(anyq.symbols(["a", "b", "a"]), anyq.vector("p", [1, None, 2])).np()
    assert found["a"] == FIRST
    assert np.isnat(found["b"])
    assert anyq.Dict(anyq.symbols(["a"]), anyq.vector("p", [1])).np(raw=True) == {"a": 1}
    assert anyq.Dict(anyq.symbols(["a", "a"]), anyq.List([MOMENTS, anyq.long(1)])).np()["a"][0] == FIRST


def test_pandas_of_nested_moments() -> None:
    pytest.importorskip("pandas")
    nested = anyq.List([anyq.List([MOMENTS]), anyq.symbol("a"), anyq.timestamp(1), anyq.timestamp(None)]).pd()
    assert nested[0][0][0] == FIRST
    assert nested[1] == "a"
    assert nested[2].nanosecond == 1
    assert nested[3] is None


@pytest.mark.parametrize("with_arrow", [True, False])
def test_polars_of_nested_moments(with_arrow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    pl = pytest.importorskip("polars")
    if not with_arrow:
        monkeypatch.setattr("anyq.convert._polars.has_arrow", lambda: False)
    listed = anyq.List([MOMENTS, MOMENTS[:0]])
    assert anyq.as_q(listed.pl()) == listed
    times = pl.Series([[1], None], dtype=pl.List(pl.Time))
    assert anyq.as_q(times) == anyq.List([anyq.vector("n", [1]), anyq.vector("n")])
    assert anyq.as_q(pl.Series([{"a": 1}])) == anyq.table({"a": [1]})
    assert anyq.as_q(pl.Series([b"a", None])) == anyq.strings(["a", ""])
    assert anyq.as_q(pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2))) == anyq.List([[1, 2]])


def test_polars_objects_and_wide_integers() -> None:
    pl = pytest.importorskip("polars")
    one = uuid.UUID(int=1)
    assert anyq.as_q(pl.Series([one], dtype=pl.Object)) == anyq.vector("g", [one])
    with pytest.raises(anyq.ConversionError):
        anyq.as_q(pl.Series([object()], dtype=pl.Object))
    if hasattr(pl, "Int128"):
        assert anyq.as_q(pl.Series([5, None], dtype=pl.Int128)) == anyq.vector("j", [5, None])
        with pytest.raises(anyq.ConversionError, match="out of the range of long"):
            anyq.as_q(pl.Series([2**70], dtype=pl.Int128))


def test_arrow_of_lists_of_lists() -> None:
    pytest.importorskip("pyarrow")
    nested = anyq.List([anyq.List([MOMENTS]), anyq.List([]), anyq.List([MOMENTS[:0], MOMENTS])])
    assert str(nested.pa().type).replace("element", "item") == "list<item: list<item: timestamp[ns]>>"
    assert anyq.as_q(nested.pa()) == nested
    guids = anyq.List([anyq.List([anyq.vector("g", [bytes(16)])])])
    assert anyq.as_q(guids.pa()) == guids
    with pytest.raises(anyq.ConversionError, match="no Arrow form"):
        anyq.List([anyq.long(1), anyq.symbol("a")]).pa()
    assert anyq.List([anyq.byte(0), anyq.real(None)]).pa().null_count == 0


def test_arrow_texts_of_any_kind_with_nulls() -> None:
    pa = pytest.importorskip("pyarrow")
    assert anyq.as_q(pa.array([b"1234", None], pa.binary(4))) == anyq.strings(["1234", ""])
    for name, text, made in (("string_view", "a", anyq.symbols), ("binary_view", b"a", anyq.strings)):
        if hasattr(pa, name):
            assert anyq.as_q(pa.array([text, None], getattr(pa, name)())) == made(["a", ""])


@pytest.mark.parametrize("target", ["pa", "pl"])
def test_nesting_that_others_walk_by_recursion_in_c(target: str) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("polars")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        lists: anyq.Value = anyq.vector("j", [1])
        tables: anyq.Value = anyq.table({"a": [1]})
        for _ in range(3000):
            lists, tables = anyq.List.of((lists,)), anyq.Table(anyq.symbols(["a"]), anyq.List.of((tables,)))
        for value in (lists, tables, anyq.Dict([1], anyq.List.of((lists,)))):
            with pytest.raises(anyq.ConversionError, match="nested deeper"):
                getattr(value, target)()
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.filterwarnings("ignore:The 'generic' unit")
def test_numpy_spans_without_a_unit() -> None:
    for obj in (np.timedelta64(5), np.array([5], "m8")):
        with pytest.raises(anyq.ConversionError, match="without a unit"):
            anyq.as_q(obj)
    assert anyq.as_q(np.timedelta64("NaT")) == anyq.timespan(None)
    assert anyq.as_q(np.datetime64("NaT")) == anyq.timestamp(None)
    assert anyq.as_q(np.array(["NaT"], "m8")) == anyq.vector("n", [None])


def test_numpy_masked_items_of_any_kind() -> None:
    masked: list[tuple[Any, anyq.Value]] = [
        (np.ma.array([1, 2**64 - 1], mask=[False, True], dtype=np.uint64), anyq.vector("j", [1, None])),
        (np.ma.array(["2020", "9999"], "M8[s]", mask=[False, True]), anyq.vector("p", ["2020-01-01", None])),
        (np.ma.array([1, "a"], mask=[False, True], dtype=object), anyq.vector("j", [1, None])),
        (np.ma.array([b"ab", b"c"], mask=[False, False]), anyq.strings(["ab", "c"])),
    ]
    for array, value in masked:
        assert anyq.as_q(array) == value


def test_numpy_texts_and_records() -> None:
    if hasattr(np.dtypes, "StringDType"):
        assert anyq.as_q(np.array(["a", "b"], np.dtypes.StringDType())) == anyq.symbols(["a", "b"])
    assert anyq.as_q(np.array((1, 2), [("x", int), ("y", int)])) == anyq.dict({"x": 1, "y": 2})
    assert anyq.table({"": [1]}).np().dtype.names == ("f0",)


def test_columns_of_the_same_name() -> None:
    twice = anyq.Table(anyq.symbols(["x", "x"]), anyq.List([[1], [2]]))
    with pytest.raises(anyq.ConversionError, match="same name"):
        twice.np()
    pytest.importorskip("polars")
    with pytest.raises(anyq.ConversionError, match="same name"):
        twice.pl()


def test_pandas_categories_without_any() -> None:
    pd = pytest.importorskip("pandas")
    assert anyq.as_q(pd.Series([None], dtype="category")) == anyq.List([anyq.NULL])
    with pytest.raises((anyq.ConversionError, ValueError), match=r"out of the range|overflow"):
        anyq.as_q(pd.Timedelta(2**40, "s"))  # which pandas before 3 refuses itself
    nothing = anyq.KeyedTable(anyq.table({}), anyq.table({})).pd()
    assert nothing.empty


def test_nulls_in_an_array_of_a_dtype_that_has_one() -> None:
    some = anyq.vector("h", [1, None])
    assert np.isnan(np.asarray(some, float)[1])
    assert np.asarray(some, object).tolist() == [1, None]
    assert str(np.asarray(some).tolist()) == "[1.0, nan]"
    with pytest.raises(anyq.ConversionError, match=r"\.np\(\)"):
        np.asarray(some, np.int64)
    with pytest.raises(ValueError, match="copy"):
        some.__array__(np.float64, copy=False)


def test_arrow_list_views() -> None:
    pa = pytest.importorskip("pyarrow")
    for kind in (pa.list_view, pa.large_list_view):
        array = pa.array([[1, 2], None, [], [3]], kind(pa.int64()))
        for start in range(4):
            assert anyq.as_q(array[start:]).py() == [[1, 2], [], [], [3]][start:]
    back = pa.ListViewArray.from_arrays([2, 0], [1, 2], pa.array([1, 2, 3]))
    assert anyq.as_q(back) == anyq.List([[3], [1, 2]])
