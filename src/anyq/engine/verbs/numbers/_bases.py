"""``sv`` and ``vs``: joining and splitting text, symbols, digits, bits and bytes (pages ref/sv.md, ref/vs.md)."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from anyq.errors import QError
from anyq.values import Atom, List, QType, Value, Vector, collapse

from ...kernel._support import (
    INTEGERS,
    Array,
    array_of,
    atom_of,
    chars,
    is_string,
    items_of,
    long,
    symbol,
    symbols,
    text_of,
    vec,
)
from ...kernel._texts import split
from ...session._vocabulary import Vocabulary
from ._arithmetic import add, div, mod, multiply

__all__ = ["install", "join_with", "split_by"]

_LONG_BITS: Final = 63
_OF_WIDTH: Final = {1: QType.BYTE, 2: QType.SHORT, 4: QType.INT, 8: QType.LONG, 16: QType.GUID}


def split_by(x: Value, y: Value) -> Value:
    """q's ``x vs y``."""
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL and x.raw == "":
        return _split_null(y)
    if is_string(x) or (isinstance(x, Atom) and x.qtype is QType.CHAR):
        return _split_text(text_of(x), y, QType.CHAR)
    if isinstance(x, Atom) and x.qtype is QType.BOOLEAN and isinstance(y, Atom):
        return vec(QType.BOOLEAN, np.unpackbits(_big_endian(y)).astype(np.bool_))
    if isinstance(x, Atom | Vector) and x.qtype is QType.BYTE:
        if isinstance(y, Vector) and y.qtype is QType.BYTE:
            return _split_text(bytes(array_of(x)), y, QType.BYTE)
        if isinstance(x, Atom) and isinstance(y, Atom):
            return _byte_digits(x.raw, y)
    if isinstance(x, Atom | Vector) and x.qtype in INTEGERS:
        return _digits(x, y)
    raise QError("type")


def _split_text(by: bytes, y: Value, kind: QType) -> Value:
    """The parts of ``y`` between ``by``, as vectors of ``kind``, which is the type of the separator."""
    if isinstance(y, List):
        if y.strings and kind is QType.CHAR and len(by) == 1:
            return List.of(tuple(map(List.of, split(y.strings, by))))
        return collapse([_split_text(by, item, kind) for item in y.items])
    if not isinstance(y, Vector) or y.qtype not in (QType.CHAR, QType.BYTE) or not by:
        raise QError("type" if by else "length")
    return List.of(tuple([vec(kind, np.frombuffer(part, np.uint8)) for part in bytes(y).split(by)]))


def _split_null(y: Value) -> Value:
    if isinstance(y, Atom) and y.qtype is QType.SYMBOL:
        if y.raw.startswith(":"):
            folder, slash, name = y.raw.rpartition("/")
            return symbols([folder or ":", name] if slash else [":", y.raw[1:]])
        return symbols(y.raw.split("."))
    if isinstance(y, Vector) and y.qtype in (QType.CHAR, QType.BYTE):
        lines = bytes(y).replace(b"\r\n", b"\n").split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        return List.of(tuple([chars(part) for part in lines]))
    raise QError("type")


def _big_endian(y: Atom) -> Array:
    if y.qtype is QType.GUID:
        return np.frombuffer(y.raw, np.uint8)
    if y.qtype is QType.SYMBOL:
        raise QError("type")
    data = np.array([y.raw], y.qtype.numpy)
    return np.frombuffer(data.astype(data.dtype.newbyteorder(">")).tobytes(), np.uint8)


def _byte_digits(base: int, y: Atom) -> Value:
    """``0x0 vs y``: the bytes of a number; in another base, as many digits as any long has in it."""
    if base < 2 or y.qtype not in INTEGERS or y.is_null or y.raw < 0:
        return vec(QType.BYTE, _big_endian(y))
    number, digits = int(y.raw), []
    for _ in range(int(_LONG_BITS / math.log2(base))):
        number, digit = divmod(number, base)
        digits.append(digit)
    return vec(QType.BYTE, np.array(digits[::-1], np.uint8))


