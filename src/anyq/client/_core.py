"""What keeps a connection going: its present link, what waits for one, and the reconnecting.

Theory of operation. One background task, `Core.serve`, runs one `Link` after the other. It never raises:
what breaks a link is kept and handed to the callers. Messages go to the link at once if there is one.
Without one they are parked, if reconnection is on, and that is the demand for which `serve` reconnects;
when the last of them is withdrawn, it stops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import WeakSet

import anyio

from anyq import codec
from anyq.client._address import Address
from anyq.client._bodies import decode_message, for_weaker, outgoing
from anyq.client._dial import dial
from anyq.client._inbox import Feed
from anyq.client._link import Link
from anyq.client._options import Options
from anyq.client._pending import Pending
from anyq.client._reconnect import Backoff
from anyq.client._reports import Reports, log, lost_error, with_outcome
from anyq.client._stats import ConnectionStatistics
from anyq.client._waiter import Scheduler, Waiter, scheduler, waiter_maker
from anyq.errors import (
    AuthenticationError,
    ClosedError,
    ConnectError,
    ConnectionLost,
    ConnectTimeout,
    DecodeError,
    DecodeLimitError,
    EncodeError,
    LimitError,
    Outcome,
    QError,
)
from anyq.protocol import AsyncMessage, Call, CallState, Message, Response, SyncRequest
from anyq.values import Value

__all__ = ["Core"]


class Core:
    """A connection without its public face."""

    def __init__(self, address: Address, options: Options) -> None:
        self.address = address
        self.options = options
        self.compress = options.compresses(address)
        self.limits = codec.Limits(max_message_size=options.max_message_size)
        self.reports = Reports(options)
        self.counters = self.reports.counters
        self.new_waiter: Callable[[], Waiter] = anyio.Event
        self.soon: Scheduler | None = None
        self.capability = options.capability
        self.feeds: WeakSet[Feed[Any]] = WeakSet()
        self._link: Link | None = None
        self._calls: set[Pending] = set()
        self._parked: dict[Call, Message] = {}
        self._waiting_feeds = 0
        self._closed: ClosedError | None = None
        self._cause: Exception | None = None
        self._unreported: ConnectionLost | None = None
        self._demand = anyio.Event()
        self._attempting: anyio.CancelScope | None = None
        self._over: anyio.Event | None = None

    # Links

    async def dial(self) -> None:
        """Make the first link. Raises `ConnectError`; leaves no socket behind when it fails or is cancelled."""
        self.new_waiter = waiter_maker()
        self.soon = scheduler()
        self._link = await self._new_link()
        self.reports.enter("connected")

    async def _new_link(self) -> Link:
        options, address = self.options, self.address
        with anyio.move_on_after(options.connect_timeout):
            transport = await dial(address, options)
            try:
                link = Link(transport, options, self)
                try:
                    await link.log_in(address.user, address.password)
                except ConnectError as error:
                    raise type(error)(f"cannot connect to {address}: {error}") from error.__cause__
            except BaseException:
                await transport.close()
                raise
            self.capability = link.protocol.capability
            return link
        raise ConnectTimeout(f"cannot connect to {address}: no answer within {options.connect_timeout} s")

    async def serve(self) -> None:
        """Run link after link until the connection is closed, or lost for good. Raises nothing but
        cancellation.
        """
        self._over = anyio.Event()
        try:
            link = self._link
            while link is not None:
                await link.run()
                self._link = None
                self._lose(link)
                link = await self._restore() if self._reconnects else None
                if link is not None and self._closed is not None:
                    link.fail(self._closed)  # whoever closed us saw no link: it was made in that moment
        finally:
            self._end()
            self._over.set()

    @property
    def _reconnects(self) -> bool:
        return self.options.reconnection_attempts >= 0

    def _lose(self, link: Link) -> None:
        """Sort out what a broken link leaves behind."""
        cause = link.cause or ConnectionLost()
        unsent, unknown = link.lost()
        keep = self._reconnects and self._closed is None
        self._cause = cause
        newer, self._parked = self._parked, {}
        for call in unknown:
            assert isinstance(call, Pending)
            if keep and call.idempotent and call.message is not None:
                call.uncertain = True
                self._park(call, call.message)
            else:
                self._give_up(call, self._lost_error("unknown"))
        for call, message in unsent:
            if keep:
                self._park(call, message)
            else:
                self._give_up(call, self._lost_error("not sent"))
        self._parked.update(newer)
        if self._closed is None:
            log.debug("connection to %s lost: %s", self.address, cause)
            self.reports.enter("lost")

    def _lost_error(self, outcome: Outcome) -> Exception:
        return self._closed_error(outcome) or lost_error(self.address, self._cause, outcome)

    def _closed_error(self, outcome: Outcome = "not sent") -> Exception | None:
        """A new one each time: several tasks may raise it."""
        return with_outcome(self._closed, outcome) if self._closed is not None else None

    def _give_up(self, call: Call, error: Exception) -> None:
        self.counters.lost += 1
        if isinstance(call, Pending):
            self._calls.discard(call)
            self.reports.call_over(call, "lost")
            call.fail(error)
            return
        log.warning("an async message was lost: %s", error)
        if isinstance(error, ConnectionLost):
            self._unreported = error
        elif self._closed is None:
            self._unreported = ConnectionLost(f"an async message was not sent: {error}", outcome="not sent")
            self._unreported.__cause__ = error

    # Reconnecting

    async def _restore(self) -> Link | None:
        """The next link, once somebody needs it; ``None`` when the connection is closed."""
        while self._closed is None:
            await self._wanted()
            with anyio.CancelScope() as self._attempting:
                try:
                    return await self._reconnect()
                except Exception as error:  # whatever dialling or the user's back-off function raised
                    self._fail_parked(error)
        return None

    async def _wanted(self) -> None:
        while not (self._parked or self._waiting_feeds or self._closed):
            self._demand = anyio.Event()
            await self._demand.wait()

    async def _reconnect(self) -> Link | None:
        if self._closed is not None:
            return None
        log.warning("WARNING: Connection lost attempting to reconnect.")
        backoff = Backoff(self.options)
        capability = self.capability
        while True:
            try:
                link = await self._new_link()
            except AuthenticationError:
                raise
            except ConnectError:
                delay = backoff.next_delay()
                if delay is None:
                    attempts = self.options.reconnection_attempts
                    log.warning("WARNING: Could not reconnect to server within %d attempts.", attempts)
                    raise
                log.warning("Failed to reconnect, trying again in %s seconds.", delay)
                await anyio.sleep(delay)
            else:
                log.info("Connection successfully reestablished.")
                self.counters.reconnects += 1
                self._link = link
                weaker = self.capability < capability
                parked, self._parked = self._parked, {}
                for call, message in parked.items():
                    self._send_parked(link, call, message, weaker)
                self.reports.enter("reconnected")
                return link

    def _send_parked(self, link: Link, call: Call, message: Message, weaker: bool) -> None:
        """Send what waited for a link; anew encoded if the peer can do less than the one it was encoded for."""
        try:
            if weaker:
                packed = for_weaker(message, self.capability, self.compress)
                message = replace(message, body=packed.body, compressed=packed.compressed, more=packed.more)
                if isinstance(call, Pending) and call.message is not None and isinstance(message, SyncRequest):
                    call.message = message
            link.queue(message, call)
        except (LimitError, EncodeError) as error:
            self._give_up(call, error)

    def _park(self, call: Call, message: Message) -> None:
        call.state = CallState.QUEUED
        self._parked[call] = message
        self._demand.set()

    def _fail_parked(self, error: Exception) -> None:
        parked, self._parked = self._parked, {}
        for call in parked:
            uncertain = isinstance(call, Pending) and call.uncertain
            self._give_up(call, with_outcome(error, "unknown" if uncertain else "not sent"))
        for feed in list(self.feeds):
            feed.end(error)

    def _relax(self) -> None:
        """Stop reconnecting when nobody needs it any more."""
        if not self._parked and not self._waiting_feeds and self._attempting is not None:
            self._attempting.cancel()

    def feed_waits(self, change: int) -> None:
        """A reader of messages begins (1) or ends (-1) to wait for the next."""
        self._waiting_feeds += change
        if change > 0:
            self._demand.set()
        else:
            self._relax()

    def add_feed(self, feed: Feed[Any]) -> None:
        """It listens from now on."""
        if self.reports.state != "new":
            self.check_usable()
        self.feeds.add(feed)

    def feed_closed(self, feed: Feed[Any]) -> None:
        """It listens no more."""
        self.feeds.discard(feed)

    def statistics(self) -> ConnectionStatistics:
        """A snapshot of the counters."""
        link = self._link
        return self.counters.snapshot(
            in_flight=link.protocol.ledger.in_flight if link is not None else 0,
            queued=len(self._parked) + (link.backlog if link is not None else 0),
            receiving=link.protocol.receiving if link is not None else (0, 0),
        )

    # Sending

    def check_usable(self) -> None:
        """Raise what a call would raise now, before anything is encoded."""
        if (closed := self._closed_error()) is not None:
            raise closed
        if self.reports.state == "new":
            raise ClosedError("this connection is not open: use 'async with', or await open(task_group)")
        if self._link is None and not self._reconnects:
            raise self._lost_error("not sent")

    @property
    def busy(self) -> bool:
        """Whether a message that is queued now is not sent at once."""
        link = self._link
        return link is not None and link.protocol.ledger.in_flight > 0

    @property
    def linked(self) -> bool:
        """Whether a message that is queued now goes to a peer, and does not wait for a reconnect."""
        return self._closed is None and self._live_link is not None

    @property
    def _live_link(self) -> Link | None:
        """The link, unless it is known to be over."""
        link = self._link
        return link if link is not None and link.cause is None else None

    def submit(self, message: Message, call: Call) -> None:
        """Send ``message`` when its turn comes. Never waits."""
        self.check_usable()
        link = self._live_link
        if link is not None:
            link.queue(message, call)
        elif self._reconnects:
            self._park(call, message)
        else:
            self._cause = self._link.cause if self._link is not None else self._cause
            raise self._lost_error("not sent")
        if isinstance(call, Pending):
            self.counters.calls += 1
            self._calls.add(call)
        else:
            self.counters.posts += 1

    def abandon(self, call: Pending) -> None:
        """The caller of ``call`` went away."""
        if self._parked.pop(call, None) is not None:
            call.state = CallState.WITHDRAWN
            self._relax()
        elif self._link is not None:
            if self._link.protocol.ledger.abandon(call):
                self._link.kick()
            elif call.state is CallState.ABANDONED and self.options.abandon == "close":
                self._link.fail(ConnectionLost("a call was abandoned (abandon='close')"))
        self.counters.abandoned += 1
        self._calls.discard(call)
        self.reports.call_over(call, "abandoned")

    def spoiled(self, error: DecodeError) -> None:
        """Who sends one body that is no value cannot be trusted with the next."""
        if self._link is not None:
            self._link.fail(error)

    def decode(self, message: AsyncMessage | SyncRequest) -> Value:
        """The value in a message of the server's. `DecodeError` closes the connection."""
        try:
            return decode_message(message, self.limits)
        except DecodeLimitError:
            raise
        except DecodeError as error:
            self.spoiled(error)
            raise

    async def room(self) -> None:
        """Wait until there is room for more messages to be queued."""
        while (link := self._live_link) is not None and link.backlog_bytes > self.options.max_queued:
            await link.progress()
        self.check_usable()

    async def flush(self) -> None:
        """Wait until every queued message was handed to the network.

        Raises `ConnectionLost` if an async message was lost since the last time.
        """
        while (link := self._live_link) is not None and link.backlog:
            await link.progress()
        lost, self._unreported = self._unreported, None
        if lost is not None:
            raise lost
        self.check_usable()

    async def drained(self) -> None:
        """Wait until no call is without its answer."""
        while (link := self._live_link) is not None and link.unanswered:
            await link.progress()
        self.check_usable()

    # What a link tells us

    def arrived(self, message: AsyncMessage) -> None:
        self.counters.messages_received += 1
        if not self.feeds:
            self.counters.messages_dropped += 1
            log.debug("an async message came that nobody listens to; dropped")
        for feed in self.feeds:
            self.counters.messages_dropped += feed.offer(message)

    def congested(self) -> anyio.Event | None:
        for feed in self.feeds:
            if (gate := feed.congested()) is not None:
                return gate
        return None

    def answered(self, call: Pending, size: int) -> None:
        self.counters.answered += 1
        self._calls.discard(call)
        self.reports.call_over(call, "answered", size)

    async def respond(self, request: SyncRequest) -> Response:
        self.counters.requests_received += 1
        handler = self.options.on_request
        try:
            if handler is None:
                raise QError("nyi")
            value = handler(self.decode(request))
            if not isinstance(value, Value):
                value = await value
            packed = codec.pack(value, capability=self.capability, compress=self.compress)
            return outgoing(Response, packed)
        except QError as error:
            return Response(codec.encode_error(error))
        except Exception as error:
            log.exception("the handler of the server's requests failed")
            return Response(codec.encode_error(type(error).__name__))

    # Closing

    async def close(self) -> None:
        """Close: every waiting call raises `ClosedError` at once, queued async messages get a moment to
        leave.

        Cancelled, it gives them none; the socket is closed in any case.
        """
        if self._closed is None:
            self._closed = ClosedError(f"the connection to {self.address} is closed")
            for call in list(self._calls):
                self.abandon(call)
                call.fail(with_outcome(self._closed, "not sent" if call.unseen else "unknown"))
        link = self._link
        try:
            with anyio.move_on_after(self.options.close_timeout):
                while (live := self._live_link) is not None and live.backlog:
                    await live.progress()
        finally:
            if link is not None:
                link.fail(self._closed)
            if self._over is None or self._over.is_set():
                self.reports.enter("closed")
            self._demand.set()
            if self._attempting is not None:
                self._attempting.cancel()
        if self._over is not None:
            await self._over.wait()

    def _end(self) -> None:
        """Nothing is served any more: tell everyone."""
        if self._closed is None and (self._reconnects or self._link is not None):
            self._closed = ClosedError(f"the task of the connection to {self.address} was cancelled")
        error = self._lost_error("unknown")
        link, self._link = self._link, None
        if link is not None:
            self._lose(link)
        self._fail_parked(error)
        for call in list(self._calls):
            self._give_up(call, error)
        for feed in list(self.feeds):
            feed.end(error)
        self.reports.enter("closed" if self._closed is not None else "lost")
