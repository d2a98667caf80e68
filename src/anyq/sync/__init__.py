"""q without an event loop: blocking connections, and blocking counterparts of what else the asynchronous side offers.

`connect` uses the calling thread and a plain socket. `Pool`, `subscribe`, `serve` and `open_embedded` have an owner
thread each, for the length of their ``with`` block, and may be used by any number of threads.
"""

from anyq.client import BlockingNamespace as Namespace
from anyq.sync._connection import Connection, connect
from anyq.sync._feed import Feed
from anyq.sync._pending import Pending
from anyq.sync._twins import Pool, Server, Subscription, open_embedded, serve, subscribe
from anyq.sync._watched import apart, watched

__all__ = [
    "Connection",
    "Feed",
    "Namespace",
    "Pending",
    "Pool",
    "Server",
    "Subscription",
    "apart",
    "connect",
    "open_embedded",
    "serve",
    "subscribe",
    "watched",
]
