"""Tok: text as a value of a type (page ref/tok.md). What cannot be read gives the type's null."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any, Final

from anyq.values import QType

from ._clock_text import Moment, read_date, read_moment, read_month, read_span
from ._raw import DAY
from ._support import null_raw

__all__ = ["parse_text"]

_INTEGER: Final = r"[+-]?\d+\Z"
_FLOAT: Final = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z"
_HEX: Final = r"[0-9A-Fa-f]{1,2}\Z"
_NAMED: Final = {"0n": float("nan"), "0N": float("nan"), "0w": float("inf"), "0W": float("inf")}
_LONGEST: Final = 19
"""Digits of the largest long. Python reads no more than 4,300."""
_TRUE: Final = frozenset("txyTXY1")
_UNIX: Final = r"(\d{9,11})(\.\d*)?\Z"
_UNIX_EPOCH: Final = 946_684_800


def _boolean(text: str, _: QType) -> Any:
    return int(text[:1] in _TRUE)


def _guid(text: str, _: QType) -> Any:
    try:
        if "." in text or ":" in text:
            return _address(text)
        return uuid.UUID(text).bytes
    except ValueError:
        return None


def _address(text: str) -> bytes:
    """An IPv6 address has a guid's size; an IPv4 address is mapped into one."""
    import ipaddress

    found = ipaddress.ip_address(text)
    if isinstance(found, ipaddress.IPv4Address):
        return bytes(10) + b"\xff\xff" + found.packed
    return found.packed


def _byte(text: str, _: QType) -> Any:
    return int(text[:2], 16) if re.match(_HEX, text[:2]) else None


def _integer(text: str, qtype: QType) -> Any:
    if not re.match(_INTEGER, text):
        if text.lstrip("+-") == "0W":
            return qtype.ninf if text[0] == "-" else qtype.inf
        return _ipv4(text) if qtype is QType.INT and text.count(".") == 3 else None
    digits = text.lstrip("+-").lstrip("0") or "0"
    if len(digits) > _LONGEST:
        return None
    number = -int(digits) if text[0] == "-" else int(digits)
    return _within(qtype, number)


def _within(qtype: QType, number: int) -> int | None:
    """The number, if the type has room for it."""
    low, high = qtype.ninf, qtype.inf
    assert isinstance(low, int)
    assert isinstance(high, int)
    return number if low <= number <= high else None


def _ipv4(text: str) -> int | None:
    import ipaddress

    try:
        return int.from_bytes(ipaddress.IPv4Address(text).packed, "big", signed=True)
    except ValueError:
        return None


def _float(text: str, qtype: QType) -> Any:
    if re.match(_FLOAT, text):
        return float(qtype.numpy.type(text))
    sign = -1 if text[:1] == "-" else 1
    named = _NAMED.get(text.lstrip("+-"))
    return None if named is None else sign * named


def _symbol(text: str, _: QType) -> Any:
    return text


def _char(text: str, _: QType) -> Any:
    return ord(text[0]) if text else None


def _timestamp(text: str, _: QType) -> Any:
    unix = re.match(_UNIX, text)
    if unix:
        fraction = (unix[2] or ".")[1:10].ljust(9, "0")
        return _within(QType.TIMESTAMP, (int(unix[1]) - _UNIX_EPOCH) * 10**9 + int(fraction))
    found = read_moment(text)
    return None if found is None else _within(QType.TIMESTAMP, found.days * DAY + found.ns)


def _datetime(text: str, _: QType) -> Any:
    found: Moment | None = read_moment(text)
    return None if found is None else found.days + (found.ns // 10**6) / 86_400_000


def _clock(unit: int, digits: int) -> Callable[[str, QType], Any]:
    def read(text: str, qtype: QType) -> Any:
        ns = read_span(text, digits)
        return None if ns is None else _within(qtype, ns // unit if ns >= 0 else -(-ns // unit))

    return read


_READERS: Final[dict[QType, Callable[[str, QType], Any]]] = {
    QType.BOOLEAN: _boolean, QType.GUID: _guid, QType.BYTE: _byte, QType.SHORT: _integer, QType.INT: _integer,
    QType.LONG: _integer, QType.REAL: _float, QType.FLOAT: _float, QType.CHAR: _char, QType.SYMBOL: _symbol,
    QType.TIMESTAMP: _timestamp, QType.DATETIME: _datetime, QType.TIMESPAN: _clock(1, 15),
    QType.MINUTE: _clock(60 * 10**9, 4), QType.SECOND: _clock(10**9, 6), QType.TIME: _clock(10**6, 9),
}  # fmt: skip


def parse_text(qtype: QType, text: bytes, *, day_first: bool = False) -> Any:
    """The raw value of ``qtype`` that ``text`` says; the null when it says none."""
    plain = text.decode("utf-8", "surrogateescape").strip()
    if qtype is QType.CHAR:
        plain = text.decode("latin-1")
    if qtype is QType.DATE:
        found = read_date(plain, day_first=day_first)
    elif qtype is QType.MONTH:
        found = read_month(plain)
    else:
        found = _READERS[qtype](plain, qtype)
    return null_raw(qtype) if found is None else found
