"""Texts of columns: the compiled functions give what those in Python give."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import anyq
from anyq.cli import _format
from anyq.console import CellStyle, _columns, column_texts, joined_rows, listed_texts, quoted_texts, slices
from anyq.engine.verbs.text._json import json_lines, write_json
from anyq.speedups import COMPILED, speedups
from anyq.testing import strategies as q
from anyq.values import QType, StringArray, Vector

NUMBERS = ["short", "int", "long", "real", "float"]
TIMES = ["timestamp", "month", "date", "datetime", "timespan", "minute", "second", "time"]
styles = st.builds(
    CellStyle,
    digits=st.sampled_from([0, 1, 3, 7, 9, 15, 16, 17]),
    null=st.sampled_from(["", "null"]),
    infinities=st.sampled_from([("0w", "-0w"), ('"inf"', '"-inf"')]),
    plain_integers=st.booleans(),
    quote=st.sampled_from(["", '"']),
    date_mark=st.sampled_from([".", "-"]),
    clock_mark=st.sampled_from(["D", "T"]),
)


def plain(vector: Vector, style: CellStyle) -> list[bytes]:
    return [text.encode() for text in _columns.plain_column_texts(vector, style)]


@pytest.mark.parametrize("kind", NUMBERS + TIMES)
@given(st.data(), styles)
def test_texts_of_columns(kind: str, data: st.DataObject, style: CellStyle) -> None:
    vector = data.draw(q.vectors(QType.of(kind)))
    assert list(column_texts(vector, style)) == plain(vector, style)


decimals = st.builds(lambda number, power: number / 10**power, st.integers(-(10**17), 10**17), st.integers(0, 22))
halves = st.builds(lambda number, power: (2 * number + 1) / 2**power, st.integers(0, 2**40), st.integers(1, 20))


@given(st.lists(st.floats() | decimals | halves | st.integers(-30, 60).map(lambda power: 2.0**power)), styles)
@example([10.0**power for power in range(-8, 20)], CellStyle(digits=0))
@example([float(np.nextafter(10.0**power, 0)) for power in range(-8, 20)], CellStyle(digits=0))
@example([float(np.nextafter(10.0**power, 0)) for power in range(-8, 20)], CellStyle(digits=7))
@example([9.9999995, 999999.95, 9999999.5, 0.00012345675, 0.5, 2.5, 0.125, 0.0, -0.0], CellStyle(digits=7))
@example([float(np.nextafter(2.0**power, 0)) for power in range(-14, 50)], CellStyle(digits=0))
def test_floats(numbers: list[float], style: CellStyle) -> None:
    vector = anyq.vector("float", numbers)
    assert list(column_texts(vector, style)) == plain(vector, style)


@given(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**63), 2**63 - 1))
@example(-730119, -(2**63) + 2)
@example(-730120, 2**63 - 2)
@example(2921939, -1)
@example(2921940, -86_400_000_000_000)
@example(-24001, 0)
def test_times(small: int, large: int) -> None:
    style = CellStyle(date_mark="-", clock_mark="T", quote='"', null="null")
    for kind in ("month", "date", "minute", "second", "time"):
        vector = Vector(kind, np.array([small, 0, -1], np.int32))
        assert list(column_texts(vector, style)) == plain(vector, style)
    for kind in ("timestamp", "timespan"):
        vector = Vector(kind, np.array([large, 0, -1]))
        assert list(column_texts(vector, style)) == plain(vector, style)


texts = st.lists(st.binary(max_size=8) | st.sampled_from([b'"', b"\\", b"\n", b"\x1f", "ü".encode(), b"\xff", b","]))


@given(texts, st.sampled_from([b"", b",", b',"\r\n', b"x\n"]), st.booleans())
def test_quoted_texts(items: list[bytes], special: bytes, backwards: bool) -> None:
    array = StringArray.from_bytes(items)
    if backwards:
        items, array = items[::-1], array.take(slice(None, None, -1))
    quoted = list(quoted_texts(array, special))
    with mock.patch.object(_columns, "speedups", None):
        assert quoted == list(quoted_texts(array, special))
    if not special:
        assert [json.loads(text.decode("latin-1")).encode("latin-1") for text in quoted] == items


@given(st.lists(st.tuples(st.binary(max_size=5), st.binary(max_size=5), st.binary(max_size=5))), st.integers(1, 3))
def test_rows(rows: list[tuple[bytes, ...]], width: int) -> None:
    columns = [StringArray.from_bytes([row[i] for row in rows]) for i in range(width)]
    parts = [b"<", b", ", b";", b">"][-width - 1 :]
    data, offsets = joined_rows(columns, parts)
    with mock.patch.object(_columns, "speedups", None):
        again, places = joined_rows(columns, parts)
    assert (data, offsets.tolist()) == (again, places.tolist())


def test_texts_by_their_number() -> None:
    numbers = np.array([2, 0, 1, 2], np.uint8)
    assert list(listed_texts(numbers, [b"a", b"", b"ccc"])) == [b"ccc", b"a", b"", b"ccc"]


def test_long_tables_are_written_in_parts() -> None:
    table = anyq.table({"a": range(150_000)})
    assert [len(part) for part in slices(table)] == [65_536, 65_536, 18_928]
    assert list(slices(table[:0])) == []


@pytest.mark.skipif(not COMPILED, reason="the accelerator is not in use")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("column_texts", (3, b"", 7, b"", b"", b"", b"", b".D")),
        ("column_texts", (20, b"", 7, b"", b"", b"", b"", b".D")),
        ("column_texts", (-1, b"", 7, b"", b"", b"", b"", b".D")),
        ("column_texts", (7, bytes(9), 7, b"", b"", b"", b"", b".D")),
        ("column_texts", (7, bytes(8), 18, b"", b"", b"", b"", b".D")),
        ("column_texts", (7, bytes(8), 7, b"", b"", b"", b"", b".")),
        ("column_texts", (7, bytes(8), 7, b"", b"", b"", b'""', b".D")),
        ("quoted_texts", (b"ab", bytes(8), bytes(16), b"")),
        ("quoted_texts", (b"ab", bytes(7), bytes(7), b"")),
        ("quoted_texts", (b"ab", bytes(8), b"\3" + bytes(7), b"")),
        ("quoted_texts", (b"ab", b"\2" + bytes(7), b"\1" + bytes(7), b"")),
        ("join_rows", ((), (b"",))),
        ("join_rows", (((b"", b"", b""),), (b"",))),
        ("join_rows", ((7,), (b"", b""))),
        ("join_rows", (((b"", b""),), (b"", b""))),
        ("join_rows", (((b"", b"", b""), (b"", bytes(8), bytes(8))), (b"", b"", b""))),
        ("join_rows", (((b"a", bytes(8), b"\2" + bytes(7)),), (b"", b""))),
        ("join_rows", (((b"a", bytes(8), bytes(8)),), (b"", 7))),
        ("join_rows", (((b"a", bytes(8), bytes(8)),), (7, b""))),
    ],
)
def test_what_does_not_fit_is_refused(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises((ValueError, TypeError)):
        getattr(speedups, name)(*arguments)


# What is written with them

tables = q.tables() | q.keyed_tables()


def flat(table: Any) -> anyq.Table:
    return table.unkeyed() if isinstance(table, anyq.KeyedTable) else table


@given(tables)
def test_json_of_q(table: Any) -> None:
    rows = [write_json(row) for row in flat(table)]
    assert write_json(table) == "[" + ",".join(rows) + "]"
    assert [str(bytes(line), "utf-8", "surrogateescape") for line in json_lines(flat(table))] == rows
    with mock.patch.object(_columns, "speedups", None):
        assert write_json(table) == "[" + ",".join(rows) + "]"


@given(q.vectors())
def test_json_of_vectors(vector: Vector) -> None:
    if vector.qtype is not QType.CHAR:
        assert write_json(vector) == "[" + ",".join(map(write_json, vector)) + "]"


@given(tables)
def test_json_for_others(table: Any) -> None:
    written = bytes(_format.rendered(table, "json"))
    assert written == _format._dumped(table) + b"\n"
    with mock.patch.object(_columns, "speedups", None):
        assert bytes(_format.rendered(table, "json")) == written


@given(tables)
def test_csv_for_others(table: Any) -> None:
    written = bytes(_format.rendered(table, "csv"))
    with mock.patch.object(_columns, "speedups", None):
        assert bytes(_format.rendered(table, "csv")) == written
    text = written.decode("utf-8", "surrogateescape")
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    whole = flat(table)
    if not any("\0" in name or "\r" in name for name in [text]):
        assert len(read) == len(whole) + 1
        assert read[0] == whole.column_names
