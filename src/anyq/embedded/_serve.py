"""Serving q with an embedded q behind it: what a q process does by default."""

from __future__ import annotations

import os
import ssl
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from types import TracebackType
from typing import Any, Final, Self
from weakref import WeakKeyDictionary

import anyio
import attrs

from anyq.engine import Interpreter
from anyq.errors import ClosedError, QError
from anyq.portal import Job
from anyq.server import (
    Action,
    Client,
    Encoded,
    Handler,
    Later,
    Limits,
    Server,
    Stats,
    Users,
    encode,
    leaves,
    read_users,
)
from anyq.values import Atom, QType, Value, chars, settled, symbol

from ._caller import Caller, Permissions, address_number, called_name
from ._core import EmbeddedQ, as_received
from ._errands import Errands
from ._face import Embedded, log_error
from ._lane import Evaluation, Lane

__all__ = ["EmbeddedServer", "serve"]

Handles = Handler | Callable[..., Any] | str | Value
"""A Python function, or q: the text or the value of a q function."""

_Z: Final = {
    "on_sync": ".z.pg",
    "on_async": ".z.ps",
    "authenticate": ".z.pw",
    "on_open": ".z.po",
    "on_close": ".z.pc",
    "on_timer": ".z.ts",
}


def serve(
    on_sync: Handles | None = None,
    on_async: Handles | None = None,
    *,
    authenticate: Handles | None = None,
    on_open: Handles | None = None,
    on_close: Handles | None = None,
    on_timer: Handles | None = None,
    timer: float = 1.0,
    q: EmbeddedQ | Embedded | None = None,
    host: str | Sequence[str] = "127.0.0.1",
    port: int | None = None,
    unix: str | Sequence[str] | bool | None = None,
    tls: ssl.SSLContext | None = None,
    plain: bool = False,
    limits: Limits | None = None,
    grace: float = 5.0,
    timeout: float | None = None,
    allow_shell: bool = False,
    allow_files: bool = False,
    allow_python: bool = False,
    read_only: bool = False,
    allow: Iterable[str] | None = None,
    users: Users | str | os.PathLike[str] | None = None,
) -> EmbeddedServer:
    """A server of q clients, to be used as ``async with anyq.serve(...) as server``.

    What is not given does what a q process does: messages are evaluated by an embedded q (``q``, or a new one that
    ends with the server), through its ``.z.pg`` and ``.z.ps`` if they are set; ``.z.pw``, ``.z.po`` and ``.z.pc`` are
    asked or told if they are set. A handler is a Python function or a `Handler` (see `anyq.server.Server`), or q: the
    text or the value of a q function, which is put into the variable that q has for it; text that is no q is a `QError`
    on entering, other things a ``TypeError`` at once.

    ``timeout`` (seconds) bounds each evaluation of a client's message; it ends with the q error ``stop``. Evaluations
    run one after the other on the thread of the embedded q, so they delay each other, but never the server: logins,
    Python handlers and its end go on. When a client leaves, its evaluation is interrupted.

    Clients may not run shell commands unless ``allow_shell=True``, nor use files outside the working directory unless
    ``allow_files=True``. With ``allow_python=True`` they may run Python functions here, see `anyq.remote`: that is
    any code at all. A ``.z.pc`` or ``.z.ts`` that a client sets, and what comes over a handle that it opened, may do no
    more than that client; but functions of yours call whatever a client puts in the place of what they call, unless it
    may change nothing. With ``read_only=True`` evaluations of clients can set nothing and reach no file, handle or
    command.
    ``allow`` names the functions that they may call, and nothing else then: a message must be the list of such a name
    and its arguments, or the name alone. ``users``, a `Users` or the path of a file of ``user:password`` lines, is
    asked first at each login.

    It listens on loopback unless ``host`` names another address. For the rest see `Server`.
    """
    given = {
        "on_sync": on_sync,
        "on_async": on_async,
        "authenticate": authenticate,
        "on_open": on_open,
        "on_close": on_close,
        "on_timer": on_timer,
    }
    for name, handler in given.items():
        if not (handler is None or callable(handler) or isinstance(handler, Handler | str | bytes | Value)):
            raise TypeError(f"{name} is a function, or the text of a q function, not {type(handler).__name__}")
    if isinstance(allow, str | bytes):
        raise TypeError(f"allow is a list of names: allow=[{allow!r}]")
    if tls is not None and not isinstance(tls, ssl.SSLContext):
        raise TypeError(f"tls is an ssl.SSLContext, not {type(tls).__name__}")
    for name, seconds in (("grace", grace), ("timeout", timeout)):
        if seconds is not None and not seconds >= 0:
            raise ValueError(f"{name} must not be below 0, and is {seconds!r}")
    network = {
        "timer": timer, "host": host, "port": port, "unix": unix, "tls": tls, "plain": plain, "grace": grace,
        "limits": limits or Limits(),
    }  # fmt: skip
    permissions = Permissions(
        shell=allow_shell, files=allow_files, python=allow_python, read_only=read_only, seconds=timeout
    )
    core = q.core if isinstance(q, Embedded) else q
    known = read_users(users) if isinstance(users, str | os.PathLike) else users
    names = None if allow is None else frozenset(allow)
    return EmbeddedServer(given, network, core, timeout, permissions, names, known)


