"""The life of one connection: login, messages in, answers out, end.

Theory of operation. One task reads, and hands on each message (see `Worker`). It goes on while handlers run: it sees
the client leave (and what runs for it is cancelled), and it takes the client's answers to our own requests.
"""

from __future__ import annotations

import inspect
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, Final

import anyio
import anyio.lowlevel
import anyio.to_thread
import attrs

from anyq import codec
from anyq.codec import decoded_request
from anyq.errors import DecodeError, LimitError, ProtocolError, QError, RemoteProtocolError
from anyq.protocol import (
    CAPABILITY,
    NEED_DATA,
    Accept,
    AsyncMessage,
    Connection,
    EndOfFile,
    Event,
    ForeignProtocol,
    Login,
    Refuse,
    Response,
    Role,
    SyncRequest,
    TooLarge,
)

from ._handlers import Action, Failures
from ._limits import Limits
from ._receiver import Receiver
from ._throttle import Throttle
from ._transport import TlsTransport, Transport
from ._wire import NOT_HTTP

__all__ = ["Actions", "Session"]

log: Final = logging.getLogger("anyq.server")
_BATCH, _CLOSING_TIME = 32, 5.0
_HEAVY, _HEAVY_COMPRESSED = 1 << 17, 1 << 14
_SKIPPED, _SKIPPED_TIMES = 1 << 26, 16
"""A request over the message size is read to its end, kept nowhere, and answered; one beyond these bounds (bytes, and
times the message size) disconnects. (A response before the end would be lost to clients that send before they read.)"""
_TLS_FIRST: Final = b"\x16"
_TLS_ALERT: Final = bytes([21, 3, 1, 0, 2, 2, 70])
"""Fatal, protocol_version (RFC 8446, section 6). A q client that sent its login in clear knows by the first byte, which
is no capability, that the port speaks TLS."""

Forget = Callable[["Session"], None]


@attrs.frozen
class Actions:
    """The handlers of a server, made ready."""

    on_sync: Action
    on_async: Action
    authenticate: Action | None = None
    on_open: Action | None = None
    on_close: Action | None = None


