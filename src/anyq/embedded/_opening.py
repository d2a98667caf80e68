"""Ways to open an embedded q for blocking code."""

from __future__ import annotations

from typing import Literal

from anyq.values import Strings

from ._blocking import BlockingEmbedded
from ._core import EmbeddedQ
from ._face import Embedded, open_embedded
from ._in_caller import CallerEmbedded

__all__ = ["held", "open_blocking"]


def open_blocking(
    deadline: float = 5.0, strings: Strings = "symbols", thread: Literal["own", "caller"] = "own"
) -> BlockingEmbedded:
    """An embedded q that lives as long as the ``with`` block; see `BlockingEmbedded`.

    With ``thread="caller"`` it has no thread: see `CallerEmbedded`. `ValueError` for other words.
    """
    if thread == "caller":
        return CallerEmbedded(deadline, strings)
    if thread != "own":
        raise ValueError(f"thread is 'own' or 'caller', not {thread!r}")
    return BlockingEmbedded(EmbeddedQ(), deadline, strings)


def held(deadline: float, strings: Strings = "symbols") -> tuple[Embedded, BlockingEmbedded]:
    """An embedded q to be held open in an event loop, and its face for threads."""
    made = open_embedded(deadline=deadline, strings=strings)
    return made, BlockingEmbedded(made.core, deadline, strings, started=True)
