"""Waiting for what other processes post to q while q waits for nothing.

A thread for each connection does nothing but wait until its socket can be read; then it has the owner thread read, and
waits until that is done before it looks at the socket again. So only the owner thread uses the connection.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable

from anyq.errors import Error
from anyq.portal import Job

__all__ = ["Watch"]


class Watch:
    """A thread that has ``heard`` called whenever the socket ``fileno`` can be read, until its job gives false."""

    def __init__(self, fileno: int, heard: Callable[[], Job[bool]]) -> None:
        self._fileno = fileno
        self._heard = heard
        self._ended = self._telling = False
        self._done = threading.Event()
        self._away = threading.Event()
        """Set while the thread does not look at the socket."""
        self._stop, self._stopped = socket.socketpair()
        self._thread = threading.Thread(target=self._work, name=f"anyq watch {fileno}", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # no more threads
            self._stop.close()
            self._stopped.close()
            raise

    def stop(self) -> None:
        """End the thread. Idempotent; when it returns, the socket may be closed.

        A thread that waits for its turn to have the owner read ends later: whoever stops it may have that turn.
        """
        self._ended = True
        self._done.set()
        with contextlib.suppress(OSError):
            self._stop.send(b"x")
        if threading.current_thread() is not self._thread:
            self._away.wait()
            self._thread.join(0 if self._telling else None)
        self._stop.close()

    def _work(self) -> None:
        # A poll needs no descriptor of its own, of which there may be none left.
        with getattr(selectors, "PollSelector", selectors.DefaultSelector)() as selector, self._stopped:
            selector.register(self._fileno, selectors.EVENT_READ)
            selector.register(self._stopped, selectors.EVENT_READ)
            while not self._ended:
                self._away.clear()
                if not self._ended:
                    selector.select()
                self._telling = not self._ended
                self._away.set()
                if not (self._telling and self._told()):
                    break
                self._telling = False
        self._telling = False
        self._away.set()

    def _told(self) -> bool:
        """Have the owner read, and wait until it has. False when there is nothing to wait for any more."""
        self._done.clear()
        try:
            job = self._heard()
        except Error:
            return False
        job.add_waiter(self._done.set)
        if not self._ended:
            self._done.wait()
        if self._ended:
            return False
        try:
            return job.result()
        except BaseException:
            return False
