"""The driver of a connection in an event loop: its present link, and the reconnecting.

Theory of operation. One background task, `Core.serve`, runs one `Link` after the other. It never raises:
what breaks a link is kept and handed to the callers. What becomes of each call is decided by `anyq.protocol.Calls`;
while it wants a link and there is none, `serve` makes one, and it stops trying when nobody needs it any more.
"""

from __future__ import annotations

from collections.abc import Callable

import anyio

from anyq import protocol
from anyq.client._address import Address
from anyq.client._dial import dial
from anyq.client._engine import Engine
from anyq.client._inbox import Feed
from anyq.client._link import Link
from anyq.client._options import Options
from anyq.client._pending import Pending
from anyq.client._rounds import Round
from anyq.client._topics import Topics
from anyq.client._waiter import Scheduler, Waiter, scheduler, waiter_maker
from anyq.errors import (
    ClosedError,
    ConnectError,
    ConnectionLost,
    ConnectTimeout,
)
from anyq.loops import Home
from anyq.protocol import ConnectionStatistics, Message, Post, Request, Response, SyncRequest

__all__ = ["Core"]


class Core(Engine):
    """A connection without its public face."""

    def __init__(self, address: Address, options: Options) -> None:
        super().__init__(address, options)
        self.new_waiter: Callable[[], Waiter] = anyio.Event
        self.soon: Scheduler | None = None
        self.topics: Topics = Topics()
        self.home: Home | None = None
        self._link: Link | None = None
        self._demand = anyio.Event()
        self._attempting: anyio.CancelScope | None = None
        self._over: anyio.Event | None = None

    def __str__(self) -> str:
        return f"the connection to {self.address}"

    def check_home(self) -> None:
        """Raise `MisuseError` unless this is the event loop in which the connection was opened."""
        if self.home is not None:
            self.home.check(self)

    def check_usable(self) -> None:
        if self.home is not None:
            self.home.check(self)
        super().check_usable()

    # Links

    async def dial(self) -> None:
        """Make the first link, in ``connect_attempts`` attempts. Raises `ConnectError`; leaves no socket behind when
        it fails or is cancelled.
        """
        self.new_waiter = waiter_maker()
        self.soon = scheduler()
        self._link = await self._attempt(Round(self.options, self.address, first=True))
        self.home = Home()
        self.connected(self._link.protocol)

    async def _attempt(self, attempts: Round) -> Link:
        while True:
            try:
                link = await self._new_link()
            except ConnectError as error:
                await anyio.sleep(attempts.failed(error))
            else:
                attempts.succeeded()
                return link

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
            return link
        raise ConnectTimeout(f"cannot connect to {address}: no answer within {options.connect_timeout} s")

    async def serve(self) -> None:
        """Run link after link until the connection is closed, or lost for good. Raises nothing but
        cancellation.
        """
        self._over = anyio.Event()
        try:
            while (link := self._link) is not None:
                await link.run()
                self._link = None
                self.detach(link.unsent)
                if self.reconnects:
                    await self._restore()
        finally:
            self._end()
            self._over.set()

    async def _restore(self) -> None:
        """Make the next link, once somebody needs it. Return without one when the connection is closed."""
        while self._link is None and self.closed is None:
            while not (self.wanted or self.closed):
                self._demand = anyio.Event()
                await self._demand.wait()
            if self.closed is not None:
                return
            with anyio.CancelScope() as self._attempting:
                try:
                    link = await self._attempt(Round(self.options, self.address, self.cause, first=False))
                except Exception as error:  # whatever dialling or the user's back-off function raised
                    self.fail_parked(error)
                else:
                    self._link = link
                    self.connected(link.protocol)
                    if self.closed is not None:
                        link.fail(self.closed)  # whoever closed us saw no link: it was made in that moment

    def feed_waits(self, change: int) -> None:
        """A reader of messages begins (1) or ends (-1) to wait for the next."""
        self.waiting_feeds += change
        self._wants_changed()

    def _wants_changed(self) -> None:
        """Have a link made if one is needed, or stop reconnecting when nobody needs it any more."""
        if self.wanted:
            self._demand.set()
        elif self._attempting is not None:
            self._attempting.cancel()

    def add_feed(self, feed: protocol.Feed) -> None:
        """It listens from now on."""
        if self.state != "new":
            self.check_usable()
        self.feeds.add(feed)

    def feed_closed(self, feed: protocol.Feed) -> None:
        """It listens no more."""
        self.feeds.discard(feed)

    def snapshot(self) -> ConnectionStatistics:
        """A snapshot of the counters."""
        return self.statistics(sending=self._link is not None and self._link.sending)

    # Sending

    @property
    def busy(self) -> bool:
        """Whether a message that is queued now is not sent at once."""
        link = self.protocol
        return link is not None and link.ledger.in_flight > 0

    @property
    def _live_link(self) -> Link | None:
        """The link, unless it is known to be over."""
        return self._link if self.live is not None else None

    def send(self, message: Message, call: Request | Post) -> None:
        """Send ``message`` when its turn comes. Never waits. Raises as `submit`."""
        link = self._link
        if link is not None and not self._is_broken and self.closed is None and link.send_alone(message, call):
            self._count(call, message)
            return
        self.submit(message, call)
        if link is not None and not self._is_broken:
            link.queued()
        else:
            self._demand.set()

    def withdraw(self, call: Pending) -> None:
        """The caller of ``call`` went away."""
        link, closes = self._link, self.abandon(call)
        if link is not None:
            link.own(call)
            if closes:
                link.fail(ConnectionLost("a call was abandoned (abandon='close')"))
            elif self.live is not None:
                link.kick()
        self._wants_changed()

    def spoil(self, error: Exception) -> None:
        if self._link is not None:
            self._link.fail(error)

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
        lost = self.take_losses()
        if lost is not None:
            raise lost
        self.check_flushed()
        self.check_usable()

    async def drained(self) -> None:
        """Wait until no call is without its answer."""
        while (link := self._live_link) is not None and link.unanswered:
            await link.progress()
        self.check_usable()

    # What a link asks

    def congested(self) -> anyio.Event | None:
        for feed in self.feeds:
            assert isinstance(feed, Feed)
            if (gate := feed.gate()) is not None:
                return gate
        return None

    async def respond(self, request: SyncRequest) -> Response:
        try:
            value = self.decode_request(request)
            handler = self.options.on_request
            assert handler is not None
            result = handler(value)
            return self.response(await result if hasattr(result, "__await__") else result)
        except Exception as error:
            return self.refusal(error)

    # Closing

    async def shut(self) -> None:
        """Close: every waiting call raises `ClosedError` at once, queued async messages get a moment to
        leave.

        Cancelled, it gives them none; the socket is closed in any case.
        """
        self.check_home()
        self.close(ClosedError(f"the connection to {self.address} is closed"))
        assert self.closed is not None
        link = self._link
        try:
            with anyio.move_on_after(self.options.close_timeout):
                while (live := self._live_link) is not None and live.backlog:
                    await live.progress()
        finally:
            if link is not None:
                link.fail(self.closed)
            if self._over is None or self._over.is_set():
                self.enter("closed")
            self._demand.set()
            if self._attempting is not None:
                self._attempting.cancel()
        if self._over is not None:
            await self._over.wait()

    def _end(self) -> None:
        """Nothing is served any more: tell everyone."""
        link, self._link = self._link, None
        error = ClosedError(f"the task of the connection to {self.address} was cancelled")
        if link is not None:
            self.broken(link.cause or error)
        self.end(error, unsent=link.unsent if link is not None else 0)
