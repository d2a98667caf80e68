"""One physical connection: a wire and the protocol on it, driven by the calling thread.

Theory of operation. Nothing runs in the background. A caller queues its message, hands over what goes without waiting,
and then receives until its answer is here, whatever else arrives on the way: answers to other calls (given to their
handles, or dropped), posted messages, requests of the server's (answered at once). While something is still to be sent,
it waits for both directions, because a server that cannot get rid of its messages may read none.

`stable` says whether an exception that comes out of here (of Ctrl-C, of a time-out) left the link whole. It does at the
places where it waits for the network, and those are where Ctrl-C is raised (see ``_interrupt``).
"""

from __future__ import annotations

from time import monotonic
from typing import Any, Final, Protocol

from anyq.client import Options, client_protocol
from anyq.codec import Packed
from anyq.errors import AuthenticationError, ConnectError, ConnectionLost, ConnectTimeout, LimitError, ProtocolError
from anyq.protocol import (
    NEED_DATA,
    REFUSED,
    Accept,
    Call,
    Counters,
    Event,
    Login,
    Outbox,
    Response,
    SyncRequest,
    broken_reason,
)
from anyq.sync._interrupt import delicate
from anyq.sync._pending import Pending
from anyq.sync._wire import Wire

__all__ = ["Link", "LinkOwner"]

delicate(__file__)

_FRESH: Final = 0.001
"""Seconds for which a peer that was just heard is taken to be there still."""


class LinkOwner(Protocol):
    """Whom a link serves."""

    counters: Counters

    def handle(self, event: Event) -> SyncRequest | None:
        """See `Calls.handle`."""

    def respond(self, request: SyncRequest) -> Response:
        """The response to a request of the server's. Never raises."""


