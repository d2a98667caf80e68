"""Result sets as rows of Python objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from anyq.values import Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse, symbols

from ._types import CODES

__all__ = ["Description", "Row", "code", "result_set", "rows"]

Row: TypeAlias = tuple[Any, ...]
Description: TypeAlias = tuple[str, object, None, int | None, None, None, bool]


def result_set(answer: Value) -> Table:
    if isinstance(answer, Table):
        return answer
    if isinstance(answer, KeyedTable):
        return answer.unkeyed()
    if isinstance(answer, Dict):
        return _columns(key=_listed(answer.key), value=_listed(answer.value))
    return _columns(value=_listed(answer))


def _listed(value: Value) -> Value:
    """A column of a value: itself if it is a list."""
    if isinstance(value, Vector | List):
        return value
    return List.of(tuple(value)) if isinstance(value, Table) else collapse([value])


def _columns(**columns: Value) -> Table:
    return Table(symbols(columns), List.of(tuple(columns.values())))


def code(column: Value) -> tuple[object, None, int | None, None, None, bool]:
    if isinstance(column, Vector):
        return (CODES.get(column.qtype, column.qtype), None, column.qtype.width or None, None, None, True)
    found: object = QType.LIST
    if isinstance(column, List) and len(column):
        kinds = {QType.CHAR} if column.strings is not None else {_kind(item) for item in column.items}
        if len(kinds) == 1:
            found = {QType.CHAR: str, QType.BYTE: bytes}.get(kinds.pop(), found)
    return (found, None, None, None, None, True)


def _kind(item: Value) -> QType:
    return item.qtype if isinstance(item, Vector) else QType.LIST


def rows(table: Table) -> list[Row]:
    columns = [_cells(column) for column in table.data]
    return list(zip(*columns, strict=True)) if columns else []


def _cells(column: Value) -> Iterable[Any]:
    """The items of a column as Python objects."""
    if isinstance(column, Vector) and column.qtype is QType.CHAR:
        return bytes(column).decode("latin-1")
    if isinstance(column, List) and column.strings is None:
        return [_cell(item) for item in column.items]
    cells: list[Any] = column.py()
    if isinstance(column, List):
        return [cell.decode("utf-8", "backslashreplace") for cell in cells]
    return cells


def _cell(item: Value) -> Any:
    """A string as text, bytes as ``bytes``, anything else as its Python form."""
    if isinstance(item, Atom) and item.qtype is QType.CHAR:
        return chr(item.raw)
    if isinstance(item, Vector) and item.qtype in (QType.CHAR, QType.BYTE):
        return bytes(item).decode("utf-8", "backslashreplace") if item.qtype is QType.CHAR else bytes(item)
    return item.py()
