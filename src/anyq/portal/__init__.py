"""Owner threads: what is not thread-safe belongs to one thread, and the others reach it in order.

`Portal` (by `start_portal`) has an event loop, on Trio or asyncio, for everything asynchronous; `Owner` has none, and
needs no event loop's library either: an embedded q lives on it.
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from anyq.portal._loop import Loop, current_loop, has_asyncgen_hook, may_block, refuse_blocking, running_loop
from anyq.portal._owner import Job, Owner
from anyq.portal._patience import Gate, block_by

if _TYPE_CHECKING:
    from anyq.portal._above import HOLD_LOCAL, OPEN_LOCAL, SERVE, Answer, LocalQ, Serving
    from anyq.portal._job import JobFuture, JobState
    from anyq.portal._mailbox import OwnerStatistics
    from anyq.portal._portal import Backend, Portal, start_portal
    from anyq.portal._shared import (
        Shared,
        SharedConnection,
        SharedFeed,
        SharedPool,
        SharedServer,
        SharedSubscription,
    )

__all__ = [
    "HOLD_LOCAL",
    "OPEN_LOCAL",
    "SERVE",
    "Answer",
    "Backend",
    "Gate",
    "Job",
    "JobFuture",
    "JobState",
    "LocalQ",
    "Loop",
    "Owner",
    "OwnerStatistics",
    "Portal",
    "Serving",
    "Shared",
    "SharedConnection",
    "SharedFeed",
    "SharedPool",
    "SharedServer",
    "SharedSubscription",
    "block_by",
    "current_loop",
    "has_asyncgen_hook",
    "may_block",
    "refuse_blocking",
    "running_loop",
    "start_portal",
]


def __getattr__(name: str) -> object:
    """What needs an event loop's machinery is imported when it is asked for."""
    from importlib import import_module

    for module, names in {
        "_above": ("HOLD_LOCAL", "OPEN_LOCAL", "SERVE", "Answer", "LocalQ", "Serving"),
        "_job": ("JobFuture", "JobState"),
        "_mailbox": ("OwnerStatistics",),
        "_portal": ("Backend", "Portal", "start_portal"),
        "_shared": (
            "Shared",
            "SharedConnection",
            "SharedFeed",
            "SharedPool",
            "SharedServer",
            "SharedSubscription",
        ),
    }.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
