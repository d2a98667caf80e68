"""The calls of one connection over all its links: which wait, which are in flight, and what a loss does to each.

Theory of operation. A driver makes a link (a byte stream on which the login succeeded) and gives its protocol to
`Calls.attach`; it moves bytes, hands each event to `Calls.handle`, and says with `Calls.broken` and `Calls.detach` when
the link is over. Everything else is decided here, without I/O, clock or event loop:

* A message goes to the link if there is one, and waits ("parked") if there is none and the driver reconnects.
* When a link is lost, a message that did not leave whole is parked. So is an idempotent call that awaits its answer;
  any other call in flight fails with outcome "unknown". Parked messages go to the next link in the order in which
  they were made.
* An async message that the network had taken counts as unknown, unless a later call was answered: a q process handles
  messages in order.
* A caller that goes away leaves a tombstone (see `Ledger`), and the reply is dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, TypeAlias, TypeVar

from anyq.errors import ClosedError, ConnectionLost, EncodeError, LimitError, Outcome
from anyq.protocol._connection import Connection
from anyq.protocol._counters import CallReport, ConnectionStatistics, Counters
from anyq.protocol._events import (
    Accept,
    AsyncMessage,
    DroppedReply,
    EndOfFile,
    Event,
    Message,
    Refuse,
    Response,
    SyncRequest,
)
from anyq.protocol._feed import Feeds
from anyq.protocol._hooks import Hooks, tell
from anyq.protocol._ledger import Call, CallState
from anyq.protocol._losses import Post, Request, broken_error, end_of_file_text, error_in, lost_error, with_outcome

__all__ = ["Calls", "ConnectionState"]

ConnectionState: TypeAlias = Literal["new", "connected", "lost", "reconnected", "closed"]
T = TypeVar("T")
_TURN: Final = 1 << 17
"""Bytes of feeds' messages that are received before their readers have a turn."""
_MANY: Final = 4096
"""Messages that are taken together at most, so that no step takes long."""
log: Final = logging.getLogger("anyq")


