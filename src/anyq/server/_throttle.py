"""Delays against guessed passwords: refused logins by address.

The first refusals of an address cost nothing; from then on each login from it waits before it is looked at, twice as
long after each further refusal, up to `LONGEST`. Waiting comes before the check, so that how long an answer takes tells
nothing. Logins from one address do not wait for each other, and those from others never: whoever shares the address
(behind one router, say) is slowed down too, but not shut out. What is remembered is bounded: of the addresses that were
refused last, for `FORGET` seconds.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import attrs

__all__ = ["FORGET", "LONGEST", "MOST_ADDRESSES", "Throttle"]

FIRST: Final = 0.1
LONGEST: Final = 3.0
FORGET: Final = 300.0
MOST_ADDRESSES: Final = 10_000


@attrs.define
class _Refused:
    count: int = 0
    last: float = 0.0


@attrs.define
class Throttle:
    """Counts refusals; ``free`` of an address cost nothing, ``None`` turns it off. Times are seconds of any clock."""

    free: int | None
    _refused: OrderedDict[str, _Refused] = attrs.field(factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._refused)

    def delay(self, address: str, now: float) -> float:
        """How long a login from ``address`` has to wait."""
        found = self._refused.get(address)
        if self.free is None or found is None or now - found.last > FORGET or found.count < self.free:
            return 0.0
        return min(FIRST * 2.0 ** min(found.count - self.free, 30), LONGEST)

    def refused(self, address: str, now: float) -> int:
        """Note a refusal: how many there were in a row. Addresses without name (unix sockets) are not counted."""
        if self.free is None or not address:
            return 0
        found = self._refused.setdefault(address, _Refused())
        self._refused.move_to_end(address)
        found.count = 1 if now - found.last > FORGET else found.count + 1
        found.last = now
        if len(self._refused) > MOST_ADDRESSES:
            self._refused.popitem(last=False)
        return found.count