class Link:
    """A connection on a wire, which it owns."""

    def __init__(self, wire: Wire, options: Options, owner: LinkOwner) -> None:
        self.protocol = client_protocol(options)
        self.cause: Exception | None = None
        self.stable = True
        self._wire = wire
        self._options = options
        self._owner = owner
        self._counters = owner.counters
        self._outbox = Outbox(self.protocol)
        self._accepted = False
        self._answering = False
        self._undispatched = False
        self._heard = monotonic()

    # Logging in

    def log_in(self, user: str, password: str | None, deadline: float | None) -> None:
        """Log in on the fresh wire, or raise `ConnectError`."""
        try:
            self._outbox.add(self.protocol.send(Login(user, password, self._options.capability)))
            while not self._accepted:
                if not self.advance(deadline):
                    raise ConnectTimeout(f"no answer to the login within {self._options.connect_timeout} s")
        except ConnectTimeout:  # an OSError too
            raise
        except OSError as error:
            raise ConnectError(f"the connection broke during the login: {broken_reason(error)}") from error
        except ConnectionLost as error:
            raise AuthenticationError(REFUSED) from error
        except (ProtocolError, LimitError) as error:
            raise ConnectError(f"the login failed: {error}") from error

    # Sending

    def push(self) -> None:
        """Hand over what goes without waiting. Raises as `advance`."""
        self.stable = False
        self._push()
        self.stable = True

    def exchange(self, body: bytes | Packed, call: Pending) -> bytes | None:
        """Send ``call``, a request of which nothing is known here yet, and receive once, if nothing else is to be done.
        The body of its answer, if that brought a plain one and nothing else.

        Otherwise it is sent (and the rest is up to `advance`), or QUEUED: nothing has happened then. Raises as
        `advance`.
        """
        wire = self._wire
        if not wire.quick or type(body) is not bytes:
            return None
        now = monotonic()
        if now - self._heard > _FRESH:
            self.look()
        if self._outbox or self._undispatched:
            return None
        self.stable = False
        protocol = self.protocol
        data = protocol.request(body, call)
        if data is None:
            self.stable = True
            return None
        results: list[Any] = []
        try:
            wire.exchange(data, results)
        except BaseException:
            self._salvage(data, *results)
            raise
        if len(results) == 2:
            answer = protocol.reply(results[1])
            if answer is not None:
                counters = self._counters
                counters.bytes_sent += len(data)
                counters.bytes_received += len(results[1])
                self._heard = now
                self.stable = True
                return answer
        self._salvage(data, *results)
        return None

    def _salvage(self, data: bytes, sent: int = 0, piece: bytes | None = None) -> None:
        """Go on from where an exchange has ended."""
        self.stable = False
        self._counters.bytes_sent += sent
        if sent < len(data):
            self._outbox.add(memoryview(data)[sent:])
        elif piece is not None:
            self._take_in(piece)
        self.stable = True

    def _take_in(self, piece: bytes) -> None:
        self._counters.bytes_received += len(piece)
        self.protocol.receive_data(piece)
        self._undispatched = True

    def _fill(self, wire: Wire) -> None:
        """Wait for bytes and give them to the protocol; not stable afterwards, unless something is raised."""
        self.stable = False
        buffer = self.protocol.get_buffer()
        self.stable = True
        try:
            wire.receive(buffer)
        except BaseException:
            # It was interrupted while it waited, or just afterwards: what was received has been received.
            if wire.counts:
                self._note_received(wire.counts.pop())
            raise
        self.stable = False
        self._note_received(wire.counts.pop())

    def _note_received(self, count: int) -> None:
        self._counters.bytes_received += count
        self.protocol.buffer_updated(count)
        self._undispatched = True

    @property
    def sending(self) -> bool:
        """Whether something could be handed over if the network took it."""
        return bool(self._outbox)

    def own(self, call: Call) -> None:
        """The caller of ``call`` goes away, and may change what it handed over."""
        self._outbox.own(call)

    @property
    def unsent(self) -> int:
        """Bytes that were taken to be sent, and that the network did not take."""
        return len(self._outbox)

    def _push(self) -> bool:
        outbox, send = self._outbox, self._wire.send
        while outbox or outbox.take():
            count = send(outbox.pieces[0])
            self._counters.bytes_sent += count
            if not outbox.sent(count):
                return False
        return True

    @property
    def backlog(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._outbox or self.protocol.ledger.queued)

    # Receiving

    def advance(self, deadline: float | None) -> bool:
        """Receive once, and send meanwhile what is left to be sent. False at the ``deadline``, or after sending.

        What breaks the link is raised: `OSError`, `ConnectionLost`, `ProtocolError`, `LimitError`.
        """
        wire = self._wire
        if self._undispatched:
            self._dispatch()
            return True
        if self._outbox:
            if not wire.ready(sending=True, timeout=self._patience(deadline, self._options.send_timeout)):
                self._complain(deadline, self._options.send_timeout, "the peer reads nothing (send_timeout)")
                return False
            if self._push() or not wire.ready(timeout=0):
                return True
        elif deadline is not None or self._options.liveness is not None:
            liveness = self._options.liveness if self.protocol.ledger.in_flight else None
            if not wire.ready(timeout=self._patience(deadline, liveness)):
                self._complain(deadline, liveness, "the peer is silent (liveness)")
                return False
        self._receive()
        return True

    def _receive(self) -> None:
        self._fill(self._wire)
        self._dispatch()

    def _dispatch(self) -> None:
        self.stable = False
        next_event = self.protocol.next_event
        handle = self._owner.handle
        while (event := next_event()) is not NEED_DATA:
            request = handle(event)  # type: ignore[arg-type]
            if request is not None:
                self.protocol.queue(self._owner.respond(request))
                self._answering = True
            elif type(event) is Accept:
                self._accepted = True
        self._undispatched = False
        self._heard = monotonic()
        if self._answering or self.protocol.ledger.queued:
            self._answering = False
            self._push()
        self.stable = True

    def _patience(self, deadline: float | None, limit: float | None) -> float | None:
        now = monotonic()
        left = None if deadline is None else max(0.0, deadline - now)
        if limit is None or (left is not None and left < limit):
            return left
        return limit

    def _complain(self, deadline: float | None, limit: float | None, text: str) -> None:
        """Nothing happened in time: is it the caller's deadline, or the peer's?"""
        if deadline is None or monotonic() < deadline:
            raise ConnectionLost(f"{text}: {limit} s")

    def look(self) -> None:
        """Take in what has arrived meanwhile, if the last exchange is not just over; raises as `advance`."""
        if monotonic() - self._heard > _FRESH:
            while self._undispatched or self._wire.ready(timeout=0):
                self.advance(None)

    # Life

    def fail(self, error: Exception) -> None:
        """The link is over because of ``error``; the socket is closed."""
        if self.cause is None:
            self.cause = error
        self._wire.close()

    def fileno(self) -> int:
        """The socket's number, to be waited on."""
        return self._wire.fileno()

    def shut(self) -> None:
        """Wake a thread that waits for the network here. Any thread may call this."""
        self._wire.shut()
