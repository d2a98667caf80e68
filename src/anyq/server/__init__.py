"""Serving q: listeners, sessions, handlers, limits."""

from anyq.errors import error_text

from ._client import Answer, AnswerState, Client, Posted, message_of
from ._handlers import Action, Handler, Later, leaves
from ._limits import Limits, Stats
from ._metrics import MetricsServer, metrics_page
from ._polled import PolledServer
from ._publish import Policy, Publisher, Subscription
from ._server import Server
from ._tls import server_context
from ._transport import Transport
from ._users import Users, read_users
from ._wire import Encoded, encode

__all__ = [
    "Action", "Answer", "AnswerState", "Client", "Encoded", "Handler", "Later", "Limits", "MetricsServer", "Policy",
    "PolledServer", "Posted", "Publisher", "Server", "Stats", "Subscription", "Transport", "Users",
    "encode", "error_text", "leaves", "message_of", "metrics_page", "read_users", "server_context",
]  # fmt: skip
