"""Values to bytes, little endian.

Theory of operation. What is still to be written stands on a list of its own, next on top, so nesting costs no stack of
the interpreter. A value's class finds its writer, which appends the value's own bytes to ``parts`` and puts the values
inside it on that list. Arrays of some size are appended as they are, so that a socket can send them without a copy.

Facts: KX reference, page kb/serialization.md; what a capability allows, page basics/ipc.md.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any, Final

import attrs
import numpy as np

from anyq.errors import EncodeError, QError
from anyq.values import (
    FIXED_TYPES,
    Atom,
    Composition,
    Derived,
    Dict,
    KeyedTable,
    Lambda,
    List,
    Primitive,
    Projection,
    QType,
    StringArray,
    SymbolArray,
    Table,
    Value,
    Vector,
    as_q,
)

from ._memory import allocate
from ._nan import nan_pattern
from ._speedups import string_list_bytes

__all__ = ["Buffer", "encode", "encode_error", "encode_parts", "encode_small", "joined"]

Buffer = bytes | memoryview

_BIG: Final = 1 << 15
"""Arrays from so many bytes on are parts of their own; smaller ones are copied together."""
_SHORT: Final = 16
_LITTLE: Final = sys.byteorder == "little"
_LAST_SMALL_SYSTEM: Final = 2**31
_NEWEST: Final = 6


@attrs.define
class _Out:
    """What has been written, what is still to be written (the last is next), and for which peer."""

    parts: list[Buffer]
    todo: list[Value]
    capability: int


def encode(value: object, *, capability: int = _NEWEST) -> bytes:
    """The body of a message that holds ``value``, which is converted by `anyq.as_q` if it is no q value.

    ``capability`` is what the handshake agreed on: types and sizes that such a peer cannot take raise
    `anyq.EncodeError`, as does a value that has no bytes at all (a symbol with a NUL, a raw field out of range).
    Python objects without a q form raise `anyq.ConversionError`.
    """
    if capability >= 3:
        small = encode_small(value)
        if small is not None:
            return small
    return b"".join(_write(as_q(value), capability))


def encode_small(value: object) -> bytes | None:
    """The body for an atom, a short vector of fixed width or a short list of these, which most requests and answers
    are, without the machinery for what nests; ``None`` for all else, and for what has no bytes.

    The peer's capability has to be 3 or more.
    """
    if type(value) is not List:
        return _leaf(value)
    if value.strings is not None or len(value) > _SHORT:
        return None
    parts = [_HEAD(0, value.attr, len(value))]
    for item in value.items:
        whole = _leaf(item)
        if whole is None:
            return None
        parts.append(whole)
    return b"".join(parts)


def _leaf(value: object) -> bytes | None:
    if type(value) is Vector:
        data = value.data
        if type(data) is np.ndarray and data.nbytes < _BIG:
            head: bytes = _HEAD(value.qtype, value.attr, len(data))
            return head + (data if _LITTLE else _little(data)).tobytes()
    elif type(value) is Atom:
        qtype, raw = value.qtype, value.raw
        pack = _PACK.get(qtype)
        try:
            if pack is not None:
                return pack(-qtype, raw)
            if qtype is QType.SYMBOL and "\0" not in raw:
                return b"\xf5%b\0" % raw.encode("utf-8", "surrogateescape")
        except (struct.error, UnicodeEncodeError):
            return None  # the long way says what is wrong
    return None


def encode_parts(value: object, *, capability: int = _NEWEST) -> list[Buffer]:
    """As `encode`, in pieces for a scatter write: large arrays as they are, all between them joined.

    The memoryviews are views of the value's arrays, which are not copied: they have to stay unchanged until sent.
    """
    if capability >= 3:
        whole = encode_small(value)
        if whole is not None:
            return [whole]
    out: list[Buffer] = []
    small: list[Buffer] = []
    for part in _write(as_q(value), capability):
        if len(part) < _BIG:
            small.append(part)
            continue
        if small:
            out.append(b"".join(small))
            small = []
        out.append(part)
    if small:
        out.append(b"".join(small))
    return out


def joined(parts: Sequence[Buffer]) -> Buffer:
    """The pieces as one; other threads run while a large one is made, as they do not in ``bytes.join``.

    The vector that follows the header of a whole message, or of a body, is aligned in it.
    """
    size = sum(map(len, parts))
    if size < _BIG or len(parts) == 1:
        return b"".join(parts) if len(parts) > 1 else parts[0]
    memory = allocate(size)
    out, at = np.frombuffer(memory, np.uint8), 0
    for part in parts:
        out[at : at + len(part)] = np.frombuffer(part, np.uint8)
        at += len(part)
    return memory.toreadonly()


def encode_error(error: str | QError) -> bytes:
    """The body of a response that says ``'error``. A NUL in the text would end it, and is left out."""
    text = error.text if isinstance(error, QError) else error
    return b"\x80" + text.encode("utf-8", "surrogateescape").replace(b"\0", b"") + b"\0"


def _write(value: Value, capability: int) -> list[Buffer]:
    out = _Out([], [value], capability)
    todo, pop = out.todo, out.todo.pop
    try:
        while todo:
            item = pop()
            writer = _WRITERS.get(type(item)) or _inherited(item)
            writer(item, out)
    except (struct.error, UnicodeEncodeError) as error:
        raise EncodeError(f"{_named(item)} has no bytes: {error}") from error
    if capability < 5 and sum(map(len, out.parts)) + 8 >= _LAST_SMALL_SYSTEM:
        raise EncodeError(f"limit: a peer of capability {capability} takes no message of 2 GB")
    return out.parts


def _named(value: Value) -> str:
    return f"a {value.qtype.label}" if isinstance(value, Atom | Vector) else f"a {type(value).__name__}"


