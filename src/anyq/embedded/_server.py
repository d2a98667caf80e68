"""A server with an embedded q behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self
from weakref import WeakKeyDictionary

import anyio
import anyio.to_thread
import attrs

from anyq.engine import Interpreter
from anyq.errors import ClosedError
from anyq.loops import Local
from anyq.portal import Job
from anyq.server import (
    Action,
    Client,
    Encoded,
    Handler,
    Later,
    MetricsServer,
    Server,
    Stats,
    Transport,
    Users,
    encode,
    leaves,
)
from anyq.values import Atom, QType, Value, chars, settled, symbol

from ._caller import Caller, address_number, called_name
from ._core import EmbeddedQ, as_received
from ._errands import Errands
from ._face import Embedded, log_error
from ._lane import Evaluation, Lane
from ._permissions import Permissions
from ._preload import preload

__all__ = ["EmbeddedServer", "Handles"]

Handles = Handler | Callable[..., Any] | str | Value
"""A Python function, or q: the text or the value of a q function."""

_CHECKS: Final = 2
"""Passwords that are checked at a time, when a check is slow."""
_Z: Final = {
    "on_sync": ".z.pg",
    "on_async": ".z.ps",
    "authenticate": ".z.pw",
    "on_open": ".z.po",
    "on_close": ".z.pc",
    "on_timer": ".z.ts",
}


@attrs.define(eq=False, repr=False)
class EmbeddedServer(Local):
    """What `serve` returns. Inside the block it has what `anyq.server.Server` has, and ``q``."""

    _given: dict[str, Handles | None]
    _network: dict[str, Any]
    _q: EmbeddedQ | None
    _permissions: Permissions
    _allow: frozenset[str] | None = None
    _users: Users | None = None
    _metrics_where: str | None = None
    _metrics: MetricsServer | None = attrs.field(default=None, init=False)
    _owned: bool = attrs.field(default=False, init=False)
    _started: Server | None = attrs.field(default=None, init=False)
    _entered: bool = attrs.field(default=False, init=False)
    _errands: Errands = attrs.field(init=False)
    _lanes: WeakKeyDictionary[Client, Lane] = attrs.field(factory=WeakKeyDictionary, init=False)
    _addresses: dict[int, int] = attrs.field(factory=dict, init=False)

    def __repr__(self) -> str:
        return repr(self._started) if self._started is not None else "<Server not listening>"

    @property
    def _server(self) -> Server:
        if self._started is None:
            raise ClosedError("the server has not been started: use it inside `async with anyq.serve(...) as server`")
        return self._started

    # The scope

    async def __aenter__(self) -> Self:
        if self._entered:
            raise ClosedError("a server can be entered once")
        self._entered = True
        preload()
        if self._metrics_where is not None:
            self._metrics = MetricsServer(self._metrics_where, lambda: self)
        python = {name: given for name, given in self._given.items() if callable(given) or isinstance(given, Handler)}
        wants_q = self._q is not None or not {"on_sync"} <= python.keys() or len(python) < self._count_given()
        self._errands = Errands()
        if wants_q and self._q is None:
            self._q, self._owned = EmbeddedQ(), True
            self._q.start()
        handlers: dict[str, Any] = dict(python)
        try:
            if self._q is not None:
                await self._install_q()
                handlers = {**self._defaults(), **python}
                if "on_async" not in python and "on_sync" in python:
                    handlers.pop("on_async")
                handlers["on_open"] = self._with_handle(handlers["on_open"], self._enter_client, first=True)
                handlers["on_close"] = self._with_handle(handlers["on_close"], self._leave_client, first=False)
                self._network["handles"] = self._q.handles.numbers
            if self._users is not None:
                handlers["authenticate"] = self._known_users(handlers.get("authenticate"), self._users)
            self._started = Server(**handlers, **self._network)
            if self._metrics is not None:
                await self._metrics.listen()
            await self._server.__aenter__()
        except BaseException:
            await self._end_q()
            raise
        self._server.start_soon(self._errands.run)
        if self._metrics is not None:
            self._server.start_soon(self._metrics.serve)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.check_task()
        try:
            await self._server.__aexit__(kind, error, trace)
        finally:
            await self._end_q()

    async def _end_q(self) -> None:
        if self._owned and self._q is not None:
            await self._q.astop(1.0)

    def _count_given(self) -> int:
        return sum(1 for given in self._given.values() if given is not None)

    async def _install_q(self) -> None:
        """Put q handlers into the variables that q has for them. Raises the `QError` of text that is no q."""
        assert self._q is not None
        for name, given in self._given.items():
            if isinstance(given, str | bytes | Value):
                await self._q.submit(_setter(_Z[name], given))
        if self._permissions.python:
            self._q.allow_python()

    def _has(self, name: str) -> bool:
        """Whether q has a handler of that name, or is about to have it."""
        assert self._q is not None
        return isinstance(self._given[name], str | bytes | Value) or self._q.has(_Z[name])

    # What q does

    def _defaults(self) -> dict[str, Any]:
        handlers: dict[str, Any] = {
            "on_sync": self._on_sync,
            "on_async": self._on_async,
            "authenticate": self._authenticate,
            "on_open": None,
            "on_close": None,
        }
        if self._given["on_timer"] is not None:
            handlers["on_timer"] = self._on_timer
        return handlers

    def _caller(self, client: Client, asks: bool = False) -> Caller:
        return Caller(client.handle, client.user, self._addresses.get(client.handle, 0), self._permissions, asks=asks)

    def _checked(self, message: Value) -> Value:
        """A message as q gets it. `QError` (``access``) if it calls what is not allowed."""
        received = as_received(message)
        if self._allow is not None and (name := called_name(received)) not in self._allow:
            assert self._q is not None
            raise self._q.host.refused("call", name or "what is no name")
        return received

    @leaves
    def _on_sync(self, message: Value, client: Client) -> Later:
        capability, remote = client.capability, client.remote

        def work(interpreter: Interpreter) -> Encoded:
            handler = interpreter.names.get(".z.pg")
            received = self._checked(message)
            result = interpreter.value(received) if handler is None else interpreter.apply(handler, (received,))
            return encode(result, capability, remote)

        return self._evaluate(work, client, asks=True)

    @leaves
    def _on_async(self, message: Value, client: Client) -> Later:
        def work(interpreter: Interpreter) -> None:
            handler = interpreter.names.get(".z.ps")
            received = self._checked(message)
            if handler is None:
                interpreter.value(received)
            else:
                interpreter.apply(handler, (received,))

        return self._evaluate(work, client)

    def _evaluate(self, work: Callable[[Interpreter], Any], client: Client, *, asks: bool = False) -> Later:
        """As `_run`, without a task."""
        assert self._q is not None
        lane = self._lanes.get(client)
        if lane is None:
            lane = self._lanes[client] = Lane(self._q, self._errands, client)
        return Evaluation(lane, work, self._caller(client, asks), lambda: self._run(work, self._caller(client, asks)))

    async def _run(self, work: Callable[[Interpreter], Any], caller: Caller) -> Any:
        """Run a job for a client; interrupted when it takes longer than it may, or the client leaves."""
        assert self._q is not None
        job: Job[Any] = self._q.submit(work, caller, self._permissions.seconds)
        try:
            return await job
        finally:
            if not job.done():
                job.interrupt()
            self._errands.run_all()

    @staticmethod
    def _known_users(given: Any, users: Users) -> Callable[[str, str | None, Client], Awaitable[bool]]:
        """The file is asked first; who passes it must also pass the check that was given."""
        action = None if given is None else Action(given, 2)
        limiter = anyio.CapacityLimiter(_CHECKS)

        async def check(user: str, password: str | None, client: Client) -> bool:
            if users.slow:
                # Each check takes much memory, and some hundredths of a second without Python's lock.
                allowed = await anyio.to_thread.run_sync(users.allows, user, password, limiter=limiter)
            else:
                allowed = users.allows(user, password)
            if not allowed:
                return False
            return action is None or bool(await action.run(user, password, client))

        return check

    async def _authenticate(self, user: str, password: str | None, client: Client) -> bool:
        def work(interpreter: Interpreter) -> bool:
            handler = interpreter.names.get(".z.pw")
            if handler is None:
                return True
            given = chars((password or "").encode("utf-8", "surrogateescape"))
            verdict = interpreter.apply(handler, (symbol(user), given))
            return isinstance(verdict, Atom) and verdict.qtype is QType.BOOLEAN and bool(verdict.raw)

        assert self._q is not None
        if not self._has("authenticate"):
            return True
        check = attrs.evolve(self._caller(client), permissions=self._q.author(".z.pw").permissions)
        return bool(await self._run(work, check))

    def _with_handle(self, given: Any, own: Callable[[Client], None], *, first: bool) -> Any:
        """A handler of ours and the one that was given, if any."""
        name = "on_open" if first else "on_close"

        def tell_q(client: Client) -> None:
            if self._q is not None and self._has(name):
                handle = Atom(QType.INT, client.handle)
                job = self._q.applied(_Z[name], (handle,), self._caller(client) if first else None)
                job.add_waiter(lambda: log_error(job))

        if given is None:

            def plain(client: Client) -> None:
                if first:
                    own(client)
                tell_q(client)
                if not first:
                    own(client)

            return plain
        action = Action(given, 0)

        async def both(client: Client) -> None:
            if first:
                own(client)
            try:
                await action.run(client)
            finally:
                if not first:
                    own(client)

        return both

    def _enter_client(self, client: Client) -> None:
        assert self._q is not None
        self._addresses[client.handle] = address_number(client.address)
        self._q.handles.add_client(client, self._errands)

    def _leave_client(self, client: Client) -> None:
        assert self._q is not None
        self._q.handles.drop_client(client)
        self._addresses.pop(client.handle, None)

    async def _on_timer(self) -> None:
        assert self._q is not None
        await self._q.applied(".z.ts", (Atom(QType.TIMESTAMP, self._q.host.now()),))

    # As the server has it

    @property
    def q(self) -> Embedded:
        """The embedded q, if there is one; ``RuntimeError`` if all handlers are Python functions."""
        if self._q is None:
            raise RuntimeError(f"{self._server!r} has no embedded q: all its handlers are Python functions")
        return Embedded(self._q)

    @property
    def port(self) -> int:
        """The TCP port, or 0 if there is none."""
        return self._server.port

    @property
    def metrics_port(self) -> int:
        """The port of ``metrics``, or 0."""
        return self._metrics.port if self._metrics is not None else 0

    @property
    def addresses(self) -> list[str]:
        """Where it listens: ``host:port`` and ``unix:name``."""
        return self._server.addresses

    @property
    def ready(self) -> bool:
        """Whether it accepts connections."""
        return self._started is not None and self._started.ready

    @property
    def clients(self) -> dict[int, Client]:
        """The clients that are logged in, by handle."""
        return self._server.clients

    @property
    def stats(self) -> Stats:
        """Counts since the server started."""
        return self._server.stats

    def broadcast(self, clients: Any, query: object, *arguments: object) -> int:
        """As `anyq.server.Server.broadcast`."""
        return self._server.broadcast(clients, query, *arguments)

    async def serve_transport(self, transport: Transport, address: str = "memory") -> None:
        """As `anyq.server.Server.serve_transport`."""
        await self._server.serve_transport(transport, address)

    async def stop(self, grace: float | None = None) -> None:
        """As `anyq.server.Server.stop`."""
        await self._server.stop(grace)

    async def serve_forever(self) -> None:
        """Wait until `stop` is called."""
        await self._server.serve_forever()


def _setter(name: str, given: str | bytes | Value) -> Callable[[Interpreter], None]:
    kept = settled(given) if isinstance(given, Value) else given

    def work(interpreter: Interpreter) -> None:
        interpreter.names.put(name, kept if isinstance(kept, Value) else interpreter.eval(kept))

    return work
