"""Connections that send and read only when they are told to."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Self, Unpack

import anyio
import anyio.lowlevel

from anyq import codec
from anyq.client._address import Address, parse_address
from anyq.client._bodies import Query, decode_message, request_value
from anyq.client._dial import dial_socket, phase_error
from anyq.client._memory import allocate
from anyq.client._options import ConnectOptions, Options
from anyq.client._pending import Pending
from anyq.client._raw_server import Authenticate, Handler, RawServer
from anyq.client._tls import client_context
from anyq.client._waiter import Waiter
from anyq.client._wire import Wire, shake_hands
from anyq.errors import (
    AuthenticationError,
    ClosedError,
    ConnectError,
    ConnectionCorrupted,
    ConnectionLost,
    ConnectTimeout,
    DecodeError,
    DecodeLimitError,
    Error,
    LimitError,
    ProtocolError,
)
from anyq.protocol import (
    Accept,
    AsyncMessage,
    Connection,
    DroppedReply,
    EndOfFile,
    Event,
    Login,
    NeedData,
    Refuse,
    Response,
    Role,
    SyncRequest,
    with_outcome,
)
from anyq.values import Value

__all__ = ["RawConnection"]


class RawConnection:
    """A connection that you drive: nothing is sent before `poll_send`, nothing read before `poll_recv`.

    As a client it connects in ``async with``; addresses, ``tls`` and the options are those of `anyq.connect`, over
    sockets only (no ``dial``), and without those that need a task in the background (reconnecting, ``liveness``).
    With ``as_server=True`` it listens on ``port`` (on loopback unless ``host`` says otherwise) instead, and the poll
    functions accept clients and run their waiting requests through ``on_sync`` and ``on_async``, functions of the
    received value; ``authenticate`` gets user and password (``None`` if there is none), and accepts all by default.
    A handler may be async, which needs `poll_recv_async`: ``on_sync=lambda x: q("value", x)`` serves an embedded q.
    To serve over TLS, ``tls`` is a context with a certificate. What a handler raises is logged; its client gets the
    text of a `QError`, of other exceptions class and text, or the class alone with ``expose_errors=False``.

    Closed clients are cleaned up at every poll, or every ``conn_gc_time`` seconds; `clean_open_connections` does it
    now. One task uses it at a time.
    """

    def __init__(
        self,
        host: str | None = None,
        port: int | None = None,
        *,
        as_server: bool = False,
        on_sync: Handler | None = None,
        on_async: Handler | None = None,
        authenticate: Authenticate | None = None,
        conn_gc_time: float = 0.0,
        expose_errors: bool = True,
        username: str = "",
        password: str | None = None,
        tls: bool | ssl.SSLContext = False,
        **options: Unpack[ConnectOptions],
    ) -> None:
        context = tls if isinstance(tls, ssl.SSLContext) else None
        self._options = Options(ssl_context=context, **options)
        self.limits: codec.Limits = codec.Limits(max_message_size=self._options.max_message_size)
        self.new_waiter: Callable[[], Waiter] = anyio.Event
        self._wire: Wire | None = None
        self._calls: set[Pending] = set()
        self._ended: Exception = ClosedError("this raw connection is not open: use 'async with'")
        self._server: RawServer | None = None
        if as_server:
            if tls and context is None:
                raise TypeError(
                    "a server needs an ssl.SSLContext with its certificate: RawConnection(..., tls=context)"
                )
            where = host or "127.0.0.1", port
            self._server = RawServer(
                where, on_sync, on_async, authenticate, conn_gc_time, self.limits, context, expose_errors
            )
        else:
            self.address: Address = parse_address(host, port, username=username, password=password, tls=bool(tls))

    # Opening and closing

    async def __aenter__(self) -> Self:
        """Connect and log in, or begin to listen. Raises `ConnectError`, or `OSError` if the port is taken.

        Failing or cancelled, it leaves no socket behind.
        """
        if self._server is not None:
            self._server.listen()
            return self
        with anyio.move_on_after(self._options.connect_timeout):
            sock = await self._secured(await dial_socket(self.address, self._options))
            protocol = Connection(
                Role.CLIENT,
                max_message_size=self._options.max_message_size,
                max_in_flight=1 << 30,
                allocate=allocate,
            )
            wire = Wire(sock, protocol)
            try:
                await self._log_in(wire)
            except BaseException:
                wire.close()
                raise
            self._wire = wire
            return self
        raise ConnectTimeout(f"cannot connect to {self.address}: no answer within {self._options.connect_timeout} s")

    async def _secured(self, sock: socket.socket) -> socket.socket:
        """The socket, with TLS on it if the address says so."""
        if not self.address.tls:
            return sock
        try:
            hostname = self._options.server_hostname or self.address.host
            context = client_context(self._options)
            sock = context.wrap_socket(sock, server_hostname=hostname, do_handshake_on_connect=False)
            await shake_hands(sock)
        except (OSError, ValueError) as error:
            sock.close()
            raise phase_error(self.address, "starting TLS", error) from error
        except BaseException:
            sock.close()
            raise
        return sock

    async def _log_in(self, wire: Wire) -> None:
        address = self.address
        try:
            wire.write(wire.protocol.send(Login(address.user, address.password, self._options.capability)))
            while isinstance(event := wire.next_event(), NeedData):
                await wire.wait()
        except (ConnectionLost, ProtocolError) as error:
            raise ConnectError(f"cannot connect to {address}: the login failed: {error}") from error
        if isinstance(event, Refuse):
            raise AuthenticationError(f"cannot connect to {address}: the login was refused")
        assert isinstance(event, Accept)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close. Idempotent; handles without an answer get `ClosedError`."""
        if self._server is not None:
            self._server.close()
        if self._wire is not None:
            self._end(ClosedError("this raw connection is closed"))

    # Sending

    def submit(self, query: Query, *arguments: object, wait: bool = True) -> Pending | None:
        """Queue a call for `poll_send` and give its handle; with ``wait=False`` an async message, without one."""
        wire = self._usable()
        body = codec.encode(request_value(query, arguments), capability=wire.protocol.capability)
        if not wait:
            wire.protocol.queue(AsyncMessage(body))
            return None
        call = Pending(self, size=len(body))
        wire.protocol.queue(SyncRequest(body), call)
        self._calls.add(call)
        return call

    __call__ = submit

    def poll_send(self, n: int = 1) -> int:
        """Send up to ``n`` queued messages, all of them if 0, without waiting; how many went."""
        if self._server is not None:
            return self._server.flush()
        wire = self._usable()
        sent = 0
        try:
            while (not n or sent < n) and wire.send_next():
                sent += 1
        except ConnectionLost as error:
            self._end(error)
            raise
        return sent

    # Reading

    def poll_recv(self, n: int = 1) -> Value | None:
        """Read up to ``n`` messages without waiting; 0 means one for each call without an answer, at least one.

        Answers go to their handles. Gives the last unsolicited message, or ``None``. A server runs up to ``n``
        waiting requests (0: all) and gives the last of them. Raises `ConnectionLost` when the other side has gone,
        what the protocol raises when it misbehaves; every handle without an answer gets it too.
        """
        if self._server is not None:
            return self._server.poll(n)
        return self._read(n or max(1, len(self._calls)))[1]

    async def poll_recv_async(self) -> Value | None:
        """Wait for one message; otherwise as ``poll_recv(1)``.

        Cancelled, it has lost nothing; an async handler that is cancelled with it is answered for by an error.
        """
        await anyio.lowlevel.checkpoint()
        if self._server is not None:
            return await self._server.poll_async()
        while True:
            read, value = self._read(1)
            if read:
                return value
            await self._usable().wait()

    def _read(self, limit: int) -> tuple[int, Value | None]:
        wire = self._usable()
        read, last = 0, None
        try:
            while read < limit and not isinstance(event := wire.next_event(), NeedData):
                read += 1
                value = self._handle(wire, event)
                last = value if value is not None else last
        except ConnectionLost as error:
            self._end(error)
            raise
        except (ProtocolError, LimitError, DecodeError) as error:
            lost = ConnectionCorrupted(f"connection to {self.address} lost: {error}")
            lost.__cause__ = error
            self._end(lost)
            raise lost from error
        return read, last

    def _handle(self, wire: Wire, event: Event) -> Value | None:
        if isinstance(event, Response):
            assert isinstance(event.call, Pending)
            self._calls.discard(event.call)
            event.call.answer(event)
        elif isinstance(event, AsyncMessage):
            return decode_message(event, self.limits)
        elif isinstance(event, SyncRequest):
            wire.send(Response(codec.encode_error("nyi")))
            return decode_message(event, self.limits)
        elif isinstance(event, EndOfFile):
            raise ConnectionLost(f"connection to {self.address} lost: the peer closed it")
        else:
            assert isinstance(event, DroppedReply)
        return None

    # A server's clients

    def clean_open_connections(self) -> None:
        """Forget the clients that have gone, now."""
        if self._server is not None:
            self._server.clean()

    @property
    def clients(self) -> int:
        """How many clients there are."""
        return self._server.clients if self._server is not None else 0

    @property
    def port(self) -> int | None:
        """The port it listens on, or that it is connected to."""
        return self._server.port if self._server is not None else self.address.port

    # What the handles need

    def check_home(self) -> None:
        """One task uses it at a time, wherever that is."""

    def withdraw(self, call: Pending) -> None:
        """The handle was cancelled."""
        self._calls.discard(call)
        if self._wire is not None:
            self._wire.protocol.ledger.abandon(call)

    def spoiled(self, error: Error) -> None:
        """Who sends one body that is no value cannot be trusted with the next."""
        if isinstance(error, DecodeError) and not isinstance(error, DecodeLimitError):
            self._end(ConnectionCorrupted(f"connection to {self.address} lost: {error}"))

    def _usable(self) -> Wire:
        if self._wire is None:
            raise with_outcome(self._ended, "not sent")
        return self._wire

    def _end(self, error: Exception) -> None:
        wire, self._wire, self._ended = self._wire, None, error
        if wire is not None:
            wire.close()
        calls, self._calls = self._calls, set()
        for call in calls:
            if wire is not None:
                wire.protocol.ledger.abandon(call)  # which tells whether the other side can have seen it
            call.fail(with_outcome(error, call.outcome_if_lost))
