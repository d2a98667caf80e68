"""Structured-concurrency client, server and in-process interpreter for q/kdb+, on Trio and asyncio."""

from collections.abc import Callable as _Callable
from typing import TYPE_CHECKING as _TYPE_CHECKING

from . import console as _console
from .doors import fill_with as _fill_with
from .errors import (
    AuthenticationError,
    BusyError,
    CallTimeout,
    ClosedError,
    ConnectError,
    ConnectionCorrupted,
    ConnectionLost,
    ConnectTimeout,
    ConversionError,
    DecodeError,
    DecodeLimitError,
    EncodeError,
    Error,
    LimitError,
    LocalProtocolError,
    MisuseError,
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
    booleans,
    byte,
    char,
    chars,
    date,
    dates,
    datetime,
    datetimes,
    floats,
    guid,
    guids,
    identical,
    ints,
    keyed_table,
    long,
    longs,
    match,
    minute,
    minutes,
    month,
    months,
    real,
    reals,
    second,
    seconds,
    short,
    shorts,
    strings,
    symbol,
    symbols,
    table,
    time,
    times,
    timespan,
    timespans,
    timestamp,
    timestamps,
    vector,
)
from .values import bytes_ as bytes
from .values import dict_ as dict
from .values import explain_in_json as _explain_in_json
from .values import float_ as float
from .values import install_face as _install_face
from .values import int_ as int

if _TYPE_CHECKING:
    from . import client as client
    from . import codec as codec
    from . import convert as convert
    from . import dbapi as dbapi
    from . import embedded as embedded
    from . import engine as engine
    from . import gateway as gateway
    from . import guide as guide
    from . import partitions as partitions
    from . import portal as portal
    from . import protocol as protocol
    from . import pykx as pykx
    from . import query as query
    from . import remote as remote
    from . import server as server
    from . import sync as sync
    from . import testing as testing
    from .client import Address, Connection, Pool, RawConnection, connect, parse_address
    from .convert import json_default
    from .embedded import open_embedded, serve
    from .gateway import Gateway
    from .notebook import load_ipython_extension, unload_ipython_extension
    from .portal import Portal, start_portal
    from .protocol import CallInfo, Hooks, RequestInfo
    from .query import FunctionalQuery, col, delete, exec, lit, select, update

_CONVERSIONS = {
    "py": "to_py", "np": "to_np", "pd": "to_pd", "pa": "to_pa", "pl": "to_pl", "as_q": "from_object",
    "arrow_array": "arrow_array", "arrow_schema": "arrow_schema", "arrow_stream": "arrow_stream",
    "array": "as_array", "keys": "mapping_keys", "narwhals_frame": "narwhals_frame",
    "narwhals_series": "narwhals_series", "operand": "operand_pd",
}  # fmt: skip


def _convert_later(name: str) -> _Callable[..., object]:
    """The first conversion of any kind loads them all, and puts them in the place of these."""

    def first(*arguments: object) -> object:
        from . import convert

        _install_face(**{face: getattr(convert, function) for face, function in _CONVERSIONS.items()})
        return getattr(convert, _CONVERSIONS[name])(*arguments)

    return first


_install_face(text=_console.text, html=_console.html, **{name: _convert_later(name) for name in _CONVERSIONS})
_explain_in_json()

_LAZY = {
    "convert": ("json_default",),
    "client": ("Address", "Connection", "Pool", "RawConnection", "connect", "parse_address"),
    "embedded": ("open_embedded", "serve"),
    "gateway": ("Gateway",),
    "notebook": ("load_ipython_extension", "unload_ipython_extension"),
    "portal": ("Portal", "start_portal"),
    "protocol": ("CallInfo", "Hooks", "RequestInfo"),
    "query": ("FunctionalQuery", "col", "delete", "exec", "lit", "select", "update"),
}
"""Names loaded at their first use, by the package that defines them, so that `import anyq` stays fast."""

_ROOMS = (
    "cli", "client", "codec", "console", "convert", "dbapi", "embedded", "engine", "errors", "gateway", "guide", "mcp",
    "notebook", "partitions", "portal", "protocol", "pykx", "query", "remote", "server", "sync", "testing", "values",
)  # fmt: skip
"""Packages that are loaded when they are first named, as in ``anyq.sync.connect``."""


def _open_doors() -> None:
    """Provide what lower layers open of higher ones."""
    from . import client, embedded, portal, server

    client.POLLED_SERVER.provide(server.PolledServer)
    portal.OPEN_LOCAL.provide(embedded.open_blocking)
    portal.HOLD_LOCAL.provide(embedded.held)
    portal.SERVE.provide(embedded.serve)


_fill_with(_open_doors)


def __getattr__(name: str) -> object:
    from importlib import import_module

    for room, names in _LAZY.items():
        if name in names:
            thing = globals()[name] = getattr(import_module(f"{__name__}.{room}"), name)
            return thing
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    """What there is, loaded or not: for `dir`, `help` and completion."""
    return sorted({*globals(), *__all__, *_ROOMS})


__version__ = "0.1.0"

__all__ = [
    "ELIDED",
    "NULL",
    "Address",
    "Atom",
    "Attr",
    "AuthenticationError",
    "BusyError",
    "CallInfo",
    "CallTimeout",
    "ClosedError",
    "Composition",
    "ConnectError",
    "ConnectTimeout",
    "Connection",
    "ConnectionCorrupted",
    "ConnectionLost",
    "ConversionError",
    "DecodeError",
    "DecodeLimitError",
    "Derived",
    "Dict",
    "EncodeError",
    "Error",
    "FunctionalQuery",
    "Gateway",
    "Hooks",
    "KeyedTable",
    "Lambda",
    "LimitError",
    "List",
    "LocalProtocolError",
    "MisuseError",
    "Pool",
    "Portal",
    "PortalClosed",
    "Primitive",
    "Projection",
    "ProtocolError",
    "QError",
    "QType",
    "RawConnection",
    "RemoteProtocolError",
    "RequestInfo",
    "Table",
    "Value",
    "Vector",
    "as_q",
    "atom",
    "boolean",
    "booleans",
    "byte",
    "bytes",
    "char",
    "chars",
    "col",
    "connect",
    "date",
    "dates",
    "datetime",
    "datetimes",
    "delete",
    "dict",
    "exec",
    "float",
    "floats",
    "guid",
    "guids",
    "identical",
    "int",
    "ints",
    "json_default",
    "keyed_table",
    "lit",
    "load_ipython_extension",
    "long",
    "longs",
    "match",
    "minute",
    "minutes",
    "month",
    "months",
    "open_embedded",
    "parse_address",
    "real",
    "reals",
    "second",
    "seconds",
    "select",
    "serve",
    "short",
    "shorts",
    "start_portal",
    "strings",
    "symbol",
    "symbols",
    "table",
    "time",
    "times",
    "timespan",
    "timespans",
    "timestamp",
    "timestamps",
    "unload_ipython_extension",
    "update",
    "vector",
]  # fmt: skip
