"""Casts and parts of dates and times, against Python's."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._temporal import BY_NAME, CASTABLE, cast, part_of
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Atom, List, QType, Value, Vector, as_q, symbols

moments = st.datetimes(dt.datetime(1709, 1, 1), dt.datetime(2290, 1, 1))
PARTS = {"year": "year", "mm": "month", "dd": "day", "hh": "hour", "uu": "minute", "ss": "second"}


def outcome(target: QType, x: Value) -> Value | str:
    """The value, or the error's text."""
    try:
        return cast(target, x)
    except QError as error:
        return error.text


@given(moments, st.sampled_from(sorted(PARTS)))
def test_parts_are_pythons(moment: dt.datetime, name: str) -> None:
    made = part_of(name, as_q(moment))
    assert made == Atom(QType.INT, getattr(moment, PARTS[name]))


@given(moments)
def test_a_week_begins_on_monday(moment: dt.datetime) -> None:
    made = part_of("week", as_q(moment))
    assert made is not None
    assert made.py() == moment.date() - dt.timedelta(moment.weekday())


@given(q.vectors("p") | q.vectors("d") | q.vectors("t"), st.sampled_from(sorted(BY_NAME)))
def test_a_cast_is_item_by_item_and_idempotent(x: Vector, name: str) -> None:
    target = BY_NAME[name]
    whole = outcome(target, x)
    if isinstance(whole, str):
        assert whole == "type"
        return
    assert isinstance(whole, Vector)
    assert whole.qtype is target
    assert [cast(target, item) for item in x] == list(whole)
    assert cast(target, whole) is whole
    assert cast(target, List.of((x, x))) == List.of((whole, whole))


def test_what_cannot_be_cast() -> None:
    for x in (symbols(["a"]), Atom(QType.GUID, bytes(16))):
        with pytest.raises(QError, match="type"):
            cast(QType.LONG, x)
    with pytest.raises(QError, match="type"):
        part_of("year", Atom(QType.TIME, 0))
    assert part_of("nothing", Atom(QType.DATE, 0)) is None
    assert CASTABLE["j"] is QType.LONG


@given(q.values(allow_functions=False))
def test_any_value_is_cast_or_refused(x: Value) -> None:
    for target in (QType.LONG, QType.DATE, QType.CHAR):
        made = outcome(target, x)
        assert isinstance(made, Value) or made == "type"
