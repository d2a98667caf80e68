"""How many examples a property has that is content with fewer than most."""

from __future__ import annotations

import os
from typing import Final

__all__ = ["examples"]

FEWEST: Final = int(os.environ.get("ANYQ_FEWEST_EXAMPLES", "0"))
"""``nox -s fuzz`` wants more than that."""


def examples(count: int) -> int:
    """Ten times as many at most, where more are wanted."""
    return max(count, min(FEWEST, 10 * count))
