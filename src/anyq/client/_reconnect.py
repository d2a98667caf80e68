"""When to try again: a decision without I/O."""

from __future__ import annotations

from numbers import Real

from anyq.client._options import Options

__all__ = ["Backoff"]


class Backoff:
    """The pauses of one round of attempts to reconnect.

    The first attempt is made at once; N attempts have N-1 pauses between them, 0 attempts means without end.
    """

    __slots__ = ("_delay", "_left", "_options")

    def __init__(self, options: Options) -> None:
        self._options = options
        self._delay = options.reconnection_delay
        self._left = options.reconnection_attempts - 1

    def next_delay(self) -> float | None:
        """How long to pause after a failed attempt (seconds), or ``None`` to give up.

        `TypeError`, naming the function, if ``reconnection_function`` gave no number, or a negative one.
        """
        if self._options.reconnection_attempts > 0:
            if self._left <= 0:
                return None
            self._left -= 1
        delay = float(self._delay)
        function = self._options.reconnection_function
        self._delay = function(self._delay)
        if not isinstance(self._delay, Real) or isinstance(self._delay, bool) or not self._delay >= 0:
            name = getattr(function, "__name__", repr(function))
            raise TypeError(f"reconnection_function {name} must return a number, 0 or more, not {self._delay!r}")
        return delay
