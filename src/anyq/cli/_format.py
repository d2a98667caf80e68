"""A value as the bytes of a format: q's own text, a drawn table, CSV, JSON, Arrow, Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from anyq import console
from anyq.errors import ConversionError
from anyq.values import Dict, KeyedTable, Table, Value

__all__ = ["FORMATS", "SUFFIXES", "rendered", "written"]


def rendered(value: Value, kind: str, style: console.Style = console.DEFAULT) -> bytes:
    """The bytes of ``value`` in the format ``kind``, one of `FORMATS`; text ends with a newline.

    Raises `ConversionError` for a value that the format cannot hold, and `ModuleNotFoundError` that names the extra
    to install.
    """
    return _WRITERS[kind](value, style)


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
    raise ConversionError(f"only a table has columns; this is a {type(value).__name__.lower()}")


def _rows(value: Value) -> tuple[list[str], Iterable[tuple[Any, ...]]]:
    columns: dict[str, list[Any]] = _flat(value).py()
    return list(columns), zip(*columns.values(), strict=True)


def _cell(item: Any) -> Any:
    return item.decode("utf-8", "surrogateescape") if isinstance(item, bytes) else "" if item is None else item


def _csv(value: Value, style: console.Style) -> bytes:
    names, rows = _rows(value)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(item) for item in row] for row in rows)
    return out.getvalue().encode("utf-8", "surrogateescape")


def _plain(item: Any) -> Any:
    """What `json` cannot write by itself."""
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)


def _json(value: Value, style: console.Style) -> bytes:
    if isinstance(value, Table | KeyedTable):
        names, rows = _rows(value)
        found: Any = [dict(zip(names, row, strict=True)) for row in rows]
    elif isinstance(value, Dict):
        found = {str(_cell(key)): item for key, item in value.py().items()}
    else:
        found = value.py()
    return json.dumps(found, default=_plain, ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n"


def _drawn(value: Value, style: console.Style) -> bytes:
    """A table with lines, cut to the rows of the terminal; what is no table is shown as q shows it."""
    if not isinstance(value, Table | KeyedTable):
        return _q(value, style)
    from rich.console import Console
    from rich.table import Table as Drawing

    flat = _flat(value)
    shown = max(style.rows - 6, 1)
    drawing = Drawing(caption=f"{len(flat)} rows" if len(flat) > shown else None)
    names, rows = _rows(flat[:shown])
    for name in names:
        drawing.add_column(name)
    for row in rows:
        drawing.add_row(*(str(_cell(item)) for item in row))
    out = io.StringIO()
    Console(file=out, width=style.columns, force_terminal=False).print(drawing)
    return out.getvalue().encode()


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
