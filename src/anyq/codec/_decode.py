"""Bytes to values.

Theory of operation. An object of q is either a leaf (atom, vector, lambda, primitive), which one reader takes whole,
or it opens: it has a number of parts, which are objects, and is made of them when the last has been read. `_read`
keeps what is open on a list of its own, so nesting costs no stack of the interpreter. Every count is checked against
the bytes that are left before memory is taken for it: an object has at least two bytes, so a list cannot claim more
items than half of them.

Vectors of fixed width are views of the buffer. Symbols keep their bytes, lists of char vectors the bounds of theirs.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from anyq.errors import DecodeError, DecodeLimitError, QError
from anyq.speedups import speedups
from anyq.values import (
    FIXED_TYPES,
    NULL,
    Atom,
    Attr,
    Composition,
    Derived,
    Dict,
    KeyedTable,
    List,
    Projection,
    QType,
    StringArray,
    SymbolArray,
    Table,
    Value,
    Vector,
)

from ._leaves import LEAVES, item_count
from ._limits import DEFAULT_LIMITS, Limits
from ._speedups import string_bounds

__all__ = ["Body", "decode", "decode_fast", "decode_first", "decode_number", "decode_update"]

Body = bytes | bytearray | memoryview | Any
"""Anything with the buffer protocol."""

_ERROR: Final = 0x80
_ORDERS: Final = (">", "<")
_STRINGS_FROM: Final = 8
_TABLES_IN_TABLES: Final = 200
_DEEPEST: Final = 64
"""So deep may values nest that the compiled decoder takes."""
Finish = Callable[[list[Any], int], Value]
Opener = Callable[[Any, int, int, str], tuple[int, Finish, int]]


def decode(body: Body, *, limits: Limits = DEFAULT_LIMITS, little_endian: bool = True) -> Value:
    """The q value that a message body holds.

    The value's vectors are views of ``body`` wherever they can be: do not write to it afterwards. ``little_endian`` is
    what the message's header says; bodies of the other byte order than this machine's are copied.

    Raises `anyq.QError` if the body is an error (as the body of a response may be), `anyq.DecodeError` for bytes that
    are not exactly one q value, and `anyq.DecodeLimitError` (both a `DecodeError` and a `LimitError`) for what
    exceeds ``limits``. Nesting uses no interpreter stack.
    """
    value: Value | None
    buf = body if type(body) is bytes else _flat(body)
    end = _checked_size(buf, limits)
    if little_endian and limits.max_depth >= _DEEPEST:
        value = decode_fast(buf)
        if value is not None:
            return value
    leaf = LEAVES[little_endian][buf[0]]
    if leaf is not None:  # as most requests and answers are: without the machinery for what nests
        try:
            value, pos = leaf(buf, 1, end)
        except (struct.error, IndexError):
            raise _ends_inside(end) from None
    elif buf[0] == _ERROR:
        raise QError(_error_text(buf))
    else:
        value, pos = _read(buf, end, little_endian, limits.max_depth)
    if pos != end:
        raise DecodeError(f"{end - pos} bytes follow the value", position=pos)
    return value


def decode_first(body: Body, *, limits: Limits = DEFAULT_LIMITS, little_endian: bool = True) -> tuple[Value, int]:
    """The q value at the beginning of ``body``, and how many bytes it takes: for files of one value after the other.

    Raises as `decode`; what follows the value is not looked at.
    """
    buf = body if type(body) is bytes else _flat(body)
    return _read(buf, _checked_size(buf, limits), little_endian, limits.max_depth)


def _checked_size(buf: Any, limits: Limits) -> int:
    end = len(buf)
    if end + 8 > limits.max_decompressed_size and end + 8 > limits.max_message_size:
        most = max(limits.max_message_size, limits.max_decompressed_size)
        raise DecodeLimitError(f"a message of {end + 8} bytes is over the limit of {most}")
    if not end:
        raise DecodeError("the body is empty", position=0)
    return end


def _flat(body: Any) -> memoryview:
    view = memoryview(body)
    if view.format != "B" or view.ndim != 1 or not view.c_contiguous:
        view = view.cast("B")
    return view.toreadonly()


def _error_text(buf: Any) -> str:
    text = bytes(buf[1:])
    if not text.endswith(b"\0"):
        raise DecodeError("an error has no end", position=len(buf))
    if text.count(b"\0") > 1:
        raise DecodeError("bytes follow an error", position=text.index(b"\0") + 2)
    return text[:-1].decode("utf-8", "surrogateescape")


def _read(buf: Any, end: int, little_endian: bool, max_depth: int) -> tuple[Value, int]:
    """The value that begins at 0, and the position behind it."""
    leaves, order = LEAVES[little_endian], _ORDERS[little_endian]
    stack: list[tuple[list[Any], int, Finish]] = []
    items: list[Any] = []
    wanted, pos = 1, 0
    finish: Finish = _only
    while True:
        try:
            kind = buf[pos]
            leaf = leaves[kind]
            if leaf is not None:
                value, pos = leaf(buf, pos + 1, end)
            else:
                parts, make, pos = _OPENERS[kind](buf, pos + 1, end, order)
                if parts:
                    stack.append((items, wanted, finish))
                    if len(stack) > max_depth:
                        raise DecodeLimitError(f"values nest deeper than {max_depth}", position=pos)
                    items, wanted, finish = [], parts, make
                    continue
                value = make([], pos)
        except (struct.error, IndexError):
            raise _ends_inside(end) from None
        items.append(value)
        while len(items) == wanted:
            if not stack:
                return items[0], pos
            value = finish(items, pos)
            items, wanted, finish = stack.pop()
            items.append(value)


def _ends_inside(end: int) -> DecodeError:
    return DecodeError(f"the body ends inside a value, after {end} bytes", position=end)


def _only(items: list[Any], pos: int) -> Value:
    value: Value = items[0]
    return value


def _open_bad(buf: Any, pos: int, end: int, order: str) -> tuple[int, Finish, int]:
    kind = buf[pos - 1]
    if kind == _ERROR:
        raise DecodeError("an error inside a value", position=pos - 1)
    raise DecodeError(f"no value has the type byte {kind}", position=pos - 1)


def _enough(count: int, pos: int, end: int) -> None:
    if count > (end - pos) // 2:
        raise DecodeError(f"a list of {count} items, and {max(0, end - pos)} bytes are left", position=pos)


def _open_list(buf: Any, pos: int, end: int, order: str) -> tuple[int, Finish, int]:
    count, attr, start = item_count(buf, pos, order)
    _enough(count, start, end)
    if count >= _STRINGS_FROM and buf[start] == QType.CHAR:
        found = _strings(buf, start, count, order == "<")
        if found is not None:
            return 0, lambda items, pos: List.of(found[0], attr), found[1]
    return count, lambda items, pos: List.of(tuple(items), attr), start


def _strings(buf: Any, pos: int, count: int, little_endian: bool = True) -> tuple[StringArray, int] | None:
    """The texts of ``count`` char vectors that begin at ``pos``, if these are there, and where they end."""
    bounds = string_bounds(buf, pos, count, little_endian)
    if bounds is None:
        return None
    starts, ends, stop = bounds
    return StringArray(np.frombuffer(buf, np.uint8, stop - pos, pos), starts - pos, ends - pos), stop


def _open_table(buf: Any, pos: int, end: int, order: str) -> tuple[int, Finish, int]:
    mark = buf[pos]
    if mark > Attr.GROUPED:
        raise DecodeError(f"no attribute has the number {mark}", position=pos)
    if buf[pos + 1] != QType.DICT:
        raise DecodeError("a table is made of a dict", position=pos + 1)
    attr = _ATTRS[mark]
    return 2, lambda items, pos: _table(items[0], items[1], attr, pos), pos + 2


def _table(names: Value, columns: Value, attr: Attr, pos: int) -> Table:
    if type(names) is not Vector or names.qtype is not QType.SYMBOL or type(columns) is not List:
        raise DecodeError("a table is made of a symbol vector and a general list", position=pos)
    if len(names) != len(columns):
        raise DecodeError(f"a table of {len(names)} names has {len(columns)} columns", position=pos)
    counts = {_length(column) for column in columns.items}
    if len(counts) > 1 or None in counts:
        raise DecodeError("the columns of a table are lists of one count", position=pos)
    return Table.of(names, columns, attr)


def _length(value: Value) -> int | None:
    """The count of a list; ``None`` of what is none. A table's is its first column's, a dict's is its keys'.

    The way there is asked for at each level again, so it is bounded: q itself makes no such tables in tables.
    """
    for _ in range(_TABLES_IN_TABLES):
        if type(value) is Table and value.data.items:
            value = value.data.items[0]
        elif isinstance(value, Dict):
            value = value.key
        else:
            return len(value) if hasattr(value, "__len__") else None
    raise DecodeLimitError(f"tables that are columns, or dicts that are keys, nest deeper than {_TABLES_IN_TABLES}")


def _dict_opener(sorted: bool) -> Opener:
    def finish(items: list[Any], pos: int) -> Value:
        keys, values = items
        size = _length(keys)
        if size is None or size != _length(values):
            raise DecodeError("keys and values of a dict are lists of one count", position=pos)
        make = KeyedTable.of if type(keys) is Table and type(values) is Table else Dict.of
        return make(keys, values, sorted)

    return lambda buf, pos, end, order: (2, finish, pos)


def _sequence_opener(make: Callable[[list[Any]], Value]) -> Opener:
    def finish(items: list[Any], pos: int) -> Value:
        return make(items)

    def read(buf: Any, pos: int, end: int, order: str) -> tuple[int, Finish, int]:
        count: int = _COUNTS[order](buf, pos)[0]
        _enough(count, pos + 4, end)
        if not count:
            raise DecodeError("a projection or composition of nothing", position=pos)
        return count, finish, pos + 4

    return read


def _derived_opener(qtype: QType) -> Opener:
    def finish(items: list[Any], pos: int) -> Value:
        return Derived(qtype, items[0])

    return lambda buf, pos, end, order: (1, finish, pos)


_COUNTS: Final = {order: struct.Struct(order + "I").unpack_from for order in _ORDERS}
_ATTRS: Final = tuple(Attr)


def _openers() -> tuple[Opener, ...]:
    openers: list[Opener] = [_open_bad] * 256
    openers[QType.LIST] = _open_list
    openers[QType.TABLE] = _open_table
    openers[QType.DICT] = _dict_opener(False)
    openers[QType.SORTED_DICT] = _dict_opener(True)
    openers[QType.PROJECTION] = _sequence_opener(Projection)
    openers[QType.COMPOSITION] = _sequence_opener(Composition)
    for number in range(QType.EACH, QType.EACH_LEFT + 1):
        openers[number] = _derived_opener(QType(number))
    return tuple(openers)


_OPENERS: Final = _openers()


# The compiled decoder


def _by_number(of: Callable[[QType], Any]) -> tuple[Any, ...]:
    numbers = {int(qtype): qtype for qtype in QType}
    return tuple(of(numbers[number]) if number in numbers else None for number in range(QType.TIME + 1))


def _empty(qtype: QType) -> Any:
    return LEAVES[True][qtype](bytes(5), 0, 5)[0].data if qtype in FIXED_TYPES else None  # type: ignore[misc]


def _new_decoder() -> Any:
    slots = [
        [kind, *[getattr(kind, name) for name in names]]
        for kind, names in (
            (Atom, ("qtype", "raw")),
            (Vector, ("qtype", "data", "attr")),
            (List, ("_storage", "attr", "_later")),
            (Table, ("names", "data", "attr")),
        )
    ]
    return speedups.Decoder(
        *[part for parts in slots for part in parts],
        Dict.of, KeyedTable.of, SymbolArray.from_raw, _strings, np.frombuffer, NULL,
        _by_number(lambda qtype: qtype), _by_number(lambda qtype: qtype.dtype), _by_number(_empty), _ATTRS,
    )  # fmt: skip


_decoder: Final = _new_decoder() if hasattr(speedups, "Decoder") else None


def _not_known(body: Any) -> None:
    return None


decode_fast: Callable[[Any], Value | None] = _decoder.decode if _decoder else _not_known
"""The value of a little-endian body, if the compiled decoder knows all that is in it and nothing is wrong; else
``None``."""

decode_update: Callable[[bytes], tuple[str, str, Value] | None] = _decoder.update if _decoder else _not_known
"""The parts of ``(`function;`table;value)``, as ticker plants post it, where they can be had quickly; else ``None``."""

decode_number: Callable[[bytes], Atom | None] = _decoder.number if _decoder else _not_known
"""The atom of a number or time that a body holds in little-endian order, where it takes less time to ask than to
`decode`; ``None`` if it is something else, or perhaps."""
