"""The texts of single items, by type.

An item has up to three texts. In a table's cell, and as q's ``string`` gives it, a null is empty and no type shows:
``2000.01``. Within a vector a null is ``0N`` (``0n`` for floats), and the type shows once, after the last item:
``0N 2000.01m``. An atom is a vector's text of one item.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from anyq.values import Atom, QType, SymbolArray, Vector

__all__ = ["characters", "join", "quoted", "string", "strings"]

_DAY_NS: Final = 86_400_000_000_000
_ERA: Final = 146_097
_FIRST_DAY: Final = -730_119
_LAST_DAY: Final = 2_921_939
_FLOATS: Final = (QType.REAL, QType.FLOAT, QType.DATETIME)


@lru_cache(4096)
def date_text(days: int) -> str:
    """``YYYY.MM.DD`` of days since 2000-01-01 (proleptic Gregorian calendar); zeros outside the years 1 to 9999."""
    if not _FIRST_DAY <= days <= _LAST_DAY:
        return "0000.00.00"
    # Days from 0000-03-01, in eras of 400 years: a year that starts in March has its leap day last.
    era, day = divmod(days + 730_425, _ERA)
    year = (day - day // 1460 + day // 36524 - day // 146_096) // 365
    rest = day - (365 * year + year // 4 - year // 100)
    month = (5 * rest + 2) // 153
    number = rest - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return f"{year + 400 * era + (month <= 2):04d}.{month:02d}.{number:02d}"


def _seconds(count: int) -> str:
    return f"{count // 3600:02d}:{count // 60 % 60:02d}:{count % 60:02d}"


def _timestamp(raw: int) -> str:
    days, ns = divmod(raw, _DAY_NS)
    return f"{date_text(days)}D{_seconds(ns // 10**9)}.{ns % 10**9:09d}"


def _timespan(raw: int) -> str:
    days, ns = divmod(abs(raw), _DAY_NS)
    return f"{'-' if raw < 0 else ''}{days}D{_seconds(ns // 10**9)}.{ns % 10**9:09d}"


def _month(raw: int) -> str:
    return f"{2000 + raw // 12:04d}.{raw % 12 + 1:02d}"


def _datetime(raw: float) -> str:
    # Days apart from the part of a day: their product overflows for floats that are still days.
    whole = math.floor(raw)
    more, ms = divmod(round((raw - whole) * 86_400_000), 86_400_000)
    days = whole + more
    return f"{date_text(days)}T{_seconds(ms // 1000)}.{ms % 1000:03d}"


def _minute(raw: int) -> str:
    sign, count = ("-", -raw) if raw < 0 else ("", raw)
    return f"{sign}{count // 60:02d}:{count % 60:02d}"


def _second(raw: int) -> str:
    return "-" + _seconds(-raw) if raw < 0 else _seconds(raw)


def _time(raw: int) -> str:
    sign, count = ("-", -raw) if raw < 0 else ("", raw)
    return f"{sign}{_seconds(count // 1000)}.{count % 1000:03d}"


def _guid(raw: bytes) -> str:
    return str(uuid.UUID(bytes=raw))


_PLAIN: Final[dict[QType, Callable[[Any], str]]] = {
    QType.BOOLEAN: lambda raw: "01"[raw], QType.GUID: _guid, QType.BYTE: lambda raw: f"{raw:02x}", QType.CHAR: chr,
    QType.SYMBOL: str, QType.TIMESTAMP: _timestamp, QType.MONTH: _month, QType.DATE: date_text,
    QType.DATETIME: _datetime, QType.TIMESPAN: _timespan, QType.MINUTE: _minute, QType.SECOND: _second,
    QType.TIME: _time,
}  # fmt: skip
"""Text of an item that is neither null nor infinite; integers and floats have their own way."""

_NO_SPECIALS: Final = (QType.BOOLEAN, QType.GUID, QType.BYTE, QType.CHAR, QType.SYMBOL)
SUFFIX: Final = {QType.BOOLEAN: "b", QType.SHORT: "h", QType.INT: "i", QType.REAL: "e", QType.MONTH: "m"}
"""What always ends the text of a vector of the type."""


def items(qtype: QType, raws: Sequence[Any], digits: int, null: str) -> list[str]:
    """The texts of raw values, with ``null`` for nulls, and without what shows the type."""
    if qtype in _NO_SPECIALS:
        plain = _PLAIN[qtype]
        return [plain(raw) for raw in raws]
    nil, inf, low = qtype.null, qtype.inf, qtype.ninf
    named: dict[Any, str]
    if qtype in (QType.REAL, QType.FLOAT):
        form = f"%.{digits}g"
        named = {inf: "0w", low: "-0w"}
        return [null if r != r else named[r] if r in named else form % r for r in raws]
    write = _PLAIN.get(qtype, str)
    if qtype is QType.DATETIME:
        named = {inf: "0w", low: "-0w"}
        return [null if r != r else named[r] if r in named else write(r) for r in raws]
    named = {nil: null, inf: "0W", low: "-0W"}
    return [named[r] if r in named else write(r) for r in raws]


def raws(vector: Vector) -> list[Any]:
    """The raw values of a vector as Python objects."""
    data = vector.data
    if isinstance(data, SymbolArray):
        return [printable(text) for text in data.objects().tolist()]
    if vector.qtype is QType.GUID:
        return [raw.tobytes() for raw in data]
    return data.tolist()  # type: ignore[no-any-return]


def printable(text: str) -> str:
    """``text`` with the bytes that are no UTF-8 in octal, so that any stream takes it."""
    if text.isascii():
        return text
    return "".join([c if not "\udc80" <= c <= "\udcff" else f"\\{ord(c) - 0xDC00:03o}" for c in text])


def strings(vector: Vector, digits: int = 7) -> list[str]:
    """The text of each item as q's ``string`` gives it and as a table shows it; nulls are empty.

    ``digits`` is the precision of floats. Chars come as latin-1, a byte a character.
    """
    return items(vector.qtype, raws(vector), digits, "")


def string(atom: Atom, digits: int = 7) -> str:
    """q's ``string`` of an atom: the text without what shows the type; a null is empty."""
    raw = printable(atom.raw) if atom.qtype is QType.SYMBOL else atom.raw
    return items(atom.qtype, [raw], digits, "")[0]


