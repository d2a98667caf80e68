"""Strategies for the raw fields of atoms."""

from __future__ import annotations

import math
import string
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from anyq.values import QType

__all__ = ["ordered", "raws"]

_PRINTABLE: Final = string.ascii_letters + string.digits + string.punctuation + " "
_CHARS: Final = (*_PRINTABLE.encode(), *(n for n in range(256) if chr(n) not in _PRINTABLE))
_FLOATS: Final = (QType.REAL, QType.FLOAT, QType.DATETIME)


@cache
def raws(qtype: QType, allow_nulls: bool, allow_infinities: bool) -> SearchStrategy[Any]:
    """Raw fields of one type, the ordinary ones first. Booleans and bytes have no nulls, whatever is asked for."""
    if qtype in _FLOATS:
        return _floats(qtype, allow_nulls, allow_infinities)
    if qtype is QType.SYMBOL:
        return _symbols(0 if allow_nulls else 1)
    if qtype is QType.GUID:
        guids = st.binary(min_size=16, max_size=16)
        return guids | st.just(bytes(16)) if allow_nulls else guids.filter(any)
    if qtype is QType.CHAR:
        return st.sampled_from(_CHARS if allow_nulls else [n for n in _CHARS if n != QType.CHAR.null])
    if qtype in (QType.BOOLEAN, QType.BYTE):
        return st.integers(0, 1 if qtype is QType.BOOLEAN else 255)
    return _integers(qtype, allow_nulls, allow_infinities)


def _integers(qtype: QType, allow_nulls: bool, allow_infinities: bool) -> SearchStrategy[int]:
    null, low, high = qtype.null, qtype.ninf, qtype.inf
    assert isinstance(null, int)
    assert isinstance(low, int)
    assert isinstance(high, int)
    special = [*([null] if allow_nulls else []), *([high, low] if allow_infinities else [])]
    finite = st.integers(low + 1, high - 1)
    return finite | st.sampled_from(special) if special else finite


def _floats(qtype: QType, allow_nulls: bool, allow_infinities: bool) -> SearchStrategy[float]:
    if qtype is not QType.REAL:
        return st.floats(allow_nan=allow_nulls, allow_infinity=allow_infinities)
    narrow = st.floats(width=32, allow_nan=False, allow_infinity=allow_infinities)
    return narrow | st.just(math.nan) if allow_nulls else narrow


def _symbols(min_size: int) -> SearchStrategy[str]:
    readable = st.text(string.ascii_lowercase, min_size=min_size, max_size=8)
    text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=min_size)
    octets = st.lists(st.integers(1, 255), min_size=min_size, max_size=8).map(bytes)
    return readable | text | octets.map(lambda raw: raw.decode("utf-8", "surrogateescape"))


def ordered(qtype: QType, fields: list[Any]) -> list[Any]:
    """The fields in q's ascending order: nulls first, symbols by their bytes."""
    if qtype in _FLOATS:
        return sorted(fields, key=lambda raw: (raw == raw, raw if raw == raw else 0.0))
    if qtype is QType.SYMBOL:
        return sorted(fields, key=lambda raw: raw.encode("utf-8", "surrogateescape"))
    return sorted(fields)
