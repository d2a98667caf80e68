"""The driver of a raw connection: it moves bytes when it is told to, and decides nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable

import anyio

from anyq.client._address import Address
from anyq.client._bodies import Query
from anyq.client._dial import dial_socket, phase_error, tls_reason
from anyq.client._engine import Engine
from anyq.client._options import Options
from anyq.client._pending import Pending
from anyq.client._tls import wrapped
from anyq.client._waiter import Waiter
from anyq.client._wire import Wire, shake_hands
from anyq.codec import allocate
from anyq.errors import (
    AuthenticationError,
    BusyError,
    ClosedError,
    ConnectError,
    ConnectionLost,
    ConnectTimeout,
    DecodeError,
    LimitError,
    ProtocolError,
)
from anyq.protocol import (
    REFUSED,
    Accept,
    AsyncMessage,
    Connection,
    Event,
    Login,
    NeedData,
    Post,
    Refuse,
    Role,
    SyncRequest,
    broken_reason,
)
from anyq.values import Value

__all__ = ["RawClient"]

_BROKEN = (ConnectionLost, ProtocolError, LimitError, DecodeError)


class RawClient(Engine):
    """A connection whose bytes move when it is polled."""

    def __init__(self, address: Address, options: Options) -> None:
        super().__init__(address, options)
        self.new_waiter: Callable[[], Waiter] = anyio.Event
        self.unanswered: set[Pending] = set()
        self._wire: Wire | None = None

    async def open(self) -> None:
        """Connect and log in. Raises `ConnectError`; failing or cancelled, it leaves no socket behind."""
        if self.state != "new":
            raise BusyError("a raw connection is opened once: make another one")
        options = self.options
        with anyio.move_on_after(options.connect_timeout):
            sock = await self._secured(await dial_socket(self.address, options))
            protocol = Connection(
                Role.CLIENT,
                max_message_size=options.max_message_size,
                max_in_flight=options.max_in_flight,
                allocate=allocate,
            )
            wire = Wire(sock, protocol)
            try:
                await self._log_in(wire)
            except BaseException:
                wire.close()
                raise
            self._wire = wire
            self.connected(protocol)
            return
        raise ConnectTimeout(f"cannot connect to {self.address}: no answer within {options.connect_timeout} s")

    async def _secured(self, sock: socket.socket) -> socket.socket:
        """The socket, with TLS on it if the address says so."""
        if not self.address.tls:
            return sock
        try:
            sock = wrapped(sock, self.options, self.address)
            await shake_hands(sock)
        except (OSError, ValueError) as error:
            sock.close()
            raise phase_error(self.address, "starting TLS", tls_reason(error)) from error
        except BaseException:
            sock.close()
            raise
        return sock

    async def _log_in(self, wire: Wire) -> None:
        address = self.address
        try:
            wire.write(wire.protocol.send(Login(address.user, address.password, self.options.capability)))
            while isinstance(event := wire.next_event(), NeedData):
                await wire.wait()
        except (ConnectionLost, ProtocolError) as error:
            cause = error.__cause__
            reason = broken_reason(cause) if isinstance(cause, OSError) else error
            raise ConnectError(f"cannot connect to {address}: the login failed: {reason}") from error
        if isinstance(event, Refuse):
            raise AuthenticationError(f"cannot connect to {address}: {REFUSED}")
        assert isinstance(event, Accept)

    def usable(self) -> Wire:
        """The wire. Raises what `check_usable` raises."""
        self.check_usable()
        assert self._wire is not None
        return self._wire

    def queue(self, query: Query, arguments: tuple[object, ...], wait: bool) -> Pending | None:
        """Queue a call, or an async message, which has no handle."""
        if not wait:
            self.submit(self.message(AsyncMessage, query, arguments, own=True), Post())
            return None
        message = self.message(SyncRequest, query, arguments, own=True)
        call = Pending(self, size=message.size)
        self.describe(call, query)
        self.submit(message, call)
        self.unanswered.add(call)
        return call

    def send(self, count: int) -> int:
        """Send up to ``count`` queued messages, all of them if 0, without waiting; how many went."""
        wire = self.usable()
        sent, before = 0, wire.sent
        try:
            while (not count or sent < count) and wire.send_next():
                sent += 1
        except ConnectionLost as error:
            self.spoil(error)
            raise self.loss("unknown") from error
        finally:
            self.counters.bytes_sent += wire.sent - before
        return sent

    def read(self, limit: int) -> tuple[int, Value | None]:
        """Read up to ``limit`` messages without waiting; how many there were, and the last unsolicited one."""
        wire = self.usable()
        read, last, before = 0, None, wire.received
        try:
            while read < limit and not isinstance(event := wire.next_event(), NeedData):
                read += 1
                value = self._take(wire, event)
                last = value if value is not None else last
        except _BROKEN as error:
            self.spoil(error)
            raise self.loss("unknown") from error
        finally:
            self.counters.bytes_received += wire.received - before
            self.unanswered = {call for call in self.unanswered if not call.done()}
        return read, last

    def _take(self, wire: Wire, event: Event) -> Value | None:
        if isinstance(event, AsyncMessage):
            self.counters.messages_received += 1
            return self.decode(event)
        request = self.handle(event)
        if request is None:
            return None
        value = self.decode(request)
        try:
            handler = self.options.on_request
            answer = self.response(handler(self.decode_request(request)) if handler else self.decode_request(request))
        except Exception as error:
            answer = self.refusal(error)
        wire.send(answer)
        return value

    def spoil(self, error: Exception) -> None:
        """The connection is over because of ``error``."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()
            self.broken(error)
            self.detach(wire.unsent)

    def shut(self) -> None:
        """Close. Idempotent."""
        error = ClosedError("this raw connection is closed")
        self.close(error)
        self.spoil(error)
        self.end(error)

    def check_home(self) -> None:
        """One task uses it at a time, wherever that is."""

    def withdraw(self, call: Pending) -> None:
        """The handle was cancelled."""
        self.unanswered.discard(call)
        if self.abandon(call):
            self.spoil(ConnectionLost("a call was abandoned (abandon='close')"))
