"""Tables as HTML, for notebooks."""

from __future__ import annotations

from itertools import islice

from anyq.values import KeyedTable, Table, Value, Vector

from ._page import cells, text
from ._style import DEFAULT, Style

__all__ = ["html"]


def html(value: Value, style: Style = DEFAULT) -> str:
    """A table as an HTML table of at most ``style``'s rows, with the same texts as in the console; other values as
    preformatted text. All text is escaped.
    """
    from html import escape

    if not isinstance(value, Table | KeyedTable):
        return f"<pre>{escape(text(value, style))}</pre>"
    keys = len(value.key_table.names) if isinstance(value, KeyedTable) else 0
    table = value.unkeyed() if isinstance(value, KeyedTable) else value
    shown = style.fit(len(table), 2)
    columns = [cells(column, shown, style) for column in table.data]
    heads = "".join(f"<th>{escape(name)}</th>" for name in table.column_names)
    types = "".join(f"<td><i>{_type(column)}</i></td>" for column in table.data)
    rows = "".join(f"<tr>{_row(row, keys)}</tr>" for row in zip(*columns, strict=True))
    note = f"<p>{_count(len(value), 'row')}, {_count(len(table.column_names), 'column')}</p>"
    return f"<table><thead><tr>{heads}</tr><tr>{types}</tr></thead><tbody>{rows}</tbody></table>{note}"


def _row(row: tuple[str, ...], keys: int) -> str:
    from html import escape

    parts = iter(row)
    left = "".join(f"<th>{escape(cell)}</th>" for cell in islice(parts, keys))
    return left + "".join(f"<td>{escape(cell)}</td>" for cell in parts)


def _type(column: Value) -> str:
    """The type of a column, as q names it; of a list nothing."""
    return column.qtype.name.lower() if isinstance(column, Vector) else ""


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
