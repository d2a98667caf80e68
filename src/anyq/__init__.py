"""Structured-concurrency client, server and in-process interpreter for q/kdb+, on Trio and asyncio."""

from .console import text as _text
from .convert import from_object as _from_object
from .convert import to_np as _to_np
from .convert import to_py as _to_py
from .errors import (
    AuthenticationError,
    BusyError,
    CallTimeout,
    ClosedError,
    ConnectError,
    ConnectionLost,
    ConversionError,
    DecodeError,
    DecodeLimitError,
    EncodeError,
    Error,
    LimitError,
    LocalProtocolError,
    PortalClosed,
    ProtocolError,
    QError,
    RemoteProtocolError,
)
from .values import (
    ELIDED,
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
    Table,
    Value,
    Vector,
    as_q,
    atom,
    boolean,
    byte,
    char,
    chars,
    date,
    datetime,
    guid,
    identical,
    keyed_table,
    long,
    match,
    minute,
    month,
    real,
    second,
    short,
    strings,
    symbol,
    symbols,
    table,
    time,
    timespan,
    timestamp,
    vector,
)
from .values import dict_ as dict
from .values import float_ as float
from .values import install_face as _install_face
from .values import int_ as int

_install_face(text=_text, py=_to_py, np=_to_np, as_q=_from_object)

__version__ = "0.1.0"

__all__ = [
    "ELIDED", "NULL", "Atom", "Attr", "AuthenticationError", "BusyError", "CallTimeout", "ClosedError", "Composition",
    "ConnectError", "ConnectionLost", "ConversionError", "DecodeError", "DecodeLimitError", "Derived", "Dict",
    "EncodeError", "Error", "KeyedTable", "Lambda", "LimitError", "List", "LocalProtocolError", "PortalClosed",
    "Primitive", "Projection", "ProtocolError", "QError", "QType", "RemoteProtocolError", "Table", "Value", "Vector",
    "as_q", "atom", "boolean", "byte", "char", "chars", "date", "datetime", "dict", "float", "guid", "identical", "int",
    "keyed_table", "long", "match", "minute", "month", "real", "second", "short", "strings", "symbol", "symbols",
    "table", "time", "timespan", "timestamp", "vector",
]  # fmt: skip
