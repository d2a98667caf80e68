"""What keeps a blocking connection going: its present link, what waits for one, and the reconnecting.

All of it happens in the thread that calls. One thread may call at a time; a second one gets `BusyError`.
"""

from __future__ import annotations

import inspect
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Final, Literal, TypeVar

from anyq import codec
from anyq.client import Address, Backoff, CallReport, ConnectionStatistics, Counters, Options, decode_message
from anyq.errors import (
    AuthenticationError,
    BusyError,
    CallTimeout,
    ClosedError,
    ConnectError,
    ConnectionCorrupted,
    ConnectionLost,
    DecodeError,
    LimitError,
    MisuseError,
    ProtocolError,
    QError,
)
from anyq.portal import refuse_blocking
from anyq.protocol import AsyncMessage, Call, CallState, Message, Response, SyncRequest
from anyq.sync._dial import dial
from anyq.sync._feed import Feed
from anyq.sync._interrupt import delicate, deliver, guard, interruptible, pending, unguard
from anyq.sync._link import Link
from anyq.sync._pending import Pending
from anyq.values import Value

__all__ = ["Core", "State"]

State = Literal["new", "connected", "lost", "reconnected", "closed"]
T = TypeVar("T")
log: Final = logging.getLogger("anyq")
_BROKEN: Final = (OSError, ConnectionLost, ProtocolError, LimitError)
_LABEL_LENGTH: Final = 200

delicate(__file__)


