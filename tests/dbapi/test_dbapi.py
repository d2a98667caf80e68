"""PEP 249, over a connection and over an embedded q."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import polars as pl
import pytest

import anyq
import anyq.sync
from anyq import dbapi
from anyq.query import col, select

SOURCE = """trade:([]sym:`a`b`a;size:10 0N 30;price:1.5 0n 2;note:(enlist"x";"";"yz");
 time:2024.01.01D10:00:00.000000001 0Np 2024.01.02D00:00;day:2024.01.01 0Nd 2024.01.03;short:1 0N 3h;flag:101b;
 at:09:30 0Nu 10:00;raw:(enlist 0x01;0x;0x0203))"""


@pytest.fixture(params=["connection", "embedded"])
def connection(request: pytest.FixtureRequest) -> Iterator[dbapi.Connection]:
    if request.param == "embedded":
        with anyq.sync.open_embedded() as q:
            q(SOURCE.replace("\n", ""))
            yield dbapi.Connection(q)
        return
    with anyq.sync.serve(port=0) as server, dbapi.connect("localhost", server.port) as made:
        made.cursor().execute(SOURCE.replace("\n", ""))
        yield made


def test_module_globals() -> None:
    assert (dbapi.apilevel, dbapi.threadsafety, dbapi.paramstyle) == ("2.0", 1, "named")
    tree = {
        "Error": anyq.Error, "InterfaceError": dbapi.Error, "DatabaseError": dbapi.Error,
        "DataError": dbapi.DatabaseError, "OperationalError": dbapi.DatabaseError,
        "IntegrityError": dbapi.DatabaseError, "InternalError": dbapi.DatabaseError,
        "ProgrammingError": dbapi.DatabaseError, "NotSupportedError": dbapi.DatabaseError, "Warning": Exception,
    }  # fmt: skip
    for name, base in tree.items():
        assert issubclass(getattr(dbapi, name), base)
        assert getattr(dbapi.Connection, name) is getattr(dbapi, name)
    assert dbapi.Date(2024, 1, 2) == dt.date(2024, 1, 2)
    assert dbapi.DateFromTicks(0) == dt.date.fromtimestamp(0)
    assert dbapi.TimeFromTicks(0) == dt.datetime.fromtimestamp(0).time()
    assert dbapi.TimestampFromTicks(0) == dt.datetime.fromtimestamp(0)
    assert dbapi.Binary(b"a") == b"a"


def test_rows_are_python_objects(connection: dbapi.Connection) -> None:
    cursor = connection.cursor().execute("select from trade")
    first, second, third = cursor.fetchall()
    assert first == (
        "a", 10, 1.5, "x", dt.datetime(2024, 1, 1, 10), dt.date(2024, 1, 1), 1, True, dt.time(9, 30), b"\1",
    )  # fmt: skip
    assert second[:2] == ("b", None)
    assert second[2] != second[2]
    assert second[3:7] == ("", None, None, None)
    assert third[-1] == b"\2\3"
    assert cursor.rowcount == cursor.rownumber == 3
    assert cursor.fetchone() is None
    assert cursor.fetchall() == []


def test_description_has_types(connection: dbapi.Connection) -> None:
    cursor = connection.cursor().execute("select from trade")
    assert cursor.description is not None
    assert [column[0] for column in cursor.description][:2] == ["sym", "size"]
    kinds = [dbapi.STRING, dbapi.NUMBER, dbapi.NUMBER, dbapi.STRING, dbapi.DATETIME, dbapi.DATETIME, dbapi.NUMBER,
             dbapi.NUMBER, dbapi.DATETIME, dbapi.BINARY]  # fmt: skip
    for column, kind in zip(cursor.description, kinds, strict=True):
        assert len(column) == 7
        assert column[1] == kind
        assert column[1] != dbapi.ROWID
    assert cursor.description[6][3] == 2


def test_fetching_in_parts(connection: dbapi.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("([]a:til 5)")
        assert cursor.fetchone() == (0,)
        assert cursor.fetchmany() == [(1,)]
        cursor.arraysize = 2
        assert cursor.fetchmany() == [(2,), (3,)]
        assert cursor.rownumber == 4
        assert list(cursor) == [(4,)]
        assert cursor.execute("til 3").fetchmany(2) == [(0,), (1,)]
        assert cursor.fetch_df().to_dict("list") == {"value": [2]}
        with pytest.raises(dbapi.ProgrammingError, match="not negative"):
            cursor.fetchmany(-1)
    with pytest.raises(dbapi.InterfaceError, match="cursor is closed"):
        cursor.fetchone()
    with pytest.raises(dbapi.InterfaceError, match="cursor is closed"):
        cursor.execute("1")


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("1+1", ["value"], [(2,)]), ("til 2", ["value"], [(0,), (1,)]), ('"ab"', ["value"], [("a",), ("b",)]),
        ("`a`b!1 2", ["key", "value"], [("a", 1), ("b", 2)]), ("([a:1 2]b:3 4)", ["a", "b"], [(1, 3), (2, 4)]),
        ('(1;`a;"s")', ["value"], [(1,), ("a",), ("s",)]), ("([]a:1 2;b:3 4)!([]c:5 6)", ["a", "b", "c"],
        [(1, 3, 5), (2, 4, 6)]), ("0#([]a:1 2)", ["a"], []), ("`a`b!(1;`x)", ["key", "value"], [("a", 1), ("b", "x")]),
    ],
)  # fmt: skip
def test_any_value_is_a_result_set(connection: dbapi.Connection, text: str, names: list[str], rows: list[Any]) -> None:
    cursor = connection.cursor().execute(text)
    assert cursor.description is not None
    assert [column[0] for column in cursor.description] == names
    assert cursor.fetchall() == rows


