"""Text of tables and tables of text: the forms of ``0:`` (page ref/file-text.md)."""

from __future__ import annotations

from typing import Final

import numpy as np

from anyq.console import CellStyle, column_texts, joined_rows, listed_texts, quoted_texts, symbol_texts
from anyq.console import strings as cell_texts
from anyq.errors import QError
from anyq.values import Atom, KeyedTable, List, QType, StringArray, Table, Value, Vector, collapse

from ...kernel._support import empty, integers, is_atom, is_string, items_of, symbols, table_of, text_of
from ...kernel._texts import WHOLE, trimmed
from ...kernel._texts import columns as columns_of
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..files._files import file_lines, file_text, is_file, path_of
from ._cast import tok

__all__ = ["install"]

_BY_BYTE: Final = {QType.BOOLEAN: (b"0", b"1"), QType.BYTE: [b"%02x" % byte for byte in range(256)]}


def text(q: Context, x: Value, y: Value) -> Value:
    """q's ``0:``, by what ``x`` is: a file, a delimiter, types with delimiter or widths, or the marks of pairs."""
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL:
        return _save(q, x, y)
    if isinstance(x, Atom) and x.qtype is QType.CHAR:
        return _prepared(q, bytes([x.raw]), y)
    if is_string(x):
        return _pairs(text_of(x), text_of(y))
    if isinstance(x, List) and len(x) in (2, 3):
        types = text_of(x[0]).decode("latin-1")
        how = x[1]
        if isinstance(how, Vector | Atom) and how.qtype is QType.CHAR:
            embedded = len(x) == 3 and bool(integers(x[2])[0])
            return _delimited(q, types, how, y, embedded)
        return _fixed(q, types, integers(how).tolist(), y)
    raise QError("type")


def _save(q: Context, x: Value, y: Value) -> Value:
    if is_string(y) or is_atom(y):
        raise QError("type")
    lines = [text_of(line) for line in items_of(y)]
    q.host.write_file(path_of(x), b"".join([line + b"\n" for line in lines]))
    return x


# -- tables as text


def _prepared(q: Context, delimiter: bytes, y: Value) -> Value:
    digits = q.settings.style.digits
    names: list[str] = []
    if isinstance(y, KeyedTable):
        y = y.unkeyed()
    if isinstance(y, Table):
        names, columns = y.column_names, list(y.data.items)
    elif isinstance(y, List):
        columns = list(y.items)
    else:
        raise QError("type")
    style, special = CellStyle(digits=digits, date_mark="-"), delimiter + b"\n"
    texts = [quoted_texts(_cells(column, style), special) for column in columns]
    if len({len(column) for column in texts}) > 1:
        raise QError("length")
    rows = StringArray.from_bytes([])
    if texts:
        joined, offsets = joined_rows(texts, [b"", *[delimiter] * (len(texts) - 1), b""])
        rows = StringArray(np.frombuffer(joined, np.uint8), offsets[:-1], offsets[1:])
    if not isinstance(y, Table):
        return List.of(rows)
    title = StringArray.from_bytes(name.encode("utf-8", "surrogateescape") for name in names)
    heading = np.frombuffer(delimiter.join(quoted_texts(title, special)), np.uint8)
    size = len(heading)
    return List.of(
        StringArray(
            np.concatenate([heading, rows.data]),
            np.concatenate([[0], rows.starts + size]),
            np.concatenate([[size], rows.ends + size]),
        )
    )


def _cells(column: Value, style: CellStyle) -> StringArray:
    """The texts of a column's items; ``'type`` for what is neither a vector nor a list of strings."""
    if isinstance(column, Vector):
        if column.qtype is QType.SYMBOL:
            return symbol_texts(column.symbols)
        if column.qtype is QType.CHAR:
            starts = np.arange(len(column))
            return StringArray(column.data, starts, starts + 1)
        if column.qtype in _BY_BYTE:
            return listed_texts(column.data.view(np.uint8), _BY_BYTE[column.qtype])
        if column.qtype is QType.GUID:
            return StringArray.from_bytes(cell.encode() for cell in cell_texts(column))
        return column_texts(column, style)
    if isinstance(column, List):
        if column.strings is not None:
            return column.strings
        if not all(is_string(item) for item in column.items):
            raise QError("type")
        return StringArray.from_bytes(text_of(item) for item in column.items)
    raise QError("type")


# -- text as tables


def _lines(q: Context, y: Value) -> tuple[list[bytes], bool]:
    """The lines to read, and whether they are one string that was given as such."""
    if is_string(y):
        return [text_of(y)], True
    if (isinstance(y, Atom) and y.qtype is QType.SYMBOL) or (isinstance(y, List) and len(y) and is_file(y[0])):
        strings = file_lines(file_text(q, y)).strings
        return list(strings) if strings is not None else [], False
    if isinstance(y, List):
        return [text_of(line) for line in y.items], False
    raise QError("type")


