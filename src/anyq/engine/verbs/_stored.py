"""q values as the bytes of a file, in kdb+'s own layout, and back.

* A vector of fixed width: ``fe 20``, type, attribute, four zero bytes, the count in eight, then the items; it can be
  appended to in place (page ref/get.md shows one).
* Anything else: ``ff 01``, then the value as the wire has it, without a header (page ref/save.md shows a table). A log
  is such a file of an empty general list, with messages after it.
* An enumerated vector: ``fd 20``, 20, attribute, zeros, the count, and the name of the domain, up to 4096 bytes in
  all; then the places as longs. kdb+'s layout of these is not published; this one has its shape but is not verified.

Files are little-endian, as the machines are that q runs on.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from anyq.codec import decode_first, encode
from anyq.errors import ConversionError, DecodeError, EncodeError, LimitError, QError
from anyq.values import Atom, Attr, List, QType, Value, Vector

from .._enumeration import ENUMERATED, Enumeration

__all__ = ["LOG", "appended_bytes", "items_bytes", "stored", "value_of"]

_VECTOR: Final = b"\xfe\x20"
_OBJECT: Final = b"\xff\x01"
_ENUM: Final = b"\xfd\x20"
_HEAD: Final = struct.Struct("<2sBB4xq")
_ENUM_HEAD: Final = 4096
LOG: Final = _OBJECT + bytes(6)
"""An empty log."""


def stored(value: Value, places: Vector | None = None) -> bytes:
    """The file of a value; ``places`` are the numbers of an enumeration in its domain. Raises `QError` (``type``)."""
    if isinstance(value, Enumeration) and places is not None:
        name = value.domain.encode("utf-8", "surrogateescape")
        head = _HEAD.pack(_ENUM, ENUMERATED, value.attr, len(value)) + name
        return head.ljust(_ENUM_HEAD, b"\0") + items_bytes(places)
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
    try:
        if data.startswith(_VECTOR):
            return _vector(data)
        if data.startswith(_ENUM):
            return _enumeration(data)
        if data.startswith(_OBJECT):
            return _object(data)
    except (ValueError, ConversionError, DecodeError, LimitError, struct.error):
        raise QError(f"{path}. The file is damaged") from None
    raise QError("type")


def _vector(data: bytes) -> Vector:
    _, number, attr, count = _HEAD.unpack_from(data)
    qtype = QType(number)
    items = np.frombuffer(data, qtype.numpy, count, _HEAD.size)
    if qtype is QType.BOOLEAN and bool((items.view(np.uint8) > 1).any()):
        raise ValueError("a boolean above 1")
    return Vector(qtype, items, Attr(attr))


def _enumeration(data: bytes) -> Enumeration:
    _, number, attr, count = _HEAD.unpack_from(data)
    if number != ENUMERATED:
        raise ValueError("an unknown layout")
    name = data[_HEAD.size : _ENUM_HEAD].split(b"\0")[0].decode("utf-8", "surrogateescape")
    items = np.frombuffer(data, np.int64, count, _ENUM_HEAD)
    return Enumeration.over(name, Vector(QType.LONG, items, Attr(attr)))


def _object(data: bytes) -> Value:
    value, end = decode_first(memoryview(data)[2:])
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
        value, size = decode_first(memoryview(data)[at:])
        items.append(value)
        at += size
    return List.of(tuple(items))
