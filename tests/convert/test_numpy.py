"""Values <-> NumPy."""

from __future__ import annotations

import sys
from typing import Any

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from tests.ids import shown

import anyq
from anyq.values import FIXED_TYPES, QType

ENDS = [None, 5, "inf", "ninf", -3]


def with_ends(qtype: QType) -> anyq.Vector:
    """A vector of a null, the infinities and two others."""
    return anyq.vector(qtype, [getattr(qtype, end) if isinstance(end, str) else end for end in ENDS])


MOMENTS = [t for t in FIXED_TYPES if t.epoch]
INTEGERS = [QType.SHORT, QType.INT, QType.LONG]


@pytest.mark.parametrize("qtype", [t for t in MOMENTS if t is not QType.DATETIME], ids=lambda t: t.label)
def test_moments_come_back_with_nulls_and_infinities(qtype: QType) -> None:
    found = with_ends(qtype).np()
    assert found.dtype.kind in "Mm"
    assert np.isnat(found).tolist() == [True, False, False, False, False]
    assert found[3] <= found[4] < found[1] < found[2]
    assert anyq.identical(anyq.as_q(found), with_ends(qtype))


def test_datetimes_saturate() -> None:
    found = with_ends(QType.DATETIME).np()
    assert str(found[2]) == "9999-12-31T23:59:59.999"
    assert str(found[3]) == "0001-01-01T00:00:00.000"
    assert np.isnat(found[0])


@pytest.mark.parametrize("qtype", INTEGERS, ids=lambda t: t.label)
def test_integers_with_nulls_are_masked_arrays(qtype: QType) -> None:
    found = with_ends(qtype).np()
    assert isinstance(found, np.ma.MaskedArray)
    assert found.mask.tolist() == [True, False, False, False, False]
    assert anyq.identical(anyq.as_q(found), with_ends(qtype))
    assert type(with_ends(qtype)[1:].np()) is np.ndarray


@pytest.mark.parametrize("qtype", FIXED_TYPES, ids=lambda t: t.label)
def test_raw_is_the_data_itself(qtype: QType) -> None:
    vector = anyq.Vector(qtype, np.zeros(3, qtype.numpy))
    assert vector.np(raw=True) is vector.data


def test_numbers_and_spans_are_not_copied() -> None:
    for kind in "hijefxbn":
        vector = anyq.vector(kind, [1, 0])
        assert np.shares_memory(vector.np(), vector.data)
        assert not vector.np().flags.writeable
    source = np.arange(3.0)
    again = anyq.as_q(source)
    assert isinstance(again, anyq.Vector)
    assert np.shares_memory(again.data, source)


def test_atoms_are_scalars() -> None:
    assert anyq.long(5).np() == np.int64(5)
    assert anyq.long(None).np() is None
    assert np.isnat(anyq.date(None).np())
    assert anyq.timestamp(0).np() == np.datetime64("2000-01-01", "ns")
    assert anyq.long(None).np(raw=True) == -(2**63)
    assert anyq.symbol("a").np() == "a"


