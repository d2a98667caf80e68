"""Sessions that move when they are polled, for `anyq.RawConnection(as_server=True)`.

They are those of a server (logins, limits, answers in order, what clients and the log are told of failures), without
its tasks: a step of theirs never waits. Only an async handler is waited for, by `PolledServer.poll_async`.
"""

from __future__ import annotations

import itertools
import logging
import socket
import ssl
from collections import deque
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, Final

import anyio

from anyq.codec import decoded_request
from anyq.errors import BusyError, ClosedError, DecodeError, LimitError, MisuseError, ProtocolError
from anyq.loops import Home
from anyq.protocol import (
    NEED_DATA,
    AsyncMessage,
    ConnectionState,
    EndOfFile,
    ForeignProtocol,
    Login,
    Response,
    SyncRequest,
)
from anyq.values import Value

from ._handlers import Action, Failures
from ._limits import Limits, Stats
from ._listen import listen_tcp
from ._readiness import TaskLookout
from ._session import Actions, Session
from ._transport import SocketTransport, TlsTransport

__all__ = ["PolledServer"]

Notice = Callable[[int], object]
"""Told the number of a client."""

log: Final = logging.getLogger("anyq.server")


class _Anywhere(Home):
    """Any thread may poll, one at a time, with an event loop or without."""

    def __init__(self) -> None:
        """There is no event loop to belong to."""

    def here(self) -> bool:
        return True

    def check(self, what: object) -> None:
        """Raise nothing."""


class PolledSession(Session):
    """A session without tasks."""

    _new_home = _Anywhere
    _now = staticmethod(monotonic)

    def __init__(
        self, *arguments: Any, tls: ssl.SSLContext | None, on_open: Notice | None, on_close: Notice | None
    ) -> None:
        super().__init__(*arguments)
        self._notices = on_open, on_close
        assert self._socket is not None
        self._carrier = self._socket
        self._handshake = None if tls is None else TlsTransport(self._carrier, tls)
        self._transport = self._carrier if self._handshake is None else self._handshake
        self._logged_in = False
        self._since = monotonic()
        self._gone = False
        self.inbox: deque[SyncRequest | AsyncMessage] = deque()

    async def __call__(self, query: object, *arguments: object, timeout: float | None = None) -> Value:
        raise MisuseError("a handler that is polled cannot wait for its client's answer: anyq.serve can")

    def advance(self) -> None:
        """Send what waits, and take what has arrived up to the next request. Never waits."""
        try:
            self.flush()
            while not (self.inbox or self._closed):
                if self._handshake is not None and not self._handshaken():
                    break
                event = self._peer.next_event()
                if event is not NEED_DATA:
                    self._took(event)
                elif (count := self._transport.try_receive(self._peer.get_buffer())) < 0:
                    break
                else:
                    self._peer.buffer_updated(count)
            late = self._limits.login_time
            if not (self._logged_in or late is None) and monotonic() - self._since > late:
                self._stats.late_logins += 1
                self._end("no login in time")
        except (ProtocolError, LimitError, ssl.SSLError) as error:
            self._bad(error)
        except OSError as error:
            self._end(f"it is gone: {error}")
        self.part()

    def _handshaken(self) -> bool:
        assert self._handshake is not None
        if self._handshake.try_handshake():
            self._handshake = None
        return self._handshake is None

    def _took(self, event: object) -> None:
        if isinstance(event, SyncRequest | AsyncMessage):
            self.inbox.append(event)
        elif isinstance(event, Response):
            self._answered(event)
        elif isinstance(event, Login):
            self._logged_in = self._welcome(event) if self._passes(event) else self._refuse(event)
            if self._logged_in:
                self._tell(self._notices[0], "on_open")
            else:
                self._end("its login was refused")
        elif isinstance(event, ForeignProtocol):
            self._refuse_foreign(event)
            self._end(f"it speaks {event.name}")
        else:
            assert isinstance(event, EndOfFile)
            self._end("it left")

    def _passes(self, login: Login) -> bool:
        self.user = login.user
        action = self._actions.authenticate
        try:
            return action is None or bool(_at_once(action.now(login.user, login.password, self)))
        except BaseException as error:
            self._failures.note(error, self.handle, self.user, f"the login check for {self.address}")
            return False

    def flush(self) -> bool:
        """Send what waits as far as it goes; whether there was anything."""
        waits = bool(self.queued_bytes) and not self._closed
        try:
            while self.queued_bytes and not self._closed and self._send_some():
                pass
        except OSError as error:
            self._end(f"cannot be written to: {error}")
        return waits

    def part(self) -> None:
        """Close the socket of a client that has gone."""
        if self._closed and not self._gone:
            self._gone = True
            log.debug("client %d (%r) of a raw connection is gone: %s", self.handle, self.user, self._closed)
            self._transport.close()
            if self._logged_in:
                self._tell(self._notices[1], "on_close")

    def _tell(self, notice: Notice | None, name: str) -> None:
        if notice is not None:
            try:
                notice(self.handle)
            except BaseException as error:
                self._failures.note(error, self.handle, self.user, name)

    def next_request(self) -> tuple[Action, Value, bool] | None:
        """The next request: its handler, its value, and whether it is to be answered."""
        message = self.inbox.popleft()
        sync = isinstance(message, SyncRequest)
        try:
            return self._actions.on_sync if sync else self._actions.on_async, decoded_request(message), sync
        except (DecodeError, LimitError) as error:
            self._bad(error)
            return None

    def handle_now(self, action: Action, value: Value, sync: bool) -> None:
        """Have a request handled, and answer it. An awaitable result is an error."""
        self._begin(sync)
        try:
            result = _at_once(action.now(value, self))
        except BaseException as error:
            self._failed(error, sync)
        else:
            self._succeeded(result, sync)

    async def wait(self) -> None:
        """Wait until there is something to read, or to write if something waits for that."""
        if not self.queued_bytes:
            await self._carrier.wait_readable()
            return

        async def writable() -> None:
            await self._carrier.wait_writable()
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(writable)
            await self._carrier.wait_readable()
            tasks.cancel_scope.cancel()


