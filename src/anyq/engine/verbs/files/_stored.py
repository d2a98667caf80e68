"""q values as the bytes of a file, in kdb+'s own layout, and back.

* A vector of fixed width: ``fe 20``, type, attribute, four zero bytes, the count in eight, then the items; it can be
  appended to in place (page ref/get.md shows one).
* Anything else: ``ff 01``, then the value as the wire has it, without a header (page ref/save.md shows a table). A log
  is such a file of an empty general list, with messages after it. Of a vector of symbols the count may be old, since
  kdb+ appends to them in place: they go on to the end of the file.
* An enumerated vector: a page of 4096 bytes, which begins with ``fd 20``, has the name of the domain at 16 and ends in
  the head of a vector of type 20; then the places as longs. (As public readers of kdb+'s files have it: the DolphinDB
  plugin, and openq.) Nested columns have a page too, or types of 77 and more; they are ``'nyi``.

In a file that was compressed while it was written, the count of a vector may be zero: then its items are all there are.
Files are little-endian, as the machines are that q runs on.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from anyq.codec import Limits, decode_first, encode
from anyq.errors import ConversionError, DecodeError, EncodeError, LimitError, QError
from anyq.values import Atom, Attr, List, QType, SymbolArray, Value, Vector

from ...kernel._compressed import Read, is_compressed, plain_bytes
from ...kernel._enumeration import ENUMERATED, Enumeration

__all__ = ["LOG", "OWN", "appended_bytes", "items_bytes", "stored", "stored_count", "value_of"]

_VECTOR: Final = b"\xfe\x20"
_OBJECT: Final = b"\xff\x01"
_ENUM: Final = b"\xfd\x20"
_HEAD: Final = struct.Struct("<2sBB4xq")
_PAGE: Final = 4096
_NESTED: Final = range(77, 98)
LOG: Final = _OBJECT + bytes(6)
"""An empty log."""


def stored(value: Value, places: Vector | None = None) -> bytes:
    """The file of a value; ``places`` are the numbers of an enumeration in its domain. Raises `QError` (``type``)."""
    if isinstance(value, Enumeration) and places is not None:
        name = value.domain.encode("utf-8", "surrogateescape")
        page = (_ENUM + bytes(14) + name).ljust(_PAGE - _HEAD.size, b"\0")
        if len(page) > _PAGE - _HEAD.size:
            raise QError("limit")
        return page + _HEAD.pack(_VECTOR, ENUMERATED, value.attr, len(value)) + items_bytes(places)
    if isinstance(value, Vector) and value.qtype is not QType.SYMBOL:
        return _HEAD.pack(_VECTOR, value.qtype, value.attr, len(value)) + items_bytes(value)
    try:
        return _OBJECT + encode(value)
    except EncodeError:
        raise QError("type") from None


def items_bytes(vector: Vector) -> bytes:
    """The items of a fixed-width vector as they lie in a file."""
    data = vector.data
    return bytes(np.ascontiguousarray(data.astype(data.dtype.newbyteorder("<"), copy=False)).tobytes())


def appended_bytes(value: Value) -> bytes:
    """What a value adds to a file that is open for appending: text and bytes as they are, the items of a vector as they
    lie in its file, those of a general list as messages, which is what makes a log. ``'type`` for others."""
    if isinstance(value, Atom) and value.qtype in (QType.CHAR, QType.BYTE):
        return bytes([value.raw])
    if isinstance(value, Vector):
        return value.symbols.raw() if value.qtype is QType.SYMBOL else items_bytes(value)
    if not isinstance(value, List):
        raise QError("type")
    try:
        return b"".join([encode(item) for item in value.items])
    except EncodeError:
        raise QError("type") from None


def value_of(data: bytes, path: str) -> Value:
    """The value that a file holds. Raises `QError` with the path when the file is none of q's, or damaged.

    An enumeration comes as its places, with the name of its domain.
    """
    zipped = is_compressed(data)
    if zipped:
        data = plain_bytes(data, path)
    try:
        if data.startswith(_VECTOR):
            return _vector(data, zipped)
        if data.startswith(_ENUM):
            return _paged(data, zipped)
        if data[:3] == _OBJECT + b"\x0b":
            return _symbols(data)
        if data.startswith(_OBJECT):
            return _object(data)
    except (ValueError, ConversionError, DecodeError, LimitError, struct.error):
        raise QError(f"{path}. The file is damaged") from None
    raise QError("type")


def _head(data: bytes, at: int, zipped: bool) -> tuple[int, Attr, int]:
    """The type's number, the attribute and the count that a vector's head says."""
    _, number, attr, count = _HEAD.unpack_from(data, at)
    if number in _NESTED:
        raise QError("nyi", detail="nested columns in kdb+'s own files")
    width = 8 if number == ENUMERATED else QType(number).width
    if not count and zipped and attr <= Attr.SORTED:
        count = (len(data) - at - _HEAD.size) // width
    return number, Attr(attr), count


def stored_count(read: Read) -> int | None:
    """How many items the vector in a file has, from its head; ``None`` where only reading the file can tell."""
    head = read(0, _HEAD.size)
    if head.startswith(_ENUM):
        head = read(_PAGE - _HEAD.size, _HEAD.size)
    if not head.startswith(_VECTOR) or len(head) < _HEAD.size or head[2] in _NESTED:
        return None
    return int(_HEAD.unpack(head)[3])


def _vector(data: bytes, zipped: bool) -> Vector:
    number, attr, count = _head(data, 0, zipped)
    qtype = QType(number)
    items = np.frombuffer(data, qtype.numpy, count, _HEAD.size)
    if qtype is QType.BOOLEAN and bool((items.view(np.uint8) > 1).any()):
        raise ValueError("a boolean above 1")
    return Vector(qtype, items, attr)


def _paged(data: bytes, zipped: bool) -> Enumeration:
    number, attr, count = _head(data, _PAGE - _HEAD.size, zipped)
    name = data[_HEAD.size : _PAGE - _HEAD.size].split(b"\0")[0].decode("utf-8", "surrogateescape")
    if number != ENUMERATED or not name:
        raise QError("nyi", detail="nested columns in kdb+'s own files")
    items = np.frombuffer(data, np.int64, count, _PAGE)
    return Enumeration.over(name, Vector(QType.LONG, items, attr))


def _symbols(data: bytes) -> Vector:
    if len(data) < len(LOG) or (len(data) > len(LOG) and data[-1]):
        raise ValueError("the last symbol has no end")
    texts = data[len(LOG) :].split(b"\0")[:-1]
    if len(texts) < int.from_bytes(data[4:8], "little"):
        raise ValueError("symbols are missing")
    return Vector(
        QType.SYMBOL, SymbolArray.from_strs([t.decode("utf-8", "surrogateescape") for t in texts]), Attr(data[3])
    )


OWN: Final = Limits(max_depth=1 << 18)
"""For what q itself has written: values that a loop has nested deeper than any message from outside may be."""


def _object(data: bytes) -> Value:
    value, end = decode_first(memoryview(data)[2:], limits=OWN)
    if data[2:4] == b"\0\0" and data[4:8] == bytes(4) and end + 2 < len(data):
        return _log(data)
    if end + 2 != len(data):
        raise ValueError("bytes after the value")
    return value


def _log(data: bytes) -> Value:
    """A log as the list of its messages."""
    items = []
    at = len(LOG)
    while at < len(data):
        value, size = decode_first(memoryview(data)[at:], limits=OWN)
        items.append(value)
        at += size
    return List.of(tuple(items))
