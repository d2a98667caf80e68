"""Rows by key, and as Python's readers see them."""

from __future__ import annotations

import csv
import io

from tests.values.test_views import TABLE

import anyq


def test_rows_are_written_as_csv() -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["a", "b"])
    writer.writeheader()
    writer.writerows(row.py() for row in TABLE)
    assert out.getvalue().split() == ["a,b", "1,x", "2,y", "3,z"]
    csv.DictWriter(io.StringIO(), ["a", "b"]).writerows(TABLE)


def test_rows_of_a_keyed_table_by_key() -> None:
    one = anyq.keyed_table({"k": ["a", "b"]}, {"v": [1, 2]})
    assert one["b"].py() == {"v": 2}
    assert list(one) == ["a", "b"]
    two = anyq.keyed_table({"k": ["a", "b"], "l": [1, 2]}, {"v": [1, 2]})
    assert list(two) == [("a", 1), ("b", 2)]
    assert two["b", 2].py() == {"v": 2}
    assert two[anyq.as_q({"k": "b", "l": 2})].py() == {"v": 2}
    assert (two.columns, two.shape, two.head(1).shape, two.tail(1).py()) == (
        ["k", "l", "v"], (2, 3), (1, 3), {("b", 2): {"v": 2}},
    )  # fmt: skip
