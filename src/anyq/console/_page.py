"""What the console prints: tables in columns, lists an item a line, cut to the console's size.

A value is first taken down to the items that fit, and only they are formatted, so that printing a long vector costs
as much as printing a short one. Widths of columns are those of the rows shown.
"""

from __future__ import annotations

from typing import Final

from anyq.values import Dict, Lambda, List, QType, SymbolArray, Table, Value, Vector

from ._atoms import strings
from ._line import line
from ._style import DEFAULT, Style, width

__all__ = ["cells", "page", "text"]

Lines = list[str]

_DENSE: Final = (QType.BOOLEAN, QType.BYTE, QType.CHAR)
"""Vectors whose items stand without spaces between them; a list of such is no grid."""


def text(value: Value, style: Style = DEFAULT) -> str:
    """``value`` as q's console shows it, cut to ``style``'s rows and columns; no newline at the end.

    The generic null is ``::``; a console that prints results prints nothing for it, as q does.
    """
    if isinstance(value, Table):
        count = len(value)
        shown = style.fit(count, 2)
        lines = _table(value if shown == count else value[:shown], shown, style)
    elif isinstance(value, Dict):
        count = len(value)
        heading = 2 if isinstance(value.key, Table) or isinstance(value.value, Table) else 0
        shown = style.fit(count, heading)
        lines = _dict(value, shown, style) if count or heading else []
    elif isinstance(value, List) and len(value):
        count = len(value)
        shown = style.fit(count)
        lines = _items(value, shown, style)
    elif isinstance(value, Lambda):
        lines = line(value).split("\n")
        count, shown = 0, 0
    else:
        lines = [line(value, style.digits, style.columns)]
        count, shown = 1, 1
    cut = [style.cut(one) for one in lines]
    return "\n".join([*cut, ".."] if shown < count else cut)


def page(value: Value, style: Style = DEFAULT) -> str:
    """`text` with the newline after it. An empty dict shows nothing at all, not even that."""
    shown = text(value, style)
    return f"{shown}\n" if shown else ""


def _table(table: Table, count: int, style: Style) -> Lines:
    """Two lines of heading and ``count`` rows, all of one width."""
    columns: list[Lines] = []
    total = 0
    for name, column in zip(strings(table.names), table.data, strict=True):
        if total > style.columns:
            break
        texts = [name, *cells(column, count, style)]
        total += max(width(cell) for cell in texts) + 1
        columns.append(texts)
    lines = _aligned(columns) if columns else [""] * (count + 1)
    return [lines[0], "-" * width(lines[0]), *lines[1:]]


def _dict(value: Dict, count: int, style: Style) -> Lines:
    sides = [_side(part, count, style) for part in (value.key, value.value)]
    heading = max(heads for heads, _ in sides)
    left, right = (_headed(lines, heading - heads) for heads, lines in sides)
    return [f"{key}| {item}" for key, item in zip(_aligned([left]), _aligned([right]), strict=True)]


def _side(part: Value, count: int, style: Style) -> tuple[int, Lines]:
    """The lines of a dict's keys or values, and how many of them are a heading."""
    if isinstance(part, Table):
        return 2, _table(part, count, style)
    return 0, cells(part, count, style) if isinstance(part, Vector) else _items(part, count, style)


def _headed(lines: Lines, missing: int) -> Lines:
    if not missing:
        return lines
    wide = max([width(one) for one in lines], default=0)
    return ["", "-" * wide, *lines]


def _items(value: Value, count: int, style: Style) -> Lines:
    """The first items of a general list, a line each; lists of one length stand in columns."""
    items = list(value[:count])
    if not _is_grid(items):
        return [line(item, style.digits, style.columns) for item in items]
    columns = min(len(items[0]), style.columns // 2 + 1)
    rows = [cells(item, columns, style) for item in items]
    return _aligned([list(column) for column in zip(*rows, strict=True)])


def _is_grid(items: list[Value]) -> bool:
    if not items or not all(isinstance(item, Vector | List) for item in items):
        return False
    counts = {len(item) for item in items}
    if len(counts) > 1 or counts == {0}:
        return False
    kinds = {item.qtype for item in items if isinstance(item, Vector)}
    vectors = all(isinstance(item, Vector) for item in items)
    return not (vectors and len(kinds) == 1 and kinds <= set(_DENSE))


def cells(column: Value, count: int, style: Style) -> Lines:
    """The texts of the first items as a table shows them: of a vector without types, of a list in one-line form."""
    if isinstance(column, Vector):
        if isinstance(column.data, SymbolArray):
            return strings(Vector.of(column.qtype, SymbolArray.from_strs([column.data[i] for i in range(count)])))
        return strings(column[:count], style.digits)
    return [line(item, style.digits, style.columns) for item in column[:count]]


def _aligned(columns: list[Lines]) -> Lines:
    """Columns side by side, each padded to its widest text."""
    padded = []
    for texts in columns:
        sizes = [width(cell) for cell in texts]
        wide = max(sizes, default=0)
        padded.append([cell + " " * (wide - size) for cell, size in zip(texts, sizes, strict=True)])
    return [" ".join(row) for row in zip(*padded, strict=True)]
