"""Which of several addresses a pool connects to next."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Final, Literal, TypeAlias

import attrs

__all__ = ["Balance", "Places"]

Balance: TypeAlias = Literal["first", "least busy"]
_SKIPPED: Final = 5.0
"""Seconds for which an address is tried last that could not be reached."""


@attrs.define(eq=False)
class Places:
    """The addresses of a pool, by number. ``in_use`` says how many connections to each are in use, or are made."""

    count: int
    balance: Balance = attrs.field(validator=attrs.validators.in_(("first", "least busy")))
    _preferred: int = attrs.field(default=0, init=False)
    _skipped: list[float] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._skipped = [-inf] * self.count

    def order(self, in_use: Sequence[int], now: float) -> list[int]:
        """The order in which a new connection tries them."""
        if self.balance == "first":
            return [(self._preferred + step) % self.count for step in range(self.count)]
        return sorted(range(self.count), key=lambda place: (now < self._skipped[place], in_use[place]))

    def best(self, idle: Sequence[int], in_use: Sequence[int]) -> int:
        """Which of the idle connections, given by their places, is used next; the one used last is at the end."""
        if self.balance == "first":
            return len(idle) - 1
        return min(reversed(range(len(idle))), key=lambda at: in_use[idle[at]])

    def better_elsewhere(self, idle: Sequence[int], in_use: Sequence[int], now: float) -> bool:
        """Whether a new connection is better than an idle one: its server is less busy than those of the idle ones."""
        if self.balance == "first":
            return False
        least = min(in_use[place] for place in idle)
        return any(in_use[place] < least and now >= self._skipped[place] for place in range(self.count))

    def refused(self, place: int, now: float) -> None:
        """An address could not be reached."""
        self._skipped[place] = now + _SKIPPED

    def took(self, place: int) -> None:
        """An address was reached."""
        self._preferred, self._skipped[place] = place, -inf