def _inherited(value: Value) -> Callable[[Any, _Out], None]:
    for base, writer in _WRITERS.items():
        if isinstance(value, base):
            return writer
    raise EncodeError(f"{type(value).__name__} is no value that q knows")


_SINCE: Final = {QType.TIMESTAMP: 1, QType.TIMESPAN: 1, QType.GUID: 3}
"""The capability from which on a peer knows the type."""


def _check_known(qtype: QType, capability: int) -> None:
    if capability < _SINCE.get(qtype, 0):
        raise EncodeError(f"type: a peer of capability {capability} has no {qtype.label}")


def _packers() -> dict[QType, Callable[[int, Any], bytes]]:
    kinds = {1: "B", 2: "h", 4: "i", 8: "q"}
    floats = {QType.REAL: "f", QType.FLOAT: "d", QType.DATETIME: "d"}
    packers = {t: Struct("<b" + floats.get(t, kinds.get(t.width, "16s"))).pack for t in FIXED_TYPES}
    pack, pack_bits = packers[QType.REAL], Struct("<bI").pack
    return packers | {
        QType.REAL: lambda kind, raw: pack(kind, raw) if raw == raw else pack_bits(kind, nan_pattern(raw))
    }


_PACK: Final = _packers()
_HEAD: Final = Struct("<BBI").pack
_LONG_HEAD: Final = Struct("<BBQ").pack
_COUNT: Final = Struct("<BI").pack


def _atom(value: Atom, out: _Out) -> None:
    qtype, raw = value.qtype, value.raw
    if out.capability < 3:
        _check_known(qtype, out.capability)
    pack = _PACK.get(qtype)
    if pack is not None:
        out.parts.append(pack(-qtype, raw))
        return
    if qtype is not QType.SYMBOL:
        raise EncodeError(f"there are no atoms of type {qtype.label}")
    if "\0" in raw:
        raise EncodeError(f"a symbol cannot contain NUL: {raw!r}")
    out.parts.append(b"\xf5" + raw.encode("utf-8", "surrogateescape") + b"\0")


def _head(qtype: int, attr: int, count: int, capability: int) -> bytes:
    """Type byte, attribute and item count, which has 8 bytes only where 4 are too few."""
    if count < 2**32 and (capability >= 6 or count <= 2_000_000_000):
        return _HEAD(qtype, attr, count)
    if capability < 6:
        raise EncodeError(f"limit: a peer of capability {capability} takes no vector of {count} items")
    return _LONG_HEAD(qtype, attr | 0x80, count)


def _vector(value: Vector, out: _Out) -> None:
    qtype, data = value.qtype, value.data
    if out.capability < 3:
        _check_known(qtype, out.capability)
    out.parts.append(_head(qtype, value.attr, len(data), out.capability))
    if isinstance(data, SymbolArray):
        out.parts.append(_symbol_bytes(data))
    elif data.nbytes < _BIG:
        out.parts.append(_little(data).tobytes())
    else:
        out.parts.append(np.ascontiguousarray(_little(data)).view(np.uint8).data.toreadonly())


def _little(data: Any) -> Any:
    return data if _LITTLE else data.astype(data.dtype.newbyteorder("<"))


def _symbol_bytes(data: SymbolArray) -> Buffer:
    raw = data.raw()
    nuls = raw.count(b"\0") if isinstance(raw, bytes) else len(data)
    if nuls != len(data):
        raise EncodeError("a symbol cannot contain NUL")
    return raw if isinstance(raw, bytes) else memoryview(raw).toreadonly()


def _list(value: List, out: _Out) -> None:
    texts = value.strings
    out.parts.append(_head(0, value.attr, len(value), out.capability))
    if texts is None:
        out.todo.extend(value.items[::-1])
    elif len(texts):
        out.parts.append(_string_bytes(texts))


def _string_bytes(texts: StringArray) -> Buffer:
    if int((texts.ends - texts.starts).max()) >= 2**32:
        raise EncodeError("limit: a list holds a char vector of 4 GB; make it a list of vectors")
    return string_list_bytes(texts)


def _table(value: Table, out: _Out) -> None:
    out.parts.append(bytes((QType.TABLE, value.attr, QType.DICT)))
    out.todo += (value.data, value.names)


def _dict(value: Dict, out: _Out) -> None:
    out.parts.append(b"\x7f" if value.sorted else b"\x63")
    out.todo += (value.value, value.key)


def _lambda(value: Lambda, out: _Out) -> None:
    context = value.context.encode("utf-8", "surrogateescape")
    if b"\0" in context:
        raise EncodeError(f"the context of a lambda cannot contain NUL: {value.context!r}")
    out.parts += (b"\x64", context, b"\0", _head(QType.CHAR, 0, len(value.source), out.capability), value.source)


def _primitive(value: Primitive, out: _Out) -> None:
    out.parts.append(bytes((value.qtype, value.code)))


def _sequence(value: Projection | Composition, out: _Out) -> None:
    if not value.items:
        raise EncodeError(f"a {type(value).__name__.lower()} of nothing")
    kind = QType.PROJECTION if isinstance(value, Projection) else QType.COMPOSITION
    out.parts.append(_COUNT(kind, len(value.items)))
    out.todo.extend(value.items[::-1])


def _derived(value: Derived, out: _Out) -> None:
    out.parts.append(bytes((value.qtype,)))
    out.todo.append(value.function)


_WRITERS: Final[dict[type[Value], Callable[[Any, _Out], None]]] = {
    Atom: _atom,
    Vector: _vector,
    List: _list,
    Table: _table,
    Dict: _dict,
    KeyedTable: _dict,
    Lambda: _lambda,
    Primitive: _primitive,
    Projection: _sequence,
    Composition: _sequence,
    Derived: _derived,
}
