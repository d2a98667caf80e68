"""One round of attempts to connect: pauses, log records, and when to give up. No I/O."""

from __future__ import annotations

import logging
import random
from numbers import Real
from typing import Final

from anyq.client._address import Address
from anyq.client._options import Options
from anyq.errors import AuthenticationError, ConnectError

__all__ = ["Round"]

log: Final = logging.getLogger("anyq")
_MAX_DELAY: Final = 30.0
"""Bound of the pauses (s) of rounds without end, when neither ``max_delay`` nor a function is given."""


class Round:
    """The attempts to connect for the first time, or to reconnect after ``cause``.

    The first attempt is made at once; N attempts have N-1 pauses between them, 0 attempts means without end.
    """

    __slots__ = ("_address", "_attempt", "_attempts", "_delay", "_first", "_options")

    def __init__(self, options: Options, address: Address, cause: Exception | None = None, *, first: bool) -> None:
        self._options = options
        self._address = address
        self._first = first
        self._attempts = options.connect_attempts if first else options.reconnection_attempts
        self._attempt = 1
        self._delay = options.reconnection_delay
        if not first:
            self._log(logging.WARNING, "WARNING: Connection lost attempting to reconnect.", cause)

    def succeeded(self) -> None:
        """The attempt made a link."""
        if not self._first or self._attempt > 1:
            done = "established" if self._first else "reestablished"
            self._log(logging.INFO, f"Connection successfully {done}.", None)

    def failed(self, error: ConnectError) -> float:
        """The attempt failed. Return the pause (s) before the next, or raise what ends the round.

        A refused login ends it only at the first connect: credentials that were accepted once are tried again, as a
        proxy may accept and close while q restarts behind it. `TypeError`, naming the function, if
        ``reconnection_function`` gave no number, or a negative one.
        """
        if self._first and isinstance(error, AuthenticationError):
            raise error
        if 0 < self._attempts <= self._attempt:
            if not self._first:
                text = f"WARNING: Could not reconnect to server within {self._attempts} attempts."
                self._log(logging.WARNING, text, error)
                if isinstance(error, AuthenticationError):
                    raise ConnectError(str(error)) from error
            raise error
        delay = self._next_delay()
        verb = "connect" if self._first else "reconnect"
        self._log(logging.WARNING, f"Failed to {verb}, trying again in {delay} seconds.", error)
        self._attempt += 1
        return delay

    def _next_delay(self) -> float:
        options = self._options
        delay = float(self._delay)
        function = options.reconnection_function
        if function is None:
            self._delay = min(delay * 2, 1e9)
        else:
            following: object = function(self._delay)
            if isinstance(following, bool) or not isinstance(following, Real) or not float(following) >= 0:
                name = getattr(function, "__name__", repr(function))
                raise TypeError(f"reconnection_function {name} must return a number, 0 or more, not {following!r}")
            self._delay = float(following)
        if options.jitter:
            delay *= 1 + options.jitter * random.uniform(-1, 1)
        limit = options.max_delay
        if limit is None and function is None and self._attempts == 0:
            limit = _MAX_DELAY
        return delay if limit is None else min(delay, limit)

    def _log(self, level: int, text: str, reason: Exception | None) -> None:
        address = self._address
        fields = {
            "host": address.socket_path if address.unix else address.host,
            "port": address.port,
            "attempt": self._attempt,
            "reason": "" if reason is None else str(reason),
        }
        because = f": {reason}" if reason is not None else ""
        log.log(level, "%s [%s, attempt %d%s]", text, address, self._attempt, because, extra=fields)
