"""The one-line form."""

from __future__ import annotations

import numpy as np
import pytest

import anyq
from anyq.console import line

PLUS = anyq.Primitive(102, 1)

CASES = [
    (anyq.boolean(True), "1b"),
    (anyq.vector("b", [1, 0]), "10b"),
    (anyq.byte(10), "0x0a"),
    (anyq.vector("x", [1]), ",0x01"),
    (anyq.vector("x", [1, 255]), "0x01ff"),
    (anyq.short(None), "0Nh"),
    (anyq.vector("h", [1, None]), "1 0Nh"),
    (anyq.vector("i", [2**31 - 1, -(2**31) + 1]), "0W -0Wi"),
    (anyq.long(None), "0N"),
    (anyq.vector("j", [1, None, 2**63 - 1]), "1 0N 0W"),
    (anyq.vector("j", []), "`long$()"),
    (anyq.real(1.5), "1.5e"),
    (anyq.real(None), "0Ne"),
    (anyq.real(float("-inf")), "-0we"),
    (anyq.float(1), "1f"),
    (anyq.float(1 / 3), "0.3333333"),
    (anyq.float(1e7), "1e+07"),
    (anyq.float(None), "0n"),
    (anyq.vector("f", [1, 2]), "1 2f"),
    (anyq.vector("f", [1, 2.5]), "1 2.5"),
    (anyq.vector("f", [1, None]), "1 0n"),
    (anyq.char('"'), '"\\""'),
    (anyq.chars("a\n\xe9"), '"a\\n\\303\\251"'),
    (anyq.chars("a"), ',"a"'),
    (anyq.chars(""), '""'),
    (anyq.symbol("ab"), "`ab"),
    (anyq.symbols(["", "b"]), "``b"),
    (anyq.symbols([]), "`symbol$()"),
    (anyq.symbol(b"\xff"), "`\\377"),
    (anyq.timestamp(0), "2000.01.01D00:00:00.000000000"),
    (anyq.timestamp(None), "0Np"),
    (anyq.month("2020-05"), "2020.05m"),
    (anyq.vector("m", [0, 13]), "2000.01 2001.02m"),
    (anyq.date("1999-12-31"), "1999.12.31"),
    (anyq.vector("d", [None, None]), "0N 0Nd"),
    (anyq.vector("d", [0, None]), "2000.01.01 0N"),
    (anyq.datetime("2001-01-01T12:30"), "2001.01.01T12:30:00.000"),
    (anyq.datetime(-0.5), "1999.12.31T12:00:00.000"),
    (anyq.datetime(1 - 1e-10), "2000.01.02T00:00:00.000"),
    (anyq.timespan("-1D02:03:04.5"), "-1D02:03:04.500000000"),
    (anyq.minute(-90), "-01:30"),
    (anyq.second(3661), "01:01:01"),
    (anyq.time("25:00:00.001"), "25:00:00.001"),
    (anyq.guid(None), "00000000-0000-0000-0000-000000000000"),
    (anyq.vector("j", [1, 2], "s"), "`s#1 2"),
    (anyq.List([]), "()"),
    (anyq.List([anyq.vector("j", [1])]), ",,1"),
    (anyq.List([1, anyq.List([2, "a"]), anyq.NULL]), "(1;(2;`a);::)"),
    (anyq.dict({"a": 1}), "(,`a)!,1"),
    (anyq.dict({"a": 1, "b": 2}), "`a`b!1 2"),
    (anyq.Dict(anyq.symbols([]), anyq.vector("j", [])), "(`symbol$())!`long$()"),
    (anyq.Dict(anyq.symbols(["a", "b"], "s"), anyq.vector("j", [1, 2]), sorted=True), "(`s#`a`b)!1 2"),
    (anyq.table({"a": [1, 2]}), "+(,`a)!,1 2"),
    (anyq.keyed_table({"a": [1]}, {"b": [2]}), "(+(,`a)!,,1)!+(,`b)!,,2"),
    (anyq.Lambda("", "{x+y}"), "{x+y}"),
    (anyq.NULL, "::"),
    (PLUS, "+"),
    (anyq.Primitive(101, 2), "-:"),
    (anyq.Primitive(103, 4), "/:"),
    (anyq.Projection([PLUS, 1]), "+[1]"),
    (anyq.Projection([PLUS, anyq.ELIDED, 1]), "+[;1]"),
    (anyq.Derived(107, PLUS), "+/"),
    (anyq.Composition([anyq.Primitive(101, 2), anyq.Primitive(101, 1)]), "-:+:"),
]


@pytest.mark.parametrize(("value", "expected"), CASES, ids=[text for _, text in CASES])
def test_each_kind_of_value(value: anyq.Value, expected: str) -> None:
    assert line(value) == expected


def test_digits_are_significant_digits() -> None:
    assert line(anyq.float(1 / 3), 3) == "0.333"
    assert line(anyq.vector("e", [0.1]), 3) == ",0.1e"


def test_a_limit_bounds_the_work_and_leaves_the_beginning_right() -> None:
    big = anyq.Vector("j", np.arange(10_000_000))
    values = anyq.List([big, anyq.List([big] * 3), anyq.symbols(["a"] * 1000)])
    assert line(values, limit=50)[:50] == line(values[:1][0][:100], limit=60).join(["(", ""])[:50]


def test_nesting_needs_no_stack() -> None:
    value: anyq.Value = anyq.long(1)
    for _ in range(100_000):
        value = anyq.List.of((value,))
    assert line(value) == "," * 100_000 + "1"
    assert str(value) == "," * 77 + ".."


def test_any_float_is_a_datetime_somehow() -> None:
    assert line(anyq.datetime(2.1e300)).endswith("T00:00:00.000")
    assert line(anyq.datetime(-2.1e300)).startswith("0000.00.00T")
