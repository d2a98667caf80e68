"""Connections to q processes, on Trio and asyncio."""

from anyq.client._address import Address, parse_address
from anyq.client._background import BackgroundTasks
from anyq.client._bodies import Query, request_value
from anyq.client._connection import Connection, connect
from anyq.client._context import Namespace
from anyq.client._inbox import Feed
from anyq.client._options import ConnectOptions, Options, Overflow
from anyq.client._pending import Pending
from anyq.client._reconnect import Backoff
from anyq.client._script import ScriptRequest, Statement, load_script, script_error, split_statements
from anyq.client._stats import CallReport, ConnectionStatistics
from anyq.client._tls import client_context
from anyq.client._transport import SocketStream

__all__ = [
    "Address",
    "BackgroundTasks",
    "Backoff",
    "CallReport",
    "ConnectOptions",
    "Connection",
    "ConnectionStatistics",
    "Feed",
    "Namespace",
    "Options",
    "Overflow",
    "Pending",
    "Query",
    "ScriptRequest",
    "SocketStream",
    "Statement",
    "client_context",
    "connect",
    "load_script",
    "parse_address",
    "request_value",
    "script_error",
    "split_statements",
]
