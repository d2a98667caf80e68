"""The server's side of a raw connection: clients are served when it is polled."""

from __future__ import annotations

import itertools
import logging
import socket
import ssl
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

import anyio
import attrs

from anyq import codec
from anyq.client._wire import Wire
from anyq.codec import allocate
from anyq.errors import (
    BusyError,
    ClosedError,
    ConnectionLost,
    DecodeError,
    LimitError,
    MisuseError,
    ProtocolError,
    error_text,
)
from anyq.protocol import (
    CAPABILITY,
    Accept,
    AsyncMessage,
    Connection,
    ConnectionState,
    EndOfFile,
    ForeignProtocol,
    Login,
    NeedData,
    Refuse,
    Response,
    Role,
    State,
    SyncRequest,
)
from anyq.values import Value

__all__ = ["Authenticate", "Handler", "Notice", "RawServer"]

Handler: TypeAlias = Callable[[Value], object]
Authenticate: TypeAlias = Callable[[str, str | None], bool]
Notice: TypeAlias = Callable[[int], object]
"""Told the number of a client."""

_LOGIN_SECONDS: Final = 10.0
_MAX_UNSENT: Final = 1 << 26
"""How many bytes may wait for a client that does not read before it is disconnected."""
log: Final = logging.getLogger("anyq")


@attrs.define(eq=False)
class _Client:
    wire: Wire
    since: float
    number: int
    user: str = ""
    requests: deque[SyncRequest | AsyncMessage] = attrs.field(factory=deque)
    gone: bool = False
    greeted: bool = False
    """Whether it logged in."""


@attrs.define(eq=False)
class _Answer:
    """What came of one request: the value that was received, and what the handler gave for it."""

    value: Value | None = None
    result: object = None


