"""Cast, tok, pad and enumerate: all that ``x$y`` does, by what ``x`` is (page ref/overloads.md, dollar)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, Dict, List, QType, Table, Value, Vector, collapse

from .._context import Context
from .._enumeration import EnumeratedAtom, Enumeration
from .._vocabulary import Vocabulary
from ._enums import enumerate_over, places
from ._itemwise import extend1
from ._matrix import multiply_matrices
from ._raw import UNIT, convert, days_of_months, months_of_days
from ._strings import pad
from ._support import (
    FLOATS,
    Array,
    array_of,
    atom_of,
    empty,
    is_string,
    items_of,
    null_raw,
    symbol,
    symbols,
    text_of,
    vec,
)
from ._tok import parse_text

__all__ = ["cast", "dollar", "install", "part_of", "tok"]

_CASTABLE: Final = {t.char: t for t in QType if t.char.strip()}
_BY_NAME: Final = {t.label: t for t in _CASTABLE.values()}
_DATED: Final = frozenset({QType.TIMESTAMP, QType.MONTH, QType.DATE, QType.DATETIME})


def cast(qtype: QType, y: Value) -> Value:
    """``y`` as ``qtype``, item by item. ``'type`` where there is no way."""
    if isinstance(y, List) and not len(y):
        return empty(qtype)
    if not isinstance(y, Atom | Vector):
        return extend1(lambda item: cast(qtype, item), y)
    if y.qtype is qtype:
        return y
    if qtype is QType.SYMBOL:
        return _to_symbol(y)
    if y.qtype in (QType.SYMBOL, QType.GUID) or qtype is QType.GUID:
        raise QError("type")
    with np.errstate(all="ignore"):
        data = convert(array_of(y), y.qtype, qtype)
    return atom_of(qtype, data[0]) if isinstance(y, Atom) else vec(qtype, data)


def _to_symbol(y: Atom | Vector) -> Value:
    if y.qtype is not QType.CHAR:
        raise QError("type")
    return symbol(text_of(y).decode("utf-8", "surrogateescape").strip(" "))


def tok(qtype: QType, y: Value, *, day_first: bool = False) -> Value:
    """The value that each string in ``y`` says."""
    if (isinstance(y, Atom) and y.qtype is QType.CHAR) or is_string(y):
        if qtype is QType.CHAR and isinstance(y, Vector) and len(y) != 1:
            return y
        return Atom(qtype, parse_text(qtype, text_of(y), day_first=day_first))
    if isinstance(y, List):
        if not len(y):
            return empty(qtype)
        if y.strings is not None and qtype is not QType.CHAR:
            return _tok_all(qtype, list(y.strings), day_first)
        return collapse([tok(qtype, item, day_first=day_first) for item in y.items])
    if isinstance(y, Dict | Table):
        return extend1(lambda item: tok(qtype, item, day_first=day_first), y)
    if isinstance(y, Atom | Vector) and y.qtype is qtype:
        return y
    raise QError("type")


def _tok_all(qtype: QType, texts: list[bytes], day_first: bool) -> Vector:
    raws = [parse_text(qtype, text, day_first=day_first) for text in texts]
    if qtype is QType.SYMBOL:
        return symbols(raws)
    if qtype is QType.GUID:
        return vec(qtype, np.frombuffer(b"".join(raws), qtype.numpy))
    return vec(qtype, np.array(raws, qtype.numpy))


# -- parts of dates and times


def _days(data: Array, qtype: QType) -> Array:
    return convert(data, qtype, QType.DATE).astype(np.int64)


def _calendar(data: Array, qtype: QType) -> tuple[Array, Array, Array]:
    """Year, month and day of the month."""
    days = _days(data, qtype)
    months = months_of_days(days)
    return 2000 + months // 12, months % 12 + 1, days - days_of_months(months) + 1


def _of_day(data: Array, qtype: QType) -> Array:
    """Nanoseconds of the clock: of the day for dated types."""
    return convert(data, qtype, QType.TIMESPAN)


_PARTS: Final[dict[str, Callable[[Array, QType], Array]]] = {
    "year": lambda data, qtype: _calendar(data, qtype)[0],
    "mm": lambda data, qtype: _calendar(data, qtype)[1],
    "dd": lambda data, qtype: _calendar(data, qtype)[2],
    "hh": lambda data, qtype: _of_day(data, qtype) // (3600 * 10**9),
    "uu": lambda data, qtype: _of_day(data, qtype) // UNIT[QType.MINUTE] % 60,
    "ss": lambda data, qtype: _of_day(data, qtype) // UNIT[QType.SECOND] % 60,
}


