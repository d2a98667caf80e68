"""A blocking connection without its public face: sending, receiving, and who may do that.

All of it happens in the thread that calls. One thread may call at a time; a second one gets `BusyError`.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Final, TypeVar

from anyq.codec import Packed
from anyq.errors import (
    BusyError,
    CallTimeout,
    ClosedError,
    ConnectionLost,
    LimitError,
    MisuseError,
)
from anyq.portal import refuse_blocking
from anyq.protocol import CallState
from anyq.sync._feed import Feed
from anyq.sync._interrupt import delicate, deliver, guard, interruptible, pending, unguard
from anyq.sync._lifeline import BROKEN, Lifeline
from anyq.sync._link import Link
from anyq.sync._pending import Pending

__all__ = ["Core"]

T = TypeVar("T")

delicate(__file__)


class Core(Lifeline):
    """A blocking connection without its public face."""

    # One thread at a time

    def _enter(self, taken: list[bool]) -> None:
        """Keep other threads out, and note in ``taken`` that this is to be undone."""
        refuse_blocking("a blocking connection", "`await` on a connection of `anyq.connect`")
        # One piece of C code takes the lock and notes that it did, so that no exception of a signal handler comes
        # between the two. For the same reason its release stands in the ``finally`` itself, not in a function.
        taken.extend(filter(None, map(self._busy.acquire, (False,))))
        if not taken:
            raise BusyError("another thread uses this connection: give each its own, or share one through a portal")

    def _alone(self, work: Callable[..., T], *arguments: Any) -> T:
        taken: list[bool] = []
        try:
            self._enter(taken)
            return work(*arguments)
        finally:
            if taken:
                self._busy.release()
            if pending:
                deliver()

    # Opening

    def open(self) -> None:
        """Make the first link. Raises `ConnectError`; leaves no socket behind when it fails or is interrupted."""
        self._alone(self._open)

    def _open(self) -> None:
        self._link = self._new_link()
        guard()
        _cores.add(self)
        self._set_state("connected")

    # Sending

    @interruptible
    def prepare(self, body: bytes | Packed, query: Any, *, expects: bool = True, idempotent: bool = False) -> Pending:
        """A call, of which nothing is known to the network yet."""
        return Pending(self, body, query, expects=expects, idempotent=idempotent, timed=self._hooked)

    def ask(self, call: Pending, timeout: float | None) -> None:
        """Send ``call`` and receive until it is done. At the time-out, or interrupted, it is abandoned."""
        taken: list[bool] = []
        try:
            self._enter(taken)
            deadline = None if timeout is None else time.monotonic() + timeout
            if deadline is None and self._exchange(call):
                return
            if call.state is CallState.QUEUED and call not in self._parked:
                self._send(call, deadline)
            if not self._drive(call.done, deadline):
                raise CallTimeout(f"no answer within {timeout} s")
        except BaseException:
            if taken:
                self._abandon(call)
            raise
        finally:
            if taken:
                self._busy.release()
            if pending:
                deliver()

    def _exchange(self, call: Pending) -> bool:
        """The quick way, for calls without deadline, hook or anything else that is going on."""
        link = self._link
        if link is None or self._hooked or self.options.liveness is not None or self._closed is not None:
            return False
        try:
            answered = link.exchange(call)
        except BaseException as error:
            if not self._mend(link, error):
                raise
            return call.done()
        if call.state is not CallState.QUEUED:
            self.counters.calls += 1
            self.counters.answered += call.answer is not None
        return answered

    def submit(self, call: Pending) -> None:
        """Send ``call`` as soon as its turn comes."""
        self._alone(self._send, call, None)

    def post(self, call: Pending) -> None:
        """Send an async message; wait until the network has it, unless calls are to go before it."""
        self._alone(self._post, call)

    def _post(self, call: Pending) -> None:
        try:
            self._send(call, None)
            self._drive(lambda: call.error is not None or (self._link is not None and not self._link.sending), None)
        except BaseException:
            self._abandon(call)
            raise
        if call.error is not None:
            self._unreported = None
            raise call.error

    def flush(self) -> None:
        """Wait until every queued message was handed to the network; raise what was lost since the last time."""
        self._alone(self._drive, lambda: self._link is None or not self._link.backlog, None)
        lost, self._unreported = self._unreported, None
        if lost is not None:
            raise lost
        self.check_usable()

    def _send(self, call: Pending, deadline: float | None) -> None:
        link = self._usable(deadline)
        if call.expects:
            self.counters.calls += 1
        else:
            self.counters.posts += 1
        try:
            link.queue(call.message, call)
        except BaseException as error:
            if not self._mend(link, error):
                raise

    def abandon(self, call: Pending) -> None:
        """Nobody waits for ``call`` any more."""
        self._alone(self._abandon, call)

    def _abandon(self, call: Pending) -> None:
        if call.done():
            return
        link = self._link
        if self._parked.pop(call, None) is not None:
            call.state = CallState.WITHDRAWN
        elif link is not None:
            link.protocol.ledger.abandon(call)
            if call.state is CallState.ABANDONED and self.options.abandon == "close":
                self._lose(link, ConnectionLost("a call was abandoned (abandon='close')"))
        self.counters.abandoned += 1
        self._report(call, "abandoned")

    # Receiving

    def wait_for(self, call: Pending, timeout: float | None) -> None:
        """Receive until ``call`` is done. At the time-out, or interrupted, the call stays as it is."""
        deadline = None if timeout is None else time.monotonic() + timeout
        if not self._alone(self._drive, call.done, deadline):
            raise CallTimeout(f"no answer within {timeout} s")

    def wait_for_message(self, feed: Feed[Any], timeout: float | None) -> bool:
        """Receive until ``feed`` has a message, or is over. False at the time-out."""
        return self._alone(self._drive, feed.ready, None if timeout is None else time.monotonic() + timeout)

    def _drive(self, done: Callable[[], bool], deadline: float | None) -> bool:
        """Send and receive until ``done``. False at the ``deadline``."""
        while not done():
            link = self._link
            if link is None:
                self._usable(deadline)
                continue
            try:
                if not link.advance(deadline) and deadline is not None and time.monotonic() >= deadline:
                    return done()
            except BaseException as error:
                if not self._mend(link, error):
                    raise
        return True

    def _mend(self, link: Link, error: BaseException) -> bool:
        """Clean up after what was raised in the middle of ``link``. True if that is all that is to be done about it."""
        if isinstance(error, BROKEN) and not (isinstance(error, LimitError) and link.stable):
            self._lose(link, error)
            return True
        if not link.stable:
            self._lose(link, ConnectionLost("interrupted at a moment when that breaks it"))
        return False

    def fileno(self) -> int:
        """The socket's number, -1 while there is no connection."""
        link = self._link
        return -1 if link is None else link.fileno()

    # Closing

    def close(self) -> None:
        """Close: queued async messages get a moment to leave, then every call fails with `ClosedError`.

        A call that another thread is waiting in fails at once.
        """
        if self._closed is not None:
            return
        if not self._busy.acquire(False):
            self._closed = ClosedError(f"the connection to {self.address} is closed")
            link = self._link
            if link is not None:
                link.shut()
            self._busy.acquire()
        try:
            self._close()
        finally:
            self._busy.release()
        if pending:
            deliver()

    def _close(self) -> None:
        link = self._link
        try:
            if link is not None and link.sending and self._closed is None:
                self._drive(
                    lambda: self._link is not link or not link.sending, time.monotonic() + self.options.close_timeout
                )
        finally:
            self._end(ClosedError(f"the connection to {self.address} is closed"))

    def _end(self, error: Exception) -> None:
        if self._closed is None:
            self._closed = error
        if self._link is not None:
            self._lose(self._link, error)
        self._fail_parked(self._closed)
        if self in _cores:
            _cores.discard(self)
            unguard()
        self._set_state("closed")

    def forked(self) -> None:
        """In the child of a fork: the socket is the parent's. Only our copy of its number is closed."""
        parent = os.getppid()
        self._busy = threading.Lock()
        self._closed = MisuseError(
            f"the connection to {self.address} was opened in process {parent}: open another one in this process"
        )
        if self._link is not None:
            self._link.fail(self._closed)
            self._link = None


_cores: Final[weakref.WeakSet[Core]] = weakref.WeakSet()


def _at_fork() -> None:
    for core in list(_cores):
        core.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_at_fork)
