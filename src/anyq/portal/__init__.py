"""Owner threads, and the ways to them from other threads and event loops."""

from ._loop import Loop, current_loop
from ._owner import Job, Owner

__all__ = ["Job", "Loop", "Owner", "current_loop"]
