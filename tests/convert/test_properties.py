"""What is lossless comes back: every vector, through every library."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from tests.amounts import examples

import anyq
from anyq.convert._texts import printable
from anyq.testing import strategies as qst
from anyq.values import Attr, QType, Vector

pytest.importorskip("pandas")
pytest.importorskip("pyarrow")
pytest.importorskip("polars")

LOSSY = {
    "np": {QType.DATETIME},
    "pa": {QType.DATETIME, QType.CHAR, QType.MONTH, QType.DATE, QType.MINUTE},
    "pl": {QType.DATETIME, QType.CHAR, QType.MONTH, QType.DATE, QType.MINUTE, QType.SECOND, QType.GUID},
    "pd": {QType.DATETIME, QType.CHAR, QType.MONTH, QType.DATE, QType.MINUTE, QType.GUID},
}
"""The types that a library has only in part, or has another type for. (Dates beyond the year 9999 end there.)"""


def lossless(vector: Vector, library: str) -> bool:
    if vector.qtype in LOSSY[library]:
        return False
    if vector.qtype is QType.SYMBOL:
        # Surrogates stand for bytes that are no UTF-8, which these libraries cannot hold.
        # An array of no objects says nothing of their type.
        if library == "np":
            return bool(len(vector))
        return not any("\ud800" <= c <= "\udfff" for text in vector.symbols for c in text)
    if vector.qtype is QType.TIMESTAMP:
        # Past the year 2262 counts from 1970 do not fit; what is there is the last moment.
        data = vector.data
        return not bool(((data > 2**63 - 1 - 946_684_800 * 10**9) & (data != 2**63 - 1)).any())
    return True


@pytest.mark.parametrize("library", ["np", "pa", "pl", "pd"])
@settings(max_examples=examples(60))
@given(vector=qst.vectors(allow_attributes=False))
def test_vectors(library: str, vector: Vector) -> None:
    found = getattr(vector, library)()
    assert len(found) == len(vector)
    if lossless(vector, library) and (len(vector) or library != "pd"):
        assert anyq.as_q(found) == vector.with_attr(Attr.NONE)


@settings(max_examples=examples(40))
@given(qst.tables())
def test_tables_have_their_rows_everywhere(table: anyq.Table) -> None:
    try:
        assert table.pa().num_rows == len(table)
        assert table.pl().height == len(table)
    except anyq.ConversionError:
        assert any(isinstance(column, anyq.List) for column in table.data)
    assert len(table.pd()) == len(table)
    assert list(table.pd().columns) == printable(table.column_names)


@given(qst.values())
def test_every_value_has_a_python_form_or_an_error(value: anyq.Value) -> None:
    with contextlib.suppress(anyq.ConversionError):
        # The last moment of Python's is none of q's timestamps.
        anyq.as_q(value.py())
    value.np()
    value._repr_html_() if isinstance(value, anyq.Table) else str(value)
