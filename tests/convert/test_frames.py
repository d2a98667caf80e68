"""Values <-> pandas, Arrow and polars."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from tests.ids import shown

import anyq
from anyq.values import NULL, QType, SymbolArray

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
pl: Any = pytest.importorskip("polars")


def edges(kind: str) -> anyq.Vector:
    qtype = QType.of(kind)
    special = {"b": [1, 0], "x": [0, 255], "c": b"a z", "s": ["a", "", "é"], "g": [None, bytes(range(16))]}
    return anyq.vector(qtype, special.get(kind, [None, 5, -3]))


SAME = {
    "pd": "bxhijefspnvt",
    "pa": "bgxhijefspdnvt",
    "pl": "bxhijefspdnt",
}
"""The types that come back from there as they went; the others come back as what the library has instead."""


@pytest.mark.parametrize(("library", "kind"), [(lib, kind) for lib, kinds in SAME.items() for kind in kinds])
def test_vectors_come_back(library: str, kind: str) -> None:
    assert anyq.identical(anyq.as_q(getattr(edges(kind), library)()), edges(kind))


@pytest.mark.parametrize("library", ["pd", "pa", "pl"])
@pytest.mark.parametrize("kind", list("bgxhijefcspmdznuvt"))
def test_nulls_are_missing_there(library: str, kind: str) -> None:
    found = getattr(edges(kind), library)()
    missing = [x is None or x is pd.NaT or x is pd.NA or x != x for x in (found.tolist() if library != "pl" else found)]
    assert missing == [kind in "hijefpmdznuvt", *[False] * (len(missing) - 1)]


@pytest.mark.parametrize("library", ["pd", "pa", "pl"])
@pytest.mark.parametrize("kind", list("pmdznuvt"))
def test_infinities_saturate_in_order(library: str, kind: str) -> None:
    qtype = QType.of(kind)
    found = getattr(anyq.vector(qtype, [qtype.ninf, 0, qtype.inf]), library)().to_numpy(**_copying(library))
    assert found[0] < found[1] < found[2]


def _copying(library: str) -> dict[str, bool]:
    return {"zero_copy_only": False} if library == "pa" else {}


TRADES = anyq.table(
    {
        "time": anyq.vector("p", ["2024-01-01T09:30:00.123456789", None]),
        "sym": anyq.symbols(["IBM", ""]),
        "price": anyq.vector("f", [1.5, None]),
        "size": anyq.vector("j", [100, None]),
        "note": anyq.strings(["ok", ""]),
        "legs": anyq.as_q([[1, 2], [3]]),
    }
)


def test_tables_to_pandas_and_back() -> None:
    frame = TRADES.pd()
    assert [str(t) for t in frame.dtypes[:4]] == ["datetime64[ns]", frame.dtypes.iloc[1].name, "float64", "Int64"]
    assert frame["legs"][0].tolist() == [1, 2]
    assert anyq.as_q(frame[["time", "sym", "price", "size"]]) == anyq.Table(TRADES.names[:4], TRADES.data[:4])


@pytest.mark.parametrize("library", ["pa", "pl"])
def test_tables_to_arrow_and_polars_and_back(library: str) -> None:
    again = anyq.as_q(getattr(TRADES, library)())
    assert isinstance(again, anyq.Table)
    for name in ("time", "sym", "price", "size", "legs"):
        assert again[name] == TRADES[name]
    assert again["note"] == TRADES["note"]


def test_keyed_tables_have_the_keys_for_index() -> None:
    keyed = anyq.keyed_table({"k": ["a", "b"]}, {"v": [1, 2]})
    assert keyed.pd().index.name == "k"
    assert anyq.as_q(keyed.pd()) == keyed
    double = anyq.keyed_table({"k": ["a", "b"], "l": [1, 2]}, {"v": [1, 2]})
    assert anyq.as_q(double.pd()) == double
    assert keyed.pl().columns == ["k", "v"]
    assert keyed.pa().column_names == ["k", "v"]
    assert anyq.as_q(pd.DataFrame({"a": [1]}, index=[7])) == anyq.table({"a": [1]})
    frame = pd.DataFrame({"a": [1, 2]})
    assert anyq.as_q(frame[frame.a > 1]) == anyq.table({"a": [2]})
    assert anyq.as_q(pd.DataFrame({"a": [1]}, index=["x"])) == anyq.keyed_table({"index": ["x"]}, {"a": [1]})
    assert anyq.as_q(frame.rename_axis("k")) == anyq.keyed_table({"k": [0, 1]}, {"a": [1, 2]})


def test_bytes_that_are_no_text_in_a_general_list() -> None:
    """Pandas takes objects that are all texts or missing for texts in UTF-8."""
    mixed = anyq.List.of((anyq.symbol("\udc80"), NULL))
    assert mixed.pd().tolist()[0] == "\\x80"
    assert anyq.table({"a": mixed}).pd()["a"].isna().tolist() == [False, True]


def test_dicts_lists_and_atoms() -> None:
    assert anyq.dict({"a": 1, "b": 2}).pd().to_dict() == {"a": 1, "b": 2}
    assert anyq.dict({"a": 1}).pa().to_pylist() == [{"key": "a", "value": 1}]
    assert anyq.dict({"a": 1}).pl().rows() == [("a", 1)]
    assert anyq.timestamp(5).pd() == pd.Timestamp("2000-01-01") + pd.Timedelta(5, "ns")
    assert anyq.long(None).pd() is pd.NA
    assert anyq.date(None).pd() is pd.NaT
    assert anyq.symbol("a").pd() == "a"
    assert anyq.long(5).pa() == pa.scalar(5)
    assert anyq.symbol("x").pa().as_py() == "x"
    assert anyq.date("2020-01-01").pl() == dt.date(2020, 1, 1)
    assert anyq.as_q([1, 2.0]).pa().to_pylist() == [1.0, 2.0]
    assert anyq.as_q([["a"], ["b", "c"]]).pl().to_list() == [["a"], ["b", "c"]]
    for name in ("pa", "pl"):
        with pytest.raises(anyq.ConversionError):
            getattr(anyq.as_q([1, "a"]), name)()
        with pytest.raises(anyq.ConversionError):
            getattr(anyq.Lambda("", "{x}"), name)()


def test_symbols_in_every_storage_become_the_same_strings() -> None:
    texts = ["a", "", "bc", "é", "a"]
    wire = anyq.symbols(texts)
    wire.symbols.wire()
    codes = anyq.Vector("s", SymbolArray.from_codes(*wire.symbols.factorize()))
    for vector in (wire, codes, anyq.symbols(texts), anyq.symbols(texts)[::1]):
        assert vector.pa().to_pylist() == texts
        assert vector.pl().to_list() == texts
        assert vector.pd().tolist() == texts


def test_bytes_that_are_no_utf8_are_spelled_out() -> None:
    assert anyq.symbols([b"\xff", "a"]).pa().to_pylist() == ["\\xff", "a"]
    assert anyq.strings([b"\xc3", b"\xa9"]).pa().to_pylist() == ["\\xc3", "\\xa9"]
    assert anyq.chars(b"\xe9a").pa().to_pylist() == ["é", "a"]


def test_strings_out_of_order_and_with_gaps() -> None:
    strings = anyq.strings(["ab", "", "cde", "f"])
    assert strings.strings is not None
    for index in ([3, 0], [0, 2], [1, 1, 2, 0], []):
        part = anyq.List.of(strings.strings.take(np.array(index, int)))
        assert part.pa().to_pylist() == [["ab", "", "cde", "f"][i] for i in index]


PANDAS: list[tuple[Any, anyq.Value]] = [
    (pd.Series(["a", None, "b"]), anyq.symbols(["a", "", "b"])),
    (pd.Series(["a", "b"], dtype=object), anyq.symbols(["a", "b"])),
    (pd.Series(["a", None], dtype="string"), anyq.symbols(["a", ""])),
    (pd.Series([b"a", b"bc"]), anyq.strings(["a", "bc"])),
    (pd.Series([1, None], dtype="Int32"), anyq.vector("i", [1, None])),
    (pd.Series([1.5, None], dtype="Float64"), anyq.vector("f", [1.5, None])),
    (pd.Series([True, False], dtype="boolean"), anyq.vector("b", [1, 0])),
    (pd.Series(["x", None, "y"], dtype="category"), anyq.symbols(["x", "", "y"])),
    (pd.Series([3, 5, 3], dtype="category"), anyq.vector("j", [3, 5, 3])),
    (pd.Series(pd.to_datetime(["2020-01-01 02:00"]).tz_localize("Asia/Tokyo")), anyq.vector("p", ["2019-12-31T17:00"])),
    (pd.Series(pd.period_range("2020-01", periods=2, freq="M")), anyq.vector("m", ["2020-01", "2020-02"])),
    (pd.Series([1, 2], dtype="int64[pyarrow]"), anyq.vector("j", [1, 2])),
    (pd.Series([1.0, 2.0], dtype=pd.SparseDtype("float64", 0.0)), anyq.vector("f", [1, 2])),
    (pd.Series([dt.date(2020, 1, 1), None]), anyq.vector("d", ["2020-01-01", None])),
    (pd.Index([1, 2]), anyq.vector("j", [1, 2])),
    (pd.array([1, 2], dtype="Int64"), anyq.vector("j", [1, 2])),
    (pd.Timestamp("2020-01-01 00:00:00.000000005"), anyq.timestamp("2020-01-01T00:00:00.000000005")),
    (pd.Timestamp("2020-01-01", tz="UTC"), anyq.timestamp("2020-01-01")),
    (pd.Timedelta("1s"), anyq.timespan("00:00:01")),
    (pd.NaT, anyq.timestamp(None)),
    (pd.NA, anyq.NULL),
]  # fmt: skip


@pytest.mark.parametrize(("obj", "value"), PANDAS, ids=shown)
def test_pandas_objects_by_their_dtype(obj: Any, value: anyq.Value) -> None:
    assert anyq.as_q(obj) == value


ARROW: list[tuple[Any, anyq.Value]] = [
    (pa.array([1, None], pa.int8()), anyq.vector("h", [1, None])),
    (pa.array([1, 2, 3])[1:], anyq.vector("j", [2, 3])),
    (pa.array([1, None, 3])[1:], anyq.vector("j", [None, 3])),
    (pa.chunked_array([[1], [2]]), anyq.vector("j", [1, 2])),
    (pa.chunked_array([], pa.int64()), anyq.vector("j")),
    (pa.array(["a", None, "b"])[1:], anyq.symbols(["", "b"])),
    (pa.array(["a", None]).dictionary_encode(), anyq.symbols(["a", ""])),
    (pa.array(["a"], pa.string_view()), anyq.symbols(["a"])),
    (pa.array([b"a", None]), anyq.strings(["a", ""])),
    (pa.array([dt.date(2020, 1, 1), None]), anyq.vector("d", ["2020-01-01", None])),
    (pa.array([dt.date(2020, 1, 1)], pa.date64()), anyq.vector("d", ["2020-01-01"])),
    (pa.array([dt.time(1, 2)], pa.time32("s")), anyq.vector("v", ["01:02:00"])),
    (pa.array([dt.time(1, 2), None], pa.time64("us")), anyq.vector("n", ["01:02:00", None])),
    (pa.array([0, None], pa.timestamp("us", "Asia/Tokyo")), anyq.vector("p", ["1970-01-01", None])),
    (pa.array([[1], None, [2, 3]]), anyq.as_q([anyq.vector("j", [1]), anyq.vector("j"), anyq.vector("j", [2, 3])])),
    (pa.array([{"a": 1}, {"a": 2}]), anyq.table({"a": [1, 2]})),
    (pa.array([1.0, None]), anyq.vector("f", [1, None])),
    (pa.scalar(5), anyq.long(5)),
    (pa.record_batch({"a": [1]}), anyq.table({"a": [1]})),
    (pa.nulls(2), anyq.List([anyq.NULL, anyq.NULL])),
]


@pytest.mark.parametrize(("obj", "value"), ARROW, ids=shown)
def test_arrow_objects_by_their_type(obj: Any, value: anyq.Value) -> None:
    assert anyq.as_q(obj) == value


def test_what_has_no_q_form_is_named() -> None:
    nameless = pd.Series([True, None], dtype="boolean")
    decimals = pa.array([1]).cast(pa.decimal128(21, 2))
    for obj in (pa.array([True, None]), decimals, nameless, pa.array(["a\0b"]), pa.array([2**63], pa.uint64())):
        with pytest.raises(anyq.ConversionError):
            anyq.as_q(obj)


def test_polars_objects() -> None:
    frame = pl.DataFrame({"a": ["x", None], "b": [1, None], "c": [dt.date(2020, 1, 1), None]})
    expected = anyq.table({"a": ["x", ""], "b": [1, None], "c": anyq.vector("d", ["2020-01-01", None])})
    assert anyq.as_q(frame) == expected
    assert anyq.as_q(frame.lazy()) == expected
    assert anyq.as_q(pl.Series(["a", "b"], dtype=pl.Categorical)) == anyq.symbols(["a", "b"])


def test_tables_offer_the_arrow_stream() -> None:
    table = anyq.table({"a": [1, 2], "s": ["x", "y"]})
    assert pa.table(table).to_pydict() == {"a": [1, 2], "s": ["x", "y"]}
    assert pl.DataFrame(table).rows() == [(1, "x"), (2, "y")]
    assert pa.table(anyq.keyed_table({"k": [1]}, {"v": [2]})).column_names == ["k", "v"]


def test_numbers_share_memory() -> None:
    vector = anyq.vector("f", [1.0, 2.0])
    assert np.shares_memory(vector.pa().to_numpy(), vector.data)
    assert np.shares_memory(vector.pd().to_numpy(), vector.data)
    assert np.shares_memory(anyq.table({"a": vector}).pd()["a"].to_numpy(), vector.data)
    source = pa.array([1, 2])
    again = anyq.as_q(source)
    assert isinstance(again, anyq.Vector)
    assert np.shares_memory(again.data, source.to_numpy())


WITHOUT = """
import sys
for gone in {gone!r}:
    sys.modules[gone] = None
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name in {gone!r} else find(name, *a)
import anyq
table = anyq.table({{"t": anyq.vector("p", [0, None]), "s": ["a", ""], "j": [1, None], "c": anyq.chars("xy"),
                    "d": anyq.vector("d", [0, None]), "n": anyq.strings(["ab", ""])}})
