"""What q data is: types, atoms, vectors, lists, dicts, tables, functions, and when two of them are the same."""

from . import _flat
from ._atom import Atom
from ._containers import (
    booleans,
    bytes_,
    chars,
    dates,
    datetimes,
    dict_,
    floats,
    guids,
    ints,
    keyed_table,
    longs,
    minutes,
    months,
    reals,
    seconds,
    shorts,
    strings,
    symbols,
    table,
    times,
    timespans,
    timestamps,
)
from ._face import Face, HasForm, Strings, Value, as_q, face, install_face
from ._functions import ELIDED, NULL, Composition, Derived, Lambda, Primitive, Projection
from ._json import explain_in_json
from ._make import (
    atom,
    boolean,
    byte,
    char,
    date,
    datetime,
    float_,
    guid,
    int_,
    long,
    minute,
    month,
    nanoseconds,
    real,
    second,
    short,
    symbol,
    time,
    timespan,
    timestamp,
    vector,
)
from ._match import TOLERANCE, identical, match, tolerant_equal
from ._repr import describe
from ._rows import joined, last_of_each, rows_with, taken
from ._settled import ReceivedMemory, handed_over, is_settled, settled
from ._storage import StringArray, SymbolArray
from ._table import Dict, KeyedTable, Table
from ._types import FIXED_TYPES, FUNCTION_TYPES, Attr, QType, TypeRow
from ._vector import List, Vector, collapse, count

install_face(repr=describe, match=match, reduce=_flat.reduce, nanoseconds=nanoseconds)

__all__ = [
    "ELIDED", "FIXED_TYPES", "FUNCTION_TYPES", "NULL", "TOLERANCE", "Atom", "Attr", "Composition", "Derived", "Dict",
    "Face", "HasForm", "KeyedTable", "Lambda", "List", "Primitive", "Projection", "QType", "ReceivedMemory",
    "StringArray", "Strings", "SymbolArray", "Table", "TypeRow", "Value", "Vector", "as_q", "atom", "boolean",
    "booleans", "byte", "bytes_", "char", "chars", "collapse", "count", "date", "dates", "datetime", "datetimes",
    "describe", "dict_", "explain_in_json", "face", "float_", "floats", "guid", "guids", "handed_over",
    "identical", "install_face", "int_", "ints", "is_settled", "joined", "keyed_table", "last_of_each", "long", "longs",
    "match", "minute",
    "minutes", "month", "months", "nanoseconds", "real", "reals", "rows_with", "second", "seconds", "settled", "short",
    "shorts", "strings", "symbol", "symbols", "table", "taken", "time", "times", "timespan", "timespans", "timestamp",
    "timestamps", "tolerant_equal", "vector",
]  # fmt: skip
