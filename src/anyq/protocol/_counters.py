"""Counters of a connection, and the report of a call."""

from __future__ import annotations

from dataclasses import asdict, dataclass

__all__ = ["CallReport", "ConnectionStatistics", "Counters"]


@dataclass(slots=True, kw_only=True)
class Counters:
    """The running counts behind `ConnectionStatistics`."""

    calls: int = 0
    """Requests made."""
    posts: int = 0
    """Async messages handed over for sending."""
    answered: int = 0
    """Calls whose response arrived."""
    abandoned: int = 0
    """Calls whose caller went away first."""
    lost: int = 0
    """Calls without an answer, and async messages that were not sent, because a connection broke."""
    unknown: int = 0
    """Async messages that were handed to the network when it broke, with no answered request behind them."""
    replies_dropped: int = 0
    """Responses to abandoned calls, thrown away undecoded."""
    messages_received: int = 0
    """Async messages from the server."""
    messages_dropped: int = 0
    """Async messages dropped because no feed was open, or its buffer was full."""
    requests_received: int = 0
    """Sync requests from the server."""
    bytes_sent: int = 0
    """Handed to the network, headers and logins included; before TLS."""
    bytes_received: int = 0
    """Taken from the network, counted likewise."""
    reconnects: int = 0
    """Connections made after the first one."""

    def snapshot(self, *, in_flight: int, queued: int, receiving: tuple[int, int]) -> ConnectionStatistics:
        return ConnectionStatistics(in_flight=in_flight, queued=queued, receiving=receiving, **asdict(self))


@dataclass(slots=True, kw_only=True)
class ConnectionStatistics(Counters):
    """What `Connection.statistics` gives: counts since the connection was made, over all reconnects."""

    in_flight: int
    """Requests that await their response now, abandoned ones included."""
    queued: int
    """Messages that wait to be sent now."""
    receiving: tuple[int, int]
    """Of the large message that is arriving: bytes of its body that are here, and all of them. (0, 0) when there is
    none.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport:
    """What the ``on_call`` hook is told when a call is over."""

    query: str | None
    """The query's text or function name, at most 200 characters; ``None`` with ``report_queries=False``."""
    outcome: str
    """``"answered"``, ``"abandoned"`` or ``"lost"``."""
    seconds: float
    """From the call to the end of it, the wait for its turn included."""
    request_bytes: int
    """The body of the message that was made, in bytes; of a compressed one those that are sent."""
    response_bytes: int
    """The body of the answer, in bytes as it came; 0 if none came."""