class Core:
    """A blocking connection without its public face."""

    def __init__(self, address: Address, options: Options) -> None:
        self.address = address
        self.options = options
        self.limits = codec.Limits(max_message_size=options.max_message_size)
        self.counters = Counters()
        self.state: State = "new"
        self.capability = options.capability
        self.feeds: weakref.WeakSet[Feed[Any]] = weakref.WeakSet()
        self._link: Link | None = None
        self._parked: dict[Call, Message] = {}
        self._closed: Exception | None = None
        self._cause: Exception | None = None
        self._unreported: Exception | None = None
        self._hooked = options.on_call is not None
        self._busy = threading.Lock()

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

    # Links

    def open(self) -> None:
        """Make the first link. Raises `ConnectError`; leaves no socket behind when it fails or is interrupted."""
        self._alone(self._open)

    def _open(self) -> None:
        self._link = self._new_link()
        guard()
        _cores.add(self)
        self._set_state("connected")

    @interruptible
    def _next_delay(self, backoff: Backoff) -> float | None:
        return backoff.next_delay()  # which calls a function of the user's

    @interruptible
    def _new_link(self) -> Link:
        options, address = self.options, self.address
        limit = options.connect_timeout
        deadline = None if limit is None else time.monotonic() + limit
        link = Link(dial(address, options, deadline), options, self)
        try:
            link.log_in(address.user, address.password, deadline)
        except ConnectError as error:
            link.fail(error)
            raise type(error)(f"cannot connect to {address}: {error}") from error.__cause__
        except BaseException:
            link.fail(ConnectionLost("interrupted"))
            raise
        self.capability = link.protocol.capability
        return link

    @property
    def _reconnects(self) -> bool:
        return self.options.reconnection_attempts >= 0

    def _lose(self, link: Link, cause: Exception) -> None:
        """Sort out what a broken link leaves behind."""
        link.fail(cause)
        if self._link is not link:
            return
        self._link = None
        self._cause = cause
        keep = self._reconnects and self._closed is None
        unsent, unknown = link.lost()
        for call, message in unsent:
            if keep:
                call.state = CallState.QUEUED
                self._parked[call] = message
            else:
                self._give_up(call, self._lost_error("not sent"))
        for call in unknown:
            if keep and isinstance(call, Pending) and call.idempotent:
                call.state = CallState.QUEUED
                self._parked[call] = call.message
            else:
                self._give_up(call, self._lost_error("unknown"))
        if self._closed is None:
            log.debug("connection to %s lost: %s", self.address, cause)
            self._set_state("lost")
        if not keep:
            self._end_feeds(self._lost_error("unknown"))

    def _end_feeds(self, error: Exception) -> None:
        for feed in list(self.feeds):
            feed.end(error)

    def _lost_error(self, outcome: Literal["not sent", "unknown"]) -> Exception:
        if self._closed is not None:
            return self._closed
        cause = self._cause
        kind = ConnectionCorrupted if isinstance(cause, ProtocolError | LimitError | DecodeError) else ConnectionLost
        told = "it was not sent" if outcome == "not sent" else "it was sent, outcome unknown"
        error = kind(f"connection to {self.address} lost: {cause} ({told})", outcome=outcome)
        error.__cause__ = cause
        return error

    def _give_up(self, call: Call, error: Exception) -> None:
        self.counters.lost += 1
        assert isinstance(call, Pending)
        call.error = error
        if not call.expects:
            self._unreported = error
            log.warning("an async message was lost: %s", error)
        else:
            self._report(call, "lost")

    # Reconnecting

    def _restore(self, deadline: float | None) -> None:
        """Reconnect, and send what waited for that. Raises `ConnectError`, `TypeError`; `CallTimeout` at the
        ``deadline``."""
        log.warning("WARNING: Connection lost attempting to reconnect.")
        backoff = Backoff(self.options)
        while True:
            try:
                link = self._new_link()
                break
            except AuthenticationError:
                raise
            except ConnectError:
                delay = self._next_delay(backoff)
                if delay is None:
                    attempts = self.options.reconnection_attempts
                    log.warning("WARNING: Could not reconnect to server within %d attempts.", attempts)
                    raise
                log.warning("Failed to reconnect, trying again in %s seconds.", delay)
                _pause(delay, deadline)
        log.info("Connection successfully reestablished.")
        self.counters.reconnects += 1
        self._link = link
        self._set_state("reconnected")
        parked, self._parked = self._parked, {}
        for call, message in parked.items():
            try:
                link.queue(message, call)
            except LimitError as error:
                self._give_up(call, error)

    def _usable(self, deadline: float | None) -> Link:
        """The link, alive as far as one can tell; a new one if there was none and that is wanted."""
        self.check_usable()
        link = self._link
        if link is not None:
            try:
                link.look()
            except _BROKEN as error:
                self._lose(link, error)
                link = None
        if link is None:
            if not self._reconnects:
                raise self._lost_error("not sent")
            try:
                self._restore(deadline)
            except (ConnectError, TypeError) as error:
                self._fail_parked(error)
                raise
            link = self._link
            assert link is not None
        return link

    def _fail_parked(self, error: Exception) -> None:
        parked, self._parked = self._parked, {}
        for call in parked:
            self._give_up(call, error)
        self._end_feeds(error)

    # Sending

    def check_usable(self) -> None:
        """Raise what a call would raise now, before anything is encoded."""
        if self._closed is not None:
            raise self._closed.with_traceback(None)
        if self._link is None and not self._reconnects:
            raise self._lost_error("not sent") if self.state != "new" else ClosedError("this connection is not open")

    def prepare(self, body: bytes, query: Any, *, expects: bool = True, idempotent: bool = False) -> Pending:
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
        if isinstance(error, _BROKEN) and not (isinstance(error, LimitError) and link.stable):
            self._lose(link, error)
            return True
        if not link.stable:
            self._lose(link, ConnectionLost("interrupted at a moment when that breaks it"))
        return False

    # What a link tells us

    def arrived(self, message: AsyncMessage) -> None:
        self.counters.messages_received += 1
        if not self.feeds:
            self.counters.messages_dropped += 1
            log.debug("an async message came that nobody listens to; dropped")
            return
        for feed in self.feeds:
            self.counters.messages_dropped += feed.offer(message)

    def answered(self, call: Pending, size: int) -> None:
        self.counters.answered += 1
        if self.options.on_call is not None:
            self._report(call, "answered", size)

    def respond(self, request: SyncRequest) -> Response:
        self.counters.requests_received += 1
        handler = self.options.on_request
        try:
            if handler is None:
                raise QError("nyi")
            value = _consult(handler, request, self.limits)
            return Response(codec.encode(value, capability=self.capability))
        except QError as error:
            return Response(codec.encode_error(error))
        except Exception as error:
            log.exception("the handler of the server's requests failed")
            return Response(codec.encode_error(type(error).__name__))

    def feed_closed(self, feed: Feed[Any]) -> None:
        """It listens no more."""
        self.feeds.discard(feed)

    def spoiled(self, error: DecodeError) -> None:
        """Who sends one body that is no value cannot be trusted with the next."""
        if self._link is not None:
            self._lose(self._link, error)

    def _report(self, call: Pending, outcome: str, size: int = 0) -> None:
        hook = self.options.on_call
        if hook is None:
            return
        query = call.query
        text = str(query.decode() if isinstance(query, bytes) else query)[:_LABEL_LENGTH]
        report = CallReport(
            query=text if self.options.report_queries else None,
            outcome=outcome,
            seconds=time.perf_counter() - call.started,
            request_bytes=len(call.body),
            response_bytes=size,
        )
        _tell(hook, report)

    def _set_state(self, state: State) -> None:
        if state == self.state:
            return
        self.state = state
        if self.options.on_state is not None:
            _tell(self.options.on_state, state)

    def statistics(self) -> ConnectionStatistics:
        """A snapshot of the counters."""
        link = self._link
        return self.counters.snapshot(
            in_flight=link.protocol.ledger.in_flight if link is not None else 0,
            queued=len(self._parked) + (link.protocol.ledger.queued if link is not None else 0),
            receiving=link.protocol.receiving if link is not None else (0, 0),
        )

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


@interruptible
def _pause(delay: float, deadline: float | None) -> None:
    if pending:
        deliver()
    left = delay if deadline is None else min(delay, deadline - time.monotonic())
    if left > 0:
        time.sleep(left)
    if left < delay:
        raise CallTimeout("the time-out ran out while reconnecting")


@interruptible
def _consult(handler: Callable[[Value], Any], request: SyncRequest, limits: codec.Limits) -> Value:
    value = handler(decode_message(request, limits))
    if inspect.isawaitable(value):
        if inspect.iscoroutine(value):
            value.close()
        raise TypeError("on_request of a blocking connection is a plain function, not an asynchronous one")
    result: Value = value
    return result


@interruptible
def _tell(hook: Callable[[T], object], news: T) -> None:
    """A hook that fails must not take the connection with it."""
    try:
        hook(news)
    except Exception:
        log.exception("a hook of the connection failed")


_cores: Final[weakref.WeakSet[Core]] = weakref.WeakSet()


def _at_fork() -> None:
    for core in list(_cores):
        core.forked()


os.register_at_fork(after_in_child=_at_fork)
