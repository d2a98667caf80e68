"""The gateway: a server whose answers come from other processes."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Final, Self, TypeVar, Unpack

import anyio

from anyq.client import Address, ConnectOptions, checked_options, parse_address
from anyq.embedded import Caller as Asker
from anyq.embedded import EmbeddedQ, Permissions
from anyq.engine import Interpreter
from anyq.errors import Error, QError
from anyq.loops import BackgroundTasks
from anyq.server import Answer, Client, Handler, Limits, Server, Users, read_users
from anyq.values import List, Value, chars

from ._calls import Call, read_message
from ._queries import Part, Query
from ._routes import Select, routed
from ._workers import Worker, WorkerInfo, Workers, in_roles

__all__ = ["Gateway"]

log: Final = logging.getLogger("anyq.gateway")
T = TypeVar("T")
Give = Callable[[Call | Select | None, Value | QError], object]
_ERROR: Final = "error: "
"""What the answer to an async message begins with when it is an error, as TorQ's clients know it."""
_OWN_TIME: Final = 10.0
"""Seconds that the gateway's own q may take for one step: to read a message, to join answers."""


class Gateway:
    """Serves q clients while its ``async with`` block runs; what they ask is answered by other q processes.

    ``roles`` names the processes: ``{"hdb": ["hdb1:5012", "hdb2:5012"], "rdb": ["rdb:5011"]}``; those of one role hold
    the same. A process that is down is tried again for ever; queries go to the others of its role, or fail at once if
    there is none. ``depth`` is how many queries a process may have at a time. Every ``refresh`` seconds, while it has
    none, a process is asked again which tables and partitions it holds.

    ``query_timeout`` is the longest time in seconds from a query to its answer; ``per_client`` how many queries one
    client may have without an answer, beyond which the answer is the error ``limit``. ``repeat_selects=False`` never
    asks again what a broken process may have seen. ``users``, a `anyq.server.Users` or a file of ``user:password``
    lines, is asked at each login; without it everybody is let in, so it listens on loopback unless ``host`` says
    otherwise. The other options are those of `anyq.connect`, for each process.

    A client that leaves gives its queries up: what waits is forgotten, what has begun goes on unheard. Leaving the
    block ends all queries and connections.
    """

    def __init__(
        self,
        roles: Mapping[str, Sequence[str | Address]],
        *,
        port: int = 0,
        host: str | Sequence[str] = "127.0.0.1",
        unix: str | None = None,
        tls: ssl.SSLContext | None = None,
        users: Users | str | None = None,
        limits: Limits | None = None,
        listen: bool = True,
        depth: int = 1,
        refresh: float = 60.0,
        query_timeout: float | None = None,
        per_client: int = 64,
        repeat_selects: bool = True,
        **options: Unpack[ConnectOptions],
    ) -> None:
        for name, number in (("depth", depth), ("per_client", per_client), ("refresh", refresh)):
            if not number > 0:
                raise ValueError(f"{name} must be above 0, and is {number!r}")
        workers = [Worker(role, parse_address(one)) for role, several in roles.items() for one in _list(role, several)]
        if not workers:
            raise ValueError('a gateway needs processes: Gateway({"hdb": ["host:5012"]})')
        checked_options("anyq.Gateway", options)
        self._workers = Workers(workers, depth, refresh, options)
        self._timeout = query_timeout
        self._per_client = per_client
        self._repeat = repeat_selects
        self._scopes: dict[int, set[anyio.CancelScope]] = {}
        """The queries of each client, by its handle."""
        self._q = EmbeddedQ()
        known = read_users(users) if isinstance(users, str) else users
        self.server: Server = Server(
            Handler(self._on_sync),
            Handler(self._on_async),
            on_close=self._on_close,
            authenticate=None if known is None else known.allows,
            port=port, host=host, unix=unix, tls=tls, limits=limits or Limits(), listen=listen,
        )  # fmt: skip
        self._stack = AsyncExitStack()
        self._tasks: BackgroundTasks | None = None

    def __repr__(self) -> str:
        up = sum(worker.connection is not None for worker in self._workers.all)
        return f"<{type(self).__name__} {self.server!r}: {up} of {len(self._workers.all)} processes up>"

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server.port

    @property
    def workers(self) -> list[WorkerInfo]:
        """The processes, and what is known of them."""
        return [worker.info() for worker in self._workers.all]

    @property
    def waiting(self) -> int:
        """Queries that wait for a process to be free."""
        return self._workers.waiting

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(_running(self._q))
            self._tasks = await stack.enter_async_context(BackgroundTasks())
            await self._workers.start(self._tasks)
            await stack.enter_async_context(self.server)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    # -- messages

    async def _on_sync(self, message: Value, client: Client) -> None:
        answer = client.defer()
        await self._begin(message, client, False, lambda _, result: _give(answer, result))

    async def _on_async(self, message: Value, client: Client) -> None:
        await self._begin(message, client, True, lambda asked, result: _post(client, asked, result))

    def _on_close(self, client: Client) -> None:
        """Give up what a client asked for."""
        for scope in self._scopes.pop(client.handle, ()):
            scope.cancel()

    async def _begin(self, message: Value, client: Client, posted: bool, give: Give) -> None:
        """Put a query in the queue; a task answers it, and the client's next message is read meanwhile."""
        assert self._tasks is not None
        scopes = self._scopes.setdefault(client.handle, set())
        asked: Call | Select | None = None
        try:
            if len(scopes) >= self._per_client:
                raise QError(f"limit: {self._per_client} queries of this client wait already")
            asked = await self._aside(lambda q: read_message(q, message))
            if isinstance(asked, Call) and asked.asynchronous != posted:
                raise QError(f".gw.{asked.name} is for {'sync' if posted else 'async'} messages")
            query = await (self._called(asked) if isinstance(asked, Call) else self._selected(asked))
        except QError as error:
            give(asked, error)
            return
        scope = anyio.CancelScope()
        scopes.add(scope)
        self._tasks.start_soon(self._finish, query, asked, scopes, scope, give)

    async def _finish(
        self, query: Query, asked: Call | Select, scopes: set[anyio.CancelScope], scope: anyio.CancelScope, give: Give
    ) -> None:
        """Answer a query, unless its client leaves."""
        seconds = asked.seconds if isinstance(asked, Call) else None
        limit = min([time for time in (seconds, self._timeout) if time is not None], default=None)
        result: Value | QError = QError("timeout")
        try:
            with scope:
                with anyio.move_on_after(limit):
                    result = await self._result(query)
                give(asked, result)
        finally:
            scopes.discard(scope)

    async def _result(self, query: Query) -> Value | QError:
        try:
            answers = await query.answers(self._workers)
            join = query.join
            return answers[0] if join is None else await self._aside(lambda q: join(q, answers))
        except QError as error:
            return error
        except Error as error:
            log.warning("a query failed: %s", error)
            return QError(str(error))

    async def _called(self, call: Call) -> Query:
        groups = [(role, in_roles(self._workers.all, role)) for role in call.roles]
        repeat = self._repeat and await self._aside(lambda q: _only_selects(q, call.query))
        given = call.join

        def join(q: Interpreter, answers: Sequence[Value]) -> Value:
            return q.value(List.of((q.eval("raze") if given is None else given, List.of(tuple(answers)))))

        parts = [Part(self._workers.queue(several, f"the role {role}"), call.query, repeat) for role, several in groups]
        return Query(parts, join)

    async def _selected(self, select: Select) -> Query:
        route = await self._aside(lambda q: routed(q, select, self._workers.all))
        what = f"the table {select.table}"
        parts = [Part(self._workers.queue(ask.workers, what), ask.message, self._repeat) for ask in route.asks]
        return Query(parts, route.join)

    async def _aside(self, work: Callable[[Interpreter], T]) -> T:
        """Work for the gateway's own q, on its thread, as a caller that may do nothing but compute."""
        job = self._q.submit(work, Asker(permissions=Permissions(read_only=True)), _OWN_TIME)
        try:
            return await job
        finally:
            if not job.done():
                job.interrupt()


def _give(answer: Answer, result: Value | QError) -> None:
    if isinstance(result, QError):
        answer.fail(result.text)
    else:
        answer.reply(result)


def _post(client: Client, asked: Call | Select | None, result: Value | QError) -> None:
    """Answer an async message by one of ours. An error is text."""
    value = chars(_ERROR + result.text) if isinstance(result, QError) else result
    if isinstance(asked, Call) and asked.postback is not None:
        head = asked.postback
        value = List.of((*(head if isinstance(head, List) else (head,)), asked.query, value))
    if not client.closed:
        client.post(value)


def _list(role: str, several: Sequence[str | Address]) -> Sequence[str | Address]:
    if isinstance(several, str | Address):
        raise TypeError(f"the processes of a role are a list: {{{role!r}: [{str(several)!r}]}}")
    return several


def _only_selects(q: Interpreter, query: Value) -> bool:
    """Whether a query only reads, so that it may be asked twice: a select, as text or a list."""
    try:
        return isinstance(read_message(q, query), Select)
    except QError:
        return False


@asynccontextmanager
async def _running(q: EmbeddedQ) -> AsyncGenerator[None]:
    q.start()
    try:
        yield
    finally:
        await q.astop()
