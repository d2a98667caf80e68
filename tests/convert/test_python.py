"""Values -> Python objects."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from tests.ids import shown

import anyq

CASES: list[tuple[anyq.Value, Any]] = [
    (anyq.long(None), None),
    (anyq.short(2**15 - 1), 32767),
    (anyq.boolean(True), True),
    (anyq.byte(7), 7),
    (anyq.float(float("inf")), float("inf")),
    (anyq.char("a"), b"a"),
    (anyq.symbol(""), ""),
    (anyq.guid(None), uuid.UUID(int=0)),
    (anyq.timestamp(None), None),
    (anyq.timestamp(2**63 - 1), dt.datetime.max),
    (anyq.timestamp(-(2**63) + 1), dt.datetime.min),
    (anyq.timestamp(1999), dt.datetime(2000, 1, 1, 0, 0, 0, 1)),
    (anyq.timestamp(-1), dt.datetime(1999, 12, 31, 23, 59, 59, 999999)),
    (anyq.month("2001-02"), dt.date(2001, 2, 1)),
    (anyq.date(2**31 - 1), dt.date.max),
    (anyq.date(-(2**31) + 1), dt.date.min),
    (anyq.datetime(0.5), dt.datetime(2000, 1, 1, 12)),
    (anyq.datetime(float("inf")), dt.datetime(9999, 12, 31, 23, 59, 59, 999000)),
    (anyq.timespan(1_500), dt.timedelta(microseconds=1)),
    (anyq.minute(None), None),
    (anyq.minute(90), dt.time(1, 30)),
    (anyq.second(-1), dt.timedelta(seconds=-1)),
    (anyq.time(86_400_000), dt.timedelta(days=1)),
    (anyq.time(1), dt.time(0, 0, 0, 1000)),
    (anyq.vector("i", [1, None]), [1, None]),
    (anyq.vector("d", [0, None]), [dt.date(2000, 1, 1), None]),
    (anyq.vector("x", [1, 2]), [1, 2]),
    (anyq.chars("ab"), b"ab"),
    (anyq.strings(["ab", ""]), [b"ab", b""]),
    (anyq.symbols(["a", ""]), ["a", ""]),
    (anyq.List([anyq.long(1), anyq.symbol("a"), anyq.NULL]), [1, "a", None]),
    (anyq.dict({"a": [1, 2], "b": "x"}), {"a": [1, 2], "b": "x"}),
    (anyq.Dict(anyq.as_q([[1, 2], [3, 4]]), anyq.as_q([1, 2])), {(1, 2): 1, (3, 4): 2}),
    (anyq.Dict(anyq.as_q(["a", "a"]), anyq.as_q([1, 2])), {"a": 1}),
    (anyq.table({"a": [1, 2], "c": anyq.chars("xy")}), {"a": [1, 2], "c": b"xy"}),
    (anyq.keyed_table({"k": ["x"]}, {"v": [1]}), {"x": {"v": 1}}),
    (anyq.keyed_table({"k": ["x"], "l": [2]}, {"v": [1]}), {("x", 2): {"v": 1}}),
    (anyq.NULL, None),
    (anyq.Lambda("", "{x}"), anyq.Lambda("", "{x}")),
]


@pytest.mark.parametrize(("value", "expected"), CASES, ids=shown)
def test_each_type(value: anyq.Value, expected: Any) -> None:
    found = value.py()
    assert found == expected
    assert type(found) is type(expected)


def test_nesting_beyond_pythons_stack_is_an_error() -> None:
    value: anyq.Value = anyq.long(1)
    for _ in range(100_000):
        value = anyq.List.of((value,))
    with pytest.raises(anyq.ConversionError, match="nested"):
        value.py()
