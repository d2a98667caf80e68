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

from anyq.client._memory import allocate
from anyq.client._options import Options
from anyq.client._pending import Pending
from anyq.client._stats import Counters
from anyq.client._transport import Transport, until_resumed
from anyq.errors import AuthenticationError, ConnectError, ConnectionLost, LimitError, ProtocolError
from anyq.protocol import (
    NEED_DATA,
    Accept,
    AsyncMessage,
    Buffer,
    Call,
    Connection,
    DroppedReply,
    EndOfFile,
    Event,
    Login,
    Message,
    Refuse,
    Response,
    Role,
    SyncRequest,
)

__all__ = ["Link", "LinkOwner", "end_of_file_text"]

_BATCH: Final = 1 << 16
"""How many bytes of small messages are joined into one write."""
_MAX_REQUESTS: Final = 64
"""How many of the server's requests may wait for their answers before we read no more."""


class LinkOwner(Protocol):
    """Whom a link serves."""

    counters: Counters

    def arrived(self, message: AsyncMessage) -> None:
        """The server posted a message."""

    def congested(self) -> anyio.Event | None:
        """Something to wait for before more is received, or ``None``."""

    async def respond(self, request: SyncRequest) -> Response:
        """The response to a request of the server's. Never raises."""

    def answered(self, call: Pending, size: int) -> None:
        """A response was handed to its call."""


class Link:
    """A logged-in connection on a transport, which it owns."""

    def __init__(self, transport: Transport, options: Options, owner: LinkOwner) -> None:
        self.protocol = Connection(
            Role.CLIENT,
            max_message_size=options.max_message_size,
            max_in_flight=options.max_in_flight,
            allocate=allocate,
        )
        self.cause: Exception | None = None
        self._transport = transport
        self._options = options
        self._owner = owner
        self._counters = owner.counters
        self._scope = anyio.CancelScope()
        self._accepted = False
        self._rest: deque[memoryview] = deque()
        self._writing = False
        self._wake = anyio.Event()
        self._moved: anyio.Event | None = None
        self._requests: deque[SyncRequest] = deque()
        self._requested = anyio.Event()
        self._relieved: anyio.Event | None = None

    # Logging in

    async def log_in(self, user: str, password: str | None) -> None:
        """Log in on the fresh transport, or raise `ConnectError`."""
        data = memoryview(self.protocol.send(Login(user, password, self._options.capability)))
        try:
            while data:
                data = data[await self._transport.send_some(data) :]
            while not self._accepted:
                await self._transport.receive_once(self)
        except OSError as error:
            raise ConnectError(f"the connection broke during the login: {error}") from error
        except ConnectionLost as error:
            raise AuthenticationError("the login was refused: the peer closed the connection") from error
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
        self.protocol.receive_data(data)
        self._dispatch()

    def due(self) -> int:
        return self.protocol.ledger.in_flight

    def paused(self) -> anyio.Event | None:
        if len(self._requests) >= _MAX_REQUESTS:
            if self._relieved is None:
                self._relieved = anyio.Event()
            return self._relieved
        return self._owner.congested()

    def resume(self) -> None:
        self._dispatch()

    def _dispatch(self) -> None:
        next_event = self.protocol.next_event
        answered = self._owner.answered
        while (event := next_event()) is not NEED_DATA:
            if type(event) is Response:
                call = event.call
                assert type(call) is Pending
                call.answer(event)
                answered(call, len(event.body))
                continue
            self._handle(event)  # type: ignore[arg-type]
            # What follows the verdict is for `run` to deal with, when the login is over.
            if type(event) is Accept or self.paused() is not None:
                break
        self._note_progress()
        self.kick()

    def _handle(self, event: Event) -> None:
        if isinstance(event, AsyncMessage):
            self._owner.arrived(event)
        elif isinstance(event, DroppedReply):
            self._counters.replies_dropped += 1
        elif isinstance(event, SyncRequest):
            self._requests.append(event)
            self._requested.set()
        elif isinstance(event, Accept):
            self._accepted = True
        elif isinstance(event, EndOfFile):
            raise ConnectionLost(end_of_file_text(event))
        elif isinstance(event, Refuse):
            raise ConnectionLost("refused")

    # Sending

    def queue(self, event: Message, call: Call | None = None) -> None:
        """Put a message in line and hand over what goes at once. Never waits."""
        self.protocol.queue(event, call)
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
        while (parts := self.protocol.take()) is not None:
            self._note_progress()
            self._rest.extend(map(memoryview, parts))
            if not self._send_now():
                self._writing = True
                self._wake.set()
                return

    def _send_now(self) -> bool:
        """Hand over what is left as far as it goes without waiting; whether that was all of it."""
        rest = self._rest
        while rest:
            try:
                count = self._transport.try_send(rest[0])
            except OSError as error:
                self.fail(error)
                return False
            self._counters.bytes_sent += count
            if count < len(rest[0]):
                rest[0] = rest[0][count:]
                return False
            rest.popleft()
        return True

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake = anyio.Event()
            while self._rest or self._collect():
                if not self._send_now():
                    await self._write_some()
            self._writing = False

    def _collect(self) -> bool:
        """Take what may go now; small messages are joined, so that they leave together. False if there is nothing."""
        small: list[Buffer] = []
        size = 0
        while size < _BATCH and (parts := self.protocol.take(more=bool(small))) is not None:
            self._note_progress()
            if len(parts) > 1:
                self._rest.extend(map(memoryview, (b"".join(small), *parts) if small else parts))
                return True
            small.append(parts[0])
            size += len(parts[0])
        if small:
            self._rest.append(memoryview(b"".join(small)))
        return bool(small)

    async def _write_some(self) -> None:
        data = self._rest[0]
        count = 0
        with anyio.move_on_after(self._options.send_timeout):
            count = await self._transport.send_some(data)
        if not count:
            raise ConnectionLost(f"the peer read nothing for {self._options.send_timeout} s (send_timeout)")
        self._counters.bytes_sent += count
        self._note_progress()
        if count < len(data):
            self._rest[0] = data[count:]
        else:
            self._rest.popleft()

    @property
    def backlog(self) -> int:
        """How many messages wait to be sent, the one that is being sent included."""
        return self.protocol.ledger.queued + bool(self._rest)

    @property
    def unanswered(self) -> int:
        """How many calls are without their answer, those included that nobody waits for any more."""
        return self.protocol.ledger.in_flight + self.protocol.ledger.queued

    @property
    def backlog_bytes(self) -> int:
        """How long the bodies are that wait to be sent."""
        return self.protocol.ledger.queued_size + sum(map(len, self._rest))

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

    def lost(self) -> tuple[list[tuple[Call, Message]], list[Call]]:
        """What never left this side whole, in order; and the calls of which nobody knows whether they ran."""
        return self.protocol.ledger.close(unsent=sum(map(len, self._rest)) - self._transport.in_doubt)


def end_of_file_text(event: EndOfFile) -> str:
    """How the stream ended, in words."""
    if event.expected:
        return f"the peer closed the connection inside a message ({event.received} of {event.expected} bytes)"
    return "the peer closed the connection"
