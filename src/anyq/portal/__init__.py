"""Owner threads: what is not thread-safe belongs to one thread, and the others reach it in order.

`Portal` (by `start_portal`) has an event loop, on Trio or asyncio, for everything asynchronous; `OwnerThread` has none
and calls plain functions, which is quicker.
"""

from anyq.portal._job import JobFuture, JobState
from anyq.portal._loop import Loop, current_loop
from anyq.portal._loops import refuse_blocking, running_loop
from anyq.portal._mailbox import OwnerStatistics
from anyq.portal._owner import Job, Owner
from anyq.portal._portal import Backend, Portal, start_portal
from anyq.portal._thread import OwnerThread

__all__ = [
    "Backend",
    "Job",
    "JobFuture",
    "JobState",
    "Loop",
    "Owner",
    "OwnerStatistics",
    "OwnerThread",
    "Portal",
    "current_loop",
    "refuse_blocking",
    "running_loop",
    "start_portal",
]
