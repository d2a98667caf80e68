"""Workbooks in the XML form that spreadsheets open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["workbook"]

_HEAD: Final = '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
_NAMESPACE: Final = "urn:schemas-microsoft-com:office:"
_BOOK: Final = f'<Workbook xmlns="{_NAMESPACE}spreadsheet"'

Sheet = tuple[list[str], list[list[tuple[str, str]]]]


def workbook(sheets: Mapping[str, Sheet]) -> list[str]:
    """The lines of a workbook. A sheet is its column names, and rows of cells: the kind and the text of each."""
    # The namespaces come in the order that q writes them in, which differs between one sheet and several.
    order = ("o:office", "x:excel", "ss:spreadsheet") if len(sheets) == 1 else ("ss:spreadsheet", "o:office", "x:excel")
    spaces = "".join([f' xmlns:{short}="{_NAMESPACE}{long}"' for short, long in (pair.split(":") for pair in order)])
    return [_HEAD, f"{_BOOK}{spaces}>{''.join([_sheet(name, *sheet) for name, sheet in sheets.items()])}</Workbook>"]


def escape(text: str) -> str:
    """Text for between tags. (``xml.sax.saxutils`` has this too, and loads an HTTP client for it.)"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _sheet(name: str, names: list[str], rows: list[list[tuple[str, str]]]) -> str:
    lines = [_row([("String", column) for column in names]), *[_row(row) for row in rows]]
    return f'<Worksheet ss:Name="{escape(name)}"><Table>{"".join(lines)}</Table></Worksheet>'


def _row(cells: list[tuple[str, str]]) -> str:
    made = [f'<Cell><Data ss:Type="{kind}">{escape(text)}</Data></Cell>' for kind, text in cells]
    return f"<Row>{''.join(made)}</Row>"
