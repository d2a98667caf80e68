"""Connections to q processes, on Trio and asyncio."""

from anyq.client._address import Address, parse_address
from anyq.client._bodies import Query, handed_query, request_body, request_value
from anyq.client._connection import Connection, connect
from anyq.client._context import BlockingNamespace, Namespace
from anyq.client._dial import tls_reason, tune_socket
from anyq.client._engine import Engine
from anyq.client._face import AsyncFace, BlockingFace
from anyq.client._inbox import Feed
from anyq.client._options import REFUSED, ConnectOptions, Options, checked_options, checked_strings, parsed
from anyq.client._pending import Handle, Pending
from anyq.client._pool import Pool, PoolStatistics
from anyq.client._protocol import client_protocol
from anyq.client._raw import POLLED_SERVER, PolledServer, RawConnection
from anyq.client._rounds import Round
from anyq.client._script import ScriptRequest, Statement, load_script, script_error, split_statements
from anyq.client._stream import BlockingStream, Stream, Windowed
from anyq.client._subscription import EndOfDay, Gap, Subscription, Update
from anyq.client._tls import client_context, wrapped
from anyq.client._transport import SocketStream
from anyq.client._variables import BlockingFunction, Function, check_name
from anyq.loops import BackgroundTasks
from anyq.protocol import CallReport, ConnectionStatistics, Overflow

__all__ = [
    "POLLED_SERVER",
    "REFUSED",
    "Address",
    "AsyncFace",
    "BackgroundTasks",
    "BlockingFace",
    "BlockingFunction",
    "BlockingNamespace",
    "BlockingStream",
    "CallReport",
    "ConnectOptions",
    "Connection",
    "ConnectionStatistics",
    "EndOfDay",
    "Engine",
    "Feed",
    "Function",
    "Gap",
    "Handle",
    "Namespace",
    "Options",
    "Overflow",
    "Pending",
    "PolledServer",
    "Pool",
    "PoolStatistics",
    "Query",
    "RawConnection",
    "Round",
    "ScriptRequest",
    "SocketStream",
    "Statement",
    "Stream",
    "Subscription",
    "Update",
    "Windowed",
    "check_name",
    "checked_options",
    "checked_strings",
    "client_context",
    "client_protocol",
    "connect",
    "handed_query",
    "load_script",
    "parse_address",
    "parsed",
    "request_body",
    "request_value",
    "script_error",
    "split_statements",
    "tls_reason",
    "tune_socket",
    "wrapped",
]
