"""The public face of a connection."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from types import TracebackType
from typing import Self, Unpack

import anyio
import anyio.lowlevel
import attrs
from anyio.abc import TaskGroup

from anyq.client._address import Address
from anyq.client._bodies import Query
from anyq.client._core import Core
from anyq.client._face import AsyncFace
from anyq.client._inbox import Feed
from anyq.client._options import ConnectOptions, Options, parsed
from anyq.client._pending import Pending
from anyq.client._subscription import Subscription
from anyq.errors import BusyError, CallTimeout, ConnectionLost, QError
from anyq.loops import BackgroundTasks
from anyq.protocol import AsyncMessage, ConnectionState, ConnectionStatistics, Overflow, Post, SyncRequest
from anyq.values import NULL, Strings, Value

__all__ = ["Connection", "connect"]


def connect(
    host: str | Address | None = None,
    port: int | None = None,
    *,
    username: str = "",
    password: str | None = None,
    tls: bool | ssl.SSLContext = False,
    **options: Unpack[ConnectOptions],
) -> Connection:
    """A connection to a q process, to be opened by ``async with`` or `Connection.open`.

    ``host`` and ``port`` take any form of `anyq.parse_address`: ``connect("localhost", 5050)``,
    ``connect("host:port:user:password")``, ``connect("unix:///tmp/kx.5050")``,
    ``connect("tcps://host:port")``.

    Security: ``tls`` (``True`` or a context of yours), ``ca_file``, ``cert_file`` and
    ``key_file`` (the certificate of this client, for servers that want one), ``server_hostname`` (when the
    certificate names another host than ``host``), ``verify=False`` to check nothing,
    ``tls_from_environment=True`` to follow kdb+'s ``KX_SSL_*`` variables. The certificate and the host
    name are checked by default.

    Time, in seconds: ``connect_timeout`` (30) for everything up to the accepted login, ``timeout`` (none)
    for each call, ``send_timeout`` (60) for a peer that does not read, ``close_timeout`` (1) for queued
    async messages at the close, ``liveness`` (off) after which a peer that is silent while answers are due
    counts as lost: choose it longer than your longest query. ``keepalive`` (on) lets the system find out
    about dead peers by itself.

    Behaviour: ``max_in_flight`` (1) requests are sent before the first is answered; raise it for servers
    that answer in order. ``abandon="close"`` closes the connection when the caller of a sent call goes
    away, instead of dropping the reply when it comes. ``reconnection_attempts`` (-1: never; 0: without
    end), ``reconnection_delay`` (0.5), ``reconnection_function`` (doubles the delay). ``no_ctx=True``
    turns ``q.name`` off. ``max_message_size`` (4 GiB) bounds what is received, ``max_queued`` (16 MiB)
    what waits to be sent before `Connection.post` waits. ``capability`` (6) is offered in the login.
    ``compress``: whether messages over 2000 bytes are compressed when that halves them; ``None`` (the
    default) is as q does, to other machines only (and not over ``dial``). What is received may always be compressed.
    ``strings="chars"`` sends ``str`` and the string columns of frames as char vectors, in place of symbols
    (``"symbols"``, the default); `anyq.symbol` and `anyq.symbols` still make symbols.

    Hooks: ``on_request`` answers the server's own sync requests (a function of the value, may be async; without it
    they get the error ``nyi``), ``on_state`` is told ``"connected"``, ``"lost"``, ``"reconnected"`` and ``"closed"``,
    ``on_call`` gets a `CallReport` after each call, ``hooks``, an `anyq.Hooks`, is told of both and more (without the
    texts of queries if ``report_queries=False``). ``dial`` opens the byte stream in place of a socket.

    Raises `TypeError` without a port, `ValueError` for what is no address.
    """
    return Connection(*parsed("anyq.connect", host, port, options, username=username, password=password, tls=tls))


class Connection(AsyncFace):
    """A connection to one q process, used by any number of tasks of one event loop.

    Made by `anyq.connect`. ``async with connection:`` opens it, and closes it at the end of the block,
    whatever is raised or cancelled there. Calls go out in the order in which they are made, and each gets
    its own answer: a caller that is cancelled leaves at once, what was half sent is finished without it,
    and the answer that comes for it is dropped.

    Every method raises `ClosedError` after `aclose`, and `ConnectionLost` once the connection broke (without
    reconnection). An attribute that is not defined here is a name on the server, see `Namespace`.
    """

    def __init__(self, address: Address, options: Options) -> None:
        self._core = Core(address, options)
        self._background: BackgroundTasks | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._core.address} {self._core.state}>"

    # Opening and closing

    async def __aenter__(self) -> Self:
        """Connect and log in. Raises `ConnectError` (`AuthenticationError` if refused). Failing or cancelled, it leaves
        nothing behind.
        """
        self._check_new()
        self._background = tasks = BackgroundTasks()
        await tasks.__aenter__()
        try:
            await self._core.dial()
        except BaseException:
            await tasks.__aexit__(None, None, None)
            raise
        tasks.start_soon(self._core.serve, name=f"anyq connection to {self._core.address}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._background is not None
        try:
            await self.aclose()
        finally:
            await self._background.__aexit__(None, None, None)

    async def open(self, task_group: TaskGroup | BackgroundTasks) -> Self:
        """Connect, with the background work in a task group of yours, which then waits for `aclose`.

        Raises, and is cancelled, as ``async with``. Nothing that happens to the connection is raised in your group; if
        that is cancelled, the connection is closed.
        """
        self._check_new()
        await self._core.dial()
        task_group.start_soon(self._core.serve, name=f"anyq connection to {self._core.address}")
        return self

    async def aclose(self) -> None:
        """Close. Idempotent; all who wait raise `ClosedError` at once.

        Queued async messages get ``close_timeout`` seconds to leave. If it is cancelled they get no time,
        and the connection is closed nonetheless.
        """
        await self._core.shut()

    def _check_new(self) -> None:
        if self._core.state != "new":
            raise BusyError("a connection is opened once: make another one with anyq.connect")

    # Asking

    async def __call__(
        self,
        query: Query,
        *arguments: object,
        wait: bool = True,
        reuse: bool = True,
        timeout: float | None = None,
        idempotent: bool = False,
        async_response: bool = False,
    ) -> Value:
        """Ask, and wait for the answer.

        ``query`` is q text, or a q value: a function, or a symbol that names one of the server's. With
        arguments the list ``(query;argument;...)`` is sent, with at most 8.

        ``wait=False`` posts instead, see `post`, and gives the generic null. ``reuse=False`` uses a
        connection of its own, which is closed when the answer, an error or a cancellation comes: for
        servers that take their time before they answer (``-30!``). Both together are `deferred`
        (``async_response`` may say so, and changes nothing). ``timeout`` is in seconds. An ``idempotent``
        call is sent again after a reconnect.

        Raises `QError` for q's own errors, `CallTimeout`, `ConnectionLost`, `ClosedError`, `TypeError` for
        what has no q form, `EncodeError` for what this server cannot take. Cancelled before anything was
        sent, the server never sees it; afterwards its answer is dropped.
        """
        if not reuse:
            return await self._apart(query, arguments, wait, timeout)
        if not wait:
            await self.post(query, *arguments)
            return NULL
        core = self._core
        message = core.message(SyncRequest, query, arguments)
        call = Pending(core, idempotent=idempotent, size=message.size)
        core.describe(call, query)
        if not core.busy:
            # Otherwise it has to wait for its turn below, and can be withdrawn there.
            await anyio.lowlevel.checkpoint_if_cancelled()
        core.send(message, call)
        limit = core.options.timeout if timeout is None else timeout
        try:
            if limit is None:
                return await call.wait()
            with anyio.move_on_after(limit):
                return await call.wait()
        finally:
            if not call.done():
                core.withdraw(call)
        raise CallTimeout(f"no answer within {limit} s")

    def submit(self, query: Query, *arguments: object, idempotent: bool = False) -> Pending:
        """Ask now, and get a handle to await the answer later. Raises as a call does, but never waits.

        The message is fixed when this returns: large arrays are copied.
        """
        core = self._core
        message = core.message(SyncRequest, query, arguments, own=True)
        call = Pending(core, idempotent=idempotent, size=message.size)
        core.describe(call, query)
        core.send(message, call)
        return call

    async def post(self, query: Query, *arguments: object) -> None:
        """Send an async message: no answer is expected, and none comes.

        The message is fixed when this is called: large arrays are copied. Waits only while more than ``max_queued``
        bytes wait to be sent; cancelled there, nothing was sent. Messages that a breaking connection loses are logged,
        and `flush` raises.
        """
        core = self._core
        message = core.message(AsyncMessage, query, arguments, own=True)
        await anyio.lowlevel.checkpoint_if_cancelled()
        await core.room()
        core.send(message, Post())

    async def flush(self, *, confirm: bool = False) -> None:
        """Wait until all that was queued so far has been handed to the network, and with ``confirm`` until q has
        handled it: that sends a sync call (of the empty query) behind it.

        Raises `ConnectionLost` if async messages were lost since the last call, or with outcome ``"unknown"`` if the
        network had them when it broke; the text has their numbers. Cancelled, it has changed nothing: the messages go
        on.
        """
        self._core.check_home()
        await anyio.lowlevel.checkpoint()
        await self._core.flush()
        if not confirm:
            return
        try:
            await self("")
        except QError:  # an answer, too
            pass
        except ConnectionLost as error:
            raise self._core.take_losses() or error from None
        if (lost := self._core.take_losses()) is not None:
            raise lost

    async def drained(self) -> None:
        """Wait until every call that was made has its answer, those included that nobody waits for any more.

        Raises `ConnectionLost` or `ClosedError` if they will not come. Cancelled, it has changed nothing.
        """
        self._core.check_home()
        await anyio.lowlevel.checkpoint()
        await self._core.drained()

    async def deferred(self, query: Query, *arguments: object, timeout: float | None = None) -> Value:
        """Post a query on a connection of its own, and wait for the async message that the server posts back.

        This is q's deferred sync: the server does ``neg[.z.w] result``. Raises as a call does. However it ends, also
        cancelled, that connection is closed; this one is not touched.
        """
        return await self._apart(query, arguments, False, timeout)

    async def _apart(self, query: Query, arguments: tuple[object, ...], wait: bool, timeout: float | None) -> Value:
        core = self._core
        core.check_usable()
        limit = core.options.timeout if timeout is None else timeout
        options = attrs.evolve(core.options, reconnection_attempts=-1, on_state=None)
        with anyio.move_on_after(limit):
            async with Connection(core.address, options) as other:
                if wait:
                    return await other(query, *arguments)
                feed = other.messages()
                await other.post(query, *arguments)
                return await anext(feed)
        raise CallTimeout(f"no answer within {limit} s")

    # Listening

    def messages(self, *, buffer: int = 10_000, overflow: Overflow = "error") -> Feed[Value]:
        """What the server posts to us from now on, to be read with ``async for``.

        At most ``buffer`` messages wait to be read. If more come, ``overflow`` says what happens:
        ``"block"`` stops reading the connection (answers wait too), ``"drop-oldest"`` loses the oldest and
        counts it, ``"error"`` raises `LimitError` at the reader once it has read what is there. Messages
        that nobody listens to are dropped and counted; ask for the feed before you open the connection if
        the server posts at once. It survives reconnects, and keeps the connection wanting them.
        """
        core = self._core
        feed: Feed[Value] = Feed(buffer, overflow, core.decode, core)
        core.add_feed(feed)
        return feed

    def subscribe(
        self,
        table: str = "",
        symbols: Iterable[str] = (),
        *,
        snapshot: bool = False,
        buffer: int = 10_000,
        overflow: Overflow = "error",
    ) -> Subscription:
        """A subscription to a kdb+tick ticker plant: to one table, or all, for these symbols, or all.

        ``snapshot=True`` also fetches the rows that the ticker plant holds. ``buffer`` and ``overflow`` as in
        `messages`. After a reconnect the subscription is made anew, and the feed says so with a `Gap`.
        """
        return Subscription(self._core, table, symbols, snapshot=snapshot, buffer=buffer, overflow=overflow)

    @property
    def strings_as(self) -> Strings:
        """What ``str`` becomes in arguments, as the option ``strings`` says."""
        return self._core.options.strings

    @property
    def has_names(self) -> bool:
        return not self._core.options.no_ctx

    # Looking

    @property
    def state(self) -> ConnectionState:
        """``"new"``, ``"connected"``, ``"lost"``, ``"reconnected"`` or ``"closed"``."""
        return self._core.state

    @property
    def address(self) -> Address:
        """Where it leads."""
        return self._core.address

    @property
    def capability(self) -> int:
        """What both sides can do, 0 to 6, as of the last login."""
        return self._core.capability

    def statistics(self) -> ConnectionStatistics:
        """Counts since the connection was made."""
        return self._core.snapshot()
