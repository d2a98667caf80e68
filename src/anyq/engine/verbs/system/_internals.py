"""``!``: dicts, key columns, enumerations by place, and the numbered internal functions (page basics/internal.md)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Final

import numpy as np

from anyq.codec import Buffer, joined, loads, message_parts
from anyq.console import line, page
from anyq.errors import DecodeError, EncodeError, QError
from anyq.values import NULL, Atom, List, QType, Value, Vector

from ...kernel._support import (
    INTEGERS,
    NULL_LONG,
    chars,
    flag,
    integer,
    items_of,
    long,
    strs,
    symbol,
    symbols,
    text_of,
    vec,
)
from ...session._context import Context
from ...session._vocabulary import Vocabulary
from ..files._files import compression
from ..files._logs import replay
from ..files._stored import OWN
from ..lists._attributes import attribute_of
from ..tables._tables import bang as make_table_or_dict
from ..text._base64 import encoded
from ..text._json import read_json, write_json
from ..text._strings import md5

__all__ = ["fixed_point", "install", "one_line", "print_value"]

Internal = Callable[[Context, Value], Value]


def bang(q: Context, x: Value, y: Value) -> Value:
    """q's ``x!y``: an internal function for a negative number, else what `_tables.bang` makes."""
    if isinstance(x, Atom) and x.qtype in INTEGERS:
        number = integer(x)
        if number == NULL_LONG:
            return print_value(q, y)
        if number < 0:
            found = _INTERNALS.get(number)
            if found is None:
                return q.host.internal(number, y)
            return found(q, y)
    return make_table_or_dict(q, x, y)


def _digits(q: Context) -> int:
    return q.settings.style.digits


def one_line(q: Context, x: Value) -> Value:
    """The one-line form of a value, as ``-3!`` and ``.Q.s1`` give it."""
    return chars(line(x, _digits(q)))


def print_value(q: Context, x: Value) -> Value:
    """``0N!x``: the value, printed in one line on the way."""
    q.host.write(1, line(x, _digits(q)).encode("utf-8", "surrogateescape") + b"\n")
    return x


def _show(q: Context, x: Value) -> Value:
    shown = "::\n" if x is NULL else page(x, q.settings.style)
    q.host.write(1, shown.encode("utf-8", "surrogateescape"))
    return NULL


def _hsym(_: Context, x: Value) -> Value:
    """File symbols of symbols."""
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL:
        return symbol(_with_colon(x.raw))
    return symbols([_with_colon(name) for name in strs(x)])


def _with_colon(name: str) -> str:
    return name if name.startswith(":") else ":" + name


def _message(x: Value, *, compress: bool = False) -> list[Buffer]:
    try:
        return message_parts(x, compress=compress)
    except EncodeError:
        raise QError("type") from None


def serialized(x: Value, *, compress: bool = False) -> Vector:
    """The message that ``-8!`` makes, as bytes; that of ``-18!``, compressed as IPC does when that makes it smaller."""
    return vec(QType.BYTE, np.frombuffer(joined(_message(x, compress=compress)), np.uint8))


def deserialized(x: Value) -> Value:
    """The value in a message; ``'badmsg`` for anything else."""
    if not isinstance(x, Vector) or x.qtype is not QType.BYTE:
        raise QError("type")
    data = np.ascontiguousarray(x.data)  # views of it are held by what is made, so that it is not changed in place
    try:
        return loads(data.data.toreadonly(), limits=OWN)
    except DecodeError:
        raise QError("badmsg") from None


def _size(_: Context, x: Value) -> Value:
    return long(sum(map(len, _message(x))))


_MOST_PLACES: Final = 20


def fixed_point(number: float, places: int, *, decimal: bool) -> str:
    """``number`` with so many places: of its binary value, or of its shortest decimal text with halves upward."""
    if not np.isfinite(number):
        return "" if number != number else "0w" if number > 0 else "-0w"
    if not decimal:
        return f"{number:.{min(max(places, 0), _MOST_PLACES)}f}"
    if abs(places) > _MOST_PLACES:
        raise QError("domain")
    from decimal import ROUND_HALF_UP, Decimal

    exact = Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{exact:f}"