def test_the_generic_null_is_none(connection: dbapi.Connection) -> None:
    cursor = connection.cursor().execute("a:5;")
    assert cursor.description is None
    assert cursor.rowcount == -1
    assert cursor.rownumber is None
    with pytest.raises(dbapi.ProgrammingError, match="no result set"):
        cursor.fetchall()


PARAMETERS: list[tuple[str, Any, Any]] = [
    ("exec size from trade where sym=x", ["a"], [10, 30]),
    ("exec size from trade where sym=x,size>y", ["a", 20], [30]),
    ("exec size from trade where sym=s / and a comment", {"s": "a"}, [10, 30]),
    ("{exec size from trade where sym=x}", ("a",), [10, 30]),
    (" {[n;s] exec size from trade where sym=s,size>n}", {"s": "a", "n": 20}, [30]),
    ("{[n;s] exec size from trade where sym=s,size>n}", (20, "a"), [30]),
    ("neg", [1], [-1]),
    ("exec size from trade where sym in x", [["a", "b"]], [10, None, 30]),
    ("{x}", ["a;hacked::1"], ["a;hacked::1"]),
    ("x", [b"{hacked::1}"], list("{hacked::1}")),
]


@pytest.mark.parametrize(("text", "parameters", "wanted"), PARAMETERS)
def test_parameters_are_arguments(connection: dbapi.Connection, text: str, parameters: Any, wanted: list[Any]) -> None:
    if text == "neg":
        text = "{neg x}"
    cursor = connection.cursor().execute(text, parameters)
    assert [row[0] for row in cursor] == wanted
    assert cursor.execute("`hacked in key `.").fetchone() == (False,)


def test_parameters_that_do_not_fit(connection: dbapi.Connection) -> None:
    cursor = connection.cursor()
    for text, parameters, match in (
        ("x+y", [1, 2, 3, 4], "by names"), ("x", "abc", "not a str"), ("{[a;b]a}", {"a": 1}, "takes a, b, not a"),
        ("a", {"a b": 1}, "no name"), ("a", {"x]1;hacked::1;{[y": 1}, "no name"), ("a", 5, "not a int"),
    ):  # fmt: skip
        with pytest.raises(dbapi.ProgrammingError, match=match):
            cursor.execute(text, parameters)  # type: ignore[arg-type]
    with pytest.raises(dbapi.ProgrammingError, match="by position"):
        cursor.execute(select("trade"), {"a": 1})
    with pytest.raises(dbapi.DataError, match="object"):
        cursor.execute("x", [object()])


