"""What lives in a portal's loop, for use by any number of threads: a connection, a pool, a subscription, a server.

Each of these stands for an asynchronous object. A method call is a job of the portal, so what one thread asks is done
in the order of asking, and Ctrl-C gives a call up as cancelling it would.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from anyq.client import (
    Address,
    BlockingFace,
    BlockingNamespace,
    Connection,
    ConnectionStatistics,
    EndOfDay,
    Feed,
    Gap,
    Overflow,
    Pool,
    PoolStatistics,
    Query,
    Subscription,
    Update,
    handed_query,
)
from anyq.errors import ClosedError
from anyq.loops import Local
from anyq.portal._above import Serving
from anyq.portal._job import JobFuture
from anyq.values import Strings, Value, handed_over

if TYPE_CHECKING:
    from anyq.portal._portal import Portal
    from anyq.server import Client, Stats

__all__ = ["Shared", "SharedConnection", "SharedFeed", "SharedPool", "SharedServer", "SharedSubscription"]

S = TypeVar("S")
T = TypeVar("T")
A = TypeVar("A", Connection, Pool)


class Shared(Local, Generic[T]):
    """Something that is open in a portal's loop. Closed by `close`, by leaving its ``with`` block, or by the portal's
    end. ``target`` is the asynchronous object; touch it only by the portal.
    """

    def __init__(self, portal: Portal, target: T, close: Callable[[BaseException | None], bool]) -> None:
        self.portal = portal
        self.target = target
        self._close = close

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.target!r}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it. Idempotent."""
        self._close(None)


class SharedIterator(Generic[S]):
    """An asynchronous iterator of the owner's, to be read with ``for`` by one thread. Interrupting it loses nothing."""

    def __init__(self, portal: Portal, items: AsyncIterator[S]) -> None:
        self._portal = portal
        self._items = items

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> S:
        """The next item, waiting for it."""
        try:
            return self._portal.call(self._next)
        except StopAsyncIteration:
            raise StopIteration from None

    async def _next(self) -> S:
        return await self._items.__anext__()


