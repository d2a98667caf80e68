"""Several connections to one service, handed out one at a time.

What to do for a caller is decided by `decide`, a function of the present state; the pool then does it. A
connection that comes back with calls whose caller went away is drained before it is handed out again: the
answers that are still due have to be read first.
"""

from __future__ import annotations

import ssl
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self, Unpack

import anyio
import anyio.lowlevel
import attrs

from anyq.client._address import Address, parse_address
from anyq.client._balance import Balance, Places
from anyq.client._bodies import Query, handed_query
from anyq.client._connection import Connection
from anyq.client._face import AsyncFace
from anyq.client._kinds import check_login
from anyq.client._options import ConnectOptions, checked_options
from anyq.client._pool_moves import Move, PoolStatistics, decide
from anyq.client._submitted import Submitted
from anyq.errors import BusyError, CallTimeout, ClosedError, ConnectError, Error, LimitError
from anyq.loops import BackgroundTasks, Home
from anyq.protocol import tell
from anyq.values import Strings, Value

__all__ = ["Pool", "PoolStatistics"]


@attrs.define(eq=False)
class _Member:
    connection: Connection
    place: int
    """Which address it is to."""
    idle_since: float = 0.0


class Pool(AsyncFace):
    """Connections to one service, at most ``max_size``; calls on the pool take the first that is free.

    ``hosts`` may be one address in any form, or several: they are tried in order, beginning with the one
    that worked last. ``max_waiting`` bounds how many callers may wait for a connection (`LimitError`
    beyond), ``wait_timeout`` how long (`CallTimeout`, seconds). A connection that was idle for
    ``check_after`` seconds has to answer an empty query within ``check_timeout`` before it is handed out.
    A connection whose caller went away is handed out again when the answers still due have come, and
    closed if they have not after ``drain_timeout``. The other options are those of `anyq.connect`, for
    each connection.

    The idle connection used last is used first, so that an oversized pool keeps few connections warm. With
    ``balance="least busy"`` the addresses are servers that stand in for each other: a caller gets a connection to the
    one where the fewest are in use, and one that cannot be reached is left out for some seconds.
    """

    _entry = "anyq.Pool"
    _fields = frozenset({
        "addresses", "balance", "check_after", "check_timeout", "drain_timeout", "max_size", "max_waiting",
        "wait_timeout",
    })  # fmt: skip

    def __init__(
        self,
        hosts: str | Address | Sequence[str | Address] | None = None,
        port: int | None = None,
        *,
        max_size: int = 8,
        max_waiting: int | None = None,
        wait_timeout: float | None = None,
        check_after: float = 30.0,
        check_timeout: float = 5.0,
        drain_timeout: float = 30.0,
        balance: Balance = "first",
        username: str = "",
        password: str | None = None,
        tls: bool | ssl.SSLContext = False,
        **options: Unpack[ConnectOptions],
    ) -> None:
        if max_size < 1:
            raise ValueError(f"max_size must be at least 1, not {max_size}")
        several = list(hosts) if isinstance(hosts, Iterable) and not isinstance(hosts, str) else [hosts]
        if not several:
            raise ValueError("a pool has at least one address")
        check_login(self._entry, username, password, tls)
        self.addresses: list[Address] = [
            parse_address(host, port, username=username, password=password, tls=bool(tls)) for host in several
        ]
        self.max_size = max_size
        self.max_waiting = max_waiting
        self.wait_timeout = wait_timeout
        self.check_after = check_after
        self.check_timeout = check_timeout
        self.drain_timeout = drain_timeout
        self.balance = balance
        self._places = Places(len(self.addresses), balance)
        self._made_now = [0] * len(self.addresses)
        self._options = checked_options(self._entry, options, tls if isinstance(tls, ssl.SSLContext) else None)
        self._background: BackgroundTasks | None = None
        self._home: Home | None = None
        self._closed = False
        self._idle: list[_Member] = []
        self._busy: set[_Member] = set()
        self._draining: set[_Member] = set()
        self._opening = 0
        self._waiters: deque[anyio.Event] = deque()
        self._opened = self._failed = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {', '.join(map(str, self.addresses))}: {self._size} of {self.max_size}>"

    # Opening and closing

    async def __aenter__(self) -> Self:
        """Open the pool with one connection, so that a wrong address shows at once. Raises `ConnectError`; failing or
        cancelled, it leaves nothing behind.
        """
        if self._background is not None:
            raise BusyError("a pool is opened once: make another one")
        background = BackgroundTasks()
        await background.__aenter__()
        self._background, self._home = background, Home()
        try:
            self._put(await self._open())
        except BaseException:
            self._closed = True
            await background.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._background is not None
        try:
            await self.aclose()
        finally:
            await self._background.__aexit__(None, None, None)

    async def aclose(self) -> None:
        """Close every connection, also those in use; who waits for one gets `ClosedError`.

        Cancelled, it closes them all the same, and gives queued messages no time to leave.
        """
        self._check_home()
        self._closed = True
        for waiter in self._waiters:
            waiter.set()
        members = [*self._idle, *self._busy, *self._draining]
        self._idle.clear()
        async with anyio.create_task_group() as tasks:
            for member in members:
                tasks.start_soon(member.connection.aclose)

    # Using

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for the length of the block, for nobody else.

        Raises `LimitError` or `CallTimeout` when there is none to be had, `ConnectError` when none can be
        made. Cancelled while it waits, it gives up its place; a block that is cancelled gives the connection back, and
        the pool reads the answers that are still due before anybody else gets it.
        """
        self._check_home()
        member = await self._acquire()
        try:
            yield member.connection
        finally:
            self._release(member)

    async def __call__(self, query: Query, *arguments: object, timeout: float | None = None, **options: Any) -> Value:
        """Ask on a free connection; as `Connection.__call__`, also cancelled. Raises as `connection` does.

        The wait for a connection counts as part of ``timeout``.
        """
        return await self._ask(query, arguments, timeout=timeout, **options)

    async def _ask(
        self,
        query: Query,
        arguments: Sequence[object],
        begun: Callable[[], object] = lambda: None,
        *,
        timeout: float | None = None,
        **options: Any,
    ) -> Value:
        """Ask on a free connection; ``begun`` is called just before."""
        self._check_home()
        limit = self._options.timeout if timeout is None else timeout
        with anyio.move_on_after(limit):
            async with self.connection() as q:
                begun()
                return await q(query, *arguments, **options)
        raise CallTimeout(f"no answer within {limit} s")

    def submit(self, query: Query, *arguments: object, idempotent: bool = False) -> Submitted:
        """Ask now, on the connection that is free first, and get a handle to await the answer later. Never waits.

        The arguments are fixed when this returns. What a call raises is raised by the handle. `ClosedError` if the pool
        is not open.
        """
        self._check_open()
        assert self._background is not None
        handle = Submitted(self._check_home)
        head, *rest = handed_query(query, arguments, self.strings_as)
        self._background.start_soon(handle.run, lambda: self._ask(head, rest, handle.begun, idempotent=idempotent))
        return handle

    async def post(self, query: Query, *arguments: object) -> None:
        """Post on a free connection, and see the message off; as `Connection.post`.

        Cancelled, it may have been sent.
        """
        async with self.connection() as q:
            await q.post(query, *arguments)
            await q.flush()

    async def map(self, query: Query, items: Iterable[object], *, timeout: float | None = None) -> list[Value]:
        """Call ``query`` with each item, on as many connections as may be; the answers in the order of the
        items.

        The first failure cancels the other calls, and is raised as it is. No item is asked for after it, nor after
        a cancellation; what was sent already runs to its end on the server, and its answer is dropped.
        """
        self._check_open()
        wanted = list(items)
        answers: list[Value | None] = [None] * len(wanted)
        failure: list[Exception] = []
        left = iter(enumerate(wanted))

        async def worker() -> None:
            try:
                for index, item in left:
                    answers[index] = await self(query, item, timeout=timeout)
            except Exception as error:
                failure.append(error)
                tasks.cancel_scope.cancel()

        # No more callers than connections: others have their turn, and ``max_waiting`` is not used up by ourselves.
        async with anyio.create_task_group() as tasks:
            for _ in range(min(self.max_size, len(wanted))):
                tasks.start_soon(worker)
        if failure:
            raise failure[0]
        return [answer for answer in answers if answer is not None]

    @property
    def strings_as(self) -> Strings:
        """What ``str`` becomes in arguments, as the option ``strings`` says."""
        return self._options.strings

    @property
    def has_names(self) -> bool:
        return not self._options.no_ctx

    def statistics(self) -> PoolStatistics:
        """How the pool stands."""
        return PoolStatistics(
            open=self._size,
            idle=len(self._idle),
            busy=len(self._busy),
            draining=len(self._draining),
            waiting=len(self._waiters),
            opened=self._opened,
            failed=self._failed,
        )

    # Handing out

    @property
    def _size(self) -> int:
        return len(self._idle) + len(self._busy) + len(self._draining) + self._opening

    async def _acquire(self) -> _Member:
        hooks, began = self._options.hooks, anyio.current_time()
        with anyio.move_on_after(self.wait_timeout):
            member = await self._acquire_in_turn()
            if hooks is not None:
                tell(hooks.pool_waits, anyio.current_time() - began)
            return member
        raise CallTimeout(f"no connection of the pool became free within {self.wait_timeout} s")

    async def _acquire_in_turn(self) -> _Member:
        await anyio.lowlevel.checkpoint_if_cancelled()
        waiter: anyio.Event | None = None
        try:
            while True:
                self._check_open()
                ahead = self._waiters.index(waiter) if waiter is not None else len(self._waiters)
                move = decide(
                    idle=len(self._idle),
                    size=self._size,
                    max_size=self.max_size,
                    ahead=ahead,
                    max_waiting=None if waiter is not None else self.max_waiting,
                )
                if move is Move.REFUSE:
                    raise LimitError(f"{ahead} callers wait for a connection already (max_waiting)")
                if move is Move.WAIT:
                    waiter = self._line_up(waiter)
                    await waiter.wait()
                    continue
                if waiter is not None:
                    self._waiters.remove(waiter)
                    waiter = None
                if move is Move.OPEN or self._better_elsewhere():
                    member = await self._open()
                    self._busy.add(member)
                    return member
                member = self._idle.pop(self._places.best([one.place for one in self._idle], self._in_use()))
                self._busy.add(member)
                if await self._healthy(member):
                    return member
                # Our turn is not over: nobody else was told that there is room for a connection now.
                waiter = anyio.Event()
                self._waiters.appendleft(waiter)
        finally:
            if waiter is not None:
                self._waiters.remove(waiter)
            self._wake()

    def _in_use(self) -> list[int]:  # by address, those that are being made included
        used = Counter(member.place for member in (*self._busy, *self._draining))
        return [made + used[place] for place, made in enumerate(self._made_now)]

    def _better_elsewhere(self) -> bool:
        idle = [member.place for member in self._idle]
        return self._size < self.max_size and self._places.better_elsewhere(idle, self._in_use(), anyio.current_time())

    def _line_up(self, waiter: anyio.Event | None) -> anyio.Event:
        """A place in the queue: the one held already, or the last."""
        event = anyio.Event()
        if waiter is None:
            self._waiters.append(event)
        else:
            self._waiters[self._waiters.index(waiter)] = event
        return event

    def _wake(self) -> None:
        """Let as many of those who wait look again as there is something for."""
        chances = len(self._idle) + self.max_size - self._size
        for waiter in list(self._waiters)[: max(0, chances)]:
            waiter.set()

    def _check_home(self) -> None:
        if self._home is not None:
            self._home.check(self)

    def _check_open(self) -> None:
        self._check_home()
        if self._closed:
            raise ClosedError("this pool is closed")
        if self._background is None:
            raise ClosedError("this pool is not open: use 'async with'")

    def _put(self, member: _Member) -> None:
        member.idle_since = anyio.current_time()
        self._idle.append(member)
        self._wake()

    def _release(self, member: _Member) -> None:
        self._busy.discard(member)
        connection = member.connection
        if self._closed:
            return
        assert self._background is not None
        if connection.state in ("lost", "closed"):
            self._failed += 1
            self._background.start_soon(connection.aclose)
            self._wake()
        elif connection.statistics().in_flight:
            self._draining.add(member)
            self._background.start_soon(self._drain, member)
        else:
            self._put(member)

    async def _drain(self, member: _Member) -> None:
        drained = False
        try:
            with anyio.move_on_after(self.drain_timeout):
                await member.connection.drained()
                drained = True
        except Error:
            self._failed += 1
        finally:
            self._draining.discard(member)
        if drained and not self._closed:
            self._put(member)
        else:
            self._wake()
            await member.connection.aclose()

    async def _healthy(self, member: _Member) -> bool:
        """Whether a busy member may be handed out; if not, it is gone."""
        connection = member.connection
        try:
            if connection.state not in ("lost", "closed"):
                if anyio.current_time() - member.idle_since < self.check_after:
                    return True
                await connection("", timeout=self.check_timeout)
                return True
        except Error:
            pass
        except BaseException:
            self._release(member)
            raise
        self._busy.discard(member)
        self._failed += 1
        await connection.aclose()
        return False

    async def _open(self) -> _Member:
        """A new connection, to the first address that takes us."""
        assert self._background is not None
        self._opening += 1
        try:
            errors: list[ConnectError] = []
            places = self._places
            for place in places.order(self._in_use(), anyio.current_time()):
                self._made_now[place] += 1
                try:
                    connection = await Connection(self.addresses[place], self._options).open(self._background)
                except ConnectError as error:
                    errors.append(error)
                    places.refused(place, anyio.current_time())
                    continue
                finally:
                    self._made_now[place] -= 1
                if self._closed:
                    await connection.aclose()
                    self._check_open()
                places.took(place)
                self._opened += 1
                return _Member(connection, place)
            raise errors[0]
        finally:
            self._opening -= 1
