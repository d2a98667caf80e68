"""A value as the bytes of a format: q's own text, a drawn table, CSV, JSON, Arrow, Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from math import isfinite, isnan
from pathlib import Path
from typing import Any, Final, cast

from anyq import console
from anyq.errors import ConversionError
from anyq.values import NULL, Atom, Dict, KeyedTable, List, QType, Table, Value, Vector, collapse

__all__ = ["FORMATS", "SUFFIXES", "rendered", "written"]

_TEMPORAL: Final = frozenset(
    {
        QType.TIMESTAMP,
        QType.MONTH,
        QType.DATE,
        QType.DATETIME,
        QType.TIMESPAN,
        QType.MINUTE,
        QType.SECOND,
        QType.TIME,
    }
)
_NUMBERS: Final = frozenset({QType.SHORT, QType.INT, QType.LONG, QType.REAL, QType.FLOAT})


def rendered(value: Value, kind: str, style: console.Style = console.DEFAULT) -> bytes:
    """The bytes of ``value`` in the format ``kind``, one of `FORMATS`; text ends with a newline.

    Raises `ConversionError` for a value that the format cannot hold, and `ModuleNotFoundError` that names the extra
    to install.
    """
    try:
        return _WRITERS[kind](value, style)
    except ModuleNotFoundError as error:
        extra = "cli" if error.name == "rich" else "arrow"
        raise ModuleNotFoundError(f'{kind} needs {error.name}: pip install "anyq[{extra}]"', name=error.name) from None


def written(value: Value, path: Path) -> None:
    """Write a file in the format of its suffix, one of `SUFFIXES`. Raises as `rendered`, and `OSError`."""
    path.write_bytes(rendered(value, SUFFIXES[path.suffix.lower()]))


def _q(value: Value, style: console.Style) -> bytes:
    return console.text(value, style).encode("utf-8", "surrogateescape") + b"\n"


def _flat(value: Value) -> Table:
    """A table, the key columns of a keyed one first."""
    if isinstance(value, Table):
        return value
    if isinstance(value, KeyedTable):
        return value.unkeyed()
    raise ConversionError(f"only a table has columns; this is no table but {console.line(value)[:40]}")


def _iso(qtype: QType, text: str) -> str | None:
    """A temporal value, from q's text of it: dates as ISO 8601 has them, to the nanosecond; ``0W`` is infinity."""
    if qtype is QType.MONTH:
        return text.replace(".", "-") or None
    if qtype in (QType.DATE, QType.TIMESTAMP, QType.DATETIME):
        return text.replace(".", "-", 2).replace("D", "T") or None
    return text or None


def _items(column: Value) -> list[Any]:
    """The items of a vector or a list as JSON has them; nulls are `None`, infinite floats text."""
    if not isinstance(column, Vector):
        return [_plain(item) for item in cast(List, column)]
    if column.qtype in _TEMPORAL:
        return [_iso(column.qtype, text) for text in console.strings(column)]
    if column.qtype in (QType.CHAR, QType.GUID):
        return list(console.strings(column))
    found: list[Any] = list(column.py())
    if column.qtype in (QType.FLOAT, QType.REAL):
        return [item if isfinite(item) else None if isnan(item) else str(item) for item in found]
    return found


def _plain(value: Value) -> Any:
    """A value as JSON has it: a table as a list of its rows, a dict by the texts of its keys, text as text."""
    if isinstance(value, Table | KeyedTable):
        flat = _flat(value)
        return [dict(zip(flat.column_names, row, strict=True)) for row in _rows(flat)]
    if isinstance(value, Dict):
        keys, values = value.keys, value.values
        if isinstance(keys, Table) or not isinstance(values, Vector | List):
            raise ConversionError("this dict has no JSON form: its keys or values are a table")
        return dict(zip((_cell(key) for key in _items(keys)), _items(values), strict=True))
    if isinstance(value, Vector) and value.qtype is QType.CHAR:
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, Vector | List):
        return _items(value)
    if isinstance(value, Atom):
        return _items(collapse([value]))[0]
    return None if value is NULL else console.line(value)


def _rows(table: Table) -> Iterable[tuple[Any, ...]]:
    return zip(*(_items(column) for column in table.columns), strict=True)


def _cell(item: Any) -> str:
    """What JSON has, as the text of a field."""
    return "" if item is None else item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)


def _fields(column: Value) -> list[str]:
    """The texts of a column in CSV: of a list in a cell q's own, of text the text itself."""
    if isinstance(column, Vector):
        return [_cell(item) for item in _items(column)]
    return [_field(item) for item in cast(List, column)]


def _field(value: Value) -> str:
    if isinstance(value, Vector) and value.qtype is QType.CHAR:
        return bytes(value).decode("utf-8", "surrogateescape")
    return _cell(_plain(value)) if isinstance(value, Atom) else console.line(value)


def _csv(value: Value, style: console.Style) -> bytes:
    table = _flat(value)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(zip(*(_fields(column) for column in table.columns), strict=True))
    return out.getvalue().encode("utf-8", "surrogateescape")


def _json(value: Value, style: console.Style) -> bytes:
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogateescape") + b"\n"


def _drawn(value: Value, style: console.Style) -> bytes:
    """A table with lines, cut to the rows of the terminal; what is no table is shown as q shows it."""
    if not isinstance(value, Table | KeyedTable):
        return _q(value, style)
    from rich.console import Console
    from rich.table import Table as Drawing
    from rich.text import Text

    flat = _flat(value)
    shown = min(max(style.rows - 6, 1), len(flat))
    drawing = Drawing(caption=f"{len(flat)} rows" if len(flat) > shown else None)
    for name, column in zip(flat.column_names, flat.columns, strict=True):
        drawing.add_column(Text(name), justify="right" if getattr(column, "qtype", None) in _NUMBERS else "left")
    for row in zip(*(console.cells(column, shown, style) for column in flat.columns), strict=True):
        drawing.add_row(*(Text(cell) for cell in row))
    out = io.StringIO()
    Console(file=out, width=style.columns, force_terminal=False).print(drawing)
    return out.getvalue().encode("utf-8", "surrogateescape")


def _arrow(value: Value, style: console.Style) -> bytes:
    import pyarrow as pa

    table = _flat(value).pa()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _parquet(value: Value, style: console.Style) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet

    sink = pa.BufferOutputStream()
    pa.parquet.write_table(_flat(value).pa(), sink)
    return bytes(sink.getvalue())


_WRITERS: Final[dict[str, Callable[[Value, console.Style], bytes]]] = {
    "q": _q,
    "table": _drawn,
    "csv": _csv,
    "json": _json,
    "arrow": _arrow,
    "parquet": _parquet,
}
FORMATS: Final = ("q", "table", "csv", "json", "arrow")
"""What can be printed."""

SUFFIXES: Final = {".txt": "q", ".csv": "csv", ".json": "json", ".arrow": "arrow", ".parquet": "parquet"}
"""What can be written to a file, by its suffix."""
