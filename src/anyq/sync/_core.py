"""A blocking connection without its public face: sending, receiving, and who may do that.

All of it happens in the thread that calls. One thread may call at a time; a second one gets `BusyError`.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, TypeVar

from anyq.client import Address, Options, Query, Round
from anyq.codec import Packed, carry
from anyq.errors import BusyError, CallTimeout, ClosedError, ConnectionLost, MisuseError, QError
from anyq.portal import has_asyncgen_hook, refuse_blocking
from anyq.protocol import AsyncMessage, CallState, ConnectionStatistics, Feed, Post, Response, SyncRequest
from anyq.sync._driver import Driver
from anyq.sync._interrupt import delicate, deliver, guard, interruptible, pending, unguard
from anyq.sync._pending import Pending

__all__ = ["Core"]

T = TypeVar("T")
Outgoing = TypeVar("Outgoing", AsyncMessage, SyncRequest, Response)

delicate(__file__)

_QUEUED: Final = CallState.QUEUED
_MISUSE: Final = ("a blocking connection", "`await` on a connection of `anyq.connect`")
_PATIENCE: Final = 0.1
"""Seconds between two looks whether a thread has left that may have forgotten to say so."""


class Core(Driver):
    """A blocking connection without its public face."""

    def __init__(self, address: Address, options: Options) -> None:
        super().__init__(address, options)
        self._user: dict[int, object] = {}
        self._left = threading.Event()
        self._spare: Pending | None = None

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
            if self.closed is not None:
                self._left.set()
            if pending:
                deliver()

    # Opening

    def open(self) -> None:
        """Make the first link. Raises `ConnectError`; leaves no socket behind when it fails or is interrupted."""
        self._alone(self._open)

    def _open(self) -> None:
        self._connect(Round(self.options, self.address, first=True), None)
        self._renew()
        guard()
        _cores.add(self)

    # Sending

    @interruptible
    def message(
        self, kind: type[Outgoing], query: Query, arguments: tuple[object, ...], *, own: bool = False
    ) -> Outgoing:
        return super().message(kind, query, arguments, own=own)

    @interruptible
    def handle_for(self, query: Query, *, idempotent: bool = False, size: int = 0) -> Pending:
        """A call, without sending it."""
        call = Pending(self, idempotent=idempotent, size=size)
        self.describe(call, query)
        return call

    def ask(self, body: bytes | Packed, query: Query, timeout: float | None, idempotent: bool) -> bytes | Pending:
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
                message = carry(SyncRequest, body)
                call = self.handle_for(query, idempotent=idempotent, size=message.size)
                return self._ask(message, call, timeout)
            # The fast path, for calls without deadline, hook or anything else that is going on. It takes one handle
            # again and again, as long as nobody but this call has seen it.
            self._spare = None
            call.state, call.idempotent = _QUEUED, idempotent
            try:
                answer = link.exchange(body, call)
            except BaseException as error:
                self._adopt(call, body)
                if not self._mend(link, error):
                    raise
                answer = None
            if answer is None:
                self._renew()
                message = self._adopt(call, body)
                return self._ask(message, call, None)
            counters = self.counters
            counters.calls += 1
            counters.answered += 1
            self._spare = call
            return answer
        except BaseException:
            if call is not None:
                self._renew()
                self._withdraw(call)
            raise
        finally:
            if mine or user.get(0) is token:
                del user[0]
            if self.closed is not None:
                self._left.set()
            if pending:
                deliver()

    def _adopt(self, call: Pending, body: bytes | Packed) -> SyncRequest:
        """The message of ``call``, which goes on as any other if the fast path sent it."""
        message = carry(SyncRequest, body)
        call.size = message.size
        if call.state is not _QUEUED and not call.order:
            self.adopt(call, message)
        return message

    def _renew(self) -> None:
        """Have a handle for the next quick call, if there may be any."""
        if not self.reports_calls and self.options.liveness is None:
            self._spare = self.handle_for("")

    def _ask(self, message: SyncRequest, call: Pending, timeout: float | None) -> Pending:
        deadline = None if timeout is None else time.monotonic() + timeout
        if not call.order:
            self._send(message, call, deadline)
        if not self._drive(call.done, deadline):
            raise CallTimeout(f"no answer within {timeout} s")
        return call

    def send(self, message: SyncRequest, call: Pending) -> None:
        """Send ``call`` as soon as its turn comes."""
        self._alone(self._send, message, call, None)

    def post(self, message: AsyncMessage) -> None:
        """Send an async message; wait until the network has it, unless calls are to go before it."""
        self._alone(self._post, message, Post())

    def _post(self, message: AsyncMessage, post: Post) -> None:
        try:
            self._send(message, post, None)
            if post.error is None and self._link is not None and not self._link.sending:
                return
            self._drive(lambda: post.error is not None or (self._link is not None and not self._link.sending), None)
        except BaseException:
            self.parked.pop(post, None)
            if self.protocol is not None and post.state is _QUEUED:
                self.protocol.ledger.abandon(post)
            raise
        if post.error is not None:
            self.take_losses()
            raise post.error

    def flush(self, confirm: bool) -> None:
        """Wait until every queued message was handed to the network; raise what was lost since the last time."""
        self._alone(self._drive, lambda: self._link is None or not self._link.backlog, None)
        self._tell_losses()
        self.check_usable()
        if not confirm:
            return
        message = self.message(SyncRequest, "", ())
        call = self.handle_for("", size=message.size)
        try:
            self._alone(self._ask, message, call, self.options.timeout)
            call.outcome()
        except QError:  # an answer, too
            pass
        except ConnectionLost:
            self._tell_losses()
            raise
        except BaseException:
            self.withdraw(call)
            raise
        self._tell_losses()

    def _tell_losses(self) -> None:
        if (lost := self.take_losses()) is not None:
            raise lost

    def withdraw(self, call: Pending) -> None:
        """Nobody waits for ``call`` any more."""
        self._alone(self._withdraw, call)

    # Receiving

    def wait_for(self, call: Pending, timeout: float | None) -> None:
        """Receive until ``call`` is done. At the time-out, or interrupted, the call stays as it is."""
        deadline = None if timeout is None else time.monotonic() + timeout
        if not self._alone(self._drive, call.done, deadline):
            raise CallTimeout(f"no answer within {timeout} s")

    def wait_for_message(self, feed: Feed, timeout: float | None, count: int = 1) -> bool:
        """Receive until ``feed`` has ``count`` messages, or is full or over. False at the time-out."""
        return self._alone(
            self._drive, lambda: feed.holds(count), None if timeout is None else time.monotonic() + timeout
        )

    @interruptible
    def feed_closed(self, feed: Feed) -> None:
        """It listens no more."""
        self.feeds.discard(feed)

    @interruptible
    def snapshot(self) -> ConnectionStatistics:
        """A snapshot of the counters."""
        return self.statistics(sending=self._link is not None and self._link.sending)

    def fileno(self) -> int:
        """The socket's number, -1 while there is no connection."""
        link = self._link
        return -1 if link is None else link.fileno()

    # Closing

    def shut(self) -> None:
        """Close: queued async messages get a moment to leave, then every call fails with `ClosedError`.

        A call that another thread is waiting in fails at once.
        """
        if self.closed is not None:
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
        self.closed = ClosedError(f"the connection to {self.address} is closed")
        link = self._link
        if link is not None:
            link.shut()
        while True:
            self._left.clear()
            if self._user.setdefault(0, token) is token:
                return
            self._left.wait(_PATIENCE)

    def _close(self) -> None:
        link, first = self._link, self.closed is None
        error = self.closed or ClosedError(f"the connection to {self.address} is closed")
        self.close(error)
        try:
            if first and link is not None and link.backlog:
                self._push(link)
                deadline = time.monotonic() + self.options.close_timeout
                self._drive(lambda: self._link is None or not self._link.backlog, deadline)
        finally:
            if self._link is not None:
                self._lose(self._link, error)
            self.end(error)
            if self in _cores:
                _cores.discard(self)
                unguard()

    def forked(self) -> None:
        """In the child of a fork: the socket is the parent's. Only our copy of its number is closed."""
        parent = os.getppid()
        self._user = {}
        self.closed = MisuseError(
            f"the connection to {self.address} was opened in process {parent}: open another one in this process"
        )
        if self._link is not None:
            self._link.fail(self.closed)
            self._link = None
            self.protocol = None


_USES: Final = {Core.ask.__code__, Core._alone.__code__}
_cores: Final[weakref.WeakSet[Core]] = weakref.WeakSet()


def _at_fork() -> None:
    for core in list(_cores):
        core.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_at_fork)
