"""The links of a blocking connection, one after the other: loss, reconnecting, and what the server sends by itself."""

from __future__ import annotations

import inspect
import logging
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Final, Literal, TypeVar

from anyq import codec
from anyq.client import (
    Address,
    Backoff,
    CallReport,
    ConnectionStatistics,
    Counters,
    Options,
    decode_message,
    for_weaker,
    lost_error,
    outgoing,
    with_outcome,
)
from anyq.errors import (
    AuthenticationError,
    CallTimeout,
    ClosedError,
    ConnectError,
    ConnectionLost,
    DecodeError,
    DecodeLimitError,
    EncodeError,
    Error,
    LimitError,
    ProtocolError,
    QError,
)
from anyq.protocol import AsyncMessage, Call, CallState, Message, Response, SyncRequest
from anyq.sync._dial import dial
from anyq.sync._feed import Feed
from anyq.sync._interrupt import delicate, deliver, interruptible, pending
from anyq.sync._link import Link
from anyq.sync._pending import Pending
from anyq.values import Value

__all__ = ["BROKEN", "Lifeline", "State"]

State = Literal["new", "connected", "lost", "reconnected", "closed"]
T = TypeVar("T")
log: Final = logging.getLogger("anyq")
BROKEN: Final = (OSError, ConnectionLost, ProtocolError, LimitError)
"""What breaks a link."""
_LABEL_LENGTH: Final = 200

delicate(__file__)


class Lifeline:
    """The links of a blocking connection, one after the other, and what they tell."""

    def __init__(self, address: Address, options: Options) -> None:
        self.address = address
        self.options = options
        self.compress = options.compresses(address)
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
        self._user: dict[int, object] = {}
        self._left = threading.Event()
        self._spare: Pending | None = None

    # Links

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
                call.uncertain = True
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
            return with_outcome(self._closed, outcome)
        return lost_error(self.address, self._cause, outcome)

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
        capability = self.capability
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
                if self.capability < capability:
                    assert isinstance(call, Pending)
                    call.body = for_weaker(message, self.capability, self.compress)
                    message = call.message
                link.queue(message, call)
            except (LimitError, EncodeError) as error:
                self._give_up(call, error)

    def _usable(self, deadline: float | None) -> Link:
        """The link, alive as far as one can tell; a new one if there was none and that is wanted."""
        self.check_usable()
        link = self._link
        if link is not None:
            try:
                link.look()
            except BROKEN as error:
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
            uncertain = isinstance(call, Pending) and call.uncertain
            self._give_up(call, with_outcome(error, "unknown" if uncertain else "not sent"))
        self._end_feeds(error)

    @interruptible
    def check_usable(self) -> None:
        """Raise what a call would raise now, before anything is encoded."""
        if self._closed is not None:
            raise self._closed.with_traceback(None)
        if self._link is None and not self._reconnects:
            raise self._lost_error("not sent") if self.state != "new" else ClosedError("this connection is not open")

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
            packed = codec.pack(value, capability=self.capability, compress=self.compress)
            return outgoing(Response, packed)
        except QError as error:
            return Response(codec.encode_error(error))
        except Exception as error:
            log.exception("the handler of the server's requests failed")
            return Response(codec.encode_error(type(error).__name__))

    @interruptible
    def feed_closed(self, feed: Feed[Any]) -> None:
        """It listens no more."""
        self.feeds.discard(feed)

    def spoiled(self, error: Error) -> None:
        """An answer could not be decoded: who sends one body that is no value cannot be trusted with the next."""
        if isinstance(error, DecodeError) and not isinstance(error, DecodeLimitError) and self._link is not None:
            self._lose(self._link, error)

    def _report(self, call: Pending, outcome: str, size: int = 0) -> None:
        hook = self.options.on_call
        if hook is None:
            return
        query = call.query
        text = str(query.decode("utf-8", "backslashreplace") if isinstance(query, bytes) else query)[:_LABEL_LENGTH]
        report = CallReport(
            query=text if self.options.report_queries else None,
            outcome=outcome,
            seconds=time.perf_counter() - call.started,
            request_bytes=call.message.size,
            response_bytes=size,
        )
        _tell(hook, report)

    def _set_state(self, state: State) -> None:
        if state == self.state:
            return
        self.state = state
        if self.options.on_state is not None:
            _tell(self.options.on_state, state)

    @interruptible
    def statistics(self) -> ConnectionStatistics:
        """A snapshot of the counters."""
        link = self._link
        return self.counters.snapshot(
            in_flight=link.protocol.ledger.in_flight if link is not None else 0,
            queued=len(self._parked) + (link.protocol.ledger.queued if link is not None else 0),
            receiving=link.protocol.receiving if link is not None else (0, 0),
        )


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
