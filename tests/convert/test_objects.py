"""Python objects -> values, and back."""

from __future__ import annotations

import array
import datetime as dt
import decimal
import uuid
from collections import OrderedDict, namedtuple
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from tests.ids import shown

import anyq

NOW = dt.datetime(2024, 2, 29, 12, 30, 1, 5)
POINT = namedtuple("POINT", "x y")

CASES: list[tuple[Any, anyq.Value]] = [
    (None, anyq.NULL),
    (True, anyq.boolean(True)),
    (5, anyq.long(5)),
    (1.5, anyq.float(1.5)),
    ("ab", anyq.symbol("ab")),
    (b"ab", anyq.chars("ab")),
    (bytearray(b"a"), anyq.chars("a")),
    (memoryview(b"a"), anyq.chars("a")),
    (NOW, anyq.timestamp(NOW)),
    (NOW.replace(tzinfo=dt.timezone(dt.timedelta(hours=2))), anyq.timestamp(NOW - dt.timedelta(hours=2))),
    (NOW.date(), anyq.date("2024-02-29")),
    (dt.time(12, 30), anyq.time("12:30")),
    (dt.timedelta(days=1), anyq.timespan("1D00:00")),
    (uuid.UUID(int=7), anyq.guid(uuid.UUID(int=7))),
    ([1, 2], anyq.vector("j", [1, 2])),
    ((1.0, 2.0), anyq.vector("f", [1, 2])),
    ([True, False], anyq.vector("b", [1, 0])),
    (["a", "b"], anyq.symbols(["a", "b"])),
    ([b"a", b""], anyq.strings(["a", ""])),
    ([1, None, 3], anyq.vector("j", [1, None, 3])),
    (["a", None], anyq.symbols(["a", ""])),
    ([NOW, None], anyq.vector("p", [NOW, None])),
    ([True, None], anyq.List([anyq.boolean(True), anyq.NULL])),
    ([1, None, "a"], anyq.List([anyq.long(1), anyq.NULL, anyq.symbol("a")])),
    ([None, None], anyq.List([anyq.NULL, anyq.NULL])),
    ([1, 2.0], anyq.List([anyq.long(1), anyq.float(2)])),
    ([], anyq.List([])),
    ([[1], ["a"]], anyq.List([anyq.vector("j", [1]), anyq.symbols(["a"])])),
    (range(3), anyq.vector("j", [0, 1, 2])),
    (array.array("i", [1, 2]), anyq.vector("i", [1, 2])),
    (POINT(1, 2), anyq.vector("j", [1, 2])),
    ({"a": 1, "b": 2}, anyq.Dict(anyq.symbols(["a", "b"]), anyq.vector("j", [1, 2]))),
    (OrderedDict(a=[1, 2]), anyq.Dict(anyq.symbols(["a"]), anyq.List([anyq.vector("j", [1, 2])]))),
    ({}, anyq.Dict(anyq.List([]), anyq.List([]))),
]


@pytest.mark.parametrize(("obj", "value"), CASES, ids=shown)
def test_python_objects_have_their_q_form(obj: Any, value: anyq.Value) -> None:
    assert anyq.identical(anyq.as_q(obj), value)


@pytest.mark.parametrize(
    ("obj", "named"),
    [
        (object(), "object"),
        ({1, 2}, "set"),
        (1j, "complex"),
        (decimal.Decimal(1), "Decimal"),
        (iter(()), "iterator"),
        (2**63, "9223372036854775808"),
        ([1, 2**63], "out of the range"),
        (dt.datetime(9999, 1, 1), "out of the range"),
        ("a\0b", "NUL"),
        (["a\0b"], "NUL"),
    ],
    ids=shown,
)
def test_what_has_no_q_form_is_a_type_error_that_names_it(obj: Any, named: str) -> None:
    with pytest.raises(TypeError, match=named):
        anyq.as_q(obj)
    with pytest.raises(anyq.ConversionError):
        anyq.as_q([obj, "x"])


def test_a_list_within_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(anyq.ConversionError, match="within itself"):
        anyq.as_q(loop)


_SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats() | st.text("abé ", max_size=5)
    | st.binary(max_size=5) | st.datetimes(dt.datetime(1710, 1, 1), dt.datetime(2290, 1, 1)) | st.dates()
    | st.timedeltas(-dt.timedelta(days=100_000), dt.timedelta(days=100_000)) | st.uuids(allow_nil=False)
)  # fmt: skip


@given(st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=4), max_leaves=8))
def test_python_objects_come_back_as_they_went(obj: Any) -> None:
    again = anyq.as_q(obj).py()
    assert anyq.identical(anyq.as_q(again), anyq.as_q(obj))
    assert _same(again, obj)


def _same(x: Any, y: Any) -> bool:
    if isinstance(y, list):
        # None among texts or floats is their null, which Python's own text and float are.
        return isinstance(x, list) and len(x) == len(y) and all(map(_same, x, y))
    if y is None:
        return x is None or x == "" or x != x or x == uuid.UUID(int=0)
    return bool(x == y) or (x != x and y != y)