def test_queries_that_are_values(connection: dbapi.Connection) -> None:
    query = select("trade", ["size"], where=col("sym") == "a")
    assert connection.cursor().execute(query).fetchall() == [(10,), (30,)]
    assert connection.cursor().execute(anyq.Lambda("", "{x+1}"), [1]).fetchone() == (2,)


def test_executemany_and_callproc(connection: dbapi.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute("t:([]a:`long$();b:`$())")
    cursor.executemany("{`t insert (x;y)}", [(1, "a"), (2, "b")])
    assert cursor.description is None
    cursor.executemany("`t insert (n;s)", [{"n": 3, "s": "c"}])
    assert cursor.execute("t").fetchall() == [(1, "a"), (2, "b"), (3, "c")]
    cursor.execute("f:{x+y};g:{[]7}")
    given = [1, 2]
    assert cursor.callproc("f", given) is given
    assert cursor.fetchone() == (3,)
    cursor.callproc("g")
    assert cursor.fetchone() == (7,)
    with pytest.raises(dbapi.ProgrammingError, match="no name"):
        cursor.callproc("f[1;2]")
    cursor.setinputsizes([1])
    cursor.setoutputsize(1)


def test_errors_are_those_of_the_pep(connection: dbapi.Connection) -> None:
    cursor = connection.cursor()
    with pytest.raises(dbapi.ProgrammingError, match="type") as caught:
        cursor.execute("1+`a")
    assert isinstance(caught.value.__cause__, anyq.QError)
    connection.commit()
    with pytest.raises(dbapi.NotSupportedError, match="no transactions"):
        connection.rollback()
    with pytest.raises(dbapi.OperationalError):
        dbapi.connect("localhost", 1)
    connection.close()
    connection.close()
    for use in (connection.cursor, connection.commit, connection.__enter__, lambda: cursor.execute("1")):
        with pytest.raises(dbapi.InterfaceError, match="connection is closed"):
            use()


@pytest.mark.anyio
async def test_an_event_loop_is_refused() -> None:
    async with anyq.serve(port=0) as server:
        with pytest.raises(dbapi.InterfaceError, match="event loop"):
            dbapi.connect("localhost", server.port)


def test_pandas_reads_it(connection: dbapi.Connection) -> None:
    with pytest.warns(UserWarning, match="SQLAlchemy"):
        frame = pd.read_sql("select from trade where sym=x", connection, params=["a"])
    assert list(frame["size"]) == [10, 30]
    with pytest.warns(UserWarning, match="SQLAlchemy"):
        keyed = pd.read_sql("select sum size by sym from trade", connection, index_col="sym")
    assert keyed["size"].to_dict() == {"a": 40, "b": 0}
    with pytest.warns(UserWarning, match="SQLAlchemy"):
        parts = list(pd.read_sql("trade", connection, chunksize=2))
    assert [len(part) for part in parts] == [2, 1]


def test_polars_reads_it(connection: dbapi.Connection) -> None:
    frame = pl.read_database("select from trade", connection, execute_options={"parameters": []})
    assert frame["size"].to_list() == [10, None, 30]
    assert frame.schema["short"] == pl.Int16
    assert frame.schema["day"] == pl.Date
    assert frame.schema["time"] == pl.Datetime("us")
    keyed = pl.read_database("select sum size by sym from trade", connection)
    assert keyed.rows() == [("a", 40), ("b", 0)]
    empty = pl.read_database("select from trade where size>1000", connection)
    assert empty.schema["price"] == pl.Float64
    some = pl.read_database("select from trade where sym=s", connection, execute_options={"parameters": {"s": "b"}})
    assert some.height == 1


def test_columns_keep_nanoseconds(connection: dbapi.Connection) -> None:
    cursor = connection.cursor()
    frame = cursor.execute("select from trade").fetch_df()
    assert frame["time"][0].nanosecond == 1
    table = cursor.execute("select from trade").fetch_arrow_table()
    assert table.num_rows == 3
    assert cursor.execute("select by sym from trade").fetch_arrow_table().column_names[0] == "sym"
