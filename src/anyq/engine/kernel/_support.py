"""Helpers of all verbs: make values, read arguments, raise q's errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NoReturn

import numpy as np
import numpy.typing as npt

from anyq.errors import QError
from anyq.values import (
    NULL,
    Atom,
    Attr,
    Composition,
    Derived,
    Dict,
    KeyedTable,
    Lambda,
    List,
    Primitive,
    Projection,
    QType,
    SymbolArray,
    Table,
    Value,
    Vector,
    collapse,
)

from ._bulk import same
from ._enumeration import ENUMERATED, EnumeratedAtom, Enumeration

__all__ = [
    "EMPTY", "FALSE", "FLOATS", "FUNCTIONS", "INTEGERS", "NULL_LONG", "TEMPORAL", "TRUE", "Array", "array_of",
    "atom_of", "bools", "chars", "empty", "fail", "flag", "floats", "integer", "integers", "is_atom", "is_list",
    "is_string", "items_of", "like", "long", "longs", "missing_item", "null_atom", "null_like", "null_raw", "nulls",
    "one", "strs", "symbol", "symbols", "table_of", "text_of", "type_number", "vec",
]  # fmt: skip

Array = npt.NDArray[Any]

NULL_LONG: Final = -(2**63)
INTEGERS: Final = frozenset({QType.BOOLEAN, QType.BYTE, QType.SHORT, QType.INT, QType.LONG})
FLOATS: Final = frozenset({QType.REAL, QType.FLOAT, QType.DATETIME})
TEMPORAL: Final = frozenset(
    {
        QType.TIMESTAMP, QType.MONTH, QType.DATE, QType.DATETIME, QType.TIMESPAN, QType.MINUTE, QType.SECOND,
        QType.TIME,
    }
)  # fmt: skip
FUNCTIONS: Final = (Lambda, Primitive, Projection, Composition, Derived)
TRUE: Final = Atom(QType.BOOLEAN, 1)
FALSE: Final = Atom(QType.BOOLEAN, 0)
EMPTY: Final = List.of(())
_BASE: Final = {Dict: 99, KeyedTable: 99, Table: 98, List: 0, Lambda: 100, Projection: 104, Composition: 105}


def fail(text: str) -> NoReturn:
    """Raise q's error of this name."""
    raise QError(text)


def flag(truth: Any) -> Atom:
    """A boolean atom."""
    return TRUE if truth else FALSE


def long(number: int) -> Atom:
    return Atom(QType.LONG, number)


def symbol(text: str) -> Atom:
    return Atom(QType.SYMBOL, text)


def vec(qtype: QType, data: Any, attr: Attr = Attr.NONE) -> Vector:
    """A vector of data that is right already; arrays become read-only."""
    if isinstance(data, np.ndarray):
        data.flags.writeable = False
    return Vector.of(qtype, data, attr)


def longs(data: Any) -> Vector:
    return vec(QType.LONG, np.asarray(data, np.int64))


def floats(data: Any) -> Vector:
    return vec(QType.FLOAT, np.asarray(data, np.float64))


def bools(data: Any) -> Vector:
    return vec(QType.BOOLEAN, np.asarray(data, np.bool_))


def chars(text: bytes | str) -> Vector:
    """A char vector of bytes, or of text as UTF-8."""
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return Vector.of(QType.CHAR, np.frombuffer(raw, np.uint8))


def symbols(texts: Sequence[str]) -> Vector:
    return Vector.of(QType.SYMBOL, SymbolArray.from_strs(texts))


def table_of(names: Sequence[str], columns: Sequence[Value]) -> Table:
    return Table.of(symbols(names), List.of(tuple(columns)))


def empty(qtype: QType) -> Vector | List:
    """The empty list of a type."""
    if qtype is QType.LIST:
        return EMPTY
    if qtype is QType.SYMBOL:
        return symbols([])
    return vec(qtype, np.empty(0, qtype.numpy))


def null_raw(qtype: QType) -> Any:
    """The raw null of a type; zero for the types that have none."""
    return 0 if qtype.null is None else qtype.null


def null_atom(qtype: QType) -> Atom:
    return Atom(qtype, null_raw(qtype))


def nulls(qtype: QType, count: int) -> Any:
    """Data of ``count`` nulls."""
    if qtype is QType.SYMBOL:
        return SymbolArray.from_codes(np.zeros(count, np.int32), np.array([""], object))
    if qtype is QType.GUID:
        return np.zeros(count, qtype.numpy)
    return same(null_raw(qtype), count, qtype.numpy)


def like(x: Vector, data: Any) -> Vector:
    """A vector of other data and of the class of ``x``: an enumeration stays one. It has no attribute."""
    if type(x) is Vector:
        return Vector.of(x.qtype, data)
    assert isinstance(x, Enumeration)
    return x.with_data(data)


def null_like(value: Value) -> Value:
    """What stands for a missing item beside items like this one.

    Of an atom the null of its type, of a list the empty one, of a table none of its rows, of a dict the same keys with
    the null of each of its values.
    """
    if isinstance(value, Atom):
        null = null_raw(value.qtype)
        if isinstance(value, EnumeratedAtom):
            return EnumeratedAtom(value.qtype, null, value.domain, value.source)
        return Atom(value.qtype, null)
    if isinstance(value, Vector):
        return like(value, nulls(value.qtype, 0))
    if isinstance(value, Table):
        return value[0:0]
    if isinstance(value, KeyedTable):
        return KeyedTable(value.key_table[0:0], value.value_table[0:0])
    if isinstance(value, Dict):
        return Dict(value.key, null_items(value.value))
    if isinstance(value, List):
        return EMPTY
    return NULL


