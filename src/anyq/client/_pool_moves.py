"""What a pool does for a caller that wants a connection."""

from __future__ import annotations

from enum import Enum

__all__ = ["Move", "decide"]


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
