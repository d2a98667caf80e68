"""Event loops, from inside: which one something belongs to, and tasks in it that belong to no block of the caller's."""

from ._background import BackgroundTasks
from ._home import Home, on_asyncio
from ._local import Local

__all__ = ["BackgroundTasks", "Home", "Local", "on_asyncio"]