def missing_item(x: Vector | List) -> Value:
    """What indexing a list outside its bounds gives: the null of a vector's type, else one like the first item."""
    if type(x) is Vector:
        return Atom(x.qtype, null_raw(x.qtype))
    if isinstance(x, Enumeration):
        return EnumeratedAtom(x.qtype, null_raw(x.qtype), x.domain, x.source)
    return null_like(x[0]) if len(x) else EMPTY


def null_items(values: Value) -> Value:
    """A list of the same count and shape, all null."""
    if isinstance(values, Vector):
        return like(values, nulls(values.qtype, len(values)))
    if isinstance(values, List):
        return collapse([null_like(item) for item in values.items])
    if isinstance(values, Table):
        return Table.of(values.names, List.of(tuple([null_items(c) for c in values.data.items])))
    return null_like(values)


def is_atom(value: Value) -> bool:
    """Whether q takes the value as one thing: an atom or a function."""
    return not isinstance(value, Vector | List | Dict | Table)


def is_list(value: Value) -> bool:
    return isinstance(value, Vector | List)


def is_string(value: Value) -> bool:
    return isinstance(value, Vector) and value.qtype is QType.CHAR


def array_of(value: Atom | Vector) -> Array:
    """The bare data of an atom (one item) or a vector that is no symbol."""
    if isinstance(value, Vector):
        return value.data  # type: ignore[no-any-return]
    assert isinstance(value, Atom)
    if value.qtype is QType.GUID:
        return np.frombuffer(value.raw, value.qtype.numpy)
    return np.array([value.raw], value.qtype.numpy)


def atom_of(qtype: QType, raw: Any) -> Atom:
    """An atom of a NumPy scalar (or a ``str`` for a symbol)."""
    if qtype is QType.SYMBOL:
        return Atom(qtype, raw)
    if qtype is QType.GUID:
        return Atom(qtype, raw.tobytes())
    number = raw.item()
    return Atom(qtype, int(number) if qtype is QType.BOOLEAN else number)


def one(qtype: QType, data: Any, scalar: bool) -> Value:
    """The result of bare data: its only item as an atom when the arguments were atoms, else a vector."""
    return atom_of(qtype, data[0]) if scalar else vec(qtype, data)


def depth(x: Value) -> int:
    """The depth of a value along its first items: 0 for an atom or a dict, 1 for a vector."""
    levels = 0
    while isinstance(x, List) and len(x):
        levels, x = levels + 1, x[0]
    return levels + isinstance(x, Vector | List)


def items_of(value: Value) -> list[Value]:
    """The items of a list, the values of a dict, the rows of a table; an atom alone."""
    if isinstance(value, Vector):
        return list(value)
    if isinstance(value, List):
        return list(value.items)
    if isinstance(value, Table):
        return list(value)
    if isinstance(value, Dict):
        return items_of(value.value)
    return [value]


def integer(value: Value) -> int:
    """The number of an integer or boolean atom (q's null as ``-2**63``); ``'type`` for others."""
    if isinstance(value, Atom) and value.qtype in INTEGERS:
        raw: int = value.raw
        return NULL_LONG if value.qtype.null is not None and raw == value.qtype.null else raw
    if isinstance(value, Vector) and len(value) == 1:
        return integer(value[0])
    raise QError("type")


def integers(value: Value) -> npt.NDArray[np.int64]:
    """The numbers of an integer atom or vector; nulls as ``-2**63``; ``'type`` for others."""
    if isinstance(value, List) and not len(value):
        return np.empty(0, np.int64)
    if not isinstance(value, Atom | Vector) or value.qtype not in INTEGERS:
        raise QError("type")
    data = array_of(value)
    if data.dtype == np.int64:
        return data
    wide = data.astype(np.int64)
    if value.qtype.null is not None:
        wide[data == value.qtype.null] = NULL_LONG
    return wide


def strs(value: Value) -> list[str]:
    """The texts of a symbol atom or vector; ``'type`` for others."""
    if isinstance(value, Atom) and value.qtype is QType.SYMBOL:
        return [value.raw]
    if isinstance(value, Vector) and value.qtype is QType.SYMBOL:
        found: list[str] = value.symbols.objects().tolist()
        return found
    if isinstance(value, List) and not len(value):
        return []
    raise QError("type")


def text_of(value: Value) -> bytes:
    """The bytes of a string, a char or a symbol; ``'type`` for others."""
    if isinstance(value, Vector) and value.qtype is QType.CHAR:
        return bytes(value.data)
    if isinstance(value, Atom) and value.qtype is QType.CHAR:
        return bytes([value.raw])
    if isinstance(value, Atom) and value.qtype is QType.SYMBOL:
        raw: str = value.raw
        return raw.encode("utf-8", "surrogateescape")
    if isinstance(value, List) and not len(value):
        return b""
    raise QError("type")


def type_number(value: Value) -> int:
    """The number that q's ``type`` gives."""
    if isinstance(value, Atom):
        return -ENUMERATED if isinstance(value, EnumeratedAtom) else -int(value.qtype)
    if isinstance(value, Enumeration):
        return ENUMERATED
    if isinstance(value, Vector | Derived | Primitive):
        return int(value.qtype)
    for kind, number in _BASE.items():
        if isinstance(value, kind):
            return number
    return int(QType.FOREIGN)
