"""One physical connection: a transport, the protocol on it, one task that sends and one place that receives.

A caller never owns the socket. It queues its message and hands over what goes without waiting, in one step
without an ``await``; whatever is left is the sending task's business. So a cancelled caller cannot leave
half a message behind.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import anyio

from anyq.client._options import Options
from anyq.client._protocol import client_protocol
from anyq.client._transport import Transport, until_resumed
from anyq.errors import AuthenticationError, ConnectError, ConnectionLost, LimitError, ProtocolError
from anyq.protocol import (
    NEED_DATA,
    REFUSED,
    Accept,
    Call,
    Counters,
    Event,
    Login,
    Message,
    Outbox,
    Response,
    SyncRequest,
    broken_reason,
)

__all__ = ["Link", "LinkOwner"]

_MAX_REQUESTS: Final = 64
"""How many of the server's requests may wait for their answers before we read no more."""


class LinkOwner(Protocol):
    """The connection that a link serves: `Calls`, and what its driver adds."""

    counters: Counters

    def crowded(self, taken: int) -> bool:
        """See `Calls.crowded`."""

    def handle(self, event: Event) -> SyncRequest | None:
        """See `Calls.handle`."""

    def broken(self, cause: Exception) -> None:
        """See `Calls.broken`."""

    def congested(self) -> anyio.Event | None:
        """Something to wait for before more is received, or ``None``."""

    async def respond(self, request: SyncRequest) -> Response:
        """The response to a request of the server's. Never raises."""


