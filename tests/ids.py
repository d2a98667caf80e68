"""Names of test cases that are the same in every process, as running in several of them needs."""

from __future__ import annotations

import re

__all__ = ["shown"]

_PLACE = re.compile(r" at 0x[0-9a-f]+")


def shown(thing: object) -> str:
    """The start of the ``repr``, without places in memory."""
    return _PLACE.sub("", repr(thing))[:40]