def _delimited(q: Context, types: str, how: Vector | Atom, y: Value, embedded: bool) -> Value:
    delimiter = text_of(how)
    headed = isinstance(how, Vector)
    lines, single = _lines(q, y)
    if single and (headed or b"\n" in lines[0]):
        lines, single = lines[0].replace(b"\r\n", b"\n").split(b"\n"), False
        if lines and not lines[-1]:
            lines.pop()
    plain = len(delimiter) == 1 and not any(b'"' in line for line in lines)
    rows = _fields(lines[:1] if plain else lines, delimiter, embedded)
    names: list[str] = []
    if headed:
        if not rows:
            raise QError("length")
        names = [name.decode("utf-8", "surrogateescape").strip() for name in rows[0]]
    if plain:
        cells = columns_of(StringArray.from_bytes(lines[headed:]), delimiter, len(types))
    else:
        cells = [
            StringArray.from_bytes([row[at] if at < len(row) else b"" for row in rows[headed:]])
            for at in range(len(types))
        ]
    columns = [_read(q, letter, column) for letter, column in zip(types, cells, strict=True) if letter != " "]
    if single:
        return collapse([column[0] for column in columns])
    if not headed:
        return List.of(tuple(columns))
    kept = [name for name, letter in zip(names, types, strict=False) if letter != " "]
    return table_of(kept[: len(columns)], columns[: len(kept)])


def _fields(lines: list[bytes], delimiter: bytes, embedded: bool) -> list[list[bytes]]:
    """Lines cut at the delimiter, outside of double quotes; with ``embedded``, quoted text may go on in the next."""
    if not any(b'"' in line for line in lines):
        return [line.split(delimiter) for line in lines]
    rows: list[list[bytes]] = []
    waiting = b""
    for line in lines:
        whole = waiting + line
        if embedded and whole.count(b'"') % 2:
            waiting = whole + b"\n"
            continue
        waiting = b""
        rows.append(_unquoted(whole, delimiter))
    if waiting:
        rows.append(_unquoted(waiting[:-1], delimiter))
    return rows


def _unquoted(line: bytes, delimiter: bytes) -> list[bytes]:
    if b'"' not in line:
        return line.split(delimiter)
    out: list[bytes] = []
    pending: list[bytes] = []
    for piece in line.split(delimiter):
        pending.append(piece)
        whole = delimiter.join(pending)
        if whole.lstrip().startswith(b'"') and whole.count(b'"') % 2:
            continue
        out.append(_bare(whole))
        pending = []
    if pending:
        out.append(_bare(delimiter.join(pending)))
    return out


def _bare(field: bytes) -> bytes:
    stripped = field.strip()
    if len(stripped) >= 2 and stripped[:1] == b'"' == stripped[-1:]:
        return stripped[1:-1].replace(b'""', b'"')
    return field


def _fixed(q: Context, types: str, widths: list[int], y: Value) -> Value:
    if len(types) != len(widths):
        raise QError("length")
    lines, single = _lines(q, y)
    size = sum(widths)
    if not single and len(lines) == 1 and len(lines[0]) > size and len(lines[0]) % size == 0:
        lines = [lines[0][i : i + size] for i in range(0, len(lines[0]), size)]
    columns: list[Value] = []
    at = 0
    for letter, wide in zip(types, widths, strict=True):
        if letter != " ":
            columns.append(_read(q, letter, StringArray.from_bytes([line[at : at + wide] for line in lines])))
        at += wide
    return List.of(tuple(columns))


def _read(q: Context, letter: str, cells: StringArray) -> Value:
    """The values that the cells of a column say."""
    if letter == "*":
        return List.of(cells)
    qtype = QType.of(letter.lower())
    if qtype is QType.SYMBOL:
        texts = trimmed(cells, left=True, right=True).strings or ()
        return symbols([text.decode("utf-8", "surrogateescape") for text in texts])
    if qtype is QType.CHAR:
        return WHOLE["first"](cells)
    return tok(qtype, List.of(cells), day_first=q.settings.day_first) if len(cells) else empty(qtype)


# -- pairs


def _pairs(marks: bytes, body: bytes) -> Value:
    """Keys and values of text such as ``a=1;b=2``."""
    if len(marks) == 4 and marks[2:3] == b"*":
        kind, between, after = marks[:1], marks[1:2], marks[3:4]
        records = _unbroken(body, after)
    elif len(marks) == 3:
        kind, between, after = marks[:1], marks[1:2], marks[2:3]
        records = body.split(after)
    else:
        raise QError("length")
    if records and not records[-1]:
        records.pop()
    split = [record.partition(between) for record in records]
    names = [name for name, _, _ in split]
    values = List.of(StringArray.from_bytes([_bare(value) if len(marks) == 4 else value for _, _, value in split]))
    if kind == b"S":
        return List.of((symbols([name.decode("utf-8", "surrogateescape") for name in names]), values))
    if kind not in (b"I", b"J"):
        raise QError("IJS")
    return List.of((tok(QType.of(kind.decode().lower()), List.of(StringArray.from_bytes(names))), values))


def _unbroken(body: bytes, after: bytes) -> list[bytes]:
    """Records cut at a mark, outside of double quotes."""
    out: list[bytes] = []
    for piece in body.split(after):
        if out and out[-1].count(b'"') % 2:
            out[-1] += after + piece
        else:
            out.append(piece)
    return out


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.define("0:", 2, text, context=True)
    vocabulary.constant("csv", Atom(QType.CHAR, ord(",")))
