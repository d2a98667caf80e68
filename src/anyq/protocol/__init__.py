"""q IPC without I/O: framing, login, states, and the ledger of calls in flight.

Pure standard library, usable from any kind of program: feed it bytes, get events; hand it events, get
bytes. Bodies stay undecoded; `anyq.codec` turns them into values.
"""

from anyq.protocol._calls import Calls, ConnectionState
from anyq.protocol._connection import Connection
from anyq.protocol._counters import CallReport, ConnectionStatistics, Counters
from anyq.protocol._events import (
    NEED_DATA,
    Accept,
    AsyncMessage,
    Buffer,
    DroppedReply,
    EndOfFile,
    Event,
    ForeignProtocol,
    Login,
    Message,
    NeedData,
    Refuse,
    Response,
    SyncRequest,
    TooLarge,
)
from anyq.protocol._feed import Feed, Overflow
from anyq.protocol._header import HEADER_SIZE, MAX_SIZE, Header, header_bytes, parse_header
from anyq.protocol._hooks import CallInfo, Hooks, RequestInfo, tell
from anyq.protocol._ledger import CALL_MOVES, Call, CallState, Ledger
from anyq.protocol._login import CAPABILITY
from anyq.protocol._losses import REFUSED, Post, Request, broken_reason, end_of_file_text, lost_error, with_outcome
from anyq.protocol._outbox import Outbox
from anyq.protocol._states import COUPLED, TRANSITIONS, Role, State

__all__ = [
    "CALL_MOVES",
    "CAPABILITY",
    "COUPLED",
    "HEADER_SIZE",
    "MAX_SIZE",
    "NEED_DATA",
    "REFUSED",
    "TRANSITIONS",
    "Accept",
    "AsyncMessage",
    "Buffer",
    "Call",
    "CallInfo",
    "CallReport",
    "CallState",
    "Calls",
    "Connection",
    "ConnectionState",
    "ConnectionStatistics",
    "Counters",
    "DroppedReply",
    "EndOfFile",
    "Event",
    "Feed",
    "ForeignProtocol",
    "Header",
    "Hooks",
    "Ledger",
    "Login",
    "Message",
    "NeedData",
    "Outbox",
    "Overflow",
    "Post",
    "Refuse",
    "Request",
    "RequestInfo",
    "Response",
    "Role",
    "State",
    "SyncRequest",
    "TooLarge",
    "broken_reason",
    "end_of_file_text",
    "header_bytes",
    "lost_error",
    "parse_header",
    "tell",
    "with_outcome",
]
