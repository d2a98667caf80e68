"""Python's database API 2.0 (PEP 249) over a blocking connection, for tools that read databases.

::

    with anyq.dbapi.connect("localhost", 5050) as connection, connection.cursor() as cursor:
        cursor.execute("select from trade where sym=s, size>n", {"s": "AAPL", "n": 100})
        for row in cursor: ...
        cursor.execute("select from trade").fetch_df()
    pandas.read_sql("select from trade where sym=x", connection, params=["AAPL"])
    polars.read_database("select from trade", connection)

An operation is q text, or a query of `anyq.query`. Its parameters travel as the arguments of a q function, and never
become a part of the text. If the text is a lambda (``{[s;n] ...}``) or the name of a function, that is called with
them; any other text is the body of one: ``x``, ``y`` and ``z`` are up to three parameters of a sequence, a mapping
gives them names. Text is a symbol for q, `Binary` (or ``bytes``) a string.

A result set is a table (the keys of a keyed table are columns as others are); a vector or list is one of the column
``value``, an atom one of one row, a dict has ``key`` and ``value``. The generic null is no result set. Rows hold Python
objects as `anyq.Value.py` gives them, but strings as ``str``; `Cursor.fetch_arrow_table` and `Cursor.fetch_df` go by
columns and keep nanoseconds. q has no transactions: `Connection.commit` does nothing.
"""

from typing import Final

from ._connection import Blocking, Connection, Cursor, connect
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
)
from ._parameters import Parameters
from ._rows import Description, Row
from ._types import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    Date,
    DateFromTicks,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
    TypeObject,
)

apilevel: Final = "2.0"
threadsafety: Final = 1
"""Threads may share the module, but not connections."""
paramstyle: Final = "named"
"""The nearest name that PEP 249 has: parameters are arguments of a q function, by position or by name."""

__all__ = [
    "BINARY", "DATETIME", "NUMBER", "ROWID", "STRING", "Binary", "Blocking", "Connection", "Cursor", "DataError",
    "DatabaseError", "Date", "DateFromTicks", "Description", "Error", "IntegrityError", "InterfaceError",
    "InternalError", "NotSupportedError", "OperationalError", "Parameters", "ProgrammingError", "Row", "Time",
    "TimeFromTicks", "Timestamp", "TimestampFromTicks", "TypeObject", "Warning", "apilevel", "connect", "paramstyle",
    "threadsafety",
]  # fmt: skip
