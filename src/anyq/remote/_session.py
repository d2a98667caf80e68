"""Sessions: where the functions run, and the decorator that sends them there."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any, ParamSpec, Protocol, overload

import attrs

from anyq.errors import ConversionError, QError
from anyq.values import List, Value, as_q, chars, long, symbol

from ._source import source_of

__all__ = ["AsyncSession", "Session", "function", "session"]

P = ParamSpec("P")
Plan = Generator[tuple[Any, ...], Any, Value]
"""Requests to send one after the other; each is given the answer to the last, and the end is the result."""

NO_PYTHON = "this server runs no Python: a kdb+ needs PyKX (pykx.q), an anyq server allow_python=True or --allow-python"
READY = "`pykx in key `"
LOAD = 'system"l pykx.q"'
EXECUTE = "{.pykx.pyexec x}"
CALL = "{[code;name;arguments;n] .pykx.pyexec code; f:.pykx.get[name;<]; $[n;f . arguments;f[]]}"


class BlockingCaller(Protocol):
    """What a session needs of a blocking connection."""

    def __call__(self, query: Any, /, *arguments: Any) -> Any: ...

    def __enter__(self) -> Any: ...


class AsyncCaller(Protocol):
    """What a session needs of an async connection."""

    def __call__(self, query: Any, /, *arguments: Any) -> Awaitable[Any]: ...

    async def __aenter__(self) -> Any: ...


@attrs.define
class _Common:
    """What both kinds of session know of the server."""

    q: Any
    names: frozenset[str] = attrs.field(default=frozenset(), init=False)
    ready: bool = attrs.field(default=False, init=False, repr=False)

    def _prepare(self) -> Generator[tuple[Any, ...], Any, None]:
        """Make sure that the entry points exist; a q without them is asked to load them, once."""
        if not self.ready:
            found = yield (READY,)
            if not bool(found):
                try:
                    yield (LOAD,)
                except QError as error:
                    raise QError(f"{error.text} ({NO_PYTHON})") from None
            self.ready = True

    def _import(self, libraries: Mapping[str, str]) -> Plan:
        for name, module in libraries.items():
            if not name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
                raise ValueError(f"not a name and a module: {name!r}: {module!r}")
        yield from self._prepare()
        code = "".join(f"import {module} as {name}\n" for name, module in libraries.items())
        answer: Value = yield (EXECUTE, chars(code))
        self.names |= frozenset(libraries)
        return answer

    def _call(self, prepared: Prepared, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Plan:
        code, name, values = prepared.bound(arguments, keywords)
        yield from self._prepare()
        answer: Value = yield (CALL, chars(code), symbol(name), values, long(len(values)))
        return answer


@attrs.define
class Session(_Common):
    """A server that runs Python functions, reached by a blocking connection.

    Leaving a `with` over the session closes a connection that `session()` itself opened, and no other.
    """

    close: Callable[[], None] = attrs.field(default=lambda: None, repr=False)

    def libraries(self, libraries: Mapping[str, str]) -> None:
        """Import modules on the server: ``{"np": "numpy"}`` is ``import numpy as np`` there.

        Raises `QError` with the last line of the traceback there.
        """
        self.run(self._import(libraries))

    def run(self, plan: Plan) -> Value:
        """Send the requests of a plan one by one."""
        step, answer = plan.send, None
        while True:
            try:
                request = step(answer)
            except StopIteration as end:
                result: Value = end.value
                return result
            try:
                step, answer = plan.send, self.q(*request)
            except QError as error:
                step, answer = plan.throw, error

    def wrap(self, prepared: Prepared) -> Callable[..., Value]:
        """The function that stands for it here."""
        return lambda *arguments, **keywords: self.run(self._call(prepared, arguments, keywords))

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@attrs.define
class AsyncSession(_Common):
    """The same over an async connection: what blocks there is awaited here."""

    async def libraries(self, libraries: Mapping[str, str]) -> None:
        """Import modules on the server, as `Session.libraries`."""
        await self.run(self._import(libraries))

    async def run(self, plan: Plan) -> Value:
        """Send the requests of a plan one by one.

        Cancelled: what was sent still runs on the server, and nobody gets its result.
        """
        step, answer = plan.send, None
        while True:
            try:
                request = step(answer)
            except StopIteration as end:
                result: Value = end.value
                return result
            try:
                step, answer = plan.send, await self.q(*request)
            except QError as error:
                step, answer = plan.throw, error

    def wrap(self, prepared: Prepared) -> Callable[..., Awaitable[Value]]:
        """The async function that stands for it here."""

        async def call(*arguments: Any, **keywords: Any) -> Value:
            return await self.run(self._call(prepared, arguments, keywords))

        return call


@attrs.frozen
class Prepared:
    """A function as source text, and how its arguments become a list."""

    code: str
    name: str
    signature: inspect.Signature

    def bound(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[str, str, List]:
        """The code, the name to call and the q list of arguments.

        q passes arguments by place only, so keyword arguments go through a small function that names them again.
        Raises `TypeError` here, and sends nothing, when the arguments do not fit.
        """
        bound = self.signature.bind(*arguments, **keywords)
        places, named = bound.args, bound.kwargs
        values = List.of(tuple(as_q(value) for value in (*places, *named.values())))
        if not named:
            return self.code, self.name, values
        passed = ", ".join([f"*_a[:{len(places)}]", *(f"{k}=_a[{len(places) + i}]" for i, k in enumerate(named))])
        wrapper = f"def _anyq_named(*_a):\n    return {self.name}({passed})\n"
        return self.code + wrapper, "_anyq_named", values


@overload
def session(q: None = None, *, host: str | None = None, port: int | None = None, **options: Any) -> Session: ...


@overload
def session(q: AsyncCaller) -> AsyncSession: ...


@overload
def session(q: BlockingCaller) -> Session: ...


def session(
    q: BlockingCaller | AsyncCaller | None = None, *, host: str | None = None, port: int | None = None, **options: Any
) -> Session | AsyncSession:
    """A session on a server that runs Python.

    ``q`` is a connection that you have, blocking or async: the session is of the same kind, and the connection stays
    yours. Without it, ``host``, ``port`` and the options of `anyq.sync.connect` open a blocking connection, which
    belongs to the session: use `with`, or call ``close()``.

    The server is a kdb+ with PyKX loaded or loadable, or an anyq server that was allowed to execute Python. Whoever
    may call functions on such a server may run any code on it.
    """
    if q is not None:
        if host is not None or port is not None or options:
            raise TypeError("give a connection, or host, port and options, but not both")
        return AsyncSession(q) if hasattr(q, "__aenter__") else Session(q)
    from anyq import sync

    opened = sync.connect(host, port, **options)
    return Session(opened, close=opened.close)


def function(on: Session | AsyncSession) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Decorate a function so that calling it runs it on the session's server and gives the result as a q value.

    The function's source is sent with each call, with the plain values, modules and functions that it uses from
    around it, as they were when it was decorated. On an `AsyncSession` the decorated function is awaited.

    Raises `ConversionError` (a `TypeError`) at decoration for what cannot be sent: generators, coroutine functions,
    methods, functions that use open files, locks and the like, and those whose source Python does not have. The call
    raises `TypeError` for arguments that do not fit, and `QError` with the last line of a traceback of the server.
    """
    if not isinstance(on, _Common):
        raise ConversionError(f"@function needs a session, as in @function(session), and not {on!r}")

    def decorate(local: Callable[P, Any]) -> Callable[P, Any]:
        code, name = source_of(local, on.names)
        prepared = Prepared(code, name, inspect.signature(local, follow_wrapped=False))
        return functools.wraps(local)(on.wrap(prepared))

    return decorate
