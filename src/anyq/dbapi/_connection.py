"""Connections and cursors of PEP 249."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Protocol, Self, Unpack

from anyq.client import Address, ConnectOptions, Query
from anyq.console import is_path
from anyq.sync import connect as open_connection
from anyq.values import NULL, Table, Value

from ._errors import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Warning,
    translated,
)
from ._parameters import Parameters, called
from ._rows import Description, Row, code, result_set, rows

if TYPE_CHECKING:
    import pandas
    import pyarrow

__all__ = ["Blocking", "Connection", "Cursor", "connect"]


class Blocking(Protocol):
    """What answers q without an event loop: a connection, a pool or an embedded q of `anyq.sync`."""

    def __call__(self, query: Query, *arguments: object) -> Value:
        """Ask, and wait for the answer."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def connect(
    host: str | Address | None = None,
    port: int | None = None,
    *,
    username: str = "",
    password: str | None = None,
    tls: bool | ssl.SSLContext = False,
    **options: Unpack[ConnectOptions],
) -> Connection:
    """A connection to a q process; arguments and options are those of `anyq.sync.connect`.

    Raises `OperationalError` if there is none to be had, `InterfaceError` in an event loop.
    """
    with translated():
        return Connection(open_connection(host, port, username=username, password=password, tls=tls, **options))


class Connection:
    """A connection as PEP 249 has it, made by `connect`, or around a q that is open: ``Connection(q)``.

    Closing it, also by leaving its ``with`` block, closes that.
    """

    Warning = Warning
    Error = Error
    InterfaceError = InterfaceError
    DatabaseError = DatabaseError
    DataError = DataError
    OperationalError = OperationalError
    IntegrityError = IntegrityError
    InternalError = InternalError
    ProgrammingError = ProgrammingError
    NotSupportedError = NotSupportedError
    autocommit: bool = True

    def __init__(self, q: Blocking) -> None:
        self._q: Blocking | None = q

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__} {self._q or 'closed'}>"

    def __enter__(self) -> Self:
        self.q  # noqa: B018
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def q(self) -> Blocking:
        """What asks. Raises `InterfaceError` once the connection is closed."""
        if self._q is None:
            raise InterfaceError("this connection is closed")
        return self._q

    def close(self) -> None:
        """Close it. Idempotent; afterwards everything else raises `InterfaceError`."""
        q, self._q = self._q, None
        if q is not None:
            with translated():
                q.close()

    def commit(self) -> None:
        """Do nothing: q keeps what a call did at once."""
        self.q  # noqa: B018

    def rollback(self) -> NoReturn:
        """Raise `NotSupportedError`."""
        raise NotSupportedError("q has no transactions: what a call did cannot be taken back")

    def cursor(self) -> Cursor:
        """A cursor; any number of them share the connection."""
        self.q  # noqa: B018
        return Cursor(self)


class Cursor:
    """Asks, and gives the rows of the answer, which is fetched whole when it is executed."""

    arraysize: int
    """How many rows `fetchmany` gives by default, 1."""

    def __init__(self, connection: Connection) -> None:
        self.connection: Connection = connection
        self.arraysize = 1
        self._closed = False
        self._forget()

    def _forget(self) -> None:
        self._table: Table | None = None
        self._at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the result set. Idempotent; afterwards everything else raises `InterfaceError`."""
        self._forget()
        self._closed = True

    # Asking

    def execute(self, operation: Query, parameters: Parameters = ()) -> Self:
        """Run an operation with parameters, see `anyq.dbapi`, and give this cursor.

        Raises `ProgrammingError` for q's errors and for parameters that do not fit, `OperationalError`, `DataError`.
        """
        q = self._asking()
        query, arguments = called(operation, parameters)
        with translated():
            answer = q(query, *arguments)
        self._table = None if answer == NULL else result_set(answer)
        return self

    def executemany(self, operation: Query, seq_of_parameters: Iterable[Parameters]) -> Self:
        """Run an operation once with each of several parameters, without a result set; ends at the first error."""
        for parameters in seq_of_parameters:
            self.execute(operation, parameters)
        self._asking()
        return self

    def callproc(self, procname: str, parameters: Sequence[object] = ()) -> Sequence[object]:
        """Call a function by its name; its result is the result set. Gives the parameters as they were."""
        if not is_path(procname):
            raise ProgrammingError(f"{procname!r} is no name of a q function")
        self.execute(procname, parameters or (NULL,))
        return parameters

    def _asking(self) -> Blocking:
        self._forget()
        return self._open()

    def _open(self) -> Blocking:
        if self._closed:
            raise InterfaceError("this cursor is closed")
        return self.connection.q

    # The result

    @property
    def description(self) -> list[Description] | None:
        """Name, type code, width and so on of each column; ``None`` without a result set.

        The type code is the Python class of the items where they have one, else an `anyq.QType`.
        """
        if self._table is None:
            return None
        return [(name, *code(column)) for name, column in zip(self._table.column_names, self._table.data, strict=True)]

    @property
    def rowcount(self) -> int:
        """How many rows the result set has; -1 without one."""
        return -1 if self._table is None else len(self._table)

    @property
    def rownumber(self) -> int | None:
        """The number of the next row, from 0; ``None`` without a result set."""
        return None if self._table is None else self._at

    def _take(self, count: int | None) -> Table:
        self._open()
        if self._table is None:
            raise ProgrammingError("there is no result set: execute something whose result is not the generic null")
        if count is not None and count < 0:
            raise ProgrammingError(f"a number of rows is not negative: {count}")
        start, size = self._at, len(self._table)
        self._at = size if count is None else min(start + count, size)
        return self._table if start == 0 and self._at == size else self._table[start : self._at]

    def _fetched(self, count: int | None) -> list[Row]:
        with translated():
            return rows(self._take(count))

    def fetchone(self) -> Row | None:
        """The next row; ``None`` after the last."""
        found = self._fetched(1)
        return found[0] if found else None

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next rows, as many as ``size`` (`arraysize`) at most."""
        return self._fetched(self.arraysize if size is None else size)

    def fetchall(self) -> list[Row]:
        """All rows that are left."""
        return self._fetched(None)

    def fetch_arrow_table(self) -> pyarrow.Table:
        """The rows that are left, as a pyarrow table. Raises ``ImportError`` without pyarrow."""
        with translated():
            return self._take(None).pa()

    def fetch_df(self) -> pandas.DataFrame:
        """The rows that are left, as a pandas frame. Raises ``ImportError`` without pandas."""
        with translated():
            return self._take(None).pd()

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def setinputsizes(self, sizes: Sequence[object]) -> None:
        """Do nothing: arguments have their sizes."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing: results come whole."""
