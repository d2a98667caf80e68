"""Connections that send and read only when they are told to."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Final, NoReturn, Protocol, Self, TypeAlias, Unpack

import anyio
import anyio.lowlevel

from anyq.client._bodies import Query
from anyq.client._options import ConnectOptions, checked_options, parsed
from anyq.client._pending import Pending
from anyq.client._raw_client import RawClient
from anyq.doors import Door
from anyq.errors import MisuseError
from anyq.protocol import ConnectionState, ConnectionStatistics
from anyq.values import Value

__all__ = ["POLLED_SERVER", "PolledServer", "RawConnection"]

Handler: TypeAlias = Callable[..., object]
Authenticate: TypeAlias = Callable[..., object]
Notice: TypeAlias = Callable[[int], object]
"""Told the number of a client."""

_UNBOUNDED: Final = 1 << 30
"""Calls in flight: who polls decides how many there are."""


class PolledServer(Protocol):
    """A server that moves when it is polled."""

    @property
    def port(self) -> int | None: ...
    @property
    def state(self) -> ConnectionState: ...
    @property
    def clients(self) -> int: ...
    def listen(self) -> None: ...
    def close(self) -> None: ...
    def poll(self, n: int) -> Value | None: ...
    async def poll_async(self) -> Value | None: ...
    def flush(self) -> int: ...
    def clean(self) -> None: ...


POLLED_SERVER: Final = Door[Callable[..., PolledServer]]("the server of a raw connection")
"""Make a polled server; see `anyq.server.PolledServer`."""


class RawConnection:
    """A connection that you drive: nothing is sent before `poll_send`, nothing read before `poll_recv`.

    As a client it connects in ``async with``; addresses, ``tls`` and the options are those of `anyq.connect`, over
    sockets only (no ``dial``), and without those that need a task in the background (reconnecting, ``liveness``, time
    limits of calls): they are `TypeError`. ``max_in_flight`` is not bounded by default.
    With ``as_server=True`` it listens on ``port`` (on loopback unless ``host`` says otherwise) instead, and the poll
    functions accept clients and run their waiting requests through ``on_sync`` and ``on_async``, functions of the
    received value and, if they take one more, of the `anyq.server.Client`; ``authenticate`` gets user and password
    (``None`` if there is none), and accepts all by default. The sessions are those of `anyq.serve`, with its limits.
    ``on_open`` and ``on_close`` get the number of a client that logged in, and of one that has gone.
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
        on_open: Notice | None = None,
        on_close: Notice | None = None,
        conn_gc_time: float = 0.0,
        expose_errors: bool = True,
        username: str = "",
        password: str | None = None,
        tls: bool | ssl.SSLContext = False,
        **options: Unpack[ConnectOptions],
    ) -> None:
        self._server: PolledServer | None = None
        self._client: RawClient | None = None
        if as_server:
            entry = "anyq.RawConnection(as_server=True)"
            context = tls if isinstance(tls, ssl.SSLContext) else None
            if tls and context is None:
                raise TypeError(f"{entry} needs an ssl.SSLContext with its certificate: tls=context")
            if username or password is not None:
                raise TypeError(f"{entry} cannot honour username and password: give authenticate=")
            self._server = POLLED_SERVER.opener(
                host or "127.0.0.1", port, on_sync=on_sync, on_async=on_async, authenticate=authenticate,
                cleaned_every=conn_gc_time, max_message_size=checked_options(entry, options).max_message_size,
                tls=context, expose_errors=expose_errors, on_open=on_open, on_close=on_close,
            )  # fmt: skip
            return
        for name, value in (
            ("on_sync", on_sync), ("on_async", on_async), ("authenticate", authenticate), ("on_open", on_open),
            ("on_close", on_close),
        ):  # fmt: skip
            if value is not None:
                raise TypeError(f"anyq.RawConnection cannot honour {name}: it is for as_server=True")
        if conn_gc_time or not expose_errors:
            name = "conn_gc_time" if conn_gc_time else "expose_errors"
            raise TypeError(f"anyq.RawConnection cannot honour {name}: it is for as_server=True")
        options.setdefault("max_in_flight", _UNBOUNDED)
        self._client = RawClient(
            *parsed("anyq.RawConnection", host, port, options, username=username, password=password, tls=tls)
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.state} {self._client.address if self._client else self.port}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a RawConnection cannot be pickled or copied: send its address, and open another one there")

    # Opening and closing

    async def __aenter__(self) -> Self:
        """Connect and log in, or begin to listen. Raises `ConnectError`, or `OSError` if the port is taken.

        Failing or cancelled, it leaves no socket behind.
        """
        if self._client is not None:
            await self._client.open()
        elif self._server is not None:
            self._server.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close. Idempotent; handles without an answer get `ClosedError`."""
        if self._server is not None:
            self._server.close()
        if self._client is not None:
            self._client.shut()

    # Sending

    def submit(self, query: Query, *arguments: object, wait: bool = True) -> Pending | None:
        """Queue a call for `poll_send` and give its handle; with ``wait=False`` an async message, without one.

        The message is fixed when this returns. `MisuseError` for a server.
        """
        return self._asking().queue(query, arguments, wait)

    __call__ = submit

    def _asking(self) -> RawClient:
        if self._client is None:
            raise MisuseError("a raw connection with as_server=True asks nothing: handlers answer its clients")
        return self._client

    def poll_send(self, n: int = 1) -> int:
        """Send up to ``n`` queued messages, all of them if 0, without waiting; how many went."""
        if self._server is not None:
            return self._server.flush()
        return self._asking().send(n)

    # Reading

    def poll_recv(self, n: int = 1) -> Value | None:
        """Read up to ``n`` messages without waiting; 0 means one for each call without an answer, at least one.

        Answers go to their handles. Gives the last unsolicited message, or ``None``. A server runs up to ``n``
        waiting requests (0: all) and gives the last of them. Raises `ConnectionLost` when the other side has gone, or
        misbehaves; every handle without an answer gets it too.
        """
        if self._server is not None:
            return self._server.poll(n)
        client = self._asking()
        return client.read(n or max(1, len(client.unanswered)))[1]

    async def poll_recv_async(self) -> Value | None:
        """Wait for one message; otherwise as ``poll_recv(1)``.

        Cancelled, it has lost nothing; an async handler that is cancelled with it is answered for by an error.
        """
        await anyio.lowlevel.checkpoint()
        if self._server is not None:
            return await self._server.poll_async()
        client = self._asking()
        while True:
            read, value = client.read(1)
            if read:
                return value
            await client.usable().wait()

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
        return self._server.port if self._server is not None else self._asking().address.port

    # Looking

    @property
    def state(self) -> ConnectionState:
        """``"new"``, ``"connected"``, ``"lost"`` or ``"closed"``; a server is ``"connected"`` while it listens."""
        if self._client is not None:
            return self._client.state
        assert self._server is not None
        return self._server.state

    def statistics(self) -> ConnectionStatistics:
        """Counts since the connection was made. `MisuseError` for a server."""
        return self._asking().statistics()
