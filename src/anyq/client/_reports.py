"""Who is told what: counters, hooks, log lines, and the errors of a lost connection."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from copy import copy
from typing import Final, Literal, TypeVar

from anyq.client._address import Address
from anyq.client._options import Options
from anyq.client._pending import Pending
from anyq.client._stats import CallReport, Counters
from anyq.errors import (
    ClosedError,
    ConnectError,
    ConnectionCorrupted,
    ConnectionLost,
    DecodeError,
    LimitError,
    Outcome,
    ProtocolError,
)

__all__ = ["Reports", "State", "log", "lost_error", "with_outcome"]

State = Literal["new", "connected", "lost", "reconnected", "closed"]
T = TypeVar("T")
log: Final = logging.getLogger("anyq")


def lost_error(address: Address, cause: Exception | None, outcome: Outcome) -> ConnectionLost:
    """What a caller is told whose message was ``outcome`` when the connection broke because of ``cause``."""
    kind = ConnectionCorrupted if isinstance(cause, ProtocolError | LimitError | DecodeError) else ConnectionLost
    told = "it was not sent" if outcome == "not sent" else "it was sent, outcome unknown"
    error = kind(f"connection to {address} lost: {cause} ({told})", outcome=outcome)
    error.__cause__ = cause
    return error


def with_outcome(error: Exception, outcome: Outcome) -> Exception:
    """``error`` for one of several callers, whose message was ``outcome``."""
    if not isinstance(error, ConnectError | ClosedError | ConnectionLost):
        return error
    own = copy(error)
    own.__cause__ = error.__cause__
    own.outcome = outcome
    return own


class Reports:
    """The state of a connection and its counters, and those who want to know."""

    def __init__(self, options: Options) -> None:
        self.counters = Counters()
        self.state: State = "new"
        self.watchers: list[Callable[[State], object]] = []
        self._options = options

    def call_over(self, call: Pending, outcome: Literal["answered", "abandoned", "lost"], size: int = 0) -> None:
        """A call got its answer, of ``size`` bytes, or will not get it."""
        hook = self._options.on_call
        if hook is not None:
            seconds = time.perf_counter() - call.started
            report = CallReport(
                query=call.label, outcome=outcome, seconds=seconds, request_bytes=call.size, response_bytes=size
            )
            _tell(hook, report)

    def enter(self, state: State) -> None:
        """The connection is in ``state`` now."""
        if state == self.state:
            return
        self.state = state
        if self._options.on_state is not None:
            _tell(self._options.on_state, state)
        for watcher in list(self.watchers):
            _tell(watcher, state)


def _tell(hook: Callable[[T], object], news: T) -> None:
    """A hook that fails must not take the connection with it."""
    try:
        hook(news)
    except Exception:
        log.exception("a hook of the connection failed")
