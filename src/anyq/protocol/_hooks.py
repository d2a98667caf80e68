"""What a program is told of calls, connections and requests while they go on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, Literal, TypeVar

__all__ = ["CallInfo", "Hooks", "RequestInfo", "tell"]

T = TypeVar("T")
log: Final = logging.getLogger("anyq")


class CallInfo:
    """A call of a connection, as hooks see it. Times are in seconds on the clock of `time.perf_counter`."""

    __slots__ = (
        "address", "data", "error", "outcome", "query", "request_bytes", "response_bytes", "seconds", "sent", "started",
    )  # fmt: skip

    def __init__(self, address: object, query: str | None, started: float, request_bytes: int) -> None:
        self.address: object = address
        """Of the server: an `anyq.Address`."""
        self.query: str | None = query
        """The query's text or function name, at most 200 characters; ``None`` with ``report_queries=False``."""
        self.started: float = started
        self.request_bytes: int = request_bytes
        self.sent: float | None = None
        """When it was handed to the network, the last time if it was sent again; ``None`` if it was not."""
        self.seconds: float = 0.0
        """How long it took, once it is over."""
        self.response_bytes: int = 0
        self.outcome: Literal["", "answered", "abandoned", "lost"] = ""
        """What became of it: ``""`` while it goes on."""
        self.error: str | None = None
        """The text of the q error that it was answered with."""
        self.data: object = None
        """Yours."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.query!r} {self.outcome or 'goes on'}>"


class RequestInfo:
    """A message of a client, as hooks of a server see it."""

    __slots__ = ("data", "error", "handle", "seconds", "started", "sync", "user")

    def __init__(self, handle: int, user: str, sync: bool, started: float) -> None:
        self.handle: int = handle
        self.user: str = user
        self.sync: bool = sync
        self.started: float = started
        self.seconds: float = 0.0
        """How long its handler took, once that is over; an answer that was deferred may be given later."""
        self.error: BaseException | None = None
        """What the handler raised."""
        self.data: object = None
        """Yours."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} handle {self.handle} {self.user!r} {'sync' if self.sync else 'async'}>"


class Hooks:
    """Base class of hooks: override what you want to know, and give an object as ``hooks=`` to `anyq.connect`,
    `anyq.Pool`, `anyq.serve` or one of their sync counterparts.

    Methods are called in the thread that drives the connection or server, and must neither block nor wait. What one
    raises is logged, and changes nothing else. Methods that are not overridden cost nothing that can be measured.
    """

    __slots__ = ()

    def call_begins(self, call: CallInfo) -> None:
        """A call was made. It may have to wait for its turn, or for a connection."""

    def call_sent(self, call: CallInfo) -> None:
        """A call was handed to the network; again after a reconnect, if it is idempotent."""

    def call_ends(self, call: CallInfo) -> None:
        """A call was answered, given up or lost, as ``call.outcome`` says."""

    def connection_changes(self, address: object, state: str) -> None:
        """A connection is ``"connected"``, ``"lost"``, ``"reconnected"`` or ``"closed"``."""

    def pool_waits(self, seconds: float) -> None:
        """A caller got a connection of a pool after so many seconds; 0 where one was free."""

    def request_begins(self, request: RequestInfo) -> None:
        """A server's handler for a client's message begins."""

    def request_ends(self, request: RequestInfo) -> None:
        """The handler returned, or raised ``request.error``."""


def tell(hook: Callable[[T], object], news: T) -> None:
    """Call a hook of the program's. One that fails takes nothing with it; what is no `Exception` goes on."""
    try:
        hook(news)
    except Exception:
        log.exception("a hook failed")
