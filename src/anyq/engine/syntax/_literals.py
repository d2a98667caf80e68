"""Literals to values.

Facts: KX reference, pages basics/datatypes.md (forms, nulls, infinities) and basics/syntax.md (escapes).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, QType, SymbolArray, Value, Vector, collapse

from ._lexer import text_of

__all__ = ["date_number", "numbers", "string", "symbols"]

Q = QType
_SUFFIX: Final = {t.char: t for t in QType if t.char != " "}
_DAY: Final = 86_400_000_000_000
_SPAN: Final = re.compile(r"(?:(\d*)D)?(?:(\d+)(?::(\d+)(?::(\d+)(?:\.(\d*))?)?)?)?$")
_DATE: Final = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})$")
_FLOAT: Final = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$")
_ESCAPE: Final = re.compile(r"\\(\d{3}|.)", re.S)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "/": "/"}
_WHOLE: Final = frozenset(t for t in QType if isinstance(t.null, int) and t is not QType.CHAR)
_UNIT: Final = {Q.TIMESPAN: 1, Q.MINUTE: 60 * 10**9, Q.SECOND: 10**9, Q.TIME: 10**6}
_CLOCKS: Final = frozenset(_UNIT)

Raw = int | float | bytes


class _Unreadable(Exception):
    """A word that is no literal."""


def date_number(year: int, month: int, day: int) -> int:
    """Days since 2000-01-01 of a date of the Gregorian calendar; `_Unreadable` if there is no such day."""
    try:
        return int(np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "D").astype(np.int64)) - 10957
    except ValueError:
        raise _Unreadable from None


def string(text: str) -> Value:
    """A string literal with its quotes: a char atom when it holds exactly one char."""
    inner = _ESCAPE.sub(_unescape, text[1:-1]) if "\\" in text else text[1:-1]
    raw = inner.encode("latin-1")
    return Atom(Q.CHAR, raw[0]) if len(raw) == 1 else Vector(Q.CHAR, np.frombuffer(raw, np.uint8))


def _unescape(found: re.Match[str]) -> str:
    code = found.group(1)
    if len(code) == 3:
        return chr(int(code, 8) & 255) if all(c in "01234567" for c in code) else code
    return _ESCAPES.get(code, code)


def symbols(text: str) -> Value:
    """One or more symbols written together."""
    names = [text_of(name) for name in text.split("`")[1:]]
    return Atom(Q.SYMBOL, names[0]) if len(names) == 1 else Vector(Q.SYMBOL, SymbolArray.from_strs(names))


def numbers(text: str) -> Value:
    """One number of any type, or several with blanks between them. Raises `QError` with the text that is no number."""
    words = text.split()
    try:
        if len(words) == 1:
            return _one(words[0])
        return _vector(words)
    except (_Unreadable, OverflowError, ValueError):
        raise QError(text) from None


def _one(word: str) -> Value:
    if word.startswith("0x"):
        digits = word[2:]
        octets = bytes.fromhex(digits if len(digits) % 2 == 0 else "0" + digits)
        return Atom(Q.BYTE, octets[0]) if 0 < len(digits) <= 2 else Vector(Q.BYTE, np.frombuffer(octets, np.uint8))
    if word.endswith("b") and word[:-1].strip("01") == "" and len(word) > 1:
        bits = [c == "1" for c in word[:-1]]
        return Atom(Q.BOOLEAN, int(bits[0])) if len(bits) == 1 else Vector(Q.BOOLEAN, np.array(bits))
    qtype, raw, _ = _number(word)
    return Atom(qtype, raw)


_MONTH: Final = re.compile(r"\d{4}\.\d{2}\Z")


def _vector(words: list[str]) -> Value:
    if words[-1].endswith("m"):
        words = [f"{word}m" if _MONTH.match(word) else word for word in words]
    parsed = [_number(word) for word in words]
    last, explicit = parsed[-1][0], parsed[-1][2]
    kinds = {qtype for qtype, _, _ in parsed}
    plain = {qtype for qtype, _, marked in parsed if not marked}
    if len(kinds) == 1 or (explicit and plain <= {Q.LONG, Q.FLOAT, last}):
        target = last
    elif kinds <= {Q.LONG, Q.FLOAT, Q.INT, Q.SHORT, Q.REAL}:
        target = Q.FLOAT if Q.FLOAT in kinds else max(kinds)
    else:
        temporal = kinds - {Q.LONG, Q.FLOAT}
        if len(temporal) != 1:
            target = _widest(temporal)
        else:
            target = next(iter(temporal))
    return collapse([Atom(target, _as(target, *item[:2])) for item in parsed])


def _widest(kinds: set[QType]) -> QType:
    if kinds <= _CLOCKS:
        return min(kinds, key=lambda kind: _UNIT[kind])
    if kinds <= {Q.DATE, Q.TIMESTAMP}:
        return Q.TIMESTAMP
    raise _Unreadable


def _as(target: QType, qtype: QType, raw: Raw) -> Raw:
    """A word's value in the type of the vector it stands in."""
    if qtype is target:
        return raw
    if qtype.null is not None and (raw == qtype.null or raw != raw):
        return target.null  # type: ignore[return-value]
    for edge in ("inf", "ninf"):
        if raw == getattr(qtype, edge) and qtype in _WHOLE | {Q.FLOAT, Q.REAL}:
            return getattr(target, edge)  # type: ignore[no-any-return]
    if qtype in _CLOCKS and target in _CLOCKS:
        return int(raw) * _UNIT[qtype] // _UNIT[target]
    if qtype is Q.DATE and target is Q.TIMESTAMP:
        return int(raw) * _DAY
    return _ranged(target, int(raw)) if target in _WHOLE else float(raw)


