"""What a pool does for a caller that wants a connection, and how it stands."""

from __future__ import annotations

from enum import Enum

import attrs

__all__ = ["Move", "PoolStatistics", "decide"]


@attrs.frozen(kw_only=True)
class PoolStatistics:
    """What `Pool.statistics` gives."""

    open: int
    """Connections there are, those that are being made included."""
    idle: int
    """Connections that are free."""
    busy: int
    """Connections that callers have."""
    draining: int
    """Connections that wait for answers which nobody wants any more."""
    waiting: int
    """Callers that wait for a connection."""
    opened: int
    """Connections made since the pool was opened."""
    failed: int
    """Connections that broke or failed a health check."""


class Move(Enum):
    """What to do for a caller."""

    USE = "take the idle connection"
    OPEN = "make another connection"
    WAIT = "wait until one comes back"
    REFUSE = "too many wait already"


def decide(*, idle: int, size: int, max_size: int, ahead: int, max_waiting: int | None) -> Move:
    """What to do for the caller that has ``ahead`` others in front of it, with ``idle`` of ``size``
    connections free.
    """
    if ahead < idle:
        return Move.USE
    if ahead < idle + max_size - size:
        return Move.OPEN
    if max_waiting is not None and ahead >= max_waiting:
        return Move.REFUSE
    return Move.WAIT