def join(qtype: QType, values: Sequence[Any], digits: int) -> str:
    """The text of one or more raw values as a vector of the type, or an atom, shows them."""
    if qtype is QType.CHAR:
        return quoted(bytes(values))
    texts = items(qtype, values, digits, "0n" if qtype is QType.FLOAT else "0N")
    if qtype is QType.BOOLEAN:
        return "".join(texts) + "b"
    if qtype is QType.BYTE:
        return "0x" + "".join(texts)
    if qtype is QType.SYMBOL:
        return "`" + "`".join(texts)
    return " ".join(texts) + _ending(qtype, texts)


def _ending(qtype: QType, texts: list[str]) -> str:
    if qtype in SUFFIX:
        return SUFFIX[qtype]
    if qtype is QType.FLOAT:
        return "" if any(mark in text for text in texts for mark in ".nwe") else "f"
    # The other types show in the form of an item, unless every item is a null or an infinity.
    if qtype not in (QType.LONG, QType.GUID) and all(t.lower() in ("0n", "0w", "-0w") for t in texts):
        return qtype.char
    return ""


def _escape(byte: int) -> str:
    return _ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")


_ESCAPES: Final = {10: "\\n", 13: "\\r", 9: "\\t", 34: '\\"', 92: "\\\\"}
_TABLE: Final = [_escape(byte) for byte in range(256)]


def characters(raw: bytes) -> str:
    """The inside of a q string: escapes for quotes, control characters and all that is not ASCII."""
    if raw.isascii() and raw.isalnum():
        return raw.decode()
    return "".join([_TABLE[byte] for byte in raw])


def quoted(raw: bytes) -> str:
    return f'"{characters(raw)}"'