class RawServer:
    """Accepts clients and answers them, whenever it is polled. Nothing here waits but `poll_async`."""

    def __init__(
        self,
        where: tuple[str, int | None],
        on_sync: Handler | None,
        on_async: Handler | None,
        authenticate: Authenticate | None,
        conn_gc_time: float,
        limits: codec.Limits,
        tls: ssl.SSLContext | None,
        expose_errors: bool,
        on_open: Notice | None = None,
        on_close: Notice | None = None,
    ) -> None:
        host, port = where
        if port is None:
            raise TypeError("a port is needed: RawConnection(port=5050, as_server=True)")
        if on_sync is None:
            raise TypeError("a server needs on_sync, a function of the received value")
        self._where = host, port
        self._on_sync = on_sync
        self._on_async = on_async or on_sync
        self._authenticate = authenticate
        self._gc_time = conn_gc_time
        self._limits = limits
        self._tls = tls
        self._expose = expose_errors
        self._on_open = on_open
        self._on_close = on_close
        self._numbers = itertools.count(1)
        self._socket: socket.socket | None = None
        self._clients: list[_Client] = []
        self._cleaned = time.monotonic()

    @property
    def port(self) -> int | None:
        return self._socket.getsockname()[1] if self._socket is not None else self._where[1]

    @property
    def state(self) -> ConnectionState:
        if self._socket is None:
            return "new"
        return "closed" if self._socket.fileno() < 0 else "connected"

    @property
    def clients(self) -> int:
        return len(self._clients)

    def listen(self) -> None:
        """Begin to listen. `OSError` if the port is taken."""
        if self._socket is not None:
            raise BusyError("a raw connection is opened once: make another one")
        self._socket = socket.create_server(self._where, backlog=128)
        self._socket.setblocking(False)

    def close(self) -> None:
        """Disconnect every client and stop listening."""
        for client in self._clients:
            client.wire.close()
        self._clients.clear()
        if self._socket is not None:
            self._socket.close()

    def poll(self, n: int) -> Value | None:
        """Accept, read, and run up to ``n`` waiting requests (0: all). The last one that ran."""
        self._receive()
        ran, last = 0, None
        while not n or ran < n:
            taken = self._take()
            if taken is None:
                break
            last = self._run(*taken)
            ran += 1
        self._finish()
        return last

    async def poll_async(self) -> Value | None:
        """Wait until a request was run."""
        while True:
            self._receive()
            taken = self._take()
            value = None if taken is None else await self._run_async(*taken)
            self._finish()
            if value is not None:
                return value
            await self._wait()

    def _receive(self) -> None:
        self._accept()
        for reader in self._clients:
            self._guard(reader, self._read)

    def _take(self) -> tuple[_Client, SyncRequest | AsyncMessage] | None:
        """The next request, and whose it is."""
        waiting = next((client for client in self._clients if client.requests and not client.gone), None)
        if waiting is None:
            return None
        # Behind the others, so that a busy client does not keep them waiting.
        self._clients.remove(waiting)
        self._clients.append(waiting)
        return waiting, waiting.requests.popleft()

    def _finish(self) -> None:
        self.flush()
        if time.monotonic() - self._cleaned >= self._gc_time:
            self.clean()

    def flush(self) -> int:
        """Hand over what waits to be sent; to how many clients something went."""
        served = 0
        for client in self._clients:
            if client.wire.unsent and not client.gone:
                self._guard(client, lambda client: client.wire.flush())
                served += 1
        return served

    def clean(self) -> None:
        """Forget the clients that have gone."""
        self._cleaned = time.monotonic()
        self._clients = [client for client in self._clients if not client.gone]

    def _accept(self) -> None:
        if self._socket is None or self._socket.fileno() < 0:
            raise ClosedError("this raw connection is not open: use 'async with'")
        while True:
            try:
                sock, _ = self._socket.accept()
            except (BlockingIOError, InterruptedError):
                return
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                try:
                    # The handshake is part of the first reading, so a client that stalls in it delays nobody.
                    sock = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
                except OSError as error:
                    log.debug("a client of a raw connection is gone: %s", error)
                    sock.close()
                    continue
            protocol = Connection(Role.SERVER, max_message_size=self._limits.max_message_size, allocate=allocate)
            self._clients.append(_Client(Wire(sock, protocol), time.monotonic(), next(self._numbers)))

    def _guard(self, client: _Client, step: Callable[[_Client], object]) -> None:
        """Do ``step``; a client that breaks, or breaks the rules, is gone."""
        if client.gone:
            return
        try:
            step(client)
            if client.wire.unsent > _MAX_UNSENT:
                raise LimitError("it does not read its answers")
        except (ConnectionLost, ProtocolError, LimitError, DecodeError) as error:
            log.debug("a client of a raw connection is gone: %s", error)
            client.gone = True
            client.wire.close()
            if client.greeted:
                self._tell(self._on_close, client)

    def _read(self, client: _Client) -> None:
        wire = client.wire
        while not client.requests and not isinstance(event := wire.next_event(), NeedData):
            if isinstance(event, SyncRequest | AsyncMessage):
                client.requests.append(event)
            elif isinstance(event, Login):
                self._judge(client, event)
            elif isinstance(event, EndOfFile | ForeignProtocol):
                raise ConnectionLost("closed" if isinstance(event, EndOfFile) else f"it speaks {event.name}")
        if wire.protocol.our_state is not State.OPEN and time.monotonic() - client.since > _LOGIN_SECONDS:
            raise LimitError("it did not log in in time")

    def _judge(self, client: _Client, login: Login) -> None:
        wire, client.user = client.wire, login.user
        if self._authenticate is not None and not self._authenticate(login.user, login.password):
            wire.protocol.send(Refuse())
            raise ConnectionLost("login refused")
        wire.write(wire.protocol.send(Accept(min(login.capability, CAPABILITY))))
        client.greeted = True
        self._tell(self._on_open, client)

    def _tell(self, notice: Notice | None, client: _Client) -> None:
        """Call ``notice`` with the client's number. What it raises is logged."""
        if notice is not None:
            try:
                notice(client.number)
            except Exception:
                log.exception("client %d (%r): a notice failed", client.number, client.user)

    def _run(self, client: _Client, request: SyncRequest | AsyncMessage) -> Value | None:
        with self._answering(client, request) as answer:
            answer.value = codec.decoded_request(request, self._limits)
            result = self._handler(request)(answer.value)
            if isinstance(result, Coroutine):
                result.close()
                raise MisuseError("an async handler needs poll_recv_async")
            answer.result = result
        return answer.value

    async def _run_async(self, client: _Client, request: SyncRequest | AsyncMessage) -> Value | None:
        with self._answering(client, request) as answer:
            answer.value = codec.decoded_request(request, self._limits)
            result = self._handler(request)(answer.value)
            answer.result = await result if isinstance(result, Awaitable) else result
        return answer.value

    def _handler(self, request: SyncRequest | AsyncMessage) -> Handler:
        return self._on_sync if isinstance(request, SyncRequest) else self._on_async

    @contextmanager
    def _answering(self, client: _Client, request: SyncRequest | AsyncMessage) -> Iterator[_Answer]:
        """Respond with what the block puts there, or with its error; what is no `Exception` passes, too."""
        answer = _Answer()
        try:
            yield answer
            body = codec.encode(answer.result, capability=client.wire.protocol.capability)
        except Exception as error:
            log.exception(
                "client %d (%r): %s failed", client.number, client.user, type(request).__name__,
                extra={"handle": client.number, "user": client.user},
            )  # fmt: skip
            body = codec.encode_error(error_text(error, self._expose))
        except BaseException as error:
            cancelled = _is_cancellation(error)
            text = "the handler was cancelled" if cancelled else error_text(error, self._expose)
            self._respond(client, request, codec.encode_error(text))
            raise
        self._respond(client, request, body)

    def _respond(self, client: _Client, request: SyncRequest | AsyncMessage, body: bytes) -> None:
        if isinstance(request, SyncRequest):
            self._guard(client, lambda client: client.wire.send(Response(body)))

    async def _wait(self) -> None:
        """Wait until a client comes, sends, or can be sent to."""
        self.clean()

        async def one(client: _Client) -> None:
            await client.wire.wait()
            tasks.cancel_scope.cancel()

        assert self._socket is not None
        async with anyio.create_task_group() as tasks:
            for client in self._clients:
                tasks.start_soon(one, client)
            await anyio.wait_readable(self._socket)
            tasks.cancel_scope.cancel()


def _is_cancellation(error: BaseException) -> bool:
    try:
        return isinstance(error, anyio.get_cancelled_exc_class())
    except RuntimeError:  # no event loop
        return False
