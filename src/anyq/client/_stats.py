"""Counters of a connection."""

from __future__ import annotations

import attrs

__all__ = ["CallReport", "ConnectionStatistics", "Counters"]


@attrs.frozen(kw_only=True)
class ConnectionStatistics:
    """What `Connection.statistics` gives: counts since the connection was made, over all reconnects."""

    calls: int
    """Requests made."""
    posts: int
    """Async messages handed over for sending."""
    answered: int
    """Calls whose response arrived."""
    abandoned: int
    """Calls whose caller went away first."""
    lost: int
    """Messages that were lost with a connection."""
    replies_dropped: int
    """Responses to abandoned calls, thrown away undecoded."""
    messages_received: int
    """Async messages from the server."""
    messages_dropped: int
    """Those that nobody listened to, or that a full buffer dropped."""
    requests_received: int
    """Sync requests from the server."""
    bytes_sent: int
    bytes_received: int
    reconnects: int
    in_flight: int
    """Requests that await their response now, abandoned ones included."""
    queued: int
    """Messages that wait to be sent now."""
    receiving: tuple[int, int]
    """Of the large message that is arriving: bytes of its body that are here, and all of them. (0, 0) when
    none is.
    """


@attrs.define
class Counters:
    """The running counts behind `ConnectionStatistics`."""

    calls: int = 0
    posts: int = 0
    answered: int = 0
    abandoned: int = 0
    lost: int = 0
    replies_dropped: int = 0
    messages_received: int = 0
    messages_dropped: int = 0
    requests_received: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    reconnects: int = 0

    def snapshot(self, *, in_flight: int, queued: int, receiving: tuple[int, int]) -> ConnectionStatistics:
        return ConnectionStatistics(in_flight=in_flight, queued=queued, receiving=receiving, **attrs.asdict(self))


@attrs.frozen(kw_only=True)
class CallReport:
    """What the ``on_call`` hook is told when a call is over."""

    query: str | None
    """The query's text or function name, at most 200 characters; ``None`` with ``report_queries=False``."""
    outcome: str
    """``"answered"``, ``"abandoned"`` or ``"lost"``."""
    seconds: float
    request_bytes: int
    response_bytes: int
