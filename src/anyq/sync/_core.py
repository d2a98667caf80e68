"""A blocking connection without its public face: sending, receiving, and who may do that.

All of it happens in the thread that calls. One thread may call at a time; a second one gets `BusyError`.
"""

from __future__ import annotations

import os
import sys
import time
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, TypeVar

from anyq.client import for_weaker
from anyq.codec import Packed
from anyq.errors import (
    BusyError,
    CallTimeout,
    ClosedError,
    ConnectionLost,
    LimitError,
    MisuseError,
)
from anyq.portal import has_asyncgen_hook, refuse_blocking
from anyq.protocol import CallState
from anyq.sync._feed import Feed
from anyq.sync._interrupt import delicate, deliver, guard, interruptible, pending, unguard
from anyq.sync._lifeline import BROKEN, Lifeline
from anyq.sync._link import Link
from anyq.sync._pending import Pending

__all__ = ["Core"]

T = TypeVar("T")

delicate(__file__)

_QUEUED: Final = CallState.QUEUED
_MISUSE: Final = ("a blocking connection", "`await` on a connection of `anyq.connect`")
_PATIENCE: Final = 0.1
"""Seconds between two looks whether a thread has left that may have forgotten to say so."""


class Core(Lifeline):
    """A blocking connection without its public face."""

    # One thread at a time

    # Whoever uses the connection has put a token of its own into ``_user``, in one step, and knows by it whether it did
    # if an exception of a signal handler comes before that is noted. For the same reason it is taken out in the
    # ``finally`` itself, before any function is called there: calls are where such exceptions are raised.

    def _busy(self) -> BusyError:
        return BusyError("another thread uses this connection: give each its own, or share one through a portal")

    def _alone(self, work: Callable[..., T], *arguments: Any) -> T:
        token, user, mine = object(), self._user, False
        try:
            refuse_blocking(*_MISUSE)
            if user.setdefault(0, token) is not token:
                raise self._busy()
            mine = True
            return work(*arguments)
        finally:
            if mine or user.get(0) is token:
                del user[0]
            if self._closed is not None:
                self._left.set()
            if pending:
                deliver()

    # Opening

    def open(self) -> None:
        """Make the first link. Raises `ConnectError`; leaves no socket behind when it fails or is interrupted."""
        self._alone(self._open)

    def _open(self) -> None:
        self._link = self._new_link()
        self._renew()
        guard()
        _cores.add(self)
        self._set_state("connected")

    # Sending

    @interruptible
    def prepare(self, body: bytes | Packed, query: Any, *, expects: bool = True, idempotent: bool = False) -> Pending:
        """A call, of which nothing is known to the network yet."""
        return Pending(self, body, query, expects=expects, idempotent=idempotent, timed=self._hooked)

    def ask(self, body: bytes | Packed, query: Any, timeout: float | None, idempotent: bool) -> bytes | Pending:
        """Send a call and receive until it is done. At the time-out, or interrupted, it is abandoned.

        The body of the answer, or the call if that was not the only thing that came.
        """
        token, user, mine, call = object(), self._user, False, None
        try:
            if has_asyncgen_hook():
                refuse_blocking(*_MISUSE)
            if user.setdefault(0, token) is not token:
                raise self._busy()
            mine = True
            link, call = self._link, self._spare
            if link is None or timeout is not None or call is None:
                call = self.prepare(body, query, idempotent=idempotent)
                return self._ask(call, timeout)
            # The quick way, for calls without deadline, hook or anything else that is going on. It takes one handle
            # again and again, as long as nobody but this call has seen it.
            self._spare = None
            call.state, call.body, call.query, call.idempotent = _QUEUED, body, query, idempotent
            try:
                answer = link.exchange(call)
            except BaseException as error:
                if not self._mend(link, error):
                    raise
                answer = None
            if answer is None:
                self._renew()
                return self._ask(call, None)
            counters = self.counters
            counters.calls += 1
            counters.answered += 1
            self._spare = call
            return answer
        except BaseException:
            if call is not None:
                self._renew()
                self._abandon(call)
            raise
        finally:
            if mine or user.get(0) is token:
                del user[0]
            if self._closed is not None:
                self._left.set()
            if pending:
                deliver()

    def _renew(self) -> None:
        """Have a handle for the next quick call, if there may be any."""
        if not self._hooked and self.options.liveness is None:
            self._spare = self.prepare(b"", "")

    def _ask(self, call: Pending, timeout: float | None) -> Pending:
        deadline = None if timeout is None else time.monotonic() + timeout
        if call.state is CallState.QUEUED and call not in self._parked:
            self._send(call, deadline)
        else:
            self.counters.calls += 1
        if not self._drive(call.done, deadline):
            raise CallTimeout(f"no answer within {timeout} s")
        return call

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
        capability = self.capability
        link = self._usable(deadline)
        if self.capability < capability:
            call.body = for_weaker(call.message, self.capability, self.compress)
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
        token, user, mine = object(), self._user, False
        try:
            if user.setdefault(0, token) is not token:
                self._expel(token)
            mine = True
            self._close()
        finally:
            if mine or user.get(0) is token:
                del user[0]
            if pending:
                deliver()

    def _expel(self, token: object) -> None:
        """Close although the connection is in use: fail the call that waits, and take the place of who made it."""
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            if frame.f_code in _USES and frame.f_locals["self"] is self:
                raise MisuseError("a function that is called in the middle of a call cannot close the connection")
            frame = frame.f_back
        self._closed = ClosedError(f"the connection to {self.address} is closed")
        link = self._link
        if link is not None:
            link.shut()
        while True:
            self._left.clear()
            if self._user.setdefault(0, token) is token:
                return
            self._left.wait(_PATIENCE)

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
        self._user = {}
        self._closed = MisuseError(
            f"the connection to {self.address} was opened in process {parent}: open another one in this process"
        )
        if self._link is not None:
            self._link.fail(self._closed)
            self._link = None


_USES: Final = {Core.ask.__code__, Core._alone.__code__}
_cores: Final[weakref.WeakSet[Core]] = weakref.WeakSet()


def _at_fork() -> None:
    for core in list(_cores):
        core.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_at_fork)
