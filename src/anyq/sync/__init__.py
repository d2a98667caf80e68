"""q without an event loop: blocking connections, and blocking twins of what else the asynchronous side offers."""

from anyq.sync._connection import Connection, connect
from anyq.sync._context import Namespace
from anyq.sync._feed import Feed
from anyq.sync._pending import Pending

__all__ = ["Connection", "Feed", "Namespace", "Pending", "connect"]