class Session(Receiver):
    """One connection, from the accepted socket to its close. Without a socket there is no TLS."""

    _now: Callable[[], float] = staticmethod(anyio.current_time)

    def __init__(
        self,
        handle: int,
        address: str,
        transport: Transport,
        actions: Actions,
        limits: Limits,
        failures: Failures,
        *,
        tls: ssl.SSLContext | None = None,
        plain: bool = True,
        remote: bool = False,
        host: str = "",
        throttle: Throttle | None = None,
    ) -> None:
        peer = Connection(
            Role.SERVER,
            max_message_size=limits.message_size,
            max_login_size=limits.login_size,
            max_skipped_size=max(_SKIPPED, _SKIPPED_TIMES * limits.message_size),
            max_in_flight=1,
            allocate=codec.allocate,  # not touched: announcing much and sending little costs little
        )
        super().__init__(handle, address, peer, transport, limits, failures)
        self._actions = actions
        self._tls, self._plain = tls, plain
        self._remote = remote
        self._host = host
        self._throttle = Throttle(None) if throttle is None else throttle
        self._told_open = actions.on_open is None

    async def run(self, opened: Forget, closed: Forget) -> None:
        """The whole life. Never raises but for cancellation; ``opened`` is called after the login."""
        try:
            with anyio.CancelScope() as scope:
                self._stop = scope.cancel
                if self._closed:
                    scope.cancel()
                if await self._login():
                    opened(self)
                    try:
                        await self._talk()
                    finally:
                        closed(self)
        except OSError as error:
            log.debug("client %d at %s: %s", self.handle, self.address, error)
        except Exception:
            log.exception("client %d at %s: the session failed", self.handle, self.address)
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            self._failures.end_server(error)
        finally:
            self._end("the session ended")
            self._transport.close()

    # Login

    async def _login(self) -> bool:
        login: Login | None = None
        try:
            with anyio.fail_after(self._limits.login_time):
                await self._secure()
                event = await self._next_event()
                if isinstance(event, Login):
                    login = event
                    await self._slow_down()
                    accepted = await self._accepts(login)
                    return self._welcome(login) if accepted else self._refuse(login)
                if isinstance(event, ForeignProtocol):
                    self._refuse_foreign(event)
        except (TimeoutError, LimitError):
            self._stats.late_logins += 1
            log.info("%s: no login in time", self.address)
        except (ssl.SSLError, ProtocolError) as error:
            self._stats.foreign += 1
            log.warning("%s: no q login: %s", self.address, error)
        return False

    async def _secure(self) -> None:
        if self._tls is None or self._socket is None:
            return
        first = await self._socket.peek()
        if first != _TLS_FIRST and self._plain:
            return
        if first != _TLS_FIRST and first:
            self._socket.try_send(_TLS_ALERT)
            raise RemoteProtocolError("no TLS, which this port wants")
        transport = TlsTransport(self._socket, self._tls)
        await transport.handshake()
        self._transport = transport

    async def _accepts(self, login: Login) -> bool:
        self.user = login.user
        action = self._actions.authenticate
        if action is None:
            return True
        try:
            verdict = (
                action.now(login.user, login.password, self)
                if action.plain
                else await action.run(login.user, login.password, self)
            )
            return bool(await verdict if inspect.isawaitable(verdict) else verdict)
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            self._failures.note(error, self.handle, self.user, f"the login check for {self.address}")
            return False

    async def _slow_down(self) -> None:
        """Wait, if many logins from this address were refused."""
        delay = self._throttle.delay(self._host, self._now())
        if delay:
            self._stats.slowed += 1
            await anyio.sleep(delay)

    def _welcome(self, login: Login) -> bool:
        self._push(self._peer.send(Accept(min(login.capability, CAPABILITY))))
        self._stats.logins += 1
        log.info(
            "client %d: %r logged in from %s", self.handle, self.user, self.address,
            extra={"handle": self.handle, "user": self.user, "address": self.address},
        )  # fmt: skip
        return True

    def _refuse(self, login: Login) -> bool:
        self._peer.send(Refuse())
        self._stats.refused += 1
        log.warning(
            "%s: the login of %r is refused", self.address, login.user,
            extra={"user": login.user, "address": self.address},
        )  # fmt: skip
        count = self._throttle.refused(self._host, self._now())
        if count == self._limits.refused_logins:
            log.warning("%s: %d logins were refused; from now on logins from there wait", self._host, count)
        return False

    def _refuse_foreign(self, event: ForeignProtocol) -> None:
        self._stats.foreign += 1
        log.info("%s: %s instead of a q login", self.address, event.name)
        if event.name == "HTTP":
            self._transport.try_send(NOT_HTTP)

    async def _next_event(self) -> Event:
        peer, transport = self._peer, self._transport
        while True:
            event = peer.next_event()
            if event is not NEED_DATA:
                return event  # type: ignore[return-value]
            await transport.wait_readable()
            self._receive()

    # Messages

    async def _talk(self) -> None:
        try:
            async with anyio.create_task_group() as tasks:
                self._tasks = tasks
                if self._waiting or self._transport.backlog:
                    self._push(b"")
                self._opened()
                if self._actions.on_sync.quick and self._transport is self._socket:
                    self._use_fast_path(self._actions.on_sync)
                await self._read()
                self._end("it left")
        finally:
            self._end("it was cancelled")
            with anyio.CancelScope(shield=True):
                await self._left()

    async def _read(self) -> None:
        peer, most, batch = self._peer, self._limits.requests, 0
        try:
            while not self._closed:
                event = peer.next_event()
                if event is NEED_DATA:
                    batch = 0
                    await self._transport.wait_readable()
                    if not self._fed:
                        self._receive()
                    self._fed, self._heard = False, True
                    continue
                if isinstance(event, EndOfFile):
                    return
                if isinstance(event, Response):
                    self._answered(event)
                elif isinstance(event, SyncRequest | AsyncMessage | TooLarge):
                    self._take(event)
                    batch += 1
                    if batch >= _BATCH:
                        batch = 0
                        await anyio.lowlevel.checkpoint()
                    if len(self._work) >= most:
                        self._room = anyio.Event()
                        await self._room.wait()
        except (ProtocolError, DecodeError, LimitError) as error:
            self._bad(error)
        except OSError as error:
            log.debug("client %d: %s", self.handle, error)

    def _take(self, message: SyncRequest | AsyncMessage | TooLarge) -> None:
        """Handle a message now if its handler is plain and nothing waits before it, else in its turn."""
        if self._finishing:
            return
        if isinstance(message, TooLarge):
            self._refuse_message(QError(message.error, detail=f"a request of {message.size} bytes"), sync=True)
            return
        sync = isinstance(message, SyncRequest)
        action = self._actions.on_sync if sync else self._actions.on_async
        if len(message.body) > (_HEAVY_COMPRESSED if message.compressed else _HEAVY):
            self._add_work(lambda: self._decode_and_handle(action, message, sync))
            return
        try:
            value = decoded_request(message)
        except (LimitError, MemoryError) as error:
            self._refuse_message(error, sync)
            return
        if action.plain:
            self._add_work((action, value, sync))
        else:
            self._add_work(lambda: self._handle(action, value, sync))

    async def _decode_and_handle(self, action: Action, message: SyncRequest | AsyncMessage, sync: bool) -> None:
        """Decode in a worker thread, so that the other clients do not wait for it."""
        try:
            value = await anyio.to_thread.run_sync(decoded_request, message, abandon_on_cancel=True)
        except (DecodeError, LimitError, MemoryError, RuntimeError) as error:  # the last one: no more threads
            self._refuse_message(error, sync, now=True)
        else:
            await self._handle(action, value, sync)

    def _opened(self) -> None:
        action = self._actions.on_open
        if action is None:
            return
        if action.plain:
            self._told_open = True
            try:
                result = action.now(self)
            except BaseException as error:
                self._failures.note(error, self.handle, self.user, "on_open")
            else:
                if inspect.isawaitable(result):
                    self._add_work(lambda: self._notify(result, "on_open"))
        else:
            self._add_work(lambda: self._tell_open(action))

    async def _tell_open(self, action: Action) -> None:
        self._told_open = True
        await self._notify(action.run(self), "on_open")

    async def _notify(self, running: Awaitable[Any], name: str) -> None:
        try:
            await running
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            self._failures.note(error, self.handle, self.user, name)

    async def _left(self) -> None:
        """Call ``on_close``, but not for a client that left before ``on_open`` had begun."""
        action = self._actions.on_close
        if action is None or not self._told_open:
            return
        with anyio.move_on_after(_CLOSING_TIME):
            await self._notify(action.run(self), "on_close")