def test_tables_are_structured_arrays_and_lists_object_arrays() -> None:
    table = anyq.table({"a": [1, 2], "b": [1.5, 2.5]})
    assert table.np().tolist() == [(1, 1.5), (2, 2.5)]
    assert anyq.as_q(table.np()) == table
    masked = anyq.table({"a": [1, None]}).np()
    assert masked["a"].mask.tolist() == [False, True]  # type: ignore[attr-defined]
    assert anyq.as_q([[1], ["a", "b"]]).np()[1].tolist() == ["a", "b"]
    assert anyq.strings(["ab"]).np().tolist() == [b"ab"]
    assert anyq.chars("ab").np().tolist() == [b"a", b"b"]
    assert anyq.keyed_table({"k": [1]}, {"v": [2]}).np().tolist() == [(1, 2)]
    assert anyq.dict({"a": [1, 2], "b": "c"}).np()["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("array", "value"),
    [
        (np.array([1, 2], "i1"), anyq.vector("h", [1, 2])),
        (np.array([1, 2], ">i4"), anyq.vector("i", [1, 2])),
        (np.array([1, 2], "u2"), anyq.vector("i", [1, 2])),
        (np.array([1, 2], "u8"), anyq.vector("j", [1, 2])),
        (np.array([1], "f2"), anyq.vector("e", [1])),
        (np.array([1], np.longdouble), anyq.vector("f", [1])),
        (np.array(["a", "bc"]), anyq.symbols(["a", "bc"])),
        (np.array([b"a", b"bc"]), anyq.strings(["a", "bc"])),
        (np.array([b"a", b"b"]), anyq.chars("ab")),
        (np.array(["a", 1, None], object), anyq.List([anyq.symbol("a"), anyq.long(1), anyq.NULL])),
        (np.array(["2020", "NaT"], "M8[Y]"), anyq.vector("m", ["2020-01", None])),
        (np.array(["2020-01-02"], "M8[h]"), anyq.vector("p", ["2020-01-02"])),
        (np.array([90], "m8[h]"), anyq.vector("n", [90 * 3600 * 10**9])),
        (np.array([[1, 2], [3, 4]]), anyq.as_q([[1, 2], [3, 4]])),
        (np.array(5), anyq.long(5)),
        (np.int16(5), anyq.short(5)),
        (np.float32(1.5), anyq.real(1.5)),
        (np.str_("a"), anyq.symbol("a")),
        (np.datetime64("2020-01-01"), anyq.date("2020-01-01")),
        (np.datetime64("NaT", "ns"), anyq.timestamp(None)),
        (np.arange(6)[::2], anyq.vector("j", [0, 2, 4])),
        (np.ma.masked_array([1.0, 2.0], [True, False]), anyq.vector("f", [None, 2])),
        (np.ma.masked_array(["a", "b"], [True, False]), anyq.symbols(["", "b"])),
    ],
    ids=shown,
)
def test_arrays_by_their_dtype(array: Any, value: anyq.Value) -> None:
    assert anyq.as_q(array) == value


@pytest.mark.parametrize(
    "array",
    [
        np.array([2**63], "u8"),
        np.array([1j]),
        np.array(["2500-01-01"], "M8[s]"),
        np.array(["1600-01-01"], "M8[D]").astype("M8[s]"),
        np.array([2**40], "m8[s]"),
        np.array([10**10], "m8[D]"),
        np.array([10**10], "M8[D]"),
        np.ma.masked_array([True, False], [True, False]),
    ],
    ids=lambda a: str(a.dtype),
)
def test_what_does_not_fit_is_refused_and_never_wraps(array: Any) -> None:
    with pytest.raises(anyq.ConversionError):
        anyq.as_q(array)


def test_vectors_are_arrays_to_numpy() -> None:
    vector = anyq.vector("j", [3, 1])
    assert np.sort(np.asarray(vector)).tolist() == [1, 3]
    assert np.asarray(vector, dtype="f4").dtype == np.float32


_DTYPES = st.sampled_from(["?", "i2", "i4", "i8", "u1", "f4", "f8", "M8[ns]", "M8[D]", "M8[M]", "m8[ns]", "m8[s]"])


@given(hnp.arrays(_DTYPES, st.integers(0, 8)))
def test_arrays_come_back_as_they_went_or_are_refused(array: Any) -> None:
    try:
        vector = anyq.as_q(array)
    except anyq.ConversionError:
        assert array.dtype.kind in "Mm"
        return
    found = vector.np()
    kept = np.ma.getmaskarray(found) if isinstance(found, np.ma.MaskedArray) else np.zeros(len(array), bool)
    assert found.dtype == array.dtype
    assert np.array_equal(np.asarray(found)[~kept].view(f"V{array.itemsize}"), array[~kept].view(f"V{array.itemsize}"))
    raw = array.view("i8") if array.dtype.kind in "mM" else array
    assert (raw[kept] == vector.qtype.null).all()  # type: ignore[attr-defined]


@pytest.mark.parametrize("limit", [1000, 6000])
def test_nesting_beyond_the_stack_is_an_error(limit: int, request: pytest.FixtureRequest) -> None:
    """An interpreter of q lets Python nest deeper than usual; NumPy's arrays must not follow."""
    before = sys.getrecursionlimit()
    request.addfinalizer(lambda: sys.setrecursionlimit(before))
    sys.setrecursionlimit(max(limit, before))
    value: anyq.Value = anyq.long(1)
    for _ in range(5000):
        value = anyq.List.of((value, value))
    for deep in (value, anyq.table({"a": anyq.List.of((value,))})):
        with pytest.raises(anyq.ConversionError, match="nested deeper"):
            deep.np()
