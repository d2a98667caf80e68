"""Workbooks in the XML form that spreadsheets open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

__all__ = ["workbook"]

_HEAD: Final = '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
_BOOK: Final = (
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
    ' xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
    ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
)

Sheet = tuple[list[str], list[list[tuple[str, str]]]]


def workbook(sheets: Mapping[str, Sheet]) -> list[str]:
    """The lines of a workbook. A sheet is its column names, and rows of cells: the kind and the text of each."""
    return [_HEAD, _BOOK + "".join([_sheet(name, *sheet) for name, sheet in sheets.items()]) + "</Workbook>"]


def _sheet(name: str, names: list[str], rows: list[list[tuple[str, str]]]) -> str:
    lines = [_row([("String", column) for column in names]), *[_row(row) for row in rows]]
    return f'<Worksheet ss:Name="{escape(name)}"><Table>{"".join(lines)}</Table></Worksheet>'


def _row(cells: list[tuple[str, str]]) -> str:
    made = [f'<Cell><Data ss:Type="{kind}">{escape(text)}</Data></Cell>' for kind, text in cells]
    return f"<Row>{''.join(made)}</Row>"
