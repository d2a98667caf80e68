"""One connected client, as handlers see it: who it is, and what can be sent to it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator
from enum import Enum
from typing import Any, Final, TypeVar

import anyio
import anyio.from_thread
import anyio.lowlevel
from anyio.abc import TaskGroup

from anyq import codec
from anyq.errors import CallTimeout, ClosedError, ConnectionLost, QError
from anyq.loops import Home, Local
from anyq.protocol import AsyncMessage, Buffer, Call, Connection, Response, SyncRequest
from anyq.values import Value, as_q, chars

from ._handlers import Failures
from ._limits import Limits
from ._transport import Transport
from ._wire import Encoded, encode, error_body

__all__ = ["Answer", "AnswerState", "Client", "message_of"]

log: Final = logging.getLogger("anyq.server")
T = TypeVar("T")
_MOST_ARGUMENTS: Final = 8
_SMALL: Final = 4096


def message_of(query: object, arguments: tuple[object, ...]) -> Value:
    """What q sends for a query: text as a char vector, with arguments the list ``(f;a;b)``.

    ``TypeError`` for more than eight arguments.
    """
    if len(arguments) > _MOST_ARGUMENTS:
        raise TypeError(f"a q function takes at most {_MOST_ARGUMENTS} arguments, not {len(arguments)}")
    head = chars(query) if isinstance(query, str) else as_q(query)
    return as_q([head, *arguments]) if arguments else head


class AnswerState(Enum):
    """What became of an answer."""

    OWED = "the client waits for it"
    GIVEN = "the client has been answered"
    GONE = "the client left before it was answered"


class Answer:
    """The answer owed to one sync message, to be given later: see `Client.defer`.

    ``state`` tells what became of it. Responses leave in the order of requests, so those to later requests of the
    same client wait for this one.
    """

    __slots__ = ("_body", "_client", "state")

    def __init__(self, client: Client) -> None:
        self.state: AnswerState = AnswerState.OWED
        self._client = client
        self._body: Encoded | None = None

    def reply(self, result: object) -> bool:
        """Answer with ``result``; one that cannot be sent becomes a q error.

        False, and nothing happens, if the client has been answered or has left. May be called in any thread that
        `Client.post` may be called in.
        """
        return self._give(lambda: self._client._encode_result(result))

    def fail(self, error: str | BaseException) -> bool:
        """Answer with a q error; otherwise as `reply`."""
        text = error if isinstance(error, str) else self._client._failures.text(error)
        return self._give(lambda: error_body(text))

    def _give(self, make: Callable[[], Encoded]) -> bool:
        client = self._client
        if not client._home.here():
            return client._from_worker(self._give, make)
        if self.state is not AnswerState.OWED:
            return False
        self._body = make()
        self.state = AnswerState.GIVEN
        client._send_answers()
        return True


class Posted:
    """What `Client.post` returns. Awaiting it waits until the network has taken all that was posted to the client."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def __await__(self) -> Generator[Any, Any, None]:
        return self._client._sent().__await__()


class _Asked(Call):
    """A request of ours to the client."""

    __slots__ = ("done", "response")

    def __init__(self) -> None:
        super().__init__()
        self.done = anyio.Event()
        self.response: Response | None = None