class SharedFeed:
    """What the other side posts, to be read with ``for`` by one thread; see `anyq.client.Feed`."""

    def __init__(self, portal: Portal, feed: Feed[Value]) -> None:
        self._portal = portal
        self._feed = feed

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Value:
        """The next message, waiting for it. Interrupting the reader loses no message."""
        try:
            return self._portal.call(self._feed.__anext__)
        except StopAsyncIteration:
            raise StopIteration from None

    def batches(self, *, max_items: int = 1000, max_delay: float = 0.0) -> SharedIterator[list[Value]]:
        """What has arrived, in lists: see `anyq.client.Feed.batches`."""
        return SharedIterator(self._portal, self._feed.batches(max_items=max_items, max_delay=max_delay))

    def __len__(self) -> int:
        return len(self._feed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def dropped(self) -> int:
        """How many messages a full buffer lost."""
        return self._feed.dropped

    def close(self) -> None:
        """Listen no more. Idempotent."""
        self._portal.call(self._feed.close)


class SharedSubscription(Shared[Subscription]):
    """A subscription, to be used as ``with q.subscribe(...) as feed`` and ``for update in feed``.

    ``schemas`` and ``snapshot`` as `anyq.client.Subscription` has them. Interrupting the reader loses no update.
    """

    def __iter__(self) -> Iterator[Update | EndOfDay | Gap]:
        return self

    def __next__(self) -> Update | EndOfDay | Gap:
        """The next item, waiting for it."""
        try:
            return self.portal.call(self.target.__anext__)
        except StopAsyncIteration:
            raise StopIteration from None

    def batches(
        self, *, max_items: int = 1000, max_delay: float = 0.0
    ) -> SharedIterator[list[Update | EndOfDay | Gap]]:
        """Items in lists: see `anyq.client.Subscription.batches`."""
        return SharedIterator(self.portal, self.target.batches(max_items=max_items, max_delay=max_delay))

    def frames(self, *, max_items: int = 10_000, max_delay: float = 0.0) -> SharedIterator[Update | EndOfDay | Gap]:
        """Items, with the updates of one table joined: see `anyq.client.Subscription.frames`."""
        return SharedIterator(self.portal, self.target.frames(max_items=max_items, max_delay=max_delay))

    @property
    def schemas(self) -> Mapping[str, Value]:
        """Table names, and what the ticker plant returned for them."""
        return self.target.schemas

    @property
    def snapshot(self) -> Mapping[str, Value]:
        """Table names, and their rows at the start, if those were asked for."""
        return self.target.snapshot

    @property
    def dropped(self) -> int:
        """How many messages a full buffer lost."""
        return self.target.dropped


class _Asking(BlockingFace, Shared[A]):
    """What connections and pools have in common."""

    _fields = frozenset({"portal", "target"})

    def __call__(self, query: Query, *arguments: object, **options: Any) -> Value:
        """Ask, and wait for the answer. Arguments, options and errors as a call of the asynchronous object."""
        return self.portal.call(self.target, *handed_query(query, arguments, self.strings_as), **options)  # type: ignore[no-any-return]

    def submit(self, query: Query, *arguments: object, idempotent: bool = False) -> JobFuture[Value]:
        """Ask now; the future of the answer, which can also be awaited in any event loop."""
        return self.portal.submit(self.target, *handed_query(query, arguments, self.strings_as), idempotent=idempotent)

    def __getattr__(self, name: str) -> BlockingNamespace:
        if name in ("portal", "target"):
            raise ClosedError("it is not open: use it in a with block")
        return super().__getattr__(name)

    @property
    def strings_as(self) -> Strings:
        """What ``str`` becomes in arguments, as the option ``strings`` says."""
        return self.target.strings_as

    @property
    def has_names(self) -> bool:
        return self.target.has_names


class SharedConnection(_Asking[Connection]):
    """One connection for any number of threads, made by `Portal.connect`.

    It has the methods of `anyq.Connection`, which wait. Calls of one thread go out in the order in which it makes them,
    and each gets its own answer.
    """

    def post(self, query: Query, *arguments: object) -> None:
        """As `anyq.Connection.post`."""
        self.portal.call(self.target.post, *handed_query(query, arguments, self.strings_as))

    def flush(self, *, confirm: bool = False) -> None:
        """As `anyq.Connection.flush`."""
        self.portal.call(self.target.flush, confirm=confirm)

    def deferred(self, query: Query, *arguments: object, timeout: float | None = None) -> Value:
        """As `anyq.Connection.deferred`."""
        return self.portal.call(self.target.deferred, *handed_query(query, arguments, self.strings_as), timeout=timeout)  # type: ignore[no-any-return]

    def messages(self, *, buffer: int = 10_000, overflow: Overflow = "error") -> SharedFeed:
        """As `anyq.Connection.messages`, to be read with ``for``."""
        return SharedFeed(self.portal, self.portal.call(self.target.messages, buffer=buffer, overflow=overflow))

    def subscribe(
        self,
        table: str = "",
        symbols: Iterable[str] = (),
        *,
        snapshot: bool = False,
        buffer: int = 10_000,
        overflow: Overflow = "error",
    ) -> SharedSubscription:
        """As `anyq.Connection.subscribe`; subscribed when this returns."""
        made: Subscription = self.portal.call(
            self.target.subscribe, table, symbols, snapshot=snapshot, buffer=buffer, overflow=overflow
        )
        return self.portal.share(made, SharedSubscription)

    @property
    def state(self) -> str:
        """As `anyq.Connection.state`."""
        return self.target.state

    @property
    def address(self) -> Address:
        """Where it leads."""
        return self.target.address

    @property
    def capability(self) -> int:
        """What both sides can do, 0 to 6."""
        return self.target.capability

    def statistics(self) -> ConnectionStatistics:
        """Counts since the connection was made."""
        return self.portal.call(self.target.statistics)


class SharedPool(_Asking[Pool]):
    """A pool for any number of threads, made by `Portal.pool` or `anyq.sync.Pool`. Its methods wait."""

    def post(self, query: Query, *arguments: object) -> None:
        """As `anyq.Pool.post`."""
        self.portal.call(self.target.post, *handed_query(query, arguments, self.strings_as))

    def map(self, query: Query, items: Iterable[object], *, timeout: float | None = None) -> list[Value]:
        """As `anyq.Pool.map`."""
        query, *values = handed_query(query, items, self.strings_as)
        return self.portal.call(self.target.map, query, values, timeout=timeout)

    @contextmanager
    def connection(self) -> Generator[SharedConnection, None, None]:
        """A connection for the length of the block, for nobody else."""
        with self.portal.wrap(self.target.connection()) as connection:
            yield SharedConnection(self.portal, connection, lambda error: False)

    def statistics(self) -> PoolStatistics:
        """How the pool stands."""
        return self.portal.call(self.target.statistics)


class SharedServer(Shared[Serving]):
    """A server in a portal's loop, made by `anyq.sync.serve`."""

    @property
    def port(self) -> int:
        """The TCP port that it listens on."""
        return self.target.port

    @property
    def addresses(self) -> list[str]:
        """Where it listens."""
        return self.target.addresses

    @property
    def metrics_port(self) -> int:
        """As `anyq.server.Server.metrics_port`."""
        return self.target.metrics_port

    @property
    def ready(self) -> bool:
        """As `anyq.server.Server.ready`."""
        return self.target.ready

    @property
    def stats(self) -> Stats:
        """What it has done so far."""
        return self.portal.call(lambda: self.target.stats)

    def broadcast(self, clients: Iterable[Client | int], query: object, *arguments: object) -> int:
        """Post one message to many clients; how many it was queued for."""
        head = query if isinstance(query, str) else handed_over(query)
        return self.portal.call(self.target.broadcast, clients, head, *map(handed_over, arguments))

    def stop(self, grace: float | None = None) -> None:
        """Stop: finish what runs within ``grace`` seconds, then cancel it."""
        self.portal.call(self.target.stop, grace)

    def serve_forever(self) -> None:
        """Wait until it has stopped. Ctrl-C ends the waiting."""
        self.portal.call(self.target.serve_forever)
