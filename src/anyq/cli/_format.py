"""A value as the bytes of a format: q's own text, a drawn table, CSV, JSON, Arrow, Parquet."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite, isnan
from pathlib import Path
from typing import Any, Final, cast

import attrs
import numpy as np

from anyq import console
from anyq.errors import ConversionError
from anyq.values import NULL, Atom, Dict, KeyedTable, List, QType, StringArray, Table, Value, Vector, collapse

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
_MARKS: Final = b',"\r\n'
"""A field of CSV that has one of these is in quotes."""
_NUMBERS: Final = frozenset({QType.SHORT, QType.INT, QType.LONG, QType.REAL, QType.FLOAT})


def rendered(value: Value, kind: str, style: console.Style = console.DEFAULT) -> bytes | memoryview:
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
    return console.page(value, style).encode("utf-8", "surrogateescape")


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
        keys, values = value.key, value.value
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
    return zip(*(_items(column) for column in table.data), strict=True)


def _cell(item: Any) -> str:
    """What JSON has, as the text of a field."""
    return "" if item is None else item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)


def _texts(column: Value, form: _Form) -> StringArray:
    """The texts of the items of a column."""
    if isinstance(column, Vector):
        if column.qtype is QType.SYMBOL:
            return form.quoted(console.symbol_texts(column.symbols))
        if column.qtype in form.by_byte:
            return console.listed_texts(column.data.view(np.uint8), form.by_byte[column.qtype])
        if column.qtype is not QType.GUID:
            return console.column_texts(column, form.cells)
        return form.quoted(StringArray.from_bytes(text.encode() for text in console.strings(column)))
    return StringArray.from_bytes(map(form.item, cast(List, column)))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _field(value: Value) -> bytes:
    """An item of a list in CSV: q's own text, of text the text itself."""
    return _quoted(_bytes(_field_text(value)))


def _field_text(value: Value) -> str:
    if isinstance(value, Vector) and value.qtype is QType.CHAR:
        return bytes(value).decode("utf-8", "surrogateescape")
    return _cell(_plain(value)) if isinstance(value, Atom) else console.line(value)


def _quoted(field: bytes) -> bytes:
    return b'"' + field.replace(b'"', b'""') + b'"' if any(byte in _MARKS for byte in field) else field


def _dumped(value: Value) -> bytes:
    """An item of a list in JSON."""
    return _bytes(json.dumps(_plain(value), ensure_ascii=False, allow_nan=False))


@attrs.frozen
class _Form:
    """How items of columns are written in a format."""

    cells: console.CellStyle
    quoted: Callable[[StringArray], StringArray]
    """Texts, with quotes where they need them."""
    item: Callable[[Value], bytes]
    """An item of a list."""
    by_byte: Mapping[QType, Sequence[bytes]]
    """The texts of items of one byte."""


_CHARS: Final = [chr(byte) for byte in range(256)]
_COMMON: Final = {QType.BOOLEAN: [b"false", b"true"], QType.BYTE: [b"%d" % byte for byte in range(256)]}
_CSV: Final = _Form(
    console.CellStyle(digits=0, infinities=("inf", "-inf"), plain_integers=True, date_mark="-", clock_mark="T"),
    lambda texts: console.quoted_texts(texts, _MARKS),
    _field,
    {**_COMMON, QType.CHAR: [_quoted(char.encode()) for char in _CHARS]},
)
_JSON: Final = _Form(
    console.CellStyle(
        digits=0, null="null", infinities=('"inf"', '"-inf"'), plain_integers=True,
        quote='"', date_mark="-", clock_mark="T",
    ),
    console.quoted_texts,
    _dumped,
    {**_COMMON, QType.CHAR: [json.dumps(char, ensure_ascii=False).encode() for char in _CHARS]},
)  # fmt: skip


def _lines(table: Table, form: _Form, parts: Sequence[bytes]) -> list[bytes]:
    """The rows of a table: before each column's text stands a part, and one more ends the row."""
    return [
        console.joined_rows([_texts(column, form) for column in some.data.items], parts)[0]
        for some in console.slices(table)
    ]


def _csv(value: Value, style: console.Style) -> bytes:
    table = _flat(value)
    names = [_quoted(_bytes(name)) for name in table.column_names]
    if len(names) == 1:  # an empty line would be no row
        texts = _texts(table.data.items[0], _CSV)
        return b"\n".join([names[0] or b'""', *[text or b'""' for text in texts], b""])
    return b"".join([b",".join(names), b"\n", *_lines(table, _CSV, [b"", *[b","] * (len(names) - 1), b"\n"])])


def _json(value: Value, style: console.Style) -> bytes:
    if isinstance(value, Table | KeyedTable):
        table = _flat(value)
        names = [_bytes(json.dumps(name, ensure_ascii=False)) + b": " for name in table.column_names]
        if names and len(set(names)) == len(names):
            rows = _lines(table, _JSON, [b"{" + names[0], *[b", " + name for name in names[1:]], b"}, "])
            return b"[" + b"".join(rows)[:-2] + b"]\n"
    return _dumped(value) + b"\n"


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
    for name, column in zip(flat.column_names, flat.data, strict=True):
        drawing.add_column(Text(name), justify="right" if getattr(column, "qtype", None) in _NUMBERS else "left")
    for row in zip(*(console.cells(column, shown, style) for column in flat.data), strict=True):
        drawing.add_row(*(Text(cell) for cell in row))
    out = io.StringIO()
    Console(file=out, width=style.columns, force_terminal=False).print(drawing)
    return out.getvalue().encode("utf-8", "surrogateescape")


def _arrow(value: Value, style: console.Style) -> memoryview:
    import pyarrow as pa

    table = _flat(value).pa()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())


def _parquet(value: Value, style: console.Style) -> memoryview:
    import pyarrow as pa
    import pyarrow.parquet

    sink = pa.BufferOutputStream()
    pa.parquet.write_table(_flat(value).pa(), sink)
    return memoryview(sink.getvalue())


_WRITERS: Final[dict[str, Callable[[Value, console.Style], bytes | memoryview]]] = {
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