class Client(Local):
    """A client that is logged in. Handlers get it as their last argument, if they have room for one.

    ``handle`` is its number (never used twice by one server), ``user`` what it logged in as, ``address`` where it
    comes from, ``capability`` what its side of the protocol can do. ``data`` is yours.
    """

    _new_home: Callable[[], Home] = Home

    def __init__(
        self,
        handle: int,
        address: str,
        peer: Connection,
        transport: Transport,
        limits: Limits,
        failures: Failures,
    ) -> None:
        self.handle = handle
        self.address = address
        self.user = ""
        self.data: dict[str, Any] = {}
        self.on_drain: Callable[[], None] | None = None
        """Called (in the server's event loop) each time the network has taken all that waited."""
        self._peer = peer
        self._transport = transport
        self._limits = limits
        self._failures = failures
        self._stats = failures.stats
        self._remote = False
        self._home = self._new_home()
        self._stop: Callable[[], object] = lambda: None
        self._tasks: TaskGroup | None = None
        self._backlog: deque[Buffer] = deque()
        self._waiting = 0
        self._held: list[Buffer] | None = None
        self._drained: anyio.Event | None = None
        self._answers: deque[Answer] = deque()
        self._current: Answer | None = None
        self._handling_sync = False
        self._closed = ""

    @property
    def capability(self) -> int:
        return self._peer.capability

    @property
    def closed(self) -> bool:
        """Whether the client has left or was disconnected."""
        return bool(self._closed)

    @property
    def queued_bytes(self) -> int:
        """Bytes that wait for the network to take them."""
        return self._waiting + self._transport.backlog

    @property
    def remote(self) -> bool:
        """Whether it comes over the network: large messages to it are compressed, as q does."""
        return self._remote

    @property
    def certificate(self) -> dict[str, Any]:
        """The certificate that it has shown (TLS with ``verify_mode`` of the server's context), as
        `ssl.SSLSocket.getpeercert` gives it; empty if there is none. A login check may ask for it.
        """
        return self._transport.certificate

    def __repr__(self) -> str:
        return f"<Client {self.handle} {self.user!r} at {self.address}{' closed' if self._closed else ''}>"

    # For handlers

    def post(self, query: object, *arguments: object) -> Posted:
        """Send an async message: ``query`` and ``arguments`` as in a call of a connection.

        The message is queued before this returns, and leaves in order, before the answer to the message that is
        being handled. Awaiting the result waits until the network has taken it; that is not necessary. May also be
        called in the threads that the server's event loop started (``Handler(in_thread=True)``). Raises `ClosedError`
        if the client has left; a client that lets too much wait is disconnected.
        """
        if not self._home.here():
            return self._from_worker(self.post, query, *arguments)
        self.post_body(self._encode(message_of(query, arguments)))
        return Posted(self)

    def post_body(self, body: Encoded) -> None:
        """Post what is encoded already, for a capability not above this client's. As `post`."""
        self._check_open()
        self._peer.queue(codec.carry(AsyncMessage, body))
        self._hand_over()

    async def __call__(self, query: object, *arguments: object, timeout: float | None = None) -> Value:
        """Send the client a sync message and wait for its answer. Not from a plain handler.

        Raises `QError` for a q error, `CallTimeout`, `ConnectionLost` when the client leaves. Cancelled: the answer
        is dropped when it comes.
        """
        self._home.check(self)
        self._check_open()
        body = self._encode(message_of(query, arguments))
        call = _Asked()
        self._peer.queue(codec.carry(SyncRequest, body), call)
        self._hand_over()
        try:
            with anyio.fail_after(timeout):
                await call.done.wait()
        except TimeoutError:
            raise CallTimeout(f"client {self.handle} did not answer within {timeout} s") from None
        finally:
            if call.response is None:
                self._peer.ledger.abandon(call)
        if call.response is None:
            raise ConnectionLost(f"client {self.handle} left before it answered")
        return codec.decoded(call.response)

    def ask_soon(self, message: Value, answered: Callable[[Value | BaseException], object]) -> None:
        """Send a sync message, and have ``answered`` called with the answer, or with what prevented it.

        For callers that cannot await; only in the server's own thread.
        """

        async def ask() -> None:
            try:
                answer: Value | BaseException = await self(message)
            except Exception as error:
                answer = error
            except BaseException:
                answered(ConnectionLost(f"client {self.handle} left before it answered"))
                raise
            answered(answer)

        if self._closed or self._tasks is None:
            answered(ClosedError(f"client {self.handle} is gone"))
        else:
            self._tasks.start_soon(ask)

    def defer(self) -> Answer:
        """Answer the sync message that is being handled later; what its handler returns is not sent.

        `QError` (``domain``) when no sync message of this client is being handled, or it was deferred before.
        """
        if not self._home.here():
            return self._from_worker(self.defer)
        if not self._handling_sync or self._current is not None:
            raise QError("domain", detail=f"client {self.handle} does not wait for an answer that could be deferred")
        self._current = Answer(self)
        self._answers.append(self._current)
        return self._current

    def close(self) -> None:
        """Disconnect the client. What was not sent is dropped; its handlers that run are cancelled."""
        if not self._home.here():
            self._from_worker(self.close)
        else:
            self._end("closed by the server")

    # The way out

    def _from_worker(self, function: Callable[..., T], *arguments: object) -> T:
        """Call ``function`` in the server's event loop, from a worker thread of that loop. `MisuseError` elsewhere."""
        begun = False

        def at_home() -> T:
            nonlocal begun
            begun = True
            self._home.check(self)  # the worker may be another loop's
            return function(*arguments)

        try:
            return anyio.from_thread.run_sync(at_home)
        except RuntimeError:  # AnyIO's, in a thread that is nobody's worker
            if begun:
                raise
            self._home.check(self)
            raise

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError(f"client {self.handle} is gone: {self._closed}")

    def _encode(self, value: Value) -> Encoded:
        return encode(value, self._peer.capability, self._remote)

    def _encode_result(self, result: object) -> Encoded:
        if type(result) is Encoded:
            return result
        try:
            return self._encode(as_q(result))
        except Exception as error:
            self._stats.errors += 1
            self._failures.note(error, self.handle, self.user, "sending a result")
            return error_body(self._failures.text(error))

    def _respond(self, body: Encoded) -> None:
        """Answer the message that was just handled, in its turn."""
        if self._answers:
            answer = Answer(self)
            answer._body, answer.state = body, AnswerState.GIVEN
            self._answers.append(answer)
        elif not self._closed:
            if not (body.compressed or body.more) and (message := self._peer.answer(body.body)) is not None:
                if self._reads():
                    self._push(message)
                return
            self._peer.queue(codec.carry(Response, body))
            self._hand_over()

    def _send_answers(self) -> None:
        answers = self._answers
        while answers and (body := answers[0]._body) is not None:
            answers.popleft()
            if not self._closed:
                self._peer.queue(codec.carry(Response, body))
        self._hand_over()

    def _hand_over(self) -> None:
        """Give the network all that may go now; what it does not take waits for the writer."""
        while not self._closed and (parts := self._peer.take()) is not None:
            if not self._reads():
                return
            for part in parts:
                if not self._closed:
                    self._push(part)

    def _reads(self) -> bool:
        """Whether there is room for another message; without, the client is disconnected."""
        if self._waiting < self._limits.queued_bytes:
            return True
        self._stats.slow += 1
        log.warning("client %d (%r) does not read: %d bytes wait", self.handle, self.user, self._waiting)
        self._end("it did not read what was sent to it")
        return False

    def hold(self) -> None:
        """Keep small parts of what is to be sent until `release`, which has to follow in the same step."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Send what was kept, in one piece."""
        held, self._held = self._held, None
        if held and not self._closed:
            self._push(b"".join(held))

    def _push(self, part: Buffer) -> None:
        if self._held is not None:
            if len(part) <= _SMALL:
                self._held.append(part)
                return
            self.release()
        if not self._waiting and not self._transport.backlog:
            try:
                sent = self._transport.try_send(part)
            except OSError as error:
                self._end(f"cannot be written to: {error}")
                return
            if sent == len(part) and not self._transport.backlog:
                return
            part = memoryview(part)[sent:]
        if len(part):
            self._backlog.append(part)
            self._waiting += len(part)
        if self._drained is None and self._tasks is not None:
            self._drained = anyio.Event()
            self._tasks.start_soon(self._write_backlog)

    def _send_some(self) -> int:
        """Send of what waits as much as goes at once; how many bytes of ours that were."""
        sent = self._transport.try_send(self._backlog[0] if self._backlog else b"")
        self._waiting -= sent
        if self._backlog:
            rest = memoryview(self._backlog.popleft())[sent:]
            if len(rest):
                self._backlog.appendleft(rest)
        return sent

    async def _write_backlog(self) -> None:
        """Send what waits; runs while something does."""
        transport = self._transport
        try:
            while self._waiting or transport.backlog:
                with anyio.fail_after(self._limits.send_time):
                    await transport.wait_writable()
                self._send_some()
        except OSError as error:
            late = isinstance(error, TimeoutError) and not error.errno
            self._stats.slow += late
            self._end("it did not read what was sent to it" if late else f"cannot be written to: {error}")
        else:
            drained, self._drained = self._drained, None
            if drained is not None:
                drained.set()
            if self.on_drain is not None:
                self.on_drain()
            self._backlog_sent()

    async def _sent(self) -> None:
        self._home.check(self)
        if self._drained is not None:
            await self._drained.wait()
            self._check_open()
        else:
            await anyio.lowlevel.checkpoint()

    def _backlog_sent(self) -> None:
        """All that waited was sent."""

    def _end(self, reason: str) -> None:
        """The connection is over; the first reason counts."""
        if self._closed:
            return
        self._closed = reason
        for answer in self._answers:
            if answer.state is AnswerState.OWED:
                answer.state = AnswerState.GONE
        self._answers.clear()
        self._backlog.clear()
        self._waiting = 0
        _, unknown = self._peer.ledger.close()
        for call in unknown:
            if isinstance(call, _Asked):
                call.done.set()
        if self._drained is not None:
            self._drained.set()
        self._stop()

    def _answered(self, response: Response) -> None:
        call = response.call
        if isinstance(call, _Asked):
            call.response = response
            call.done.set()
        self._hand_over()
