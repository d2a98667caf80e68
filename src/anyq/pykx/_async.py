"""Connections for event loops, on a portal that all of them share."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, Final, Self

from anyq import errors
from anyq.client import handed_query
from anyq.portal import Portal, SharedConnection, may_block, start_portal
from anyq.values import List, Value, chars

from ._base import wrap
from ._connect import (
    CLOSED,
    DEBUG,
    SCRIPT,
    arguments_of,
    connect_error,
    head_of,
    keywords_of,
    script_of,
    script_results,
    told_error,
)
from ._exceptions import UninitializedConnection
from ._future import QFuture
from ._ipc import QConnection

__all__ = ["AsyncQConnection", "Done", "portal"]

_starting: Final = threading.Lock()
_portals: Final[dict[int, Portal]] = {}
"""By process: the child of a fork starts its own."""


def portal() -> Portal:
    """The event loop of the asynchronous connections. It starts with the first, and ends with the process."""
    found = _portals.get(os.getpid())
    if found is None:
        with _starting, may_block():
            found = _portals.get(os.getpid())
            if found is None:
                found = _portals[os.getpid()] = start_portal(name="anyq.pykx", blocks_loops=True).__enter__()
    return found


class AsyncQConnection(QConnection):
    """A connection for event loops: ``q = await kx.AsyncQConnection(port=5050)``, or ``async with``.

    A call gives a `QFuture` at once. It is closed by ``q.close()``, awaited or not.
    """

    def __init__(
        self,
        host: str = "localhost",
        port: int | None = None,
        *args: Any,
        username: str = "",
        password: str = "",
        timeout: float = 0.0,
        large_messages: bool = True,
        tls: bool = False,
        unix: bool = False,
        wait: bool = True,
        no_ctx: bool = False,
        event_loop: Any = None,
        reconnection_attempts: int = -1,
        reconnection_delay: float = 0.5,
        reconnection_function: Callable[[float], float] | None = None,
        **rest: Any,
    ) -> None:
        self._where = keywords_of(
            host, port, username=username, password=password, timeout=timeout, tls=tls, unix=unix, no_ctx=True,
            reconnection_attempts=reconnection_attempts, reconnection_delay=reconnection_delay,
            reconnection_function=reconnection_function,
        )  # fmt: skip
        self._host, self._port, self._wait, self._no_ctx = host, port, wait, no_ctx
        self._loop = event_loop
        self._closed = False
        self._call_stack: list[QFuture] = []
        self._set_up(asynchronous=True)

    def __repr__(self) -> str:
        return f"pykx.AsyncQConnection(port={self._port!r})"

    # Opening and closing

    async def _opened(self) -> Self:
        import anyio.to_thread

        if self._conn is None and not self._closed:
            await anyio.to_thread.run_sync(self._open)
        return self

    def _open(self) -> None:
        where, number, options = self._where
        try:
            self._conn = portal().connect(where, number, max_in_flight=1, **options)
        except (errors.ConnectError, errors.ConnectionLost) as error:
            raise connect_error(error) from error

    def __await__(self) -> Generator[Any, Any, Self]:
        return self._opened().__await__()

    async def __aenter__(self) -> Self:
        return await self._opened()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __enter__(self) -> Self:
        with may_block():
            self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _usable(self) -> SharedConnection:
        if self._conn is None:
            raise UninitializedConnection
        if self._closed:
            raise RuntimeError(CLOSED)
        found: SharedConnection = self._conn
        return found

    def close(self) -> Done:
        """Close, awaited or not. What is on its way and not answered fails."""
        if self._conn is None:
            raise UninitializedConnection
        if not self._closed:
            self._closed = True
            self._call_stack.clear()
            with may_block():
                self._conn.close()
        return Done()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._closed

    def fileno(self) -> int:
        """The number of the socket."""
        conn = self._usable()
        with may_block():
            return int(portal().call(lambda: _socket_number(conn.target)))

    # Asking

    def __call__(
        self,
        query: Any,
        *args: Any,
        wait: bool | None = None,
        sync: bool | None = None,
        reuse: bool = True,
        async_response: bool = False,
        debug: bool = False,
        skip_debug: bool = False,
        **rest: Any,
    ) -> QFuture:
        """A future of the answer. The call is sent at once.

        ``reuse=False`` uses a connection of its own, for servers that answer later; with ``wait=False`` too, or with
        ``async_response=True``, the answer is the next message that the server posts there.
        """
        conn = self._usable()
        head, values = head_of(query), arguments_of(args)
        if debug:
            query_value: Value = head if isinstance(head, Value) else chars(head)
            head, values = DEBUG, [query_value, List.of(tuple(values))]
        waits = self._wait if wait is None else wait
        try:
            with may_block():
                if not waits and reuse and not async_response:
                    inner = portal().submit(conn.target, *handed_query(head, values), wait=False)
                elif reuse and not async_response:
                    inner = conn.submit(head, *values)
                elif async_response or not waits:
                    inner = portal().submit(conn.target.deferred, *handed_query(head, values))
                else:
                    inner = portal().submit(conn.target, *handed_query(head, values), reuse=False)
        except errors.Error as error:
            raise told_error(error) from error.__cause__
        return self._future(inner)

    def _future(self, inner: Any, finish: Callable[[Any], Any] = lambda value: value) -> QFuture:
        made = QFuture(inner, told_error, finish)
        self._call_stack = [other for other in self._call_stack if not other.done()]
        self._call_stack.append(made)
        return made

    def _now(self, query: Any, *arguments: Any) -> Any:
        conn = self._usable()
        try:
            with may_block():
                return wrap(conn(head_of(query), *arguments_of(arguments)))
        except errors.Error as error:
            raise told_error(error) from error.__cause__

    def file_execute(self, path: Any, return_all: bool = False) -> QFuture:
        """Run a local script on the server. It runs, and comes before later calls, whether the future is awaited."""
        requests, statements = script_of(path)
        inner = self._usable().submit(SCRIPT, *arguments_of((statements,)))
        return self._future(inner, lambda answer: script_results(path, requests, answer, return_all))

    execute_file = file_execute

    def __del__(self) -> None:
        conn = self.__dict__.get("_conn")
        if conn is not None and not self.__dict__.get("_closed", True):
            self.__dict__["_closed"] = True
            try:
                portal().submit(conn.target.aclose)
            except Exception:  # the interpreter may be ending
                return


class Done:
    """What closing gives: it may be awaited, and need not."""

    def __await__(self) -> Generator[Any, Any, None]:
        yield from ()


def _socket_number(connection: Any) -> int:
    return int(connection.fileno()) if hasattr(connection, "fileno") else 0
