"""Readers of the q objects that hold no others: atoms, vectors, lambdas and primitives.

A reader takes the buffer, the position behind the type byte and the buffer's end, and gives the value and the position
behind it. Readers of atoms leave the check for the end to `struct`: its error, like an ``IndexError``, means "cut off"
to `decode`. A reader sits in a tuple at its type byte, one tuple for each byte order.

Facts: KX reference, page kb/serialization.md; type codes, page basics/datatypes.md.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from anyq.errors import DecodeError
from anyq.values import ELIDED, FIXED_TYPES, NULL, Atom, Attr, Lambda, Primitive, QType, SymbolArray, Vector

from ._nan import nan_of
from ._scan import nul_after
from ._speedups import symbols_end

__all__ = ["LEAVES", "Reader", "item_count"]

Reader = Callable[[Any, int, int], tuple[Any, int]]

_ATTRS: Final = tuple(Attr)
_LONG_COUNT: Final = 0x80
_FORMATS: Final = {1: "B", 2: "h", 4: "i", 8: "q"}
_COPIED: Final = 64
"""Up to so many symbols are copied: names of columns should not keep a reply of gigabytes alive."""
_vector = Vector.of


def cut_off(end: int) -> DecodeError:
    return DecodeError(f"the body ends inside a value, after {end} bytes", position=end)


def item_count(buf: Any, pos: int, order: str) -> tuple[int, Attr, int]:
    """Item count, attribute and the position behind them, where the count may have 8 bytes.

    Bit 0x80 of the attribute says so; what KX publishes leaves this out.
    """
    mark: int = buf[pos]
    attr = mark & ~_LONG_COUNT
    if attr >= len(_ATTRS):
        raise DecodeError(f"no attribute has the number {mark}", position=pos)
    kind, width = ("Q", 8) if mark & _LONG_COUNT else ("I", 4)
    count: int = Struct(order + kind).unpack_from(buf, pos + 1)[0]
    return count, _ATTRS[attr], pos + 1 + width


def _too_many(qtype: QType, count: int, pos: int, end: int) -> DecodeError:
    return DecodeError(f"a {qtype.label} vector of {count} items, and {max(0, end - pos)} bytes are left", position=pos)


def _number_atom(qtype: QType, order: str) -> Reader:
    kind = {"float": "d", "datetime": "d"}.get(qtype.label) or _FORMATS[qtype.width]
    unpack, width = Struct(order + kind).unpack_from, qtype.width

    def read(buf: Any, pos: int, end: int) -> tuple[Atom, int]:
        return Atom(qtype, unpack(buf, pos)[0]), pos + width

    return read


def _real_atom(order: str) -> Reader:
    unpack, unpack_bits = Struct(order + "f").unpack_from, Struct(order + "I").unpack_from

    def read(buf: Any, pos: int, end: int) -> tuple[Atom, int]:
        raw = unpack(buf, pos)[0]
        return Atom(QType.REAL, raw if raw == raw else nan_of(unpack_bits(buf, pos)[0])), pos + 4

    return read


def _boolean_atom(buf: Any, pos: int, end: int) -> tuple[Atom, int]:
    raw = buf[pos]
    if raw > 1:
        raise DecodeError(f"a boolean is 0 or 1, not {raw}", position=pos)
    return Atom(QType.BOOLEAN, raw), pos + 1


def _guid_atom(buf: Any, pos: int, end: int) -> tuple[Atom, int]:
    stop = pos + 16
    if stop > end:
        raise cut_off(end)
    return Atom(QType.GUID, bytes(buf[pos:stop])), stop


def _symbol_atom(buf: Any, pos: int, end: int) -> tuple[Atom, int]:
    nul = nul_after(buf, pos)
    if nul < 0:
        raise DecodeError("a symbol has no end", position=pos)
    return Atom(QType.SYMBOL, str(buf[pos:nul], "utf-8", "surrogateescape")), nul + 1


def _fixed_vector(qtype: QType, order: str) -> Reader:
    native, width = qtype.numpy, qtype.width
    foreign = native.newbyteorder("<" if order == "<" else ">")
    swap = foreign != native
    empty = np.empty(0, native)
    empty.flags.writeable = False
    head, frombuffer, boolean = Struct(order + "BI").unpack_from, np.frombuffer, qtype is QType.BOOLEAN

    def read(buf: Any, pos: int, end: int) -> tuple[Vector, int]:
        mark, count = head(buf, pos)
        attr, start = _ATTRS[0], pos + 5
        if mark:
            count, attr, start = item_count(buf, pos, order)
        stop = start + count * width
        if stop > end:
            raise _too_many(qtype, count, start, end)
        if not count:
            return _vector(qtype, empty, attr), stop
        data: npt.NDArray[Any] = frombuffer(buf, foreign, count, start)
        if swap:
            data = data.astype(native)
            data.flags.writeable = False
        elif boolean and data.view(np.uint8).max() > 1:
            raise DecodeError("a boolean is 0 or 1", position=start)
        return _vector(qtype, data, attr), stop

    return read


def _symbol_vector(order: str) -> Reader:
    head, symbol = Struct(order + "BI").unpack_from, QType.SYMBOL

    def read(buf: Any, pos: int, end: int) -> tuple[Vector, int]:
        mark, count = head(buf, pos)
        attr, start = _ATTRS[0], pos + 5
        if mark:
            count, attr, start = item_count(buf, pos, order)
        if count > end - start:
            raise _too_many(symbol, count, start, end)
        stop = symbols_end(buf, start, count) if count else start
        if stop < 0:
            raise DecodeError("a symbol has no end", position=start)
        view = bytes(buf[start:stop]) if count <= _COPIED else memoryview(buf)[start:stop]
        return _vector(symbol, SymbolArray.from_raw(count, view), attr), stop

    return read


def _lambda(order: str) -> Reader:
    def read(buf: Any, pos: int, end: int) -> tuple[Lambda, int]:
        nul = nul_after(buf, pos)
        if nul < 0:
            raise DecodeError("the context of a lambda has no end", position=pos)
        if buf[nul + 1] != QType.CHAR:
            raise DecodeError("the source of a lambda is no char vector", position=nul + 1)
        count, attr, start = item_count(buf, nul + 2, order)
        if count > end - start:
            raise _too_many(QType.CHAR, count, start, end)
        if attr:
            raise DecodeError("the source of a lambda has an attribute", position=nul + 2)
        context = str(buf[pos:nul], "utf-8", "surrogateescape")
        return Lambda(context, bytes(buf[start : start + count])), start + count

    return read


def _primitive(qtype: QType, codes: range) -> Reader:
    known = {code: Primitive(qtype, code) for code in codes}
    if qtype is QType.UNARY:
        known |= {0: NULL, 255: ELIDED}

    def read(buf: Any, pos: int, end: int) -> tuple[Primitive, int]:
        code = buf[pos]
        if code not in known:
            raise DecodeError(f"no {qtype.label} has the code {code}", position=pos)
        return known[code], pos + 1

    return read


def _table(order: str) -> tuple[Reader | None, ...]:
    readers: list[Reader | None] = [None] * 256
    for qtype in FIXED_TYPES:
        readers[qtype] = _fixed_vector(qtype, order)
        readers[256 - qtype] = _number_atom(qtype, order) if qtype is not QType.GUID else _guid_atom
    readers[256 - QType.REAL] = _real_atom(order)
    readers[256 - QType.BYTE] = _byte_atom(QType.BYTE)
    readers[256 - QType.CHAR] = _byte_atom(QType.CHAR)
    readers[256 - QType.BOOLEAN] = _boolean_atom
    readers[QType.SYMBOL] = _symbol_vector(order)
    readers[256 - QType.SYMBOL] = _symbol_atom
    readers[QType.LAMBDA] = _lambda(order)
    readers[QType.UNARY] = _primitive(QType.UNARY, range(45))
    readers[QType.OPERATOR] = _primitive(QType.OPERATOR, range(37))
    readers[QType.ITERATOR] = _primitive(QType.ITERATOR, range(6))
    return tuple(readers)


def _byte_atom(qtype: QType) -> Reader:
    def read(buf: Any, pos: int, end: int) -> tuple[Atom, int]:
        return Atom(qtype, buf[pos]), pos + 1

    return read


LEAVES: Final = (_table(">"), _table("<"))
"""By byte order (little is 1), then by type byte."""
