"""Values -> Python objects."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.ids import shown

import anyq
from anyq.values import QType

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


ZONE = "Europe/Berlin"
NOON = dt.datetime(2024, 7, 1, 14, tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize("kind", ["p", "z"])
def test_moments_are_shown_in_a_zone_at_any_depth(kind: str) -> None:
    vector = anyq.vector(kind, [dt.datetime(2024, 7, 1, 12), None])
    seen = [NOON, None]
    assert vector.py(tz=ZONE) == seen
    assert vector[0].py(tz=ZONE) == NOON
    assert vector.py(tz=ZONE)[0].tzinfo == ZoneInfo(ZONE)
    assert anyq.List([vector, 1]).py(tz=ZONE) == [seen, 1]
    assert anyq.table({"c": vector}).py(tz=ZONE) == {"c": seen}
    assert anyq.Dict(vector, vector).py(tz=ZONE) == dict(zip(seen, seen, strict=True))
    keyed = anyq.keyed_table({"k": vector}, {"c": vector})
    assert keyed.py(tz=ZONE) == {NOON: {"c": NOON}, None: {"c": None}}
    assert anyq.vector("d", ["2024-07-01"]).py(tz=ZONE) == [dt.date(2024, 7, 1)]


def test_saturated_moments_stay_in_utc_where_the_zone_has_none() -> None:
    assert anyq.timestamp(QType.TIMESTAMP.inf).py(tz=ZONE) == dt.datetime.max.replace(tzinfo=dt.UTC)


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(anyq.ConversionError, match="Mars/Base"):
        anyq.timestamp(0).py(tz="Mars/Base")


def test_json_without_default_names_what_to_give() -> None:
    for value in (anyq.long(1), anyq.longs([1]), anyq.dict({"a": 1}), anyq.table({"a": [1]}), anyq.NULL):
        with pytest.raises(anyq.ConversionError, match="json_default"):
            json.dumps({"x": [value]})
        assert json.dumps(value, default=anyq.json_default)
    with pytest.raises(TypeError, match="Object of type object is not JSON serializable"):
        json.dumps(object())


def test_keys_in_json_are_texts_of_pythons_objects() -> None:
    keys = anyq.List([anyq.long(None), anyq.long(5), anyq.boolean(True), anyq.date("2024-02-03"), anyq.chars("ab")])
    found = json.loads(json.dumps(anyq.Dict(keys, anyq.longs(range(5))), default=anyq.json_default))
    assert found == {"null": 0, "5": 1, "true": 2, "2024-02-03": 3, "ab": 4}
