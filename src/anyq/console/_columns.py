"""The texts of whole columns, and rows made of them: what the writers of CSV and JSON are made of.

A column's texts are a `StringArray`, in UTF-8. The functions in Python are the specification of the compiled ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from anyq.speedups import speedups
from anyq.values import QType, StringArray, SymbolArray, Table, Vector

from ._atoms import items

__all__ = ["CellStyle", "column_texts", "joined_rows", "listed_texts", "quoted_texts", "slices", "symbol_texts"]

_FLOATS: Final = (QType.REAL, QType.FLOAT)
_DATED: Final = (QType.TIMESTAMP, QType.DATE, QType.DATETIME)
_WHOLE: Final = (QType.SHORT, QType.INT, QType.LONG)
_COMPILED: Final = frozenset({5, 6, 7, 8, 9, 12, 13, 14, 16, 17, 18, 19})
"""Types whose items the compiled function writes."""
_ROWS: Final = 1 << 16

Offsets = npt.NDArray[np.int64]


@attrs.frozen(kw_only=True)
class CellStyle:
    """How the items of a column are written.

    ``digits`` is the precision of floats; 0 gives the shortest text of the same number. ``null`` stands for a null.
    ``infinities`` stand for those of floats, and those of integers are q's ``0W``, or the numbers that they are made
    of with ``plain_integers``. ``quote`` stands before and after a time, ``date_mark`` in a date, and ``clock_mark``
    between the date and the time of a timestamp.
    """

    digits: int = 7
    null: str = ""
    infinities: tuple[str, str] = ("0w", "-0w")
    plain_integers: bool = False
    quote: str = ""
    date_mark: str = "."
    clock_mark: str = "D"

    def specials(self, qtype: QType) -> tuple[str, str, str]:
        """The texts of null, infinity and negative infinity."""
        if qtype in _FLOATS:
            return self.null, *self.infinities
        if qtype in _WHOLE:
            high, low = (str(qtype.inf), str(qtype.ninf)) if self.plain_integers else ("0W", "-0W")
            return self.null, high, low
        high = "0w" if qtype is QType.DATETIME else "0W"
        return self.null, f"{self.quote}{high}{self.quote}", f"{self.quote}-{high}{self.quote}"


def column_texts(vector: Vector, style: CellStyle) -> StringArray:
    """The texts of the numbers or times of a vector."""
    qtype = vector.qtype
    if speedups is None or qtype not in _COMPILED or not hasattr(speedups, "column_texts"):
        return StringArray.from_bytes(text.encode() for text in plain_column_texts(vector, style))
    null, high, low = (text.encode() for text in style.specials(qtype))
    marks = (style.date_mark + style.clock_mark).encode()
    quote = b"" if qtype in _FLOATS or qtype in _WHOLE else style.quote.encode()
    data = np.ascontiguousarray(vector.data).view(np.uint8)
    return _of_offsets(*speedups.column_texts(int(qtype), data, style.digits, null, high, low, quote, marks))


def _of_offsets(data: bytes, offsets: bytes) -> StringArray:
    bounds = np.frombuffer(offsets, np.int64)
    return StringArray(np.frombuffer(data, np.uint8), bounds[:-1], bounds[1:])


def plain_column_texts(vector: Vector, style: CellStyle) -> Iterator[str]:
    """What `column_texts` gives, in Python."""
    qtype = vector.qtype
    null, high, low = style.specials(qtype)
    quote = "" if qtype in _FLOATS or qtype in _WHOLE else style.quote
    numbers = vector.data.tolist()
    if qtype in _FLOATS:
        write: Callable[[Any], str] = repr if style.digits == 0 else f"%.{style.digits}g".__mod__
    else:
        write = _writer(qtype, style)
    top, bottom = qtype.inf, qtype.ninf
    for number in numbers:
        if number != number or number == qtype.null:
            yield null
        elif number == top:
            yield high
        elif number == bottom:
            yield low
        else:
            yield f"{quote}{write(number)}{quote}"


def _writer(qtype: QType, style: CellStyle) -> Callable[[Any], str]:
    def write(number: Any) -> str:
        text = items(qtype, [number], style.digits, "")[0]
        if qtype in _DATED:
            text = text.replace(".", style.date_mark, 2)
            return text.replace("D", style.clock_mark) if qtype is not QType.DATE else text
        return text.replace(".", style.date_mark) if qtype is QType.MONTH else text

    return write


def listed_texts(numbers: npt.NDArray[np.uint8], texts: Sequence[bytes]) -> StringArray:
    """Of each number the text of that place."""
    bounds = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return StringArray(np.frombuffer(b"".join(texts), np.uint8), bounds[:-1][numbers], bounds[1:][numbers])


def symbol_texts(symbols: SymbolArray) -> StringArray:
    """Symbols as they are, in bytes."""
    data, offsets = symbols.wire()
    return StringArray(data, offsets[:-1], offsets[1:] - 1)


def quoted_texts(texts: StringArray, special: bytes = b"") -> StringArray:
    """Texts as strings of JSON; with ``special``, as fields of CSV: in quotes if they hold one of these bytes."""
    if speedups is None or not hasattr(speedups, "quoted_texts"):
        quote = _json_text if not special else lambda text: _field(text, special)
        return StringArray.from_bytes(map(quote, texts))
    return _of_offsets(*speedups.quoted_texts(*_parts(texts), special))


def _json_text(text: bytes) -> bytes:
    return json.dumps(text.decode("latin-1"), ensure_ascii=False).encode("latin-1")


def _field(text: bytes, special: bytes) -> bytes:
    if not any(byte in special for byte in text):
        return text
    return b'"' + text.replace(b'"', b'""') + b'"'


def _parts(texts: StringArray) -> tuple[Any, Any, Any]:
    return np.ascontiguousarray(texts.data), np.ascontiguousarray(texts.starts), np.ascontiguousarray(texts.ends)


def joined_rows(columns: Sequence[StringArray], parts: Sequence[bytes]) -> tuple[bytes, Offsets]:
    """Rows of the columns' texts: before each stands a part, and one more ends the row. Also where each row ends: one
    offset more than rows. There is at least one column.
    """
    if speedups is not None and hasattr(speedups, "join_rows"):
        data, offsets = speedups.join_rows(tuple(map(_parts, columns)), tuple(parts))
        return data, np.frombuffer(offsets, np.int64)
    rows = [
        b"".join([part for pair in zip(parts, row, strict=False) for part in pair]) + parts[-1]
        for row in zip(*columns, strict=True)
    ]
    return b"".join(rows), np.cumsum([0, *map(len, rows)], dtype=np.int64)


def slices(table: Table) -> Iterator[Table]:
    """The rows of a table, some ten thousand at a time: no step of writing takes long, or much memory."""
    for start in range(0, len(table), _ROWS):
        yield table if len(table) <= _ROWS else table[start : start + _ROWS]