_CLOCK_PARTS: Final = ("hh", "uu", "ss", "mm")
"""What a clock type has; its ``mm`` are minutes."""


def part_of(name: str, y: Value) -> Value | None:
    """A part of temporal values by its name (``year mm dd hh uu ss week``, or a type's name); ``None`` for no such
    name. ``'type`` for values without that part."""
    if name not in _PARTS and name != "week":
        return cast(_BY_NAME[name], y) if name in _BY_NAME else None
    if isinstance(y, List | Dict | Table):
        return extend1(lambda item: _part(name, item), y)
    return _part(name, y)


def _part(name: str, y: Value) -> Value:
    if isinstance(y, List | Dict | Table):
        return extend1(lambda item: _part(name, item), y)
    if not isinstance(y, Atom | Vector):
        raise QError("type")
    if y.qtype not in _DATED and not (name in _CLOCK_PARTS and y.qtype in UNIT):
        raise QError("type")
    data = array_of(y)
    null = y.qtype.null
    missing = np.isnan(data) if y.qtype in FLOATS else data == null
    safe = np.where(missing, 0, data).astype(data.dtype)
    if name == "week":
        days = _days(safe, y.qtype)
        return _finished(QType.DATE, days - (days - 2) % 7, missing, isinstance(y, Atom))
    if name == "mm" and y.qtype not in _DATED:
        name = "uu"
    return _finished(QType.INT, _PARTS[name](safe, y.qtype), missing, isinstance(y, Atom))


def _finished(qtype: QType, data: Array, missing: Array, scalar: bool) -> Value:
    out = data.astype(np.int32)
    out[missing] = null_raw(qtype)
    return atom_of(qtype, out[0]) if scalar else vec(qtype, out)


# -- the dollar


def dollar(q: Context, x: Value, y: Value) -> Value:
    """q's ``x$y``."""
    if isinstance(x, Atom):
        return _by_atom(q, x, y)
    if isinstance(x, Vector | List) and _is_matrix(x):
        return multiply_matrices(x, y)
    if isinstance(x, Vector | List):
        others = items_of(y) if isinstance(y, Vector | List) else [y] * len(x)
        if len(others) != len(x):
            raise QError("length")
        return collapse([dollar(q, a, b) for a, b in zip(items_of(x), others, strict=True)])
    raise QError("type")


def _is_matrix(x: Value) -> bool:
    if isinstance(x, Vector):
        return x.qtype in (QType.FLOAT, QType.REAL)
    return isinstance(x, List) and bool(len(x)) and isinstance(x[0], Vector) and _is_matrix(x[0])


def _by_atom(q: Context, x: Atom, y: Value) -> Value:
    if isinstance(y, Enumeration | EnumeratedAtom):
        y = _unenumerated(q, x, y)
    if x.qtype is QType.CHAR:
        return _by_letter(chr(x.raw), y, q)
    if x.qtype is QType.SYMBOL:
        return _by_name(q, x.raw, y)
    if x.qtype is QType.SHORT:
        if x.raw == 0:
            return y
        return _by_letter(_letter(x.raw), y, q)
    if x.qtype in (QType.LONG, QType.INT):
        return pad(x.raw, y)
    raise QError("type")


def _unenumerated(q: Context, x: Atom, y: Enumeration | EnumeratedAtom) -> Value:
    """What a cast of an enumeration starts from: its places for numbers, else what it stands for."""
    target = _BY_NAME.get(x.raw) if x.qtype is QType.SYMBOL else None
    if x.qtype is QType.CHAR:
        target = _CASTABLE.get(chr(x.raw))
    if x.qtype is QType.SHORT:
        target = next((t for t in _CASTABLE.values() if t == x.raw), None)
    if target is None or target is QType.SYMBOL:
        return y.plain()
    return places(q, y) if isinstance(y, Enumeration) else places(q, y.alone())[0]


def _letter(number: int) -> str:
    found = next((t.char for t in _CASTABLE.values() if t == abs(number)), "")
    if not found:
        raise QError("type")
    return found if number > 0 else found.upper()


def _by_letter(letter: str, y: Value, q: Context) -> Value:
    if letter == "*":
        return y
    qtype = _CASTABLE.get(letter.lower())
    if qtype is None:
        raise QError("type")
    if letter.islower():
        return cast(qtype, y)
    return tok(qtype, y, day_first=q.settings.day_first)


def _by_name(q: Context, name: str, y: Value) -> Value:
    if name == "":
        return tok(QType.SYMBOL, y)
    found = part_of(name, y)
    if found is not None:
        return found
    return enumerate_over(q, name, y)


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.binary("$", dollar, context=True)
