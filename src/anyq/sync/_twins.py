"""Sync counterparts of the pool, the subscription, the server and the embedded q, each with its own portal.

Entering the ``with`` block starts the owner thread; leaving the block ends it.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, TypeVar

from anyq import client
from anyq.client import Address, ConnectOptions, Options, Overflow
from anyq.errors import ClosedError
from anyq.portal import (
    OPEN_LOCAL,
    SERVE,
    Backend,
    LocalQ,
    Portal,
    Serving,
    Shared,
    SharedPool,
    SharedServer,
    SharedSubscription,
    start_portal,
)
from anyq.values import Strings, Value

if TYPE_CHECKING:
    from typing import Unpack

    from anyq.server import Handler

__all__ = ["Pool", "Server", "Subscription", "open_embedded", "serve", "subscribe", "subscribe_at"]

T = TypeVar("T")
Handles: TypeAlias = "Callable[..., object] | Handler | str | Value"
"""Type of a message handler: a Python function, q text or a q value."""


class _Own(Shared[T]):
    """A `Shared` with its own portal."""

    target: T

    def __init__(self, *, backend: Backend = "asyncio") -> None:
        self.portal: Portal = start_portal(backend)
        self._close = lambda error: False

    @property
    def _open(self) -> bool:
        return "target" in self.__dict__

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.__dict__.get('target', 'not open')}>"

    def _enter(self, portal: Portal) -> T:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.portal.__enter__()
        try:
            self.target = self._enter(self.portal)
        except BaseException:
            self.portal.close(grace=0.0)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.portal.close(grace=None if kind is None else 0.0)

    def close(self) -> None:
        """Close it, as leaving the block does. Idempotent."""
        if not self._open:
            raise ClosedError("it is not open: use it in a with block")
        self.portal.close()


class _Pool(client.Pool):
    _entry = "anyq.sync.Pool"


class Pool(_Own[client.Pool], SharedPool):
    """A pool of connections for any number of threads: ``with anyq.sync.Pool("localhost", 5050, max_size=8) as q``.

    Arguments as `anyq.Pool`, methods too, but they wait.
    """

    def __init__(
        self, hosts: str | Address | Sequence[str | Address] | None = None, port: int | None = None, **options: Any
    ) -> None:
        super().__init__()
        self._made = _Pool(hosts, port, **options)

    def _enter(self, portal: Portal) -> client.Pool:
        return portal.share(self._made, SharedPool).target


class Subscription(_Own[client.Subscription], SharedSubscription):
    """A subscription with its own connection; see `subscribe`."""

    def __init__(
        self,
        address: Address,
        options: Options,
        table: str,
        symbols: Iterable[str],
        snapshot: bool,
        buffer: int,
        overflow: Overflow,
    ) -> None:
        super().__init__()
        self._connection = client.Connection(address, options)
        self._wanted = (table, symbols)
        self._how: dict[str, Any] = {"snapshot": snapshot, "buffer": buffer, "overflow": overflow}

    def _enter(self, portal: Portal) -> client.Subscription:
        connection: client.Connection = portal.share(self._connection, Shared).target
        made = portal.call(connection.subscribe, *self._wanted, **self._how)
        return portal.share(made, SharedSubscription).target


def subscribe_at(
    address: Address,
    options: Options,
    table: str,
    symbols: Iterable[str],
    snapshot: bool,
    buffer: int,
    overflow: Overflow,
) -> Subscription:
    """`subscribe`, with address and options made up."""
    return Subscription(address, options, table, symbols, snapshot, buffer, overflow)


def subscribe(
    host: str | Address | None = None,
    port: int | None = None,
    table: str = "",
    symbols: Iterable[str] = (),
    *,
    snapshot: bool = False,
    buffer: int = 10_000,
    overflow: Overflow = "error",
    username: str = "",
    password: str | None = None,
    tls: bool | ssl.SSLContext = False,
    **options: Unpack[ConnectOptions],
) -> Subscription:
    """A subscription to the kdb+tick ticker plant at an address: ``with subscribe(...) as feed: for update in feed``.

    ``table``, ``symbols``, ``snapshot``, ``buffer`` and ``overflow`` as `anyq.Connection.subscribe`, the rest as
    `anyq.connect`. Updates are received on an owner thread while nobody waits for them.
    """
    address, made = client.parsed(
        "anyq.sync.subscribe", host, port, options, username=username, password=password, tls=tls
    )
    return subscribe_at(address, made, table, symbols, snapshot, buffer, overflow)


class Server(_Own[Serving], SharedServer):
    """A server on its own thread; see `serve`."""

    def __init__(self, made: AbstractAsyncContextManager[Serving, bool | None]) -> None:
        super().__init__()
        self._made = made

    def _enter(self, portal: Portal) -> Serving:
        return portal.share(self._made, SharedServer).target


def serve(on_sync: Handles | None = None, on_async: Handles | None = None, **options: object) -> Server:
    """A server of q clients on a thread of its own: ``with anyq.sync.serve(port=5050) as server``.

    Arguments as `anyq.serve`. Python handlers run on that thread (or in worker threads, if they are
    ``anyq.server.Handler(in_thread=True)``), so what they share with this one needs a lock.
    """
    return Server(SERVE.opener(on_sync, on_async, **options))


def open_embedded(
    *, deadline: float = 5.0, strings: Strings = "symbols", thread: Literal["own", "caller"] = "own"
) -> LocalQ:
    """An embedded q that lives as long as the ``with`` block, for any number of threads.

    It has a thread of its own, to which each call is handed. With ``thread="caller"`` a call evaluates in the thread
    that makes it, under one lock, which takes microseconds less; Python functions that q calls may call the q then, and
    it may be used while an event loop runs, which stands still meanwhile. Timers run at the next call then.

    It is an `anyq.embedded.BlockingEmbedded`; ``deadline`` and ``strings`` as in `anyq.open_embedded`. For type
    checkers it is the part of that class that asks q; `anyq.embedded.open_blocking` has the class itself.
    """
    return OPEN_LOCAL.opener(deadline, strings, thread)
