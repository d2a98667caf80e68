"""Dates and times in text, against Python's own."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._clock_text import Moment, read_date, read_moment, read_month, read_span

EPOCH = dt.date(2000, 1, 1)
dates = st.dates(dt.date(1951, 1, 1), dt.date(2050, 12, 31))
FORMS = [
    "%Y.%m.%d",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%y%m%d",
    "%d %b %Y",
    "%d-%b-%y",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%b/%d/%Y",
]


@given(dates, st.sampled_from(FORMS))
def test_dates_in_each_form(date: dt.date, form: str) -> None:
    assert read_date(date.strftime(form)) == (date - EPOCH).days


@given(dates)
def test_the_day_may_come_first(date: dt.date) -> None:
    assert read_date(date.strftime("%d/%m/%Y"), day_first=True) == (date - EPOCH).days


@given(dates)
def test_months(date: dt.date) -> None:
    wanted = (date.year - 2000) * 12 + date.month - 1
    assert {read_month(date.strftime(form)) for form in ("%Y.%m", "%Y-%m", "%Y%m", "%Y.%mm", "%Y.%m.%d")} == {wanted}


@given(st.timedeltas(dt.timedelta(0), dt.timedelta(hours=23)), st.sampled_from(["", "-"]))
def test_spans(span: dt.timedelta, sign: str) -> None:
    whole, micro = divmod(span // dt.timedelta(microseconds=1), 10**6)
    clock = f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
    wanted = (whole * 10**6 + micro) * 1000 * (-1 if sign else 1)
    assert read_span(f"{sign}{clock}.{micro:06}", 4) == wanted
    assert read_span(f"{sign}{clock.replace(':', '')}{micro:06}", 4) == wanted
    assert read_span(f"{sign}2D{clock}.{micro:06}", 4) == wanted + (-1 if sign else 1) * 2 * 86_400 * 10**9


@given(st.datetimes(dt.datetime(1951, 1, 1), dt.datetime(2050, 12, 31)), st.sampled_from("DT -"))
def test_moments(moment: dt.datetime, between: str) -> None:
    text = moment.strftime(f"%Y.%m.%d{between}%H:%M:%S.%f")
    ns = (moment - dt.datetime.combine(moment.date(), dt.time())) // dt.timedelta(microseconds=1) * 1000
    assert read_moment(text) == read_moment(f"{text}Z") == Moment((moment.date() - EPOCH).days, ns)


@pytest.mark.parametrize("text", ["", "2020.13.01", "2020.02.30", "31/31/2020", "2020.01.01x", "12", "x" * 5000])
def test_what_is_no_date(text: str) -> None:
    assert read_date(text) is None


@given(st.text("0123456789.:-/DTZ +abcjan", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_date, read_month, read_moment, lambda t: read_span(t, 4)):
        made = read(text)
        assert made is None or isinstance(made, int | Moment)
