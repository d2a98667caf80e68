"""Workbooks that ``.h.ed`` and ``.h.edsn`` write are XML of the tables."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from tests.engine.asking import ask

from anyq.testing import strategies as q
from anyq.values import Table, Value, Vector

SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"


def text_of(value: Value) -> bytes:
    if isinstance(value, Vector):
        return bytes(value)
    return b"".join(bytes(line) for line in value)


@given(q.tables({"a": "j", "b": "f"}, max_rows=3))
def test_rows_of_a_workbook(x: Table) -> None:
    tree = ElementTree.fromstring(text_of(ask(".h.ed x", x=x)))
    assert len(list(tree.iter(f"{SHEET}Row"))) == 1 + len(x)


@given(q.tables({"a": "s"}, max_rows=2))
def test_names_are_escaped(x: Table) -> None:
    if all(char < "\udc00" and char >= " " for item in x.column("a") for char in item.raw):
        ElementTree.fromstring(text_of(ask(".h.ed x", x=x)))
