"""A server: listeners, the clients they brought, and how it all ends."""

from __future__ import annotations

import errno
import itertools
import logging
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Final, Self

import anyio
import anyio.lowlevel
import attrs

from anyq.errors import ClosedError
from anyq.loops import BackgroundTasks, Home, Local
from anyq.protocol import Hooks

from ._client import Client, message_of
from ._handlers import Action, Failures, Handler
from ._hooked import HookedAction
from ._limits import Limits, Stats
from ._listen import Listener, abstract_name, listen_tcp, listen_unix
from ._readiness import Lookout, lookout_here
from ._session import Actions, Session
from ._throttle import Throttle
from ._transport import SocketTransport, Transport
from ._wire import encode

__all__ = ["Server"]

log: Final = logging.getLogger("anyq.server")
_OUT_OF_RESOURCES: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_FIRST_HANDLE: Final = 5

Handles = Handler | Callable[..., Any]


@attrs.define(eq=False, repr=False)
class Server(Local):
    """Serves q clients while its ``async with`` block runs.

    Handlers are functions, plain or async, or `Handler` objects that say how to run them. A handler that has room for
    one more argument gets the `Client`:

    * ``on_sync(message)``: its result is the answer; an exception is a q error to the client: the text of a `QError`,
      else class and text (the class alone with ``expose_errors=False``).
    * ``on_async(message)``: default: as ``on_sync``, without an answer.
    * ``authenticate(user, password)``: whether the login is accepted; the password is ``None`` if it is empty. An
      exception refuses.
    * ``on_open(client)``, ``on_close(client)``: after the login, and once when the connection is over.
    * ``on_timer()``, every ``timer`` seconds.

    Exceptions are logged with traceback, user and handle. What is no `Exception` is answered and logged, and then ends
    the server: it comes out of the block.

    Plain handlers run in the event loop and must not block it; see `Handler` for threads, time limits, concurrency.

    ``host`` (one or several) and ``port`` (0 picks a free one), ``unix`` (one or several paths, ``@name`` for the
    abstract namespace, or ``True`` for the name that q clients of ``port`` look for) say where to listen; with
    ``listen=False`` it listens nowhere, and clients come by `serve_transport`. With ``tls``
    all clients must speak TLS, unless ``plain=True`` takes both on the same port.

    Leaving the block stops the server: no new connections, requests that run may finish within ``grace`` seconds, then
    they are cancelled. When an exception or cancellation leaves the block, ``grace`` is 0. Nothing is left afterwards:
    no task, no socket, the port is free.
    """

    on_sync: Handles
    on_async: Handles | None = None
    authenticate: Handles | None = attrs.field(default=None, kw_only=True)
    on_open: Handles | None = attrs.field(default=None, kw_only=True)
    on_close: Handles | None = attrs.field(default=None, kw_only=True)
    on_timer: Handles | None = attrs.field(default=None, kw_only=True)
    timer: float = attrs.field(default=1.0, kw_only=True)
    host: str | Sequence[str] = attrs.field(default="127.0.0.1", kw_only=True)
    listen_port: int | None = attrs.field(default=None, kw_only=True, alias="port")
    unix: str | Sequence[str] | bool | None = attrs.field(default=None, kw_only=True)
    tls: ssl.SSLContext | None = attrs.field(default=None, kw_only=True)
    plain: bool = attrs.field(default=False, kw_only=True)
    limits: Limits = attrs.field(factory=Limits, kw_only=True)
    grace: float = attrs.field(default=5.0, kw_only=True, validator=attrs.validators.ge(0))
    listen: bool = attrs.field(default=True, kw_only=True)
    handles: Iterator[int] = attrs.field(factory=lambda: itertools.count(_FIRST_HANDLE), kw_only=True)
    expose_errors: bool = attrs.field(default=True, kw_only=True)
    hooks: Hooks | None = attrs.field(default=None, kw_only=True)
    """Told when the handler of a message begins and ends."""
    stats: Stats = attrs.field(factory=Stats, init=False)
    clients: dict[int, Client] = attrs.field(factory=dict, init=False)
    """The clients that are logged in, by handle."""
    _listeners: list[Listener] = attrs.field(factory=list, init=False)
    _sessions: set[Session] = attrs.field(factory=set, init=False)
    _addresses: Counter[str] = attrs.field(factory=Counter, init=False)
    _tasks: BackgroundTasks | None = attrs.field(default=None, init=False)
    _home: Home = attrs.field(init=False)
    _accepting: anyio.CancelScope = attrs.field(init=False)
    _full: bool = attrs.field(default=False, init=False)
    """True if the last client was refused because the server was full."""
    _lookout: Lookout = attrs.field(init=False)
    _empty: anyio.Event = attrs.field(init=False)
    _stopped: anyio.Event = attrs.field(init=False)

    def __repr__(self) -> str:
        where = ", ".join(listener.address for listener in self._listeners) or "not listening"
        return f"<{type(self).__name__} {where}: {len(self.clients)} clients>"

    _actions: Actions = attrs.field(init=False)
    _failures: Failures = attrs.field(init=False)
    _throttle: Throttle = attrs.field(init=False)
    _fatal: BaseException | None = attrs.field(default=None, init=False)

    # The scope

    async def __aenter__(self) -> Self:
        if self._tasks is not None:
            raise ClosedError("a server can be entered once")
        if self.listen and self.listen_port is None and (not self.unix or self.unix is True):
            raise TypeError("a server needs a port (port=0 picks a free one) or a unix socket (unix=...)")
        self._actions = self._made_ready()
        self._throttle = Throttle(self.limits.refused_logins)
        self._failures = Failures(self.stats, self.expose_errors, self._end_at_once)
        self._empty, self._stopped = anyio.Event(), anyio.Event()
        self._accepting, self._lookout = anyio.CancelScope(), lookout_here()
        self._home = Home()
        if self.listen:
            self._open_listeners()
        self._tasks = BackgroundTasks()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._lookout.run)
        self._tasks.start_soon(self._accept_all)
        log.info("serving on %s", ", ".join(self.addresses) or "no socket")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.check_task()
        tasks = self._open
        try:
            await self.stop(self.grace if error is None else 0)
        finally:
            self._close_listeners()
            await tasks.__aexit__(None, None, None)
        if self._fatal is not None:
            raise self._fatal
        return False

    def _end_at_once(self, error: BaseException) -> None:
        """End the server because of what no `Exception` is: it comes out of the block, or out of the event loop."""
        if self._fatal is not None or self._tasks is None:
            return
        self._fatal = error
        self._accepting.cancel()
        self._close_listeners()
        for session in list(self._sessions):
            session._end("the server ends")
        self._stopped.set()
        self._tasks.start_soon(self._raise, error)

    @staticmethod
    async def _raise(error: BaseException) -> None:
        raise error

    def check_task(self) -> None:
        """Raise `MisuseError` where the ``async with`` block cannot be left: on Trio, in another task."""
        self._open.check_task()

    @property
    def _open(self) -> BackgroundTasks:
        """The tasks of a server that has been started, for use in its event loop: else `ClosedError`, `MisuseError`."""
        if self._tasks is None:
            raise ClosedError("the server has not been started: use it inside its `async with` block")
        self._home.check(self)
        return self._tasks

    async def stop(self, grace: float | None = None) -> None:
        """Stop: as leaving the block does, which may follow. Returns when no client is left.

        Any task of the server's event loop may call it. Cancelled: those that are left are disconnected at once.
        """
        self._open  # noqa: B018 - raises
        self._accepting.cancel()
        self._close_listeners()
        for session in list(self._sessions):
            session.finish()
        try:
            if self._sessions:
                with anyio.move_on_after(self.grace if grace is None else grace):
                    await self._empty.wait()
        finally:
            for session in list(self._sessions):
                session._end("the server stops")
            self._stopped.set()
        with anyio.CancelScope(shield=True):
            while self._sessions:
                await self._empty.wait()

    async def serve_forever(self) -> None:
        """Wait until `stop` is called. Raises what ended the server, if a handler raised what is no `Exception`."""
        self._open  # noqa: B018 - raises
        await self._stopped.wait()
        if self._fatal is not None:
            raise self._fatal

    def start_soon(self, function: Callable[..., Coroutine[Any, Any, None]], *arguments: Any) -> None:
        """Run an async function as long as the server runs. It must not raise."""
        self._open.start_soon(function, *arguments)

    async def serve_transport(self, transport: Transport, address: str = "memory") -> None:
        """Serve one client that came without a socket, until it leaves or the server stops; then close ``transport``.

        Limits of connections count, those of network addresses do not. Cancelled: the client is disconnected.
        """
        self._open  # noqa: B018 - raises
        if (session := self._admitted(transport, address)) is not None:
            await self._run(session, "")

    # What it is

    @property
    def port(self) -> int:
        """The TCP port, or 0 if there is none."""
        return self.listen_port or 0

    @property
    def ready(self) -> bool:
        """Whether it accepts connections."""
        if self.listen:
            return bool(self._listeners) and self._fatal is None
        return self._tasks is not None and not self._accepting.cancel_called

    @property
    def addresses(self) -> list[str]:
        """Where it listens: ``host:port`` and ``unix:name``."""
        return [listener.address for listener in self._listeners]

    # What it sends

    def broadcast(self, clients: Iterable[Client | int], query: object, *arguments: object) -> int:
        """Post a message to many clients, serialised once for the lowest capability among them.

        Clients (or their handles) that have left are passed over. Returns how many it was queued for.
        """
        self._open  # noqa: B018 - raises
        found = [self.clients.get(c) if isinstance(c, int) else c for c in clients]
        there = [client for client in found if client is not None and not client.closed]
        if not there:
            return 0
        body = encode(message_of(query, arguments), min(c.capability for c in there), False)
        for client in there:
            if not client.closed:
                client.post_body(body)
        return len(there)

    # Listening

    def _made_ready(self) -> Actions:
        def ready(handler: Handles | None, arguments: int) -> Action | None:
            return None if handler is None else Action(handler, arguments)

        hooks = self.hooks

        def hooked(handler: Handles, sync: bool) -> Action:
            return Action(handler, 1) if hooks is None else HookedAction(handler, hooks, sync)

        return Actions(
            hooked(self.on_sync, True),
            hooked(self.on_sync if self.on_async is None else self.on_async, False),
            ready(self.authenticate, 2),
            ready(self.on_open, 0),
            ready(self.on_close, 0),
        )

    def _open_listeners(self) -> None:
        plain = self.tls is None or self.plain
        try:
            if self.listen_port is not None:
                for host in (self.host,) if isinstance(self.host, str) else self.host:
                    for sock, address in listen_tcp(host, self.listen_port):
                        self._listeners.append(Listener(sock, address, self.tls, plain))
                        self.listen_port = sock.getsockname()[1]
            for name in self._unix_names():
                sock, address, path = listen_unix(name)
                self._listeners.append(Listener(sock, address, self.tls, plain, path))
        except BaseException:
            self._close_listeners()
            raise

    def _unix_names(self) -> Sequence[str]:
        if self.unix is True:
            return (abstract_name(self.port),)
        return (self.unix,) if isinstance(self.unix, str) else self.unix or ()

    def _close_listeners(self) -> None:
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()

    async def _accept_all(self) -> None:
        with self._accepting:
            async with anyio.create_task_group() as tasks:
                for listener in self._listeners:
                    tasks.start_soon(self._accept, listener)
                if self.limits.idle_time is not None:
                    tasks.start_soon(self._end_idle, self.limits.idle_time)
                if self.on_timer is not None:
                    tasks.start_soon(self._tick, Action(self.on_timer, 0))

    async def _accept(self, listener: Listener) -> None:
        sock, batch, starved = listener.socket, 0, False
        while True:
            try:
                accepted, address = sock.accept()
            except (BlockingIOError, InterruptedError):
                await anyio.wait_readable(sock)
                continue
            except OSError as error:
                if error.errno in _OUT_OF_RESOURCES:
                    if not starved:
                        log.error("no connection can be accepted: %s", error)
                    starved = True
                    await anyio.sleep(0.1)
                await anyio.lowlevel.checkpoint()
                continue
            starved = False
            try:
                self._admit(SocketTransport(accepted, self._lookout), listener, address)
            except OSError:
                accepted.close()
            batch = (batch + 1) % 64
            if not batch:
                await anyio.lowlevel.checkpoint()

    def _admit(self, transport: SocketTransport, listener: Listener, address: Any) -> None:
        network = isinstance(address, tuple)
        host = str(address[0]) if network else ""
        where = f"{host}:{address[1]}" if network else listener.address
        session = self._admitted(transport, where, host, listener.tls, listener.plain)
        if session is not None:
            assert self._tasks is not None
            self._tasks.start_soon(self._run, session, host, name=f"anyq client {session.handle} at {where}")

    def _admitted(
        self,
        transport: Transport,
        where: str,
        host: str = "",
        tls: ssl.SSLContext | None = None,
        plain: bool = True,
    ) -> Session | None:
        """A session for a new client. ``None``, and the transport is closed, if there are too many."""
        limits, stats = self.limits, self.stats
        stats.accepted += 1
        full = limits.connections is not None and len(self._sessions) >= limits.connections
        if full or (host and limits.per_address is not None and self._addresses[host] >= limits.per_address):
            stats.over_limit += 1
            if not self._full:
                self._full = True
                log.warning("%s is turned away: there are %d clients", host or "a client", len(self._sessions))
            transport.reset()
            return None
        self._full = False
        session = Session(
            next(self.handles), where, transport, self._actions, limits, self._failures,
            tls=tls, plain=plain, remote=bool(host) and not host.startswith(("127.", "::1")),
            host=host, throttle=self._throttle,
        )  # fmt: skip
        self._sessions.add(session)
        if host:
            self._addresses[host] += 1
        return session

    async def _run(self, session: Session, host: str) -> None:
        try:
            await session.run(self._opened, self._closed)
        finally:
            self._sessions.discard(session)
            if host:
                self._addresses[host] -= 1
                if not self._addresses[host]:
                    del self._addresses[host]
            if not self._sessions:
                self._empty.set()
                self._empty = anyio.Event()

    def _opened(self, session: Session) -> None:
        session.heard()
        self.clients[session.handle] = session

    def _closed(self, session: Session) -> None:
        self.clients.pop(session.handle, None)
        log.info(
            "client %d: %r left: %s", session.handle, session.user, session._closed,
            extra={"handle": session.handle, "user": session.user, "address": session.address},
        )  # fmt: skip

    async def _end_idle(self, longest: float) -> None:
        while True:
            await anyio.sleep(longest / 4)
            now = anyio.current_time()
            for session in list(self._sessions):
                if session.handle in self.clients and session.silent_since(now) < now - longest and session.idle:
                    self.stats.idle += 1
                    session._end("it was silent for too long")

    async def _tick(self, action: Action) -> None:
        while True:
            await anyio.sleep(self.timer)
            try:
                await action.run(None)
            except anyio.get_cancelled_exc_class():
                raise
            except BaseException as error:
                self._failures.note(error, 0, "", "on_timer")
