"""``kx.tick``: a ticker plant, real-time and historical processes, and a gateway, with ports of their own.

Each of them is a server on a thread of this program, with a q of its own: they end with the program, and functions
given to them are called as they are, with what they refer to. While such a function runs, ``kx.q`` is the q of the
process that it was given to. A client calls it by its name, with values of this package as arguments.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from anyq import server
from anyq.values import List, Value, symbol

from . import _engine
from ._base import unwrap, wrap
from ._embedded_q import q as here
from ._exceptions import PyKXException
from ._ipc import SyncQConnection
from ._streaming import STREAMING, Follower, text_of

__all__ = ["BASIC", "GATEWAY", "HDB", "RTP", "STREAMING", "TICK"]

_ROWS: Final = (
    "{[t;x] if[98h=type x;:x]; c:cols t; if[all 0>type each x;x:enlist each x];"
    " if[(`time~first c)&count[x]<count c;x:enlist[(max count each x)#.z.n],x]; flip c!x}"
)
"""The rows of an update: a table, columns, or the items of one row, with the time of arrival if they have none."""

_END: Final = (
    "{[p;d] t:tables[] where {`sym in cols x} each tables[]; "
    'if[not p~"";.Q.dpft[hsym`$p;d;`sym;] each t where 0<count each value each t]; {x set 0#value x} each tables[];}'
)


class TICK(STREAMING):
    """A ticker plant: it logs updates and publishes them.

    ``(".u.upd";table;rows)`` brings rows, ``.u.sub`` subscribes. ``log_directory`` is where the log of each day is,
    ``log2024.01.31``, which is gone on after a restart unless ``hard_reset``. A ``chained`` one publishes what that of
    ``start({"tickerplant": "host:port"})`` does.
    """

    def __init__(
        self,
        port: int = 5010,
        *,
        process_logs: str | bool = True,
        tables: Mapping[str, Any] | None = None,
        log_directory: str | None = None,
        hard_reset: bool = False,
        chained: bool = False,
        init_args: Iterable[str] | None = None,
    ) -> None:
        self._schemas: dict[str, Any] = dict(tables or {})
        self._directory, self._reset, self._chained = log_directory, hard_reset, chained
        self._follower: Follower | None = None
        self._client: server.Client | None = None
        super().__init__(port, process_logs=process_logs, init_args=init_args)

    def _handler(self, function: Callable[..., Any]) -> Any:
        return function  # the publisher belongs to the server's loop

    def _answer(self, message: Value, client: server.Client) -> Value:
        self._client = client
        return super()._answer(message, client)

    def _on_close(self, client: server.Client) -> None:
        self._publisher.on_close(client)

    def _prepare(self) -> None:
        self._publisher = server.Publisher({})
        self._day: dt.date = dt.date.today()
        self("{.u.i:0;.u.L:`;.u.l:0N;.u.rows:x;}", text_of(_ROWS))
        self(".u.rows:value .u.rows")
        for name, function in ((".u.sub", self._sub), (".u.upd", self._upd), (".u.end", self._end)):
            self._set(name, function)
        self.set_tables(self._schemas)

    def start(self, config: Mapping[str, Any] | None = None) -> None:
        """Open the log, or follow the plant that this one is chained to."""
        super().start(config)
        if self._chained:
            where = (self._config or {}).get("tickerplant")
            if not where:
                raise PyKXException("a chained plant is started with {'tickerplant': 'host:port'}")
            me = SyncQConnection(port=self._port, wait=False, no_ctx=True)
            self._follower = Follower(
                where, False, lambda name, rows: me(".u.upd", name, wrap(rows)), lambda day: me(".u.end", day)
            )
            self.set_tables({str(pair[0]): pair[1] for pair in self._follower.schemas})
            self._follower.go()
        elif self._directory is not None:
            self._open_log(self._reset)

    def _open_log(self, reset: bool) -> None:
        file = Path(self._directory or ".").resolve() / f"log{self._day:%Y.%m.%d}"
        file.parent.mkdir(parents=True, exist_ok=True)
        if reset:
            file.unlink(missing_ok=True)
        self(
            "{.u.L:hsym`$x; if[not null .u.l;hclose .u.l]; if[()~key .u.L;.[.u.L;();:;()]];"
            " .u.i:-11!(-2;.u.L); .u.l:hopen .u.L;}",
            text_of(str(file)),
        )

    def stop(self) -> None:
        """Close its port, its log and its q. Idempotent."""
        if self._follower is not None:
            self._follower.close()
            self._follower = None
        super().stop()

    def set_tables(self, tables: Mapping[str, Any]) -> None:
        """Set the tables that it takes and publishes, by their names, before anybody subscribes."""
        super().set_tables(tables)
        self._schemas = dict(self._tables)
        self._publisher = server.Publisher({name: unwrap(table) for name, table in self._tables.items()})

    def _sub(self, table: Any, symbols: Any) -> Any:
        assert self._client is not None
        message = List.of((symbol(".u.sub"), unwrap(table), unwrap(symbols)))
        return wrap(self._publisher.on_sync(message, self._client))

    def _upd(self, table: Any, data: Any) -> None:
        name = str(table)
        if name not in self._publisher.tables:
            raise PyKXException(f"no table {name}: this plant has {', '.join(self._publisher.tables) or 'none'}")
        if not self._chained and self._day != dt.date.today():
            self._end(wrap(unwrap(self._day)))
        rows = here(".u.rows", symbol(name), data)
        here("{if[not null .u.l;.u.l enlist(`.u.upd;x;y)]; .u.i+:1;}", symbol(name), rows)
        self._publisher.publish(name, unwrap(rows))

    def _end(self, day: Any) -> None:
        """Tell all subscribers that the day has ended; on another day begin its log."""
        clients = {subscription.client for subscription in self._publisher.subscriptions()}
        for client in clients:
            client.post(symbol(".u.end"), unwrap(day))
        if self._day != dt.date.today():
            self._day = dt.date.today()
            if self._directory is not None and not self._chained:
                self._open_log(False)


class RTP(STREAMING):
    """Holds the tables of the day: what the log of the plant has, and each update.

    ``subscriptions`` are the tables wanted, all by default. ``pre_processor(table, rows)`` gives the rows to be taken,
    or ``None``; ``post_processor(table, rows)`` is called after. At the end of a day the tables are written to the
    partitioned ``database`` of the configuration, and ``hdb`` there is told to load it.
    """

    def __init__(
        self,
        port: int = 5011,
        *,
        process_logs: str | bool = True,
        libraries: Mapping[str, str] | None = None,
        subscriptions: str | Iterable[str] | None = None,
        apis: Mapping[str, Callable[..., Any]] | None = None,
        vanilla: bool = True,
        pre_processor: Callable[..., Any] | None = None,
        post_processor: Callable[..., Any] | None = None,
        init_args: Iterable[str] | None = None,
        tables: Mapping[str, Any] | None = None,
    ) -> None:
        self._follower: Follower | None = None
        self._own_tables: dict[str, Any] = dict(tables or {})
        super().__init__(port, process_logs=process_logs, libraries=libraries, apis=apis, init_args=init_args)
        self.subscriptions(subscriptions)
        self._before = pre_processor and self._equipped(pre_processor)
        self._after = post_processor and self._equipped(post_processor)

    def _prepare(self) -> None:
        self.set_tables(self._own_tables)

    def start(self, config: Mapping[str, Any] | None = None) -> None:
        """Subscribe at ``config["tickerplant"]`` (``"host:port"``), with the log of the day first."""
        super().start(config)
        where = (self._config or {}).get("tickerplant")
        if not where:
            raise PyKXException("an RTP is started with {'tickerplant': 'host:port'}")
        follower = self._follower = Follower(where, True, self._take, self._end)
        for pair in follower.schemas:
            self._set(str(pair[0]), pair[1])
        count, path = follower.replayed
        if path:
            self._set(".u.upd", lambda name, rows: self._take(str(name), unwrap(rows)))
            self("{-11!(x;y);}", count, symbol(path))
        follower.go()

    def _take(self, name: str, rows: Value) -> None:
        if self._wanted is not None and name not in self._wanted:
            return
        with _engine.using(self._q):
            taken = wrap(rows)
            if self._before is not None and (taken := self._before(name, taken)) is None:
                return
            here("{x insert y;}", symbol(name), taken)
            if self._after is not None:
                self._after(name, taken)

    def _end(self, day: Any) -> None:
        config = self._config or {}
        database = str(Path(config["database"]).resolve()) if config.get("database") else ""
        self(_END, text_of(database), day)
        if database and config.get("hdb"):
            host, _, port = config["hdb"].rpartition(":")
            with SyncQConnection(host or "localhost", int(port), no_ctx=True) as hdb:
                hdb('{system"l ",x;}', text_of(database))

    def stop(self) -> None:
        """Leave the plant, close the port and the q. Idempotent."""
        if self._follower is not None:
            self._follower.close()
            self._follower = None
        super().stop()

    def subscriptions(self, sub_list: str | Iterable[str] | None) -> None:
        """The tables whose updates are taken, ``None`` for all."""
        self._wanted = {sub_list} if isinstance(sub_list, str) else None if sub_list is None else set(sub_list)

    def pre_processor(self, function: Callable[..., Any]) -> None:
        """``function(table, rows)`` gives the rows to be taken, or ``None``."""
        self._before = self._equipped(function)

    def post_processor(self, function: Callable[..., Any]) -> None:
        """``function(table, rows)`` is called when rows were taken."""
        self._after = self._equipped(function)


class HDB(STREAMING):
    """Serves a partitioned database."""

    def __init__(
        self,
        port: int = 5012,
        *,
        process_logs: str | bool = True,
        libraries: Mapping[str, str] | None = None,
        apis: Mapping[str, Callable[..., Any]] | None = None,
        init_args: Iterable[str] | None = None,
        tables: Mapping[str, Any] | None = None,
    ) -> None:
        self._own_tables: dict[str, Any] = dict(tables or {})
        super().__init__(port, process_logs=process_logs, libraries=libraries, apis=apis, init_args=init_args)

    def _prepare(self) -> None:
        self.set_tables(self._own_tables)

    def start(self, database: Any = None, config: Mapping[str, Any] | None = None) -> None:  # type: ignore[override]
        """Load the database in a directory, if there is one already."""
        if isinstance(database, Mapping):
            database, config = None, database
        where = database or (config or {}).get("database")
        super().start({**(config or {}), "database": where})
        if where and Path(where).is_dir():
            self('{system"l ",x;}', text_of(str(Path(where).resolve())))


class GATEWAY(STREAMING):
    """Answers clients by asking other processes: functions given to it use ``gateway.call_port(name, *args)``.

    ``connections`` are the other processes, as name to ``"host:port"`` or ``"host:port:user:password"``.
    ``connection_validator(username, password)`` says who may log in.
    """

    def __init__(
        self,
        port: int = 5010,
        *,
        process_logs: str | bool = False,
        libraries: Mapping[str, str] | None = None,
        apis: Mapping[str, Callable[..., Any]] | None = None,
        connections: Mapping[str, str] | None = None,
        connection_validator: Callable[..., Any] | None = None,
        init_args: Iterable[str] | None = None,
    ) -> None:
        self._connections: dict[str, str] = dict(connections or {})
        super().__init__(port, process_logs=process_logs, libraries=libraries, apis=apis, init_args=init_args)
        if connection_validator is not None:
            self.connection_validation(connection_validator)

    def add_connection(self, connections: Mapping[str, str] | None = None) -> None:
        """Name more processes."""
        self._connections.update(connections or {})

    add_connections = add_connection

    def call_port(self, name: str, *arguments: Any) -> Any:
        """Call the function that was registered, at the named process, by the name in use here or given first."""
        if name not in self._connections:
            raise PyKXException(f"no connection {name}: there is {', '.join(self._connections) or 'none'}")
        host, port, *login = self._connections[name].split(":", 3)
        username, password = (*login, "", "")[:2]
        with SyncQConnection(host, int(port), username=username, password=password, no_ctx=True) as q:
            return q(*arguments)

    def _equipped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        getattr(function, "__globals__", {}).setdefault("gateway", self)
        return super()._equipped(function)

    def connection_validation(self, function: Callable[..., Any]) -> None:
        """``function(username, password)`` says who may log in."""
        self._validate = self._equipped(function)


class BASIC:
    """A plant, the tables of the day, and with ``database`` the days before: `TICK`, `RTP` and `HDB`.

    ``ports`` are theirs, under ``"tickerplant"``, ``"rdb"`` and ``"hdb"``.
    """

    def __init__(
        self,
        tables: Mapping[str, Any],
        *,
        log_directory: str = ".",
        hard_reset: bool = False,
        database: str | None = None,
        ports: Mapping[str, int] | None = None,
    ) -> None:
        self._ports: dict[str, int] = {"tickerplant": 5010, "rdb": 5011, "hdb": 5012, **(ports or {})}
        self._tables, self._logs, self._reset = dict(tables), log_directory, hard_reset
        self._database = database
        self.tick: TICK | None = None
        self.rdb: RTP | None = None
        self.hdb: HDB | None = None

    def start(self) -> None:
        """Start them in the order in which they need each other."""
        ports = self._ports
        self.stop()
        try:
            self.tick = TICK(
                ports["tickerplant"], tables=self._tables, log_directory=self._logs, hard_reset=self._reset
            )
            self.tick.start()
            config = {"tickerplant": f"localhost:{self.tick._port}", "database": self._database}
            if self._database:
                self.hdb = HDB(ports["hdb"])
                self.hdb.start(self._database)
                config["hdb"] = f"localhost:{self.hdb._port}"
            self.rdb = RTP(ports["rdb"])
            self.rdb.start(config)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all of them. Idempotent."""
        for process in (self.rdb, self.hdb, self.tick):
            if process is not None:
                process.stop()
        self.rdb = self.hdb = self.tick = None

    def restart(self) -> None:
        """Stop, and start with what it was given."""
        self.start()