@attrs.define(eq=False, repr=False)
class EmbeddedServer:
    """What `serve` returns. Inside the block it has what `anyq.server.Server` has, and ``q``."""

    _given: dict[str, Handles | None]
    _network: dict[str, Any]
    _q: EmbeddedQ | None
    _timeout: float | None
    _permissions: Permissions
    _allow: frozenset[str] | None = None
    _users: Users | None = None
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
            await self._server.__aenter__()
        except BaseException:
            await self._end_q()
            raise
        self._server.start_soon(self._errands.run)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
        if self._allow is not None and called_name(received) not in self._allow:
            raise QError("access")
        return received

    @leaves
    def _on_sync(self, message: Value, client: Client) -> Later | Awaitable[Any]:
        capability, remote = client.capability, client.remote

        def work(interpreter: Interpreter) -> Encoded:
            handler = interpreter.names.get(".z.pg")
            received = self._checked(message)
            result = interpreter.value(received) if handler is None else interpreter.apply(handler, (received,))
            return encode(result, capability, remote)

        return self._evaluate(work, client, asks=True)

    @leaves
    def _on_async(self, message: Value, client: Client) -> Later | Awaitable[Any]:
        def work(interpreter: Interpreter) -> None:
            handler = interpreter.names.get(".z.ps")
            received = self._checked(message)
            if handler is None:
                interpreter.value(received)
            else:
                interpreter.apply(handler, (received,))

        return self._evaluate(work, client)

    def _evaluate(
        self, work: Callable[[Interpreter], Any], client: Client, *, asks: bool = False
    ) -> Later | Awaitable[Any]:
        """As `_run`; without a task, if no time limit has to be kept."""
        assert self._q is not None

        def alone() -> Awaitable[Any]:
            return self._run(work, client, asks=asks)

        if self._timeout or self._q.time_limit is not None:
            return _Limited(alone)
        lane = self._lanes.get(client)
        if lane is None:
            lane = self._lanes[client] = Lane(self._q, self._errands, client)
        return Evaluation(lane, work, self._caller(client, asks), alone)

    async def _run(self, work: Callable[[Interpreter], Any], client: Client, *, asks: bool = False) -> Any:
        """Run a job for a client, in its time; interrupted when it is over or the client leaves."""
        assert self._q is not None
        job: Job[Any] = self._q.submit(work, self._caller(client, asks))
        try:
            limit = self._timeout or self._q.time_limit
            if limit is None:
                return await job
            with anyio.move_on_after(limit):
                return await job
            job.interrupt()
            if job.started:
                with anyio.CancelScope(shield=True):
                    return await job
            raise QError("stop")
        finally:
            if not job.done():
                job.interrupt()
            self._errands.run_all()

    @staticmethod
    def _known_users(given: Any, users: Users) -> Callable[[str, str | None, Client], Awaitable[bool]]:
        """The file is asked first; who passes it must also pass the check that was given."""
        action = None if given is None else Action(given, 2)

        async def check(user: str, password: str | None, client: Client) -> bool:
            if not users.allows(user, password):
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
        return bool(await self._run(work, client))

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
    def addresses(self) -> list[str]:
        """Where it listens: ``host:port`` and ``unix:name``."""
        return self._server.addresses

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

    async def stop(self, grace: float | None = None) -> None:
        """As `anyq.server.Server.stop`."""
        await self._server.stop(grace)

    async def serve_forever(self) -> None:
        """Wait until `stop` is called."""
        await self._server.serve_forever()


class _Limited:
    """An evaluation in its time: awaited, and begun only then."""

    __slots__ = ("_start",)

    def __init__(self, start: Callable[[], Awaitable[Any]]) -> None:
        self._start = start

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._start().__await__()


def _setter(name: str, given: str | bytes | Value) -> Callable[[Interpreter], None]:
    kept = settled(given) if isinstance(given, Value) else given

    def work(interpreter: Interpreter) -> None:
        interpreter.names.put(name, kept if isinstance(kept, Value) else interpreter.eval(kept))

    return work
