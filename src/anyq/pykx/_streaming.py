"""What the processes of ``kx.tick`` have in common: a server with a q, and following a ticker plant."""

from __future__ import annotations

import importlib
import logging
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Self

from anyq import embedded, errors, server
from anyq import sync as blocking
from anyq.portal import SharedConnection, may_block
from anyq.values import List, Table, Value, chars, symbol

from . import _engine
from ._async import portal
from ._base import unwrap, wrap
from ._embedded_q import q as here
from ._exceptions import PyKXException

__all__ = ["STREAMING", "Follower", "text_of"]

log: Final = logging.getLogger("anyq.pykx")


def text_of(text: str) -> Any:
    """Text as q characters, which a ``str`` is not here."""
    return wrap(chars(text))


class STREAMING:
    """A process of its own kind: a server on ``port`` of this machine, with a q.

    ``apis`` are functions by the names that clients call. ``libraries`` (name to module) are imported, and put where
    the functions look for names that are not there. ``OSError`` if the port is taken. `stop` closes it.
    """

    def __init__(
        self,
        port: int = 5010,
        *,
        process_logs: str | bool = False,
        libraries: Mapping[str, str] | None = None,
        apis: Mapping[str, Callable[..., Any]] | None = None,
        init_args: Iterable[str] | None = None,
    ) -> None:
        if init_args:
            raise PyKXException("init_args are options of the q executable, which is not used here")
        if isinstance(process_logs, str):
            raise PyKXException("process_logs cannot be a file: this is a thread; configure the logger 'anyq'")
        self._port = port
        self._libraries: dict[str, Any] = {}
        self._apis: dict[str, Callable[..., Any]] = dict(apis or {})
        self._tables: dict[str, Any] = {}
        self._config: dict[str, Any] | None = None
        self._validate: Callable[..., Any] | None = None
        self.libraries(libraries)
        self._open()

    def __repr__(self) -> str:
        return f"pykx.tick.{type(self).__name__}(port={self._port})"

    # Its life

    def _open(self) -> None:
        with may_block():
            self._q = _engine.Session(embedded.CallerEmbedded())
            self._q.q.__enter__()
            serving = blocking.serve(
                self._handler(self._answer),
                on_close=self._on_close,
                authenticate=self._login,
                port=self._port,
                grace=0.0,
            )
            try:
                self._server: blocking.Server | None = serving.__enter__()
            except BaseException:
                self._q.q.close()
                raise
            self._port = serving.port
        self._prepare()
        for name, function in self._apis.items():
            self.register_api(name, function)

    def _prepare(self) -> None:
        """Put into the q what belongs to the kind of process."""

    def _handler(self, function: Callable[..., Any]) -> Any:
        """Functions of the user may wait for other processes, so they have a thread."""
        return server.Handler(function, in_thread=True)

    def _answer(self, message: Value, client: server.Client) -> Value:
        with _engine.using(self._q):
            return self._q.q.evaluate(message)

    def _on_close(self, client: server.Client) -> None:
        """A client has left."""

    def _login(self, user: str, password: str | None) -> bool:
        return self._validate is None or bool(self._validate(user, password or ""))

    def start(self, config: Mapping[str, Any] | None = None) -> None:
        """Begin its work, as ``config`` says."""
        self._config = dict(config or {})

    def stop(self) -> None:
        """Close its port and its q. Idempotent."""
        serving, self._server = self._server, None
        if serving is not None:
            with may_block():
                serving.close()
                self._q.q.close()

    def restart(self) -> None:
        """Stop it, and start it again with what it was given: tables, functions, configuration."""
        self.stop()
        self._open()
        if self._config is not None:
            self.start(self._config)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    # What it can be asked and told

    def __call__(self, *arguments: Any) -> Any:
        """Evaluate in this process, as a client would: ``rtp("symbol_count", "trade", "A")``."""
        with _engine.using(self._q):
            return here(*arguments)

    def libraries(self, libs: Mapping[str, str] | None = None) -> None:
        """Modules that functions registered from now on may use, as name to module."""
        for name, module in (libs or {}).items():
            self._libraries[name] = sys.modules[__package__] if module == "pykx" else importlib.import_module(module)

    def register_api(self, api_name: str, function: Callable[..., Any]) -> None:
        """Let clients call a Python function by that name."""
        self._apis[api_name] = function
        self._set(api_name, self._equipped(function))

    def _equipped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        names: dict[str, Any] = getattr(function, "__globals__", {})
        for name, module in self._libraries.items():
            names.setdefault(name, module)
        return function

    def _set(self, name: str, function: Any) -> None:
        with _engine.using(self._q):
            here("{x set y;}", symbol(name), function)

    def set_timer(self, timer: int = 1000) -> None:
        """Run the timer function of its q every so many milliseconds, when it is asked something."""
        self(f'system"t {int(timer)}"')

    def set_tables(self, tables: Mapping[str, Any]) -> None:
        """Set tables by their names."""
        for name, table in tables.items():
            if not isinstance(unwrap(table), Table):
                raise PyKXException(f"{name} is not a table without keys")
            self._tables[name] = table
            self._set(name, table)


class Follower:
    """Updates of a ticker plant, handed to a function in their order, on a thread."""

    def __init__(self, where: str, replay: bool, update: Callable[[str, Value], None], end: Callable[[Any], None]):
        self._update, self._end = update, end
        host, _, port = where.rpartition(":")
        with may_block():
            self._conn: SharedConnection = portal().connect(host or "localhost", int(port))
            try:
                feed = self._conn.messages(buffer=1_000_000)
                self.schemas, count, path = wrap(self._conn("(.u.sub[`;`];.u.i;.u.L)"))
            except BaseException:
                self._conn.close()
                raise
        self.replayed: tuple[int, str] = (int(count), str(path)) if replay else (0, "")
        self._thread = threading.Thread(target=self._follow, args=(feed,), name="anyq.pykx.tick", daemon=True)

    def go(self) -> None:
        """Hand over what came, and what will come."""
        self._thread.start()

    def _follow(self, feed: Any) -> None:
        try:
            for message in feed:
                self._one(message)
        except errors.Error as error:
            if not isinstance(error, errors.ClosedError):
                log.error("the ticker plant is gone: %s", error)

    def _one(self, message: Value) -> None:
        try:
            if isinstance(message, List) and len(message) >= 2:
                if (head := str(message[0].py())) == "upd":
                    self._update(str(message[1].py()), message[2])
                elif head == ".u.end":
                    self._end(wrap(message[1]))
        except Exception:
            log.exception("an update was not taken")

    def close(self) -> None:
        with may_block():
            self._conn.close()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()