def _ranged(qtype: QType, number: int) -> int:
    if not int(qtype.null or 0) < number <= int(qtype.inf or 0):
        raise _Unreadable
    return number


def _number(word: str) -> tuple[QType, Raw, bool]:
    """Type, raw value, and whether a suffix letter gave the type."""
    negative = word.startswith("-")
    body = word[1:] if negative else word
    special = _special(body, negative)
    if special is not None:
        return special
    for reader in (_integer, _float, _calendar, _clock):
        found = reader(body, negative)
        if found is not None:
            return found
    raise _Unreadable


_SPECIALS: Final = {"0N": "null", "0n": "null", "0W": "inf", "0w": "inf"}


def _special(body: str, negative: bool) -> tuple[QType, Raw, bool] | None:
    which = _SPECIALS.get(body[:2])
    if which is None or len(body) > 3:
        return None
    lower = body[1] in "nw"
    qtype = Q.FLOAT if lower else Q.LONG
    marked = len(body) == 3
    if marked:
        found = _SUFFIX.get(body[2])
        if found is None or (lower and found in (Q.SHORT, Q.INT, Q.LONG)):
            return None
        qtype = found
    raw = getattr(qtype, "ninf" if which == "inf" and negative else which)
    if raw is None or (qtype in (Q.SYMBOL,)):
        raise _Unreadable
    return qtype, raw, marked


def _integer(body: str, negative: bool) -> tuple[QType, Raw, bool] | None:
    suffix = body[-1:]
    digits = body[:-1] if suffix.isalpha() else body
    if not digits.isdigit():
        return None
    if suffix == "m" and len(digits) != 4:
        pass
    number = -int(digits) if negative else int(digits)
    if not suffix.isalpha():
        return Q.LONG, _ranged(Q.LONG, number), False
    qtype = _SUFFIX.get(suffix)
    if qtype in (Q.FLOAT, Q.REAL, Q.DATETIME):
        return qtype, _rounded(qtype, float(number)), True
    if qtype in (Q.SHORT, Q.INT, Q.LONG):
        return qtype, _ranged(qtype, number), True
    if qtype is Q.CHAR and 0 <= number < 256:
        return qtype, number, True
    if qtype in _CLOCKS and qtype is not None:
        return qtype, _clock_number(digits, qtype, negative), True
    if qtype in _WHOLE and qtype is not None:
        return qtype, _ranged(qtype, number), True
    return None


def _clock_number(digits: str, qtype: QType, negative: bool) -> int:
    """``12u`` counts hours, ``1230u`` has minutes too: pairs of digits from the left."""
    pairs = [int(digits[max(i - 2, 0) : i]) for i in range(len(digits), 0, -2)][::-1] if len(digits) > 2 else None
    hours, minutes, seconds = [*(pairs or [int(digits)]), 0, 0, 0][:3]
    total = ((hours * 60 + minutes) * 60 + seconds) * 10**9 // _UNIT[qtype]
    return -total if negative else total


def _rounded(qtype: QType, number: float) -> float:
    if qtype is Q.REAL:
        with np.errstate(over="ignore"):
            return float(np.float32(number))
    return number


def _float(body: str, negative: bool) -> tuple[QType, Raw, bool] | None:
    suffix = body[-1:]
    qtype = _SUFFIX.get(suffix) if suffix in ("f", "e") else None
    digits = body[:-1] if qtype else body
    if not _FLOAT.match(digits):
        return None
    number = -float(digits) if negative else float(digits)
    kind = qtype or Q.FLOAT
    return kind, _rounded(kind, number), qtype is not None


def _calendar(body: str, negative: bool) -> tuple[QType, Raw, bool] | None:
    month = re.match(r"(\d{4})\.(\d{2})m$", body)
    if month:
        year, number = int(month.group(1)), int(month.group(2))
        if negative or not 1 <= number <= 12:
            raise _Unreadable
        return Q.MONTH, (year - 2000) * 12 + number - 1, True
    if not re.match(r"\d{4}\.\d{2}\.\d{2}", body):
        return None
    day, rest = date_number(int(body[:4]), int(body[5:7]), int(body[8:10])), body[10:]
    if negative:
        raise _Unreadable
    if not rest or rest == "d":
        return Q.DATE, day, bool(rest)
    if rest[0] == "D" or rest == "p":
        return Q.TIMESTAMP, day * _DAY + _span(rest.strip("Dp")), False
    if rest[0] == "T" or rest == "z":
        return Q.DATETIME, day + _span(rest.strip("Tz")) / _DAY, False
    raise _Unreadable


def _span(text: str) -> int:
    found = _SPAN.match(text)
    if found is None:
        raise _Unreadable
    days, hours, minutes, seconds, fraction = found.groups()
    whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 10**9 + int((fraction or "").ljust(9, "0")[:9] or 0)


def _clock(body: str, negative: bool) -> tuple[QType, Raw, bool] | None:
    suffix = _SUFFIX.get(body[-1:]) if body[-1:] in "nuvtp" else None
    text = body[:-1] if suffix else body
    if ":" not in text and "D" not in text:
        return None
    ns = -_span(text) if negative else _span(text)
    _, _, fraction = text.partition(".")
    natural = {1: Q.MINUTE, 2: Q.SECOND}.get(text.count(":"), Q.TIMESPAN)
    if "D" in text or len(fraction) > 3:
        natural = Q.TIMESPAN
    elif "." in text:
        natural = Q.TIME
    kind = suffix or natural
    if kind is Q.TIMESTAMP:
        return kind, ns, True
    return kind, -(-ns // _UNIT[kind]) if ns < 0 else ns // _UNIT[kind], suffix is not None


_READERS: Final[tuple[Callable[[str, bool], tuple[QType, Raw, bool] | None], ...]] = (
    _integer, _float, _calendar, _clock,
)  # fmt: skip
