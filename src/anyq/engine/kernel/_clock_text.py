"""Dates, times and moments as text, in the many forms that tok reads (page ref/tok.md)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

import attrs

__all__ = ["Moment", "read_date", "read_moment", "read_month", "read_span"]

_EPOCH: Final = dt.date(2000, 1, 1).toordinal()
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_NAME: Final = "[A-Za-z]{3}"
_YEAR_FIRST: Final = rf"(\d{{4}})[-./](\d{{1,2}}|{_NAME})[-./](\d{{1,2}})"
_DIGITS: Final = r"(\d{4}|\d\d)(\d\d)(\d\d)(?!\d)"
_NAMED: Final = rf"(\d{{1,2}})[-./ ]?({_NAME})[-./ ]?(\d{{4}}|\d\d)(?!\d)"
_LAST: Final = rf"(\d{{1,2}}|{_NAME})/(\d{{1,2}}|{_NAME})/(\d{{4}}|\d\d)(?!\d)"
_MONTH: Final = r"(\d{4})[-./]?(\d\d)(?:m|[-./]\d\d)?\Z"
_SPAN: Final = r"([+-])?(?:(\d+)D)?(\d{1,3}):(\d\d)(?::(\d\d)(?:[.:](\d*))?)?"
_DAYS: Final = r"([+-])?(\d+)D\Z"


@attrs.frozen
class Moment:
    """Days since 2000 and nanoseconds within the day."""

    days: int
    ns: int


def _year(text: str) -> int:
    number = int(text)
    return number if len(text) == 4 else number + (2000 if number <= 50 else 1900)


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS.get(text.lower(), 0)


def _days(year: int, month: int, day: int) -> int | None:
    try:
        return dt.date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None


def _date_at_start(text: str, *, day_first: bool = False) -> tuple[int | None, int]:
    """The date that ``text`` begins with, and where it ends."""
    for form, order in ((_YEAR_FIRST, (1, 2, 3)), (_DIGITS, (1, 2, 3)), (_NAMED, (3, 2, 1))):
        found = re.match(form, text)
        if found:
            year, month, day = (found[i] for i in order)
            return _days(_year(year), _month(month), int(day)), found.end()
    found = re.match(_LAST, text)
    if found:
        first, second = (found[2], found[1]) if day_first or found[2].isalpha() else (found[1], found[2])
        return _days(_year(found[3]), _month(first), _month(second)), found.end()
    return None, 0


def read_date(text: str, *, day_first: bool = False) -> int | None:
    """Days since 2000. Of a date with a time, the date."""
    days, end = _date_at_start(text, day_first=day_first)
    return days if end == len(text) or text[end : end + 1] in ("D", "T", " ") else None


def read_month(text: str) -> int | None:
    found = re.match(_MONTH, text)
    if not found or not 1 <= int(found[2]) <= 12:
        return None
    return (int(found[1]) - 2000) * 12 + int(found[2]) - 1


def read_span(text: str, digits: int) -> int | None:
    """Nanoseconds of ``[nD]HH:MM[:SS[.f]]`` or of bare digits (after a sign, if any): hours, minutes, seconds and
    fraction, as many as ``digits`` says at the least."""
    found = re.fullmatch(_SPAN, text)
    if not found:
        return _bare(text, digits)
    sign, days, hours, minutes, seconds, fraction = found.groups()
    if int(minutes) > 59 or int(seconds or 0) > 59:
        return None
    whole = ((int(days or 0) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds or 0)
    ns = whole * 10**9 + int((fraction or "")[:9].ljust(9, "0"))
    return -ns if sign == "-" else ns


def _bare(text: str, digits: int) -> int | None:
    only_days = re.match(_DAYS, text)
    if only_days:
        ns = int(only_days[2]) * 86_400 * 10**9
        return -ns if only_days[1] == "-" else ns
    sign, text = -1 if text[:1] == "-" else 1, text[1:] if text[:1] in ("+", "-") else text
    if not text.isdigit() or len(text) < min(digits, 4) or (len(text) % 2 and len(text) < 7):
        return None
    hours, minutes, seconds = int(text[:2]), int(text[2:4]), int(text[4:6] or 0)
    if minutes > 59 or seconds > 59:
        return None
    fraction = text[6:15].ljust(9, "0")
    return sign * (((hours * 60 + minutes) * 60 + seconds) * 10**9 + int(fraction))


def read_moment(text: str) -> Moment | None:
    """A date, and a time of day after ``D``, ``T``, a blank or a hyphen; ``Z`` at the end is ignored."""
    if len(text) >= 14 and text.isdigit():
        days, rest = read_date(text[:8]), text[8:]
    else:
        days, end = _date_at_start(text)
        rest = text[end:]
        if rest and rest[0] not in "DT -":
            return None
        rest = rest[1:].removesuffix("Z")
    if days is None:
        return None
    if not rest:
        return Moment(days, 0)
    ns = read_span(rest, 4)
    if ns is None and rest.isdigit() and len(rest) == 2:
        ns = int(rest) * 3600 * 10**9
    return None if ns is None else Moment(days, ns)
