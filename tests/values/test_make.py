"""Constructors: what they are given is what the value holds, or there is a `ConversionError`."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import anyq


@pytest.mark.parametrize(
    ("kind", "items"),
    [
        ("h", np.array([70_000])),
        ("x", np.array([-1], np.int8)),
        ("i", np.array([2**32 - 1], np.uint32)),
        ("j", np.array([2**63], np.uint64)),
        ("b", np.array([2], np.uint8)),
        ("j", np.array([1.5])),
        ("g", np.zeros(2, "V8")),
        ("g", np.array([1])),
        ("p", np.array([1.0])),
        ("x", np.ma.array([1, 2], mask=[False, True])),
    ],
)
def test_an_array_that_does_not_fit_is_refused(kind: str, items: Any) -> None:
    for make in (anyq.vector, anyq.Vector):
        with pytest.raises(anyq.ConversionError):
            make(kind, items)


def test_an_array_of_another_width_that_fits_is_taken() -> None:
    assert anyq.vector("h", np.array([-32_768, 32_767])) == anyq.vector("h", [None, 32_767])
    assert anyq.vector("b", np.array([1, 0], np.uint8)) == anyq.vector("b", [True, False])
    assert anyq.vector("f", np.array([1, 2])) == anyq.vector("f", [1.0, 2.0])
    assert anyq.vector("e", np.array([1e300])) == anyq.vector("e", [float("inf")])
    assert anyq.vector("h", np.array([])) == anyq.vector("h")
    assert anyq.vector("j", np.array([1, None], object)) == anyq.vector("j", [1, None])
    with pytest.raises(anyq.ConversionError, match=r"int64, not object"):
        anyq.Vector("j", [1, None])


def test_masked_items_are_nulls() -> None:
    masked = np.ma.array([1, 10**10, 3], mask=[False, True, False])
    assert anyq.vector("j", masked) == anyq.vector("j", [1, None, 3])
    assert anyq.vector("h", masked) == anyq.vector("h", [1, None, 3])
    assert anyq.vector("f", np.ma.array([1.0, 2.0], mask=[False, True])) == anyq.vector("f", [1.0, None])
    assert anyq.vector("p", np.ma.array(["2020", "2021"], "M8[ns]", mask=[False, True]))[1].is_null
    assert anyq.vector("g", np.ma.array(np.ones(2, "V16"), mask=[False, True]))[1].is_null
    assert masked.data[1] == 10**10


MOMENTS: list[tuple[Any, str]] = [
    ("2020-01-01T00:00:00+02:00", "2019.12.31D22:00:00.000000000"),
    ("2020-01-01 00:00:00.5-0330", "2020.01.01D03:30:00.500000000"),
    ("2020-01-01T00:00:00Z", "2020.01.01D00:00:00.000000000"),
    ("2020.01.01D00:00:00.123456789", "2020.01.01D00:00:00.123456789"),
    ("2291-12-31", "2291.12.31D00:00:00.000000000"),
    (np.datetime64("2291-12-31T00:00:00.000001"), "2291.12.31D00:00:00.000001000"),
    (np.datetime64(-1, "as"), "1969.12.31D23:59:59.999999999"),
    (np.datetime64(3, "W"), "1970.01.22D00:00:00.000000000"),
    (np.array(3, "M8[25s]")[()], "1970.01.01D00:01:15.000000000"),
    ("", "0Np"),
    ("NaT", "0Np"),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("obj", "text"), MOMENTS)
def test_moments(obj: Any, text: str) -> None:
    made = anyq.timestamp(obj)
    assert str(made) == text
    assert eval(repr(made), {"anyq": anyq}) == made


@pytest.mark.parametrize(
    ("make", "obj"),
    [
        (anyq.date, np.datetime64(2**40, "D")),
        (anyq.month, np.datetime64(2**40, "M")),
        (anyq.month, np.datetime64(2**62, "D")),
        (anyq.timestamp, np.datetime64(2**40, "s")),
        (anyq.timestamp, "2292-05-01"),
        (anyq.datetime, np.datetime64(2**62, "s")),
        (anyq.timespan, np.timedelta64(200_000, "D")),
        (anyq.timespan, np.timedelta64(2**62, "s")),
        (anyq.time, np.timedelta64(2**62, "s")),
        (anyq.float, 10**400),
        (anyq.timespan, "-"),
        (anyq.strings, [1]),
        (anyq.strings, [None]),
        (anyq.chars, 5),
        (anyq.table, [1]),
        (anyq.table, {"a": {"x": 1}}),
    ],
)
def test_out_of_range_or_of_another_kind(make: Callable[[Any], object], obj: Any) -> None:
    with pytest.raises(anyq.ConversionError):
        make(obj)


def test_pandas_moments_keep_their_nanoseconds() -> None:
    pd = pytest.importorskip("pandas")
    moment = pd.Timestamp("2020-01-01T00:00:00.123456789", tz="Europe/Berlin")
    assert anyq.timestamp(moment) == anyq.timestamp("2019-12-31T23:00:00.123456789")
    assert anyq.timespan(pd.Timedelta(1, "ns")) == anyq.timespan(1)
    assert anyq.vector("p", [moment, pd.NaT]) == anyq.vector("p", ["2019-12-31T23:00:00.123456789", None])
    assert anyq.vector("n", pd.Series([pd.Timedelta(1, "ns"), pd.NaT])) == anyq.vector("n", [1, None])
    assert anyq.vector("j", pd.array([1, None], dtype="Int64")) == anyq.vector("j", [1, None])
    assert anyq.table(pd.DataFrame({"a": [1]})) == anyq.table({"a": [1]})


def test_a_timestamp_of_the_last_years_has_a_repr() -> None:
    late = anyq.timestamp(2**63 - 2)
    assert eval(repr(late), {"anyq": anyq}) == late
    assert anyq.timestamp(dt.datetime(2292, 1, 1)) == anyq.timestamp("2292-01-01")


def test_everything_public_is_reachable_and_shown() -> None:
    code = """
import anyq
assert anyq.codec.encode(1)
names = ("connect", "serve", "Pool", "open_embedded", "start_portal", "sync", "codec")
print(*[name for name in names if name not in dir(anyq) or getattr(anyq, name) is None])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert found.stdout.split() == []


def test_constructors_refuse_what_does_not_fit() -> None:
    for make, obj in [
        (anyq.byte, 256), (anyq.short, 40000), (anyq.long, 2**63), (anyq.boolean, 2), (anyq.boolean, None),
        (anyq.symbol, "a\0b"), (anyq.symbol, 5), (anyq.long, 1.5), (anyq.guid, "xyz"), (anyq.timestamp, "nonsense"),
        (anyq.timestamp, dt.datetime(2400, 1, 1)), (anyq.time, "9h"), (anyq.symbol, "\ud800"), (anyq.long, "1"),
    ]:  # fmt: skip
        with pytest.raises(anyq.ConversionError):
            make(obj)
