"""Connections to q processes: blocking, asynchronous, and driven by hand.

A `SyncQConnection` is anyq's blocking connection, in the thread that calls. An `AsyncQConnection` lives on a portal,
the event loop of a thread of its own that all of them share: so its calls are on their way at once, whether they are
awaited, and in whatever loop. A `RawQConnection` is anyq's raw connection.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any, Final, Self

from anyq import errors
from anyq import sync as blocking
from anyq.portal import has_asyncgen_hook, may_block, running_loop
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
from ._console import Console
from ._ctx import Q
from ._query import QSQL, SQL, Insert, Upsert
from ._read import QReader
from ._system import SystemCommands
from ._write import QWriter

__all__ = ["QConnection", "SecureQConnection", "SyncQConnection", "blocking_in_loop"]

log: Final = logging.getLogger("anyq.pykx")
_noted: Final[set[str]] = set()
_OWN: Final = frozenset({"console", "qsql", "sql", "read", "write", "system", "insert", "upsert", "query"})


def blocking_in_loop() -> AbstractContextManager[None]:
    """Around what blocks: allowed in a running event loop, which is said once."""
    if not has_asyncgen_hook() or running_loop() is None:
        return nullcontext()
    if "loop" not in _noted:
        _noted.add("loop")
        log.warning(
            "a blocking connection is used inside a running event loop, which stands still meanwhile; "
            "kx.AsyncQConnection does not stop it"
        )
    return may_block()


class QConnection(Q):
    """A connection to a q process. Made by this name it is a blocking one."""

    _own = _OWN
    _conn: Any = None
    _port: int | None = None
    _wait = True
    _timeout: float = 0.0

    def __new__(cls, *arguments: Any, **keywords: Any) -> Any:
        return super().__new__(SyncQConnection if cls is QConnection else cls)

    def _set_up(self, ask: Callable[..., Any] | None = None, asynchronous: bool = False) -> None:
        ask = ask or self
        self.console: Console = Console(self)
        self.qsql: QSQL = QSQL(ask, asynchronous)
        self.query: QSQL = self.qsql
        self.sql: SQL = SQL()
        where = _Asking(self) if asynchronous else self
        self.read: QReader = QReader(where)
        self.write: QWriter = QWriter(where)
        self.system: SystemCommands = SystemCommands(where)
        self.insert: Insert = Insert(ask)
        self.upsert: Upsert = Upsert(ask)

    def __repr__(self) -> str:
        return f"pykx.QConnection(port={self._port!r})"

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} cannot be pickled: open another one where it is wanted")

    @property
    def info(self) -> dict[str, Any]:
        """Where it leads, and how it stands."""
        return {"host": self._host, "port": self._port, "state": getattr(self._conn, "state", "new")}

    _host = "localhost"


class _Asking:
    """An asynchronous connection for readers and writers: they give its futures."""

    def __init__(self, connection: Any) -> None:
        self._now = connection.__call__


class SyncQConnection(QConnection):
    """A blocking connection: ``kx.SyncQConnection("localhost", 5050)("1+1")``.

    ``timeout`` in seconds is for each call, 0 for none. ``wait=False`` sends without waiting by default. The
    keywords of reconnection as PyKX has them. A call in flight when the connection breaks raises ``RuntimeError``.
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
        reconnection_attempts: int = -1,
        reconnection_delay: float = 0.5,
        reconnection_function: Callable[[float], float] | None = None,
        **rest: Any,
    ) -> None:
        where, number, options = keywords_of(
            host, port, username=username, password=password, timeout=timeout, tls=tls, unix=unix, no_ctx=True,
            reconnection_attempts=reconnection_attempts, reconnection_delay=reconnection_delay,
            reconnection_function=reconnection_function,
        )  # fmt: skip
        self._host, self._port, self._wait, self._no_ctx = host, port, wait, no_ctx
        try:
            with blocking_in_loop():
                self._conn = blocking.connect(where, number, **options)
                self._feed = self._conn.messages(overflow="drop-oldest")
        except (errors.ConnectError, errors.ConnectionLost) as error:
            raise connect_error(error) from error
        self._set_up(self._now)
        if not no_ctx:
            self._check_names()

    def _check_names(self) -> None:
        """Ask for the names of the server once. A refusal, as a handler of its own may give one, is told."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close. Closing twice does nothing."""
        with blocking_in_loop():
            self._conn.close()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return bool(self._conn.state == "closed")

    def fileno(self) -> int:
        """The number of the socket, for ``select``."""
        number: int = self._conn.fileno()
        if number < 0:
            raise RuntimeError(CLOSED)
        return number

    def __call__(
        self,
        query: Any,
        *args: Any,
        wait: bool | None = None,
        sync: bool | None = None,
        debug: bool = False,
        skip_debug: bool = False,
        timeout: float | None = None,
        **rest: Any,
    ) -> Any:
        """The answer of the server. With ``wait=False`` it is sent without waiting, and the generic null comes.

        An empty query, ``conn(b"")``, sends nothing and waits for the next message that the server posts.

        Raises `QError` for q's errors and at the time limit, ``RuntimeError`` when the connection is closed or lost,
        ``TypeError`` for what has no q form, ``ValueError`` for Python functions.
        """
        conn = self._conn
        try:
            if not args and type(query) is str and wait is None and timeout is None and self._wait and not debug:
                try:  # most calls; anyq itself looks whether an event loop runs here
                    return wrap(conn(query))
                except errors.MisuseError:
                    with blocking_in_loop():
                        return wrap(conn(query))
            if type(query) is str:
                head: Any = query
            elif not query and isinstance(query, bytes):
                return self._posted(timeout)
            else:
                head = head_of(query)
            values = arguments_of(args) if args else ()
            waits = self._wait if wait is None else wait
            if debug:
                head, values = DEBUG, [head if isinstance(head, Value) else chars(head), List.of(tuple(values))]
            if has_asyncgen_hook():
                with blocking_in_loop():
                    return wrap(conn(head, *values, wait=waits, timeout=timeout))
            return wrap(conn(head, *values, wait=waits, timeout=timeout))
        except errors.Error as error:
            raise told_error(error) from error.__cause__

    def _posted(self, timeout: float | None) -> Any:
        with blocking_in_loop():
            return wrap(self._feed.receive(timeout))

    def _now(self, query: Any, *arguments: Any) -> Any:
        return self(query, *arguments, wait=True)

    def file_execute(self, path: Any, return_all: bool = False) -> Any:
        """Run a local script on the server; its last result, or all. `QError` names the line that failed."""
        requests, statements = script_of(path)
        return script_results(path, requests, self(SCRIPT, statements, wait=True), return_all)

    execute_file = file_execute

    def upd(self, table: Any, values: Any) -> None:
        """Call ``.u.upd`` of a ticker plant, without waiting."""
        self(".u.upd", str(table), values, wait=False)

    def __del__(self) -> None:
        conn = self.__dict__.get("_conn")
        if conn is not None and threading.current_thread() is threading.main_thread():
            try:
                with may_block():
                    conn.close()
            except Exception:  # the interpreter may be ending
                return


class SecureQConnection(SyncQConnection):
    """A `SyncQConnection` over TLS. The certificate is checked, unless ``KX_SSL_VERIFY_SERVER=NO`` says otherwise."""

    def __init__(
        self, host: str = "localhost", port: int | None = None, *args: Any, tls: bool = True, **keywords: Any
    ) -> None:
        super().__init__(host, port, *args, tls=tls, **keywords)