def _digits(x: Atom | Vector, y: Value) -> Value:
    """Digits of ``y``, most significant first: in a base, or in the mixed bases of a list."""
    if isinstance(x, Atom):
        if x.raw < 2:
            raise QError("domain")
        return _in_base(x, y)
    rest, out = y, []
    for base in reversed(items_of(x)):
        if isinstance(base, Atom) and base.raw == 0:
            out.append(rest)
            rest = long(0)
            continue
        out.append(mod(rest, base))
        rest = div(rest, base)
    return collapse(out[::-1])


def _in_base(x: Atom, y: Value) -> Value:
    rest, out = y, []
    while True:
        out.append(mod(rest, x))
        rest = div(rest, x)
        if not _any_left(rest):
            return collapse(out[::-1])


def _any_left(rest: Value) -> bool:
    if isinstance(rest, Atom | Vector):
        data = array_of(rest)
        return bool(((data != 0) & (data > -1) & (data != rest.qtype.null)).any())
    return any(_any_left(item) for item in items_of(rest))


def join_with(x: Value, y: Value) -> Value:
    """q's ``x sv y``."""
    if isinstance(x, Atom) and x.qtype is QType.SYMBOL and x.raw == "":
        return _join_null(y)
    if isinstance(x, Atom | Vector) and x.qtype is QType.BYTE and isinstance(y, List):
        return _join_bytes(bytes(array_of(x)), y)
    if is_string(x) or (isinstance(x, Atom) and x.qtype is QType.CHAR):
        return chars(text_of(x).join([text_of(item) for item in _strings(y)]))
    if isinstance(y, Vector) and y.qtype is QType.BOOLEAN and isinstance(x, Atom) and x.qtype is QType.BOOLEAN:
        if len(y) % 8:
            raise QError("length")
        return _from_bytes(np.packbits(y.data))
    if isinstance(x, Atom) and x.qtype is QType.BYTE and isinstance(y, Vector) and y.qtype is QType.BYTE:
        return _from_bytes(y.data)
    if isinstance(x, Atom | Vector) and x.qtype < QType.CHAR:
        return _evaluate(x, y)
    raise QError("type")


def _join_bytes(by: bytes, y: List) -> Value:
    if not all(isinstance(item, Vector) and item.qtype is QType.BYTE for item in y.items):
        raise QError("type")
    parts = [array_of(item).tobytes() for item in y.items if isinstance(item, Vector)]
    return vec(QType.BYTE, np.frombuffer(by.join(parts), np.uint8))


def _strings(y: Value) -> list[Value]:
    if isinstance(y, List):
        return list(y.items)
    if is_string(y):
        return items_of(y)
    raise QError("type")


def _join_null(y: Value) -> Value:
    if isinstance(y, Vector) and y.qtype is QType.SYMBOL:
        parts: list[str] = y.symbols.objects().tolist()
        return symbol(("/" if parts and parts[0].startswith(":") else ".").join(parts))
    return chars(b"".join([text_of(item) + b"\n" for item in _strings(y)]))


def _from_bytes(data: Array) -> Value:
    qtype = _OF_WIDTH.get(len(data))
    if qtype is None:
        raise QError("length")
    if qtype is QType.GUID:
        return Atom(qtype, data.tobytes())
    made = np.frombuffer(data.tobytes(), qtype.numpy.newbyteorder(">")).astype(qtype.numpy)
    return atom_of(qtype, made[0])


def _evaluate(x: Atom | Vector, y: Value) -> Value:
    """The number whose digits are ``y`` in base ``x``, or in mixed bases."""
    digits = items_of(y)
    if isinstance(x, Atom):
        bases: list[Value] = [x] * len(digits)
    else:
        bases = items_of(x)
        if len(bases) != len(digits):
            raise QError("length")
    if not digits:
        return long(0)
    result = digits[0]
    for base, digit in zip(bases[1:], digits[1:], strict=True):
        result = add(multiply(result, base), digit)
    return result


def install(vocabulary: Vocabulary) -> None:
    """Enter this family's names."""
    vocabulary.binary("vs", split_by)
    vocabulary.binary("sv", join_with)
