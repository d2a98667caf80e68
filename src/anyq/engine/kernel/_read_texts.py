"""Tok of all strings of a list in a few passes over their bytes: numbers and dates in their plain forms.

The strings lie in one array. A pass takes one character of each, counted from the end, for all strings at once; so
reading costs as many passes as the longest string has characters. What is not in a plain form is left to `parse_text`,
one by one, and what comes twice is read once.

A float is exact where its digits make a whole number below 2**53 and its scale is a power of ten of at most 22: both
are exact, and their quotient is rounded once (Clinger, "How to read floating point numbers accurately", PLDI 1990).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.values import QType, StringArray, SymbolArray, Vector

from ._support import null_raw, vec
from ._tok import parse_text

__all__ = ["read_texts"]

Array = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
Reader = Callable[[Array, Array, Array, QType], tuple[Array, Flags]]

_PIECE: Final = 1 << 16
"""Strings read in one pass; between two an evaluation can be interrupted."""
_DIGITS: Final = 18
"""Decimal digits that fit a long, whatever they are."""
_EXACT: Final = 15
_ZERO, _DOT, _PLUS, _MINUS = (ord(sign) for sign in "0.+-")
_POWERS: Final = 10.0 ** np.arange(_EXACT + 1)
_EPOCH: Final = np.datetime64("2000-01-01", "D")


def read_texts(qtype: QType, texts: StringArray, *, day_first: bool = False) -> Vector:
    """The values of ``qtype`` that the strings say, as `parse_text` reads each; nulls where one says none."""
    data, offsets = texts.contiguous()
    reader = _READERS.get(qtype)
    if qtype is QType.SYMBOL or qtype is QType.GUID or reader is None:
        return _one_by_one(qtype, texts, day_first)
    out = np.empty(len(texts), qtype.numpy)
    for start in range(0, len(texts), _PIECE):
        bounds = offsets[start : start + _PIECE + 1]
        raws, known = reader(data, bounds[:-1], bounds[1:], qtype)
        raws[bounds[1:] == bounds[:-1]] = null_raw(qtype)
        known |= bounds[1:] == bounds[:-1]
        out[start : start + len(raws)] = raws
        rest = np.flatnonzero(~known) + start
        if len(rest):
            out[rest] = _parsed(qtype, texts.take(rest), day_first)
    return vec(qtype, out)


def _parsed(qtype: QType, texts: StringArray, day_first: bool) -> list[Any]:
    known: dict[bytes, Any] = {}
    out = []
    for text in texts:
        raw = known.get(text)
        if raw is None:
            raw = known[text] = parse_text(qtype, text, day_first=day_first)
        out.append(raw)
    return out


def _one_by_one(qtype: QType, texts: StringArray, day_first: bool) -> Vector:
    if qtype is QType.SYMBOL:
        return vec(qtype, SymbolArray.from_strs(_parsed(qtype, texts, day_first)))
    raws = _parsed(qtype, texts, day_first)
    if qtype is QType.GUID:
        return vec(qtype, np.frombuffer(b"".join(raws), qtype.numpy))
    return vec(qtype, np.array(raws, qtype.numpy))


def _without_sign(data: Array, starts: Array, ends: Array) -> tuple[Array, Flags]:
    """Where the digits begin, and which strings are negative."""
    first = data[np.minimum(starts, max(len(data) - 1, 0))] if len(data) else np.zeros(len(starts), np.uint8)
    minus = (first == _MINUS) & (ends > starts)
    return starts + (minus | ((first == _PLUS) & (ends > starts))), minus


def _integers(data: Array, starts: Array, ends: Array, qtype: QType) -> tuple[Array, Flags]:
    begins, minus = _without_sign(data, starts, ends)
    widths = ends - begins
    known = (widths > 0) & (widths <= _DIGITS)
    numbers = np.zeros(len(starts), np.int64)
    power = 1
    for back in range(int(widths[known].max(initial=0))):
        inside = known & (widths > back)
        digits = data[np.where(inside, ends - 1 - back, 0)] - np.uint8(_ZERO)
        known &= ~inside | (digits <= 9)
        numbers += np.where(inside, digits, 0).astype(np.int64) * power
        power *= 10
    numbers[minus] *= -1
    low, high = qtype.ninf, qtype.inf
    assert isinstance(low, int)
    assert isinstance(high, int)
    numbers[(numbers < low) | (numbers > high)] = null_raw(qtype)
    return numbers.astype(qtype.numpy), known


def _floats(data: Array, starts: Array, ends: Array, qtype: QType) -> tuple[Array, Flags]:
    begins, minus = _without_sign(data, starts, ends)
    widths = ends - begins
    known = (widths > 0) & (widths <= _EXACT + 1)
    numbers = np.zeros(len(starts), np.int64)
    scale = np.ones(len(starts), np.int64)
    dots = np.zeros(len(starts), np.int64)
    seen = np.zeros(len(starts), np.bool_)
    count = np.zeros(len(starts), np.int64)
    for back in range(int(widths[known].max(initial=0))):
        inside = known & (widths > back)
        signs = data[np.where(inside, ends - 1 - back, 0)]
        digits = signs - np.uint8(_ZERO)
        dot = inside & (signs == _DOT) & ~seen
        digit = inside & (digits <= 9)
        known &= ~inside | dot | digit
        dots[dot], seen = back, seen | dot
        numbers += np.where(digit, digits, 0).astype(np.int64) * scale
        scale[digit] *= 10
        count += digit
    known &= (count > 0) & (count <= _EXACT)
    found = np.where(known, numbers, 0) / _POWERS[np.where(known, dots, 0)]
    found[minus] *= -1.0
    return found.astype(qtype.numpy), known


def _dates(data: Array, starts: Array, ends: Array, qtype: QType) -> tuple[Array, Flags]:
    """``2024.01.02``, with dots, hyphens or slashes."""
    known = ends - starts == 10
    at = np.where(known, starts, 0)
    if not known.any():
        return np.zeros(len(starts), np.int32), known
    digits = [data[at + place].astype(np.int64) - _ZERO for place in (0, 1, 2, 3, 5, 6, 8, 9)]
    for place in (4, 7):
        signs = data[at + place]
        known &= (signs == _DOT) | (signs == _MINUS) | (signs == ord("/"))
    for part in digits:
        known &= (part >= 0) & (part <= 9)
    year = ((digits[0] * 10 + digits[1]) * 10 + digits[2]) * 10 + digits[3]
    month, day = digits[4] * 10 + digits[5], digits[6] * 10 + digits[7]
    known &= (year > 0) & (month >= 1) & (month <= 12) & (day >= 1)
    firsts = (np.where(known, year * 12 + month - 1, 1970 * 12) - 1970 * 12).astype("M8[M]")
    first = firsts.astype("M8[D]")
    known &= day <= ((firsts + np.timedelta64(1, "M")).astype("M8[D]") - first).astype(np.int64)
    return ((first - _EPOCH).astype(np.int64) + day - 1).astype(np.int32), known


_READERS: Final[dict[QType, Reader]] = {
    QType.SHORT: _integers, QType.INT: _integers, QType.LONG: _integers, QType.FLOAT: _floats, QType.REAL: _floats,
    QType.DATE: _dates,
}  # fmt: skip