def _formatted(_: Context, x: Value) -> Value:
    """``-27!(places;numbers)``."""
    if not isinstance(x, List | Vector) or len(x) != 2:
        raise QError("type")
    places, numbers = x[0], x[1]
    return format_numbers(integer(places), numbers, decimal=False)


def format_numbers(places: int, numbers: Value, *, decimal: bool) -> Value:
    """The texts of numbers with so many places."""
    if isinstance(numbers, Atom):
        if not isinstance(numbers.raw, int | float):
            raise QError("type")
        raw = float("nan") if numbers.is_null else float(numbers.raw)
        return chars(fixed_point(raw, places, decimal=decimal))
    return List.of(tuple([format_numbers(places, item, decimal=decimal) for item in items_of(numbers)]))


def sha1(x: Value) -> Value:
    import hashlib

    digest = hashlib.sha1(text_of(x), usedforsecurity=False).digest()
    return vec(QType.BYTE, np.frombuffer(digest, np.uint8))


def _gzip(_: Context, x: Value) -> Value:
    """``-35!``: ``(level;data)`` compressed, or compressed data back."""
    import gzip

    if isinstance(x, List) and len(x) == 2:
        data = x[1]
        if not isinstance(data, Vector) or data.qtype not in (QType.CHAR, QType.BYTE):
            raise QError("type")
        packed = gzip.compress(bytes(data), integer(x[0]), mtime=0)
        return vec(data.qtype, np.frombuffer(packed, np.uint8))
    if not isinstance(x, Vector) or x.qtype not in (QType.CHAR, QType.BYTE):
        raise QError("type")
    try:
        return vec(x.qtype, np.frombuffer(gzip.decompress(bytes(x)), np.uint8))
    except (OSError, EOFError, zlib.error):
        raise QError("gzip") from None


_WORD: Final = rb"\s+|[A-Za-z][A-Za-z0-9_.]*|\.?[A-Za-z0-9][A-Za-z0-9_.]*|`[A-Za-z0-9_.:/]*|\"(?:\\\\.|[^\"])*\"|."


def tokens(_: Context, x: Value) -> Value:
    """``-4!``: the words of a text, blanks among them."""
    return List.of(tuple([chars(found[0]) for found in re.finditer(_WORD, text_of(x), re.S)]))


def _enumerated_type(_: Context, x: Value) -> Value:
    """``-10!``: whether a type number is free for a new enumeration."""
    return flag(integer(x) != int(QType.TABLE) and integer(x) != 20)


def _joined_csv(_: Context, x: Value) -> Value:
    """``-14!``: the text with its quotes doubled, for a cell of a csv file."""
    return chars(text_of(x).replace(b'"', b'""'))


_INTERNALS: Final[dict[int, Internal]] = {
    -1: _hsym,
    -2: lambda _, x: attribute_of(x),
    -3: one_line,
    -4: tokens,
    -5: lambda q, x: q.verb("parse", x),
    -6: lambda q, x: q.verb("eval", x),
    -7: lambda q, x: q.verb("hcount", x),
    -8: lambda _, x: serialized(x),
    -9: lambda _, x: deserialized(x),
    -10: _enumerated_type,
    -11: replay,
    -14: _joined_csv,
    -15: lambda _, x: md5(x),
    -16: lambda _, x: Atom(QType.INT, 1),
    -18: lambda _, x: serialized(x, compress=True),
    -20: lambda _, x: long(0),
    -21: compression,
    -22: _size,
    -24: lambda q, x: q.verb("reval", x),
    -27: _formatted,
    -29: lambda _, x: read_json(text_of(x)),
    -31: lambda _, x: chars(write_json(x)),
    -32: lambda _, x: chars(encoded(x)),
    -33: lambda _, x: sha1(x),
    -35: _gzip,
    -120: lambda _, x: long(0),
}


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.binary("!", bang, context=True)
    vocabulary.define("show", 1, _show, context=True)
    vocabulary.define("hsym", 1, _hsym, context=True)