def _at_once(result: Any) -> Any:
    if not hasattr(type(result), "__await__"):
        return result
    if isinstance(result, Coroutine):
        result.close()
    raise MisuseError("an async handler needs poll_recv_async, and an async login check anyq.serve")


class PolledServer:
    """Accepts clients and answers them, whenever it is polled. Nothing here waits but `poll_async`."""

    def __init__(
        self,
        host: str,
        port: int | None,
        *,
        on_sync: Callable[..., object] | None,
        on_async: Callable[..., object] | None,
        authenticate: Callable[..., object] | None,
        cleaned_every: float,
        max_message_size: int,
        tls: ssl.SSLContext | None,
        expose_errors: bool,
        on_open: Notice | None = None,
        on_close: Notice | None = None,
    ) -> None:
        if port is None:
            raise TypeError("a port is needed: RawConnection(port=5050, as_server=True)")
        if on_sync is None:
            raise TypeError("a server needs on_sync, a function of the received value")
        self._where = host, port
        check = None if authenticate is None else Action(authenticate, 2)
        self._actions = Actions(Action(on_sync, 1), Action(on_async or on_sync, 1), check)
        self._cleaned_every = cleaned_every
        self._limits = Limits(message_size=max_message_size)
        self._made: dict[str, Any] = {"tls": tls, "on_open": on_open, "on_close": on_close}
        self._fatal: BaseException | None = None
        self._failures = Failures(Stats(), expose_errors, self._note_fatal)
        self._numbers = itertools.count(1)
        self._sockets: list[socket.socket] | None = None
        self._sessions: list[PolledSession] = []
        self._cleaned = 0.0

    @property
    def port(self) -> int | None:
        """The port it listens on, or is to listen on."""
        return self._where[1]

    @property
    def state(self) -> ConnectionState:
        """``"new"``, ``"connected"`` while it listens, ``"closed"``."""
        return "new" if self._sockets is None else "connected" if self._sockets else "closed"

    @property
    def clients(self) -> int:
        """How many clients there are, those included that have gone since the last cleaning."""
        return len(self._sessions)

    def listen(self) -> None:
        """Begin to listen. `OSError` if the port is taken."""
        if self._sockets is not None:
            raise BusyError("a raw connection is opened once: make another one")
        host, port = self._where
        self._sockets = [sock for sock, _ in listen_tcp(host, port or 0)]
        self._where = host, self._sockets[0].getsockname()[1]

    def close(self) -> None:
        """Disconnect every client and stop listening."""
        for session in self._sessions:
            session._end("the server stops")
            session.part()
        self._sessions.clear()
        for sock in self._sockets or ():
            sock.close()
        self._sockets = None if self._sockets is None else []

    def poll(self, n: int) -> Value | None:
        """Accept, read, and run up to ``n`` waiting requests (0: all). The last one that ran."""
        self._receive()
        ran, last = 0, None
        while (not n or ran < n) and (session := self._whose_turn()) is not None:
            if (request := session.next_request()) is not None:
                session.handle_now(*request)
                last = request[1]
            session.part()
            ran += 1
            session.advance()
        self._finish()
        return last

    async def poll_async(self) -> Value | None:
        """Wait until a request was run."""
        while True:
            self._receive()
            session = self._whose_turn()
            request = session.next_request() if session is not None else None
            if session is not None and request is not None:
                try:
                    await session._handle(*request)
                finally:
                    self._finish()
                return request[1]
            self._finish()
            await self._wait()

    def _whose_turn(self) -> PolledSession | None:
        """A client whose request waits; it goes behind the others, so that a busy one does not keep them waiting."""
        waiting = next((session for session in self._sessions if session.inbox and not session.closed), None)
        if waiting is not None:
            self._sessions.remove(waiting)
            self._sessions.append(waiting)
        return waiting

    def _note_fatal(self, error: BaseException) -> None:
        self._fatal = error

    def _receive(self) -> None:
        if not self._sockets:
            raise ClosedError("this raw connection is not open: use 'async with'")
        for sock in self._sockets:
            self._accept(sock)
        for session in self._sessions:
            session.advance()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                sock, address = listening.accept()
            except OSError:  # nobody is there, or has gone again
                return
            where = f"{address[0]}:{address[1]}"
            transport = SocketTransport(sock, TaskLookout())
            number = next(self._numbers)
            self._sessions.append(
                PolledSession(number, where, transport, self._actions, self._limits, self._failures, **self._made)
            )

    def _finish(self) -> None:
        """Send what goes, clean up when it is time, and raise what a handler raised that is no `Exception`."""
        self.flush()
        if monotonic() - self._cleaned >= self._cleaned_every:
            self.clean()
        fatal, self._fatal = self._fatal, None
        if fatal is not None:
            raise fatal

    def flush(self) -> int:
        """Hand over what waits to be sent; to how many clients something went."""
        served = [session.flush() for session in self._sessions]
        for session in self._sessions:
            session.part()
        return sum(served)

    def clean(self) -> None:
        """Forget the clients that have gone."""
        self._cleaned = monotonic()
        self._sessions = [session for session in self._sessions if not session.closed]

    async def _wait(self) -> None:
        """Wait until a client comes, sends, or can be sent to."""
        self.clean()

        async def until(wait: Callable[[], Coroutine[Any, Any, None]]) -> None:
            await wait()
            tasks.cancel_scope.cancel()

        async def accepted(sock: socket.socket) -> None:
            await anyio.wait_readable(sock)
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            for session in self._sessions:
                tasks.start_soon(until, session.wait)
            for sock in self._sockets or ():
                tasks.start_soon(accepted, sock)