class Link:
    """A logged-in connection on a transport, which it owns."""

    def __init__(self, transport: Transport, options: Options, owner: LinkOwner) -> None:
        self.protocol = client_protocol(options)
        self.cause: Exception | None = None
        self._transport = transport
        self._options = options
        self._owner = owner
        self._counters = owner.counters
        self._scope = anyio.CancelScope()
        self._accepted = False
        self._outbox = Outbox(self.protocol)
        self._writing = False
        self._wake = anyio.Event()
        self._moved: anyio.Event | None = None
        self._requests: deque[SyncRequest] = deque()
        self._requested = anyio.Event()
        self._relieved: anyio.Event | None = None

    # Logging in

    async def log_in(self, user: str, password: str | None) -> None:
        """Log in on the fresh transport, or raise `ConnectError`."""
        self._outbox.add(self.protocol.send(Login(user, password, self._options.capability)))
        try:
            while self._outbox:
                self._outbox.sent(await self._transport.send_some(self._outbox.pieces))
            while not self._accepted:
                await self._transport.receive_once(self)
        except OSError as error:
            raise ConnectError(f"the connection broke during the login: {broken_reason(error)}") from error
        except ConnectionLost as error:
            raise AuthenticationError(REFUSED) from error
        except (ProtocolError, LimitError) as error:
            raise ConnectError(f"the login failed: {error}") from error

    # Receiving

    def get_buffer(self) -> memoryview:
        return self.protocol.get_buffer()

    def buffer_updated(self, count: int) -> None:
        self._counters.bytes_received += count
        self.protocol.buffer_updated(count)
        self._dispatch()

    def receive_data(self, data: bytes) -> None:
        self._counters.bytes_received += len(data)
        protocol = self.protocol
        call = protocol.ledger.head()
        body = protocol.reply(data) if call is not None else None
        if body is not None:  # all of one small answer, as most
            self._owner.handle(Response(body, call=call))
            self._note_progress()
            if protocol.ledger.queued:
                self.kick()
            return
        protocol.receive_data(data)
        self._dispatch()

    def expects_answer(self) -> bool:
        return self.protocol.ledger.in_flight == 1 and not self.protocol.inside_message

    def paused(self) -> anyio.Event | None:
        if len(self._requests) >= _MAX_REQUESTS:
            if self._relieved is None:
                self._relieved = anyio.Event()
            return self._relieved
        return self._owner.congested()

    def resume(self) -> None:
        self._dispatch()

    def crowded(self, taken: int) -> bool:
        return self._owner.crowded(taken)

    def _dispatch(self) -> None:
        next_event = self.protocol.next_event
        handle = self._owner.handle
        while (event := next_event()) is not NEED_DATA:
            request = handle(event)  # type: ignore[arg-type]
            if type(event) is Response:
                continue
            if request is not None:
                self._requests.append(request)
                self._requested.set()
            elif type(event) is Accept:
                self._accepted = True
                break  # what follows the verdict is for `run` to deal with, when the login is over
            if self.paused() is not None:
                break
        self._note_progress()
        self.kick()

    # Sending

    def queue(self, event: Message, call: Call | None = None) -> None:
        """Put a message in line and hand over what goes at once. Never waits."""
        self.protocol.queue(event, call)
        self.queued()

    def send_alone(self, message: Message, call: Call) -> bool:
        """Send a small request at once, if nothing else is under way: as `queue` does. Never waits."""
        if self._writing or self._outbox:
            return False
        data = self.protocol.send_alone(message, call)
        if data is None:
            return False
        self._note_progress()
        count = 0
        try:
            count = self._transport.try_send(data)
        except OSError as error:
            self._outbox.add(data)
            self.fail(error)
            return True
        self._counters.bytes_sent += count
        if count < len(data):
            self._outbox.add(memoryview(data)[count:])
            self._writing = True
            self._wake.set()
        return True

    def queued(self) -> None:
        """A message was queued: hand over what goes at once."""
        if self.protocol.ledger.in_flight and not self._writing:
            # Answers are due already, so others may well be about to call: one write will do for all.
            self._writing = True
            self._wake.set()
        else:
            self.kick()

    def kick(self) -> None:
        """Hand over what may go now; leave what the network does not take to the sending task."""
        if self._writing:
            return
        while self._outbox.take():
            self._note_progress()
            if not self._send_now():
                self._writing = True
                self._wake.set()
                return

    def own(self, call: Call) -> None:
        """The caller of ``call`` goes away, and may change what it handed over."""
        self._outbox.own(call)

    def _send_now(self) -> bool:
        """Hand over what is left as far as it goes without waiting; whether that was all of it."""
        outbox = self._outbox
        while outbox:
            try:
                count = self._transport.try_send(outbox.pieces[0])
            except OSError as error:
                self.fail(error)
                return False
            self._counters.bytes_sent += count
            if not outbox.sent(count):
                return False
        return True

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake = anyio.Event()
            while self._outbox or self._collect():
                if not self._send_now():
                    await self._write_some()
            self._writing = False

    def _collect(self) -> bool:
        taken = self._outbox.take_batch()
        if taken:
            self._note_progress()
        return taken

    async def _write_some(self) -> None:
        count = 0
        with anyio.move_on_after(self._options.send_timeout):
            count = await self._transport.send_some(self._outbox.pieces)
        if not count:
            raise ConnectionLost(f"the peer read nothing for {self._options.send_timeout} s (send_timeout)")
        self._counters.bytes_sent += count
        self._note_progress()
        self._outbox.sent(count)

    @property
    def sending(self) -> bool:
        """Whether a message left the queue that is not sent whole."""
        return bool(self._outbox)

    @property
    def backlog(self) -> int:
        """How many messages wait to be sent, the one that is being sent included."""
        return self.protocol.ledger.queued + bool(self._outbox)

    @property
    def unanswered(self) -> int:
        """How many calls are without their answer, those included that nobody waits for any more."""
        return self.protocol.ledger.in_flight + self.protocol.ledger.queued

    @property
    def backlog_bytes(self) -> int:
        """How long the bodies are that wait to be sent."""
        return self.protocol.ledger.queued_size + len(self._outbox)

    async def progress(self) -> None:
        """Wait until something was handed to the network, or an answer came, or the live link ended."""
        if self._moved is None:
            self._moved = anyio.Event()
        await self._moved.wait()

    def _note_progress(self) -> None:
        if self._moved is not None:
            self._moved.set()
            self._moved = None

    # Life

    def fail(self, error: Exception) -> None:
        """The link is over because of ``error``."""
        if self.cause is None:
            self.cause = error
            self._owner.broken(error)
        self._note_progress()
        self._scope.cancel()

    async def run(self) -> None:
        """Serve until the link is over; ``cause`` says why. Raises nothing but cancellation; closes the
        transport.
        """
        try:
            with self._scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._guard, self._write)
                    tasks.start_soon(self._guard, self._respond)
                    if self._options.liveness is not None:
                        tasks.start_soon(self._guard, self._watch)
                    self.kick()
                    await self._guard(self._receive)
        finally:
            if self.cause is None:
                self.fail(ConnectionLost("the connection's task was cancelled"))
            await self._transport.close()

    async def _receive(self) -> None:
        self._dispatch()
        await until_resumed(self)  # what came with the login may have filled a feed already
        await self._transport.pump(self)

    async def _guard(self, part: Callable[[], Awaitable[None]]) -> None:
        try:
            await part()
        except Exception as error:
            self.fail(error)

    async def _respond(self) -> None:
        """Answer the server's requests, one after the other: it may be blocked until it has its answer."""
        while True:
            while self._requests:
                self.queue(await self._owner.respond(self._requests.popleft()))
                if self._relieved is not None:
                    self._relieved.set()
                    self._relieved = None
            self._requested = anyio.Event()
            await self._requested.wait()

    async def _watch(self) -> None:
        """Give up a peer that has been silent for too long while answers are due, and while we do read them."""
        limit = self._options.liveness
        assert limit is not None
        step = limit / 8
        seen, quiet = -1, 0.0
        while quiet < limit - 2 * step:
            await anyio.sleep(step)
            received = self._counters.bytes_received
            if received != seen or not self.protocol.ledger.in_flight or self.paused() is not None:
                seen, quiet = received, 0.0
            else:
                quiet += step
        raise ConnectionLost(f"the peer has been silent for {limit} s while answers were due (liveness)")

    @property
    def unsent(self) -> int:
        """Bytes that were taken to be sent, and that the network did not take."""
        return len(self._outbox) - self._transport.in_doubt
