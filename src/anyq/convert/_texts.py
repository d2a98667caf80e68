"""Texts as Arrow lays them out: UTF-8 bytes one after the other, and where each begins.

Symbols and lists of char vectors arrive nearly so. What is not UTF-8 is rare, and becomes ``\\xff`` and the like.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.errors import ConversionError
from anyq.speedups import speedups
from anyq.values import Atom, List, QType, StringArray, SymbolArray, Table, Value, Vector

__all__ = [
    "char_texts",
    "column_labels",
    "guid_texts",
    "printable",
    "string_list",
    "string_texts",
    "symbol_texts",
    "symbols_of_texts",
    "text_views",
]

Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]
Texts = tuple[Bytes, Longs]
"""The bytes, and one more offset than there are texts."""

Views = tuple[Bytes, Any]
"""16 bytes for each text, and the buffer in which those stand that have no room there; ``None`` if all have."""

_CONTINUES = 0xC0
_OTHER, _LONG = 1, 2
"""What the accelerator tells of texts: some are not ASCII, some are longer than a view."""
_VIEW: Final = 16


def symbol_texts(symbols: SymbolArray) -> Texts:
    """The texts of symbols: the wire's bytes without the NULs."""
    if speedups is not None:
        raw = symbols.raw()
        texts, offsets = np.empty(len(raw) - len(symbols), np.uint8), np.empty(len(symbols) + 1, np.int64)
        status = speedups.symbol_texts(raw, texts, offsets)
        if status >= 0:
            return (texts, offsets) if status == 0 else _sound(texts, offsets)
    data, starts = symbols.wire()
    data = data[: starts[-1]]
    return _sound(data[data != 0], starts - np.arange(len(starts)))


def text_views(value: Value) -> Views | None:
    """The texts of symbols, of chars or of a list of char vectors as Arrow's views, which share the received bytes.

    ``None`` where that does not pay or does not go: other values, texts that are not all ASCII, 2 GB of them.
    """
    if isinstance(value, Vector) and value.qtype is QType.CHAR:
        return _char_views(value.data)
    if speedups is None:
        return None
    if isinstance(value, Vector) and isinstance(value.data, SymbolArray) and value.data.held == "wire":
        data = value.data.raw()
        views = np.empty(len(value) * _VIEW, np.uint8)
        status = speedups.symbol_views(data, views)
    elif isinstance(value, List) and (strings := string_list(value)) is not None:
        data = np.ascontiguousarray(strings.data)
        views = np.empty(len(strings) * _VIEW, np.uint8)
        bounds = np.ascontiguousarray(strings.starts), np.ascontiguousarray(strings.ends)
        status = speedups.string_views(data, *bounds, views)
    else:
        return None
    return None if status & _OTHER else (views, data if status & _LONG else None)


def _char_views(data: Bytes) -> Views | None:
    if data.size and int(np.max(data)) >= 128:
        return None
    views = np.zeros((len(data), _VIEW), np.uint8)
    views.view(np.int32)[:, 0] = 1
    views[:, 4] = data
    return views, None


def string_texts(strings: StringArray) -> Texts:
    return _sound(*strings.contiguous())


def char_texts(data: Bytes) -> Texts:
    """A char vector as texts of one character; a byte that is not ASCII is the character of that number."""
    if not data.size or int(np.max(data)) < 128:
        return data, np.arange(len(data) + 1)
    return _joined(bytes([raw]).decode("latin-1") for raw in data.tolist())


def printable(obj: Any) -> Any:
    """A text, or the texts in lists and dicts, in UTF-8 for certain, as those of whole vectors are."""
    if isinstance(obj, str):
        return obj if obj.isascii() else obj.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(obj, list):
        return [printable(item) for item in obj]
    if isinstance(obj, dict):
        return {printable(key): printable(item) for key, item in obj.items()}
    return obj


def column_labels(table: Table) -> list[str]:
    """The names of the columns, `printable`."""
    found: list[str] = printable(table.column_names)
    return found


def guid_texts(data: npt.NDArray[Any]) -> Texts:
    """The 36 characters of each guid."""
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    raw = np.ascontiguousarray(data).view(np.uint8).reshape(-1, 16)
    hexed = np.empty((len(raw), 32), np.uint8)
    hexed[:, 0::2] = digits[raw >> 4]
    hexed[:, 1::2] = digits[raw & 15]
    out = np.full((len(raw), 36), ord("-"), np.uint8)
    for start, end, at in ((0, 8, 0), (8, 12, 9), (12, 16, 14), (16, 20, 19), (20, 32, 24)):
        out[:, at : at + end - start] = hexed[:, start:end]
    return out.reshape(-1), np.arange(len(raw) + 1) * 36


def _sound(data: Bytes, offsets: Longs) -> Texts:
    """The same texts, in UTF-8 for certain."""
    if not data.size or int(np.max(data)) < 128:
        return data, offsets
    raw = data.tobytes()
    starts = offsets[:-1][offsets[:-1] < len(data)]
    whole = not bool(((data[starts] & _CONTINUES) == 0x80).any())
    try:
        raw.decode()
    except UnicodeDecodeError:
        whole = False
    if whole:
        return data, offsets
    spans = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    return _joined(raw[start:end].decode("utf-8", "backslashreplace") for start, end in spans)


def _joined(texts: Iterable[str]) -> Texts:
    found = [text.encode() for text in texts]
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum([len(text) for text in found], out=offsets[1:])
    return np.frombuffer(b"".join(found), np.uint8), offsets


def string_list(value: List) -> StringArray | None:
    """The storage of a list of char vectors, also where some items are single chars; ``None`` for other lists."""
    if value.strings is not None:
        return value.strings
    items = value.items
    if not items or not all(_is_text(item) for item in items):
        return None
    return StringArray.from_bytes(bytes([x.raw]) if isinstance(x, Atom) else bytes(x) for x in items)


def _is_text(item: Value) -> bool:
    return isinstance(item, Vector | Atom) and item.qtype is QType.CHAR


def symbols_of_texts(data: Bytes, offsets: Longs) -> Vector:
    """Symbols of texts laid out so: their bytes with a NUL after each. `ConversionError` for a text with a NUL."""
    texts = data[offsets[0] : offsets[-1]]
    if texts.size and not bool(texts.all()):
        raise ConversionError("a symbol cannot contain NUL")
    count = len(offsets) - 1
    starts = offsets - offsets[0] + np.arange(count + 1)
    wire = np.zeros(len(texts) + count, np.uint8)
    keep = np.ones(len(wire), np.bool_)
    keep[starts[1:] - 1] = False
    wire[keep] = texts
    return Vector.of(QType.SYMBOL, SymbolArray.from_wire(wire, starts))