class Calls:
    """The decisions about the calls of one connection. ``where`` is its address as texts name it.

    ``reconnects``: whether messages wait for the next link when there is none. ``abandon_closes``: whether a link is
    given up when the caller of a sent call goes away. The hooks are called at each change of ``state`` and after each
    call; one that raises is logged.
    """

    def __init__(
        self,
        where: object,
        *,
        reconnects: bool = False,
        abandon_closes: bool = False,
        on_state: Callable[[str], object] | None = None,
        on_call: Callable[[CallReport], object] | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        self.where = where
        self.reconnects = reconnects
        self.counters: Counters = Counters()
        self.state: ConnectionState = "new"
        self.watchers: list[Callable[[ConnectionState], object]] = []
        self.feeds: Feeds = Feeds()
        self.waiting_feeds = 0
        """Number of readers that wait for a message, and so need a link."""
        self.protocol: Connection | None = None
        """The present link's; kept when that has broken, until `detach`."""
        self.parked: dict[Call, Message] = {}
        self.closed: Exception | None = None
        self.cause: Exception | None = None
        self._abandon_closes = abandon_closes
        self._on_state = on_state
        self._on_call = on_call
        self._hooks = hooks
        self._is_broken = False
        self._orders = 0
        self._unreported: list[Exception] = []
        self._unreported_unknown = 0

    # What there is

    @property
    def live(self) -> Connection | None:
        """The protocol of the link, unless that is known to be over."""
        return None if self._is_broken else self.protocol

    @property
    def wanted(self) -> bool:
        """True while a link is needed."""
        return bool(self.parked) or self.waiting_feeds > 0

    @property
    def reports_calls(self) -> bool:
        """True if the calls' labels and times are asked for."""
        return self._on_call is not None or self._hooks is not None

    def check_usable(self) -> None:
        """Raise what a call would raise now."""
        if self.protocol is not None and not self._is_broken and self.closed is None:
            return
        if self.closed is not None:
            raise with_outcome(self.closed, "not sent").with_traceback(None)
        if self.state == "new":
            raise ClosedError("this connection is not open: use 'async with', or await open(task_group)")
        if not self.reconnects and self.live is None:
            raise self.loss("not sent")

    def loss(self, outcome: Outcome) -> Exception:
        """The error for one more caller, whose message was ``outcome``."""
        if self.closed is not None:
            return with_outcome(self.closed, outcome)
        return lost_error(self.where, self.cause, outcome)

    def statistics(self, *, sending: int = 0) -> ConnectionStatistics:
        """A snapshot of the counters. ``sending`` messages have left the ledger, but are not sent whole."""
        link = self.protocol
        return self.counters.snapshot(
            in_flight=link.ledger.in_flight if link is not None else 0,
            queued=len(self.parked) + sending + (link.ledger.queued if link is not None else 0),
            receiving=link.receiving if link is not None else (0, 0),
        )

    # Sending

    def submit(self, message: Message, call: Request | Post) -> None:
        """Queue ``message`` for the link, or park it until there is one.

        Raises what `check_usable` and `Connection.queue` raise; nothing has changed then.
        """
        live = self.protocol
        if live is not None and not self._is_broken and self.closed is None:
            live.queue(message, call)
        else:
            self.check_usable()
            self._park(call, message)
        self._count(call, message)

    def _count(self, call: Request | Post, message: Message) -> None:
        self._orders += 1
        call.order = self._orders
        if isinstance(call, Request):
            self.counters.calls += 1
            if call.idempotent:
                call.message = message
        else:
            self.counters.posts += 1

    def adopt(self, call: Request, message: Message) -> None:
        """A call that the link's fast path sent is to go on as any other."""
        self._count(call, message)

    def abandon(self, call: Request) -> bool:
        """The caller of ``call`` went away. True if the link is to be given up because of that."""
        if self.parked.pop(call, None) is not None:
            call.state = CallState.WITHDRAWN
        elif self.protocol is not None:
            self.protocol.ledger.abandon(call)
        self.counters.abandoned += 1
        self.over(call, "abandoned")
        return call.state is CallState.ABANDONED and self._abandon_closes

    def _park(self, call: Call, message: Message) -> None:
        call.state = CallState.QUEUED
        self.parked[call] = message

    # Links

    def attach(self, protocol: Connection, reencode: Callable[[Message], Message] | None = None) -> None:
        """A link is ready: queue for it what was parked, in the order in which it was made.

        ``reencode`` makes a message anew, for a peer that can do less than the one that it was meant for.
        """
        self.protocol = protocol
        self._is_broken = False
        if self._hooks is not None:
            protocol.ledger.on_sent = self._sent
        parked, self.parked = self.parked, {}
        for call, message in parked.items():
            try:
                if reencode is not None:
                    message = reencode(message)
                    if isinstance(call, Request) and call.message is not None:
                        call.message = message
                protocol.queue(message, call)
            except (LimitError, EncodeError) as error:
                self._give_up(call, error)
        if self.state == "new":
            self.enter("connected")
        else:
            self.counters.reconnects += 1
            self.enter("reconnected")

    def broken(self, cause: Exception) -> None:
        """The link is over; `detach` has to follow. Messages that are made from now on do not go to it."""
        if not self._is_broken:
            self._is_broken = True
            self.cause = cause

    def detach(self, unsent: int = 0) -> None:
        """Sort out what the broken link leaves behind.

        ``unsent`` is the number of bytes that were taken from the protocol and that the network did not take.
        """
        link, self.protocol = self.protocol, None
        if link is None:
            return
        keep = self.reconnects and self.closed is None
        lost, unknown = link.ledger.close(unsent=unsent)
        again = dict(self.parked)
        for call in unknown:
            if keep and isinstance(call, Request) and call.idempotent and call.message is not None:
                call.uncertain = True
                again[call] = call.message
            else:
                self._give_up(call, self.loss("unknown"))
        for call, message in lost:
            if keep:
                again[call] = message
            else:
                self._give_up(call, self.loss("not sent"))
        self.parked = {}
        for call in sorted(again, key=lambda call: call.order):
            self._park(call, again[call])
        if self.closed is None:
            self.counters.unknown += link.ledger.unconfirmed
            self._unreported_unknown += link.ledger.unconfirmed
            log.debug("connection to %s lost: %s", self.where, self.cause)
            self.enter("lost")
        if not keep:
            self.end_feeds(self.loss("unknown"))

    def fail_parked(self, error: Exception) -> None:
        """There will be no link, because of ``error``: fail what waits for one."""
        parked, self.parked = self.parked, {}
        for call in parked:
            uncertain = isinstance(call, Request) and call.uncertain
            self._give_up(call, with_outcome(error, "unknown" if uncertain else "not sent"))
        self.end_feeds(error)

    def check_flushed(self) -> None:
        """Raise if the link broke just now, and what it carried is not sorted out: posts may have been handled."""
        if self.protocol is not None and self._is_broken and self.protocol.ledger.unconfirmed:
            raise self.loss("unknown")

    def _give_up(self, call: Call, error: Exception) -> None:
        self.counters.lost += 1
        if isinstance(call, Request):
            self.over(call, "lost")
            call.fail(error)
            return
        if isinstance(call, Post):
            call.error = error
        log.warning("an async message was lost: %s", error)
        if self.closed is None:
            self._unreported.append(error)

    def take_losses(self) -> ConnectionLost | None:
        """The error that tells of the async messages lost since this was asked last, or ``None``."""
        lost, self._unreported = self._unreported, []
        unknown, self._unreported_unknown = self._unreported_unknown, 0
        if not lost and not unknown:
            return None
        parts = []
        if lost:
            parts.append(f"{_messages(len(lost))} not sent: {lost[-1]}")
        if unknown:
            told = f"{_messages(unknown)} handed to the network when it broke, outcome unknown"
            parts.append(f"{told}: {self.cause}")
        return broken_error("; ".join(parts), lost[-1] if lost else self.cause, "unknown" if unknown else "not sent")

    def close(self, error: Exception) -> None:
        """The owner closes the connection: fail every call at once. Async messages that are queued stay so."""
        if self.closed is not None:
            return
        self.closed = error
        calls = list(self.parked)
        if self.protocol is not None:
            calls += self.protocol.ledger.calls()
        for call in calls:
            if isinstance(call, Request):
                self.abandon(call)
                call.fail(with_outcome(error, call.outcome_if_lost))

    def end(self, error: Exception, unsent: int = 0) -> None:
        """Nothing will be sent or received any more: fail what is left with ``error``, if it was not closed before."""
        if self.closed is None and (self.reconnects or self.protocol is not None):
            self.closed = error
        self.detach(unsent)
        last = self.loss("unknown")
        self.fail_parked(last)
        self.end_feeds(last)
        self.enter("closed" if self.closed is not None else "lost")

    # Receiving

    def handle(self, event: Event) -> SyncRequest | None:
        """Deal with an event of the link's. A request of the peer's is returned, for the driver to answer.

        Raises `ConnectionLost` at the end of the stream.
        """
        if type(event) is Response:
            call = event.call
            assert isinstance(call, Request)
            call.answer(event)
            self.counters.answered += 1
            if self.reports_calls:
                self.over(call, "answered", event)
        elif isinstance(event, AsyncMessage):
            self._arrived(event)
        elif isinstance(event, DroppedReply):
            self.counters.replies_dropped += 1
        elif isinstance(event, SyncRequest):
            self.counters.requests_received += 1
            return event
        elif isinstance(event, EndOfFile):
            raise ConnectionLost(end_of_file_text(event))
        elif isinstance(event, Refuse):
            raise ConnectionLost("refused")
        else:
            assert isinstance(event, Accept)
        return None

    def _arrived(self, message: AsyncMessage) -> None:
        feeds = list(self.feeds)
        rooms = [room for feed in feeds if (room := feed.room) is not None]
        # Those that came with it, so that a feed of small messages costs little for each.
        more = self.protocol.posts(min(rooms, default=_MANY) - 1) if self.protocol is not None else []
        counters = self.counters
        counters.messages_received += 1 + len(more)
        if not feeds:
            counters.messages_dropped += 1 + len(more)
            log.debug("async messages came that nobody listens to: %d dropped", 1 + len(more))
        for feed in feeds:
            counters.messages_dropped += feed.offer(message)
            if more:
                counters.messages_dropped += feed.offer_all(more)

    def crowded(self, taken: int) -> bool:
        """Whether readers of feeds should have a turn, after ``taken`` bytes, before more is received.

        So they find what they decode in the processor's caches, and a buffer does not run over before its reader ran.
        """
        return bool(self.feeds) and (taken >= _TURN or any(feed.crowded for feed in self.feeds))

    def end_feeds(self, error: Exception) -> None:
        """No feed will get any more messages."""
        for feed in list(self.feeds):
            feed.end(error)

    # Reports

    def _sent(self, call: Call) -> None:
        if isinstance(call, Request) and call.info is not None and self._hooks is not None:
            call.info.sent = self.now()
            self.tell(self._hooks.call_sent, call.info)

    def over(
        self, call: Request, outcome: Literal["answered", "abandoned", "lost"], response: Response | None = None
    ) -> None:
        """Report that a call got its answer, or will not get it."""
        size = 0 if response is None else len(response.body)
        info = call.info
        if self._hooks is not None and info is not None and not info.outcome:
            info.seconds, info.outcome, info.response_bytes = self.now() - info.started, outcome, size
            info.error = None if response is None else error_in(response)
            self.tell(self._hooks.call_ends, info)
        if self._on_call is not None:
            report = CallReport(
                query=call.label,
                outcome=outcome,
                seconds=self.now() - call.started,
                request_bytes=call.size,
                response_bytes=size,
            )
            self.tell(self._on_call, report)

    def enter(self, state: ConnectionState) -> None:
        """The connection is in ``state`` now."""
        if state == self.state:
            return
        self.state = state
        told: Iterable[Callable[[Any], object]] = [*filter(None, [self._on_state]), *self.watchers]
        for hook in told:
            self.tell(hook, state)
        hooks = self._hooks
        if hooks is not None:
            self.tell(lambda state: hooks.connection_changes(self.where, state), state)

    def now(self) -> float:
        """Seconds on a clock, for reports. For drivers."""
        return 0.0

    def tell(self, hook: Callable[[T], object], news: T) -> None:
        """Call a hook of the program's. One that fails must not take the connection with it."""
        tell(hook, news)


def _messages(count: int) -> str:
    return f"{count} async message{'s were' if count != 1 else ' was'}"
