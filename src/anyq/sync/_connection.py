"""The public face of a blocking connection."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from types import TracebackType
from typing import Self, Unpack

import attrs

from anyq.client import (
    Address,
    BlockingFace,
    ConnectOptions,
    Options,
    Query,
    parsed,
    request_body,
)
from anyq.codec import decode, decode_number
from anyq.errors import BusyError, Error
from anyq.portal import SharedSubscription
from anyq.protocol import AsyncMessage, ConnectionState, ConnectionStatistics, Overflow, SyncRequest
from anyq.sync._core import Core
from anyq.sync._feed import Feed
from anyq.sync._pending import Pending
from anyq.sync._twins import subscribe_at
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
    """A connection to a q process for programs without an event loop. It is open when this returns.

    Close it, or use it in a ``with`` block: ``with anyq.sync.connect("localhost", 5050) as q: q("1+1")``. Arguments and
    options are those of `anyq.connect`, except that functions given here are plain ones, and that ``dial`` is not
    available.

    It uses the calling thread and a plain socket: no event loop, no other thread. In a running event loop it raises
    `MisuseError`; use `anyq.connect` there. Raises `ConnectError` (`AuthenticationError` if refused), `TypeError`
    without a port, `ValueError` for what is no address.
    """
    return Connection(*parsed("anyq.sync.connect", host, port, options, username=username, password=password, tls=tls))


class Connection(BlockingFace):
    """A blocking connection to one q process, made by `connect`.

    One thread may use it at a time; another gets `BusyError`. (A portal shares one among threads, see `start_portal`.)
    Calls go out in the order in which they are made, and each gets its own answer: one that is interrupted (Ctrl-C, an
    exception of a signal handler) or times out is given up, and the answer that comes for it is dropped.

    Every method raises `ClosedError` after `close`, and `ConnectionLost` once the connection broke (without
    reconnection). Nothing happens in the background: messages that the server posts are taken off the network while
    something else is waited for. An attribute that is not defined here is a name on the server, see
    `anyq.sync.Namespace`.
    """

    def __init__(self, address: Address, options: Options) -> None:
        self._core = Core(address, options)
        self._scoped = False
        self._core.open()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._core.address} {self._core.state}>"

    # Closing

    def __enter__(self) -> Self:
        """The block's end will close it. Raises `BusyError` if another block will, `ClosedError` if it is closed."""
        if self._scoped:
            raise BusyError("another with block uses this connection, and will close it: make another one")
        self._core.check_usable()
        self._scoped = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close. Idempotent; a call that another thread waits in raises `ClosedError` there.

        Async messages that wait to be sent get ``close_timeout`` seconds to leave.
        """
        self._core.shut()

    # Asking

    def __call__(
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
        connection of its own, which is closed when the answer, an error or an interrupt comes: for
        servers that take their time before they answer (``-30!``). Both together are `deferred`
        (``async_response`` may say so, and changes nothing). ``timeout`` is in seconds. An ``idempotent``
        call is sent again after a reconnect.

        Raises `QError` for q's own errors, `CallTimeout`, `ConnectionLost`, `ClosedError`, `TypeError` for
        what has no q form, `EncodeError` for what this server cannot take, `BusyError` while another thread
        uses the connection, `MisuseError` in an event loop. Interrupted, its answer is dropped when it comes.
        """
        if not reuse:
            return self._apart(query, arguments, wait, timeout)
        if not wait:
            self.post(query, *arguments)
            return NULL
        core = self._core
        core.check_usable()
        body = request_body(query, arguments, core.capability, core.compress, strings=core.options.strings)
        answer = core.ask(body, query, core.options.timeout if timeout is None else timeout, idempotent)
        if type(answer) is not bytes:
            return answer.outcome()  # type: ignore[union-attr]
        number = decode_number(answer)
        if number is not None:
            return number
        try:
            return decode(answer, limits=core.limits)
        except Error as error:
            core.spoiled(error)
            raise

    def submit(self, query: Query, *arguments: object, idempotent: bool = False) -> Pending:
        """Ask now, and get a handle to ask for the answer later.

        It is sent at once, unless ``max_in_flight`` calls await their answers; then it is sent when its turn comes,
        while something is waited for. The message is fixed when this returns: large arrays are copied.
        """
        core = self._core
        message = core.message(SyncRequest, query, arguments, own=True)
        call = core.handle_for(query, idempotent=idempotent, size=message.size)
        core.send(message, call)
        return call

    def post(self, query: Query, *arguments: object) -> None:
        """Send an async message: no answer is expected, and none comes.

        The message is fixed when this is called: large arrays are copied. Waits until the network has taken it, unless
        calls go before it that have not been sent.
        """
        self._core.post(self._core.message(AsyncMessage, query, arguments, own=True))

    def flush(self, *, confirm: bool = False) -> None:
        """Wait until all that was queued so far has been handed to the network, and with ``confirm`` until q has
        handled it: that sends a sync call (of the empty query) behind it.

        Raises `ConnectionLost` if async messages were lost since the last call, or with outcome ``"unknown"`` if the
        network had them when it broke; the text has their numbers.
        """
        self._core.flush(confirm)

    def deferred(self, query: Query, *arguments: object, timeout: float | None = None) -> Value:
        """Post a query on a connection of its own, and wait for the async message that the server posts back.

        This is q's deferred sync: the server does ``neg[.z.w] result``. Raises as a call does.
        """
        return self._apart(query, arguments, False, timeout)

    def _apart(self, query: Query, arguments: tuple[object, ...], wait: bool, timeout: float | None) -> Value:
        core = self._core
        core.check_usable()
        limit = core.options.timeout if timeout is None else timeout
        options = attrs.evolve(core.options, reconnection_attempts=-1, on_state=None)
        with Connection(core.address, options) as other:
            if wait:
                return other(query, *arguments, timeout=limit)
            feed = other.messages()
            other.post(query, *arguments)
            return feed.receive(limit)

    # Listening

    def messages(self, *, buffer: int = 10_000, overflow: Overflow = "error") -> Feed[Value]:
        """What the server posts to us from now on, to be read with ``for``, or `Feed.receive`.

        At most ``buffer`` messages wait to be read. They arrive while the feed is read, and while calls wait for their
        answers; if more come, ``overflow`` says what happens: ``"drop-oldest"`` loses the oldest and counts it,
        ``"error"`` raises `LimitError` at the reader once it has read what is there. (``"block"`` is the same as
        ``"error"`` here: the thread that waits for an answer cannot at the same time read the feed.) Messages that
        nobody listens to are dropped and counted.
        """
        core = self._core
        core.check_usable()
        feed: Feed[Value] = Feed(buffer, overflow, core.decode, core)
        core.feeds.add(feed)
        return feed

    def subscribe(
        self,
        table: str = "",
        symbols: Iterable[str] = (),
        *,
        snapshot: bool = False,
        buffer: int = 10_000,
        overflow: Overflow = "error",
    ) -> SharedSubscription:
        """A subscription to a kdb+tick ticker plant, to be used in a ``with`` block and read with ``for``.

        Arguments and contents as `anyq.Connection.subscribe`. It has a connection of its own, with the address and the
        options of this one, in a portal of its own, so that updates are received while nobody waits for them.
        """
        core = self._core
        core.check_usable()
        return subscribe_at(core.address, core.options, table, symbols, snapshot, buffer, overflow)

    def fileno(self) -> int:
        """The number of the socket, for ``select``; -1 while there is no connection.

        When it can be read, ``feed.receive(timeout=0)`` takes what came. Do not read or write it.
        """
        return self._core.fileno()

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
