"""Bare data between types: against Python's calendar, and nulls to nulls."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._raw import DAY, UNIT, convert, days_of_months, has, months_of_days
from anyq.values import QType

EPOCH = dt.date(2000, 1, 1)
WHOLE = [QType.BYTE, QType.SHORT, QType.INT, QType.LONG]
FIXED = [*WHOLE, QType.REAL, QType.FLOAT, *UNIT, QType.DATE, QType.MONTH, QType.DATETIME]


@given(st.dates(dt.date(1800, 1, 1), dt.date(2200, 1, 1)))
def test_the_calendar_is_pythons(date: dt.date) -> None:
    days = np.array([(date - EPOCH).days])
    month = (date.year - 2000) * 12 + date.month - 1
    assert months_of_days(days).tolist() == [month]
    assert days_of_months(np.array([month])).tolist() == [(date.replace(day=1) - EPOCH).days]
    for source, raw in ((QType.TIMESTAMP, int(days[0]) * DAY), (QType.DATETIME, float(days[0]))):
        data = np.array([raw], source.numpy)
        assert convert(data, source, QType.DATE).tolist() == days.tolist()
        assert convert(data, source, QType.MONTH).tolist() == [month]


@pytest.mark.parametrize("source", FIXED)
@pytest.mark.parametrize("target", FIXED)
def test_a_null_becomes_the_null(source: QType, target: QType) -> None:
    if source.null is None:
        return
    made = convert(np.array([source.null, 1], source.numpy), source, target)
    assert made.dtype == target.numpy
    assert len(made) == 2
    if target.null is not None:
        assert np.isnan(made[0]) if made.dtype.kind == "f" else made[0] == target.null
        assert made[1] == made[1] != made[0]


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from([QType.SHORT, QType.INT, QType.LONG]))
def test_what_does_not_fit_is_an_infinity(number: int, target: QType) -> None:
    low, high = target.ninf, target.inf
    assert isinstance(low, int)
    assert isinstance(high, int)
    assert convert(np.array([number]), QType.LONG, target).tolist() == [min(max(number, low), high)]


@given(st.floats(-(2.0**52), 2.0**52))
def test_floats_are_rounded_half_up(number: float) -> None:
    assert convert(np.array([number]), QType.FLOAT, QType.LONG).tolist() == [int(np.floor(number + 0.5))]


@given(st.integers(0, 86_399_999), st.sampled_from([QType.MINUTE, QType.SECOND, QType.TIME, QType.TIMESPAN]))
def test_clocks_of_moments(ms: int, target: QType) -> None:
    moment = np.array([7 * DAY + ms * 10**6])
    assert convert(moment, QType.TIMESTAMP, target).tolist() == [ms * 10**6 // UNIT[target]]


@given(st.lists(st.integers(-3, 3), max_size=300), st.integers(-3, 3))
def test_has(items: list[int], raw: int) -> None:
    data = np.array([*items, 9], np.int64)
    assert has(data, raw) == (raw in items) or (raw < 0 and len(data) >= 256)
    assert has(np.append(data, -(2**63)), -(2**63))