again = anyq.as_q(table.{method}())
for name in "tsj":
    assert again[name] == table[name], (name, again[name])
print("ok")
"""


@pytest.mark.parametrize("method", ["pd", "pl"])
def test_pandas_and_polars_do_not_need_pyarrow(method: str) -> None:
    code = WITHOUT.format(gone=["pyarrow"], method=method)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "ok\n", done.stderr


@pytest.mark.parametrize(("library", "method"), [("pandas", "pd"), ("pyarrow", "pa"), ("polars", "pl")])
def test_a_missing_library_is_named(library: str, method: str) -> None:
    code = f"import sys; sys.modules[{library!r}] = None\nimport anyq\nanyq.table({{'a': [1]}}).{method}()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"this conversion needs {library}: pip install 'anyq[" in done.stderr


def test_numbers_that_arrow_cannot_hold_are_a_conversion_error() -> None:
    mixed = anyq.List([anyq.List.of((anyq.long(0), anyq.guid("00000000-0000-0000-8000-000000000000")))])
    with pytest.raises(anyq.ConversionError, match="no Arrow form"):
        anyq.table({"a": mixed}).pa()


@pytest.mark.parametrize("with_arrow", [True, False])
def test_texts_that_are_not_utf_8(with_arrow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not with_arrow:
        monkeypatch.setattr("anyq.convert._polars.has_arrow", lambda: False)
    bad = anyq.symbol(b"\xff")
    table = anyq.table({"\udcff": [1, 2]})
    assert anyq.symbols([b"\xff", "a"]).pl().to_list() == ["\\xff", "a"]
    assert anyq.List([anyq.List([bad]), anyq.List([bad])]).pl().to_list() == [["\\xff"], ["\\xff"]]
    assert anyq.List([anyq.List([bad])]).pa().to_pylist() == [["\\xff"]]
    assert table.pl().columns == table.pa().column_names == list(table.pd().columns) == ["\\xff"]


def test_intervals_of_days_and_nanoseconds_are_spans() -> None:
    pa = pytest.importorskip("pyarrow")
    array = pa.array([(0, 1, 5), None, (0, 0, -1)], pa.month_day_nano_interval())
    assert anyq.as_q(array) == anyq.timespans([86_400_000_000_005, None, -1])
    assert anyq.as_q(array[1:]) == anyq.timespans([None, -1])
    with pytest.raises(anyq.ConversionError, match="months"):
        anyq.as_q(pa.array([(1, 0, 0)], pa.month_day_nano_interval()))
