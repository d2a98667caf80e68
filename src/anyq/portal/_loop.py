"""Event loops, as other threads see them: which one runs here, and how to reach it from elsewhere.

Neither Trio nor asyncio is imported: whoever runs one of them has done that.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from sys import get_asyncgen_hooks
from typing import Any, Final

from anyq.errors import MisuseError
from anyq.speedups import speedups

__all__ = ["Loop", "current_loop", "has_asyncgen_hook", "may_block", "refuse_blocking", "running_loop"]

_here: Final = threading.local()


def _hooked() -> bool:
    return get_asyncgen_hooks()[0] is not None


has_asyncgen_hook: Final[Callable[[], bool]] = getattr(speedups, "has_asyncgen_hook", _hooked)
"""Whether this thread may run an event loop: each that runs has set hooks for asynchronous generators (PEP 525)."""


def _trio() -> Any:
    """`trio.lowlevel`, or `None`: also while another thread is importing Trio, whose package is there half made."""
    return getattr(sys.modules.get("trio"), "lowlevel", None)


def running_loop() -> str | None:
    """``"trio"`` or ``"asyncio"`` if such an event loop runs in this thread, else ``None``."""
    if not has_asyncgen_hook():  # no is the answer that has to be quick
        return None
    trio = _trio()
    if trio is not None and trio.in_trio_run():
        return "trio"
    asyncio = sys.modules.get("asyncio")
    return None if asyncio is None or asyncio._get_running_loop() is None else "asyncio"


def _in_cell() -> bool:
    """Whether this thread runs the cells of an IPython kernel: they own the event loop that runs around them."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    kernel = None if get_ipython is None else getattr(get_ipython(), "kernel", None)
    return kernel is not None and threading.current_thread() is threading.main_thread()


def refuse_blocking(what: str, instead: str) -> None:
    """Raise `MisuseError` if this thread runs an event loop, which ``what`` would stop. The cells of a notebook may."""
    name = running_loop()
    if name is not None and not getattr(_here, "blocks", False) and not (name == "asyncio" and _in_cell()):
        raise MisuseError(f"{what} would block the {name} event loop that runs in this thread; use {instead}")


@contextmanager
def may_block() -> Iterator[None]:
    """Inside the block this thread may stop its event loop: for programs whose API has always blocked it."""
    before = getattr(_here, "blocks", False)
    _here.blocks = True
    try:
        yield
    finally:
        _here.blocks = before


class Loop:
    """An event loop to which any thread may post callbacks.

    Callbacks run in the order in which they were posted. Many of them posted in a row cost the loop one
    wake-up.
    """

    __slots__ = ("_posts", "_ringing", "_schedule", "wakeups")

    def __init__(self, schedule: Callable[[Callable[[], object]], object]) -> None:
        self._schedule = schedule
        self._posts: deque[Callable[[], object]] = deque()
        self._ringing = False
        self.wakeups: int = 0

    def post(self, callback: Callable[[], object]) -> bool:
        """Have the loop call ``callback`` soon. False if the loop has ended."""
        self._posts.append(callback)
        try:
            if not self._ringing:
                self._ringing = True
                self._schedule(self._answer)
        except RuntimeError:  # closed; Trio's RunFinishedError is one too
            return False
        except BaseException:  # a signal's, perhaps before the ringing that is noted: once too often does no harm
            self._schedule(self._answer)
            raise
        return True

    def call_soon(self, function: Callable[..., object], *arguments: object) -> bool:
        """As `post`, with arguments."""
        return self.post(partial(function, *arguments) if arguments else function)

    def _answer(self) -> None:
        self.wakeups += 1
        # Before the posts are looked at: whoever posts after the last look rings again.
        self._ringing = False
        posts = self._posts
        for _ in range(len(posts)):
            posts.popleft()()


def current_loop() -> Loop:
    """The loop that runs in this thread. `MisuseError` if there is none."""
    trio = _trio()
    key: Any
    if trio is not None and trio.in_trio_run():
        key = trio.current_trio_token()
        schedule = key.run_sync_soon
    else:
        asyncio = sys.modules.get("asyncio")
        key = None if asyncio is None else asyncio._get_running_loop()
        if key is None:
            raise MisuseError("no event loop runs in this thread: use the blocking spelling, without await")
        schedule = key.call_soon_threadsafe
    if getattr(_here, "key", None) is not key:
        _here.key, _here.loop = key, Loop(schedule)
    loop: Loop = _here.loop
    return loop
