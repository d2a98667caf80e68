"""JSON: ``.j.j`` and ``.j.k`` (page ref/dotj.md)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.console import (
    CellStyle,
    column_texts,
    joined_rows,
    listed_texts,
    quoted_texts,
    slices,
    string,
    strings,
    symbol_texts,
)
from anyq.errors import QError
from anyq.values import NULL, Atom, Dict, KeyedTable, List, QType, StringArray, Table, Value, Vector, collapse

from ...kernel._records import records
from ...kernel._support import EMPTY, FLOATS, FUNCTIONS, TEMPORAL, chars, items_of, symbols

__all__ = ["json_lines", "read_json", "write_json"]

_BY_BYTE: Final = {
    QType.BOOLEAN: (b"false", b"true"),
    QType.BYTE: [b'"%02x"' % byte for byte in range(256)],
    QType.CHAR: [json.dumps(chr(byte), ensure_ascii=False).encode() for byte in range(256)],
}


def write_json(x: Value, *, infinity: str = "inf", between: bytes = b",") -> str:
    """``x`` as JSON. Nulls are ``null``; infinities are ``infinity``, with a minus for the negative one.

    ``between`` stands between the rows where ``x`` is a table.
    """
    if isinstance(x, Atom):
        return _atom(x, infinity)
    if isinstance(x, Vector):
        if x.qtype is QType.CHAR:
            return _quoted(bytes(x.data).decode("utf-8", "surrogateescape"))
        return _text(b"[" + joined_rows([_column(x, infinity)], [b"", b","])[0][:-1] + b"]")
    if isinstance(x, List):
        return "[" + ",".join([write_json(item, infinity=infinity) for item in x.items]) + "]"
    if isinstance(x, Table):
        return _text(b"[" + b"".join(data for data, _ in _rows(x, infinity, between))[: -len(between)] + b"]")
    if isinstance(x, KeyedTable):
        return write_json(x.unkeyed(), infinity=infinity)
    if isinstance(x, Dict):
        pairs = zip(items_of(x.key), items_of(x.value), strict=True)
        return "{" + ",".join([f"{_key(k)}:{write_json(v, infinity=infinity)}" for k, v in pairs]) + "}"
    return "null" if x is NULL or x == NULL else "null" if isinstance(x, FUNCTIONS) else _refused()


def _text(made: bytes) -> str:
    return made.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def json_lines(x: Table) -> List:
    """A table as strings, one for each row."""
    parts = list(_rows(x, "inf", b""))
    sizes = [np.diff(offsets) for _, offsets in parts]
    ends = np.cumsum(np.concatenate(sizes), dtype=np.int64) if sizes else np.empty(0, np.int64)
    starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    return List.of(StringArray(np.frombuffer(b"".join(data for data, _ in parts), np.uint8), starts, ends))


def _rows(x: Table, infinity: str, end: bytes) -> Iterator[tuple[bytes, npt.NDArray[np.int64]]]:
    """Objects, one for each row, each with ``end`` behind it, and where they end."""
    names = [_bytes(_quoted(name)) + b":" for name in x.column_names]
    parts = [b",".join([b"", name]) for name in names] + [b"}" + end]
    parts[0] = b"{" + parts[0][1:]
    for some in slices(x):
        yield joined_rows([_column(column, infinity) for column in some.data.items], parts)


def _column(x: Value, infinity: str) -> StringArray:
    """The JSON of each item."""
    if not isinstance(x, Vector):
        if isinstance(x, List) and x.strings is not None:
            return quoted_texts(x.strings)
        return StringArray.from_bytes(_bytes(write_json(item, infinity=infinity)) for item in items_of(x))
    qtype = x.qtype
    if qtype is QType.SYMBOL:
        return quoted_texts(symbol_texts(x.symbols))
    if qtype in _BY_BYTE:
        return listed_texts(x.data.view(np.uint8), _BY_BYTE[qtype])
    if qtype is QType.GUID:
        return StringArray.from_bytes(_bytes(_quoted(text)) for text in strings(x))
    digits = 17
    if qtype is QType.REAL:
        digits = 9
        with np.errstate(invalid="ignore"):
            if bool((np.abs(x.data) >= 1e9).any()):  # integers have all their digits
                return StringArray.from_bytes(_bytes(_atom(item, infinity)) for item in x)
    low = infinity if infinity == "null" else f"-{infinity}"
    style = CellStyle(
        digits=digits, null="null", infinities=(infinity, low), plain_integers=True, quote='"', date_mark="-"
    )
    return column_texts(x, style)


def _refused() -> str:
    raise QError("type")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _key(x: Value) -> str:
    if isinstance(x, Atom):
        return _quoted(x.raw if x.qtype is QType.SYMBOL else string(x, 17))
    return write_json(x)


def _atom(x: Atom, infinity: str) -> str:
    qtype, raw = x.qtype, x.raw
    if qtype is QType.BOOLEAN:
        return "true" if raw else "false"
    if qtype is QType.CHAR:
        return _quoted(chr(raw))
    if qtype is QType.SYMBOL:
        return _quoted(raw)
    if x.is_null and qtype is not QType.GUID:
        return "null"
    if qtype in TEMPORAL:
        return _quoted(_temporal(x))
    if qtype in FLOATS:
        if math.isinf(raw):
            return infinity if infinity == "null" or raw > 0 else "-" + infinity
        return string(x, 17 if qtype is QType.FLOAT else 9) if raw % 1 else string(x, 17)
    text = string(x, 17)
    return _quoted(text) if qtype in (QType.GUID, QType.BYTE) else str(raw)


def _temporal(x: Atom) -> str:
    """Dates with hyphens; ``D`` before a time, as q writes it."""
    text = string(x, 17)
    if x.qtype in (QType.DATE, QType.TIMESTAMP, QType.DATETIME):
        return text[:10].replace(".", "-") + text[10:]
    return text.replace(".", "-") if x.qtype is QType.MONTH else text


def read_json(text: bytes) -> Value:
    """The value of JSON text: numbers are floats, strings char vectors, objects dicts, lists of like objects tables."""
    try:
        return _value(json.loads(text.decode("utf-8", "surrogateescape")))
    except (ValueError, RecursionError):
        raise QError("type") from None


def _value(found: Any) -> Value:
    if found is None:
        return Atom(QType.FLOAT, math.nan)
    if isinstance(found, bool):
        return Atom(QType.BOOLEAN, int(found))
    if isinstance(found, int | float):
        return Atom(QType.FLOAT, float(found))
    if isinstance(found, str):
        return chars(found)
    if isinstance(found, list):
        return _listed([_value(item) for item in found])
    keys = symbols(list(found))
    return Dict(keys, _collapsed([_value(item) for item in found.values()]))


def _collapsed(items: list[Value]) -> Value:
    return collapse(items) if items else EMPTY


def _listed(items: list[Value]) -> Value:
    return records(items) if items else EMPTY
