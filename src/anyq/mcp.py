"""A Model Context Protocol server over a q connection: what ``anyq mcp`` runs. It needs the extra ``mcp``.

A language model asks through four tools: ``tables``, ``meta``, ``explain`` and ``query``. By default it can change
nothing: a query runs inside `reval`, which q has since 3.3, and which refuses assignments to globals, files, system
commands and handles. An answer is cut to a number of rows by the server before it is sent, and a query that takes
longer than the time limit is given up.

>>> from anyq.mcp import sandbox, server
>>> server(sandbox()).run()  # doctest: +SKIP
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import anyq
from anyq import console
from anyq.errors import CallTimeout, Error, QError
from anyq.query import FunctionalQuery
from anyq.values import Atom, Dict, KeyedTable, List, Table, Value, Vector

try:
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from pydantic import Field
    from typing_extensions import TypedDict  # pydantic refuses that of typing before Python 3.12
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(f'{__name__} needs {_error.name}: pip install "anyq[mcp]"', name=_error.name) from None

if TYPE_CHECKING:
    from mcp_types import ToolAnnotations

__all__ = ["Asked", "Column", "Explanation", "TableInfo", "sandbox", "server"]

INSTRUCTIONS: Final = """\
Tools over one q/kdb+ process. Begin with `tables`, then `meta` of the tables that matter. Write q (or q-sql), not \
SQL: select vwap:size wavg price by sym from trade where date=2024.01.02, sym in `AAPL`MSFT. Of a partitioned table \
always restrict the partition column first; `explain` says how many partitions a query would touch. Aggregate on the \
server: answers are cut to a number of rows.\
"""
_WIDTH: Final = 2000
"""Bytes of the longest line of an answer; q's own limit."""

_TABLES: Final = """{[]
  p:@[value;`.Q.pt;0#`];
  rows:{[p;t] $[t in p;sum .Q.cn value t;count value t]}[p];
  {[p;rows;t] `name`rows`partitioned`keys`columns!(t;rows t;t in p;keys t;cols t)}[p;rows] each tables`.}"""
_META: Final = '{[t] if[not t in tables`.;\'`$"there is no table ",string t]; 0!meta t}'
_QUERY: Final = """{[n;q]
  r:@@;
  if[1b~.Q.qp r; :(::;sum c;.Q.ind[r;til n&sum c:.Q.cn r])];
  l:$[98h=t:type r;1b;99h=t;(98h=type value r)|n<count r;t within 0 77h];
  $[l;(::;count r;n sublist r);(::;0N;r)]}"""
_EXPLAIN: Final = """{[q]
  p:parse q;
  r:`form`table`partitions`of`rows!(.Q.s1 p;`;0N;0N;0N);
  if[not 0h=type p;:r];
  if[not any p[0]~/:(?;!);:r];
  if[not -11h=type t:p 1;:r];
  r[`table]:t;
  if[not t in tables`.;:r];
  if[not t in @[value;`.Q.pt;0#`];r[`rows]:count value t;:r];
  n:.Q.cn value t;
  r[`of]:count n;
  leaves:{$[0h=type x;raze .z.s each x;enlist x]};
  c:first p 2;
  i:$[0=count c;til count n;
    not any .Q.pf~/:leaves c 0;til count n;
    reval ({[f;v;c] ?[flip (enlist f)!enlist v;enlist c;();`i]};enlist .Q.pf;.Q.pv;enlist c 0)];
  r[`partitions]:count i;
  r[`rows]:sum n i;
  r}"""


class TableInfo(TypedDict):
    """A table of the server."""

    name: str
    rows: int
    partitioned: bool
    keys: list[str]
    columns: list[str]


class Column(TypedDict):
    """A column of a table: its type by q's letter (upper case: a list of such), foreign key and attribute."""

    name: str
    type: str
    foreign_key: str
    attribute: str


class Explanation(TypedDict):
    """What a query would do. A number is None where it is not known."""

    form: str
    table: str | None
    partitions: int | None
    of_partitions: int | None
    rows: int | None
    advice: str


class Asked(Protocol):
    """What answers: a `anyq.Connection`, a `anyq.Pool`, an embedded q."""

    async def __call__(
        self, query: str | bytes | Value | FunctionalQuery, /, *arguments: object, timeout: float | None = None
    ) -> Value:
        """As `anyq.Connection`."""
        ...


Opens = Callable[[], AbstractAsyncContextManager[Asked]]


def sandbox(
    *scripts: str | Path, database: str | Path | None = None, write: bool = False, seconds: float = 30.0
) -> Opens:
    """An embedded q that a model may ask: scripts and a database are loaded, then it is served to it as to a stranger.

    A query can reach no file, command, environment variable or network, whatever it is; with ``write`` it sets
    variables. After ``seconds`` a query is interrupted. The q lives as long as the model's session.

    Raises `QError` when a script or the database fails to load, on entering.
    """

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Asked]:
        async with anyq.open_embedded() as q:
            for path in [*scripts, *([] if database is None else [database])]:
                await q("system", f"l {Path(path).absolute()}".encode())
            with tempfile.TemporaryDirectory(prefix="anyq-mcp-") as folder:
                address = Path(folder) / "q"
                async with (
                    anyq.serve(q=q, unix=str(address), read_only=not write, timeout=seconds),
                    anyq.connect(f"unix:{address}") as asked,
                ):
                    yield asked

    return opened


def server(
    opens: Opens, *, name: str = "q", write: bool = False, rows: int = 1000, seconds: float = 30.0
) -> MCPServer[Asked]:
    """The Model Context Protocol server; ``run()`` serves standard input and output, or HTTP, see the SDK.

    ``opens`` gives the connection, as ``lambda: anyq.connect("hdb:5012")`` or `sandbox` does; it is opened when a
    session begins and closed when it ends. With ``write`` a query may do all that the connection's user may do. An
    answer has at most ``rows`` rows; a query is given up after ``seconds`` (a remote q goes on with it: start it with
    ``-T``).
    """
    if rows < 1:
        raise ValueError(f"rows must be 1 or more, and is {rows}")
    if not seconds > 0:
        raise ValueError(f"seconds must be above 0, and is {seconds}")
    session = _Session(rows, seconds, _QUERY.replace("@@", "value q" if write else "reval (value;q)"))

    @asynccontextmanager
    async def lifespan(_: MCPServer[Asked]) -> AsyncGenerator[Asked]:
        async with opens() as session.q:
            yield session.q

    made = MCPServer(name, instructions=INSTRUCTIONS, version=anyq.__version__, lifespan=lifespan)
    made.tool(annotations=_annotations(write=False))(session.tables)
    made.tool(annotations=_annotations(write=False))(session.meta)
    made.tool(annotations=_annotations(write=False))(session.explain)
    made.tool(annotations=_annotations(write=write), structured_output=False)(session.query)
    return made


def _annotations(*, write: bool) -> ToolAnnotations:
    from mcp_types import ToolAnnotations

    return ToolAnnotations(read_only_hint=not write, destructive_hint=write, open_world_hint=False)


class _Session:
    """The tools, over the connection that the session has open."""

    q: Asked

    def __init__(self, rows: int, seconds: float, lambda_: str) -> None:
        self.rows = rows
        self.seconds = seconds
        self.lambda_ = lambda_

    async def tables(self) -> list[TableInfo]:
        """List the tables: rows, columns, key columns, and whether a table is partitioned on disk."""
        answer = await self._ask(_TABLES, anyq.NULL)
        if not isinstance(answer, Table):  # an empty list: there are none
            return []
        columns = (answer[name].py() for name in ("name", "rows", "partitioned", "keys", "columns"))
        return [
            TableInfo(name=name, rows=count, partitioned=partitioned, keys=list(keys), columns=list(names))
            for name, count, partitioned, keys, names in zip(*columns, strict=True)
        ]

    async def meta(self, table: Annotated[str, Field(description="the name of a table")]) -> list[Column]:
        """The columns of a table: name, type, foreign key, attribute."""
        answer = await self._ask(_META, table)
        assert isinstance(answer, Table)
        names, types, keys, attributes = (answer[column].py() for column in ("c", "t", "f", "a"))
        letters = types.decode() if isinstance(types, bytes) else [str(letter) for letter in types]
        return [
            Column(name=name, type=letter.strip(), foreign_key=key, attribute=attribute)
            for name, letter, key, attribute in zip(names, letters, keys, attributes, strict=True)
        ]

    async def explain(self, text: Annotated[str, Field(description="a q query, for example a select")]) -> Explanation:
        """What a query would do, without running it: its functional form, and the partitions and rows it reads."""
        found = (await self._ask(_EXPLAIN, _checked(text))).py()
        partitions, of = found["partitions"], found["of"]
        if of is not None and partitions == of:
            advice = f"reads all {of} partitions: put a condition on the partition column first"
        elif partitions is not None:
            advice = f"reads {partitions} of {of} partitions"
        else:
            advice = ""
        return Explanation(
            form=found["form"].decode("utf-8", "replace"),
            table=found["table"] or None,
            partitions=partitions,
            of_partitions=of,
            rows=found["rows"],
            advice=advice,
        )

    async def query(self, text: Annotated[str, Field(description="q or q-sql, one statement or several")]) -> str:
        """Run a q query and show the answer as the q console does; long answers are cut, and say so."""
        answer = await self._ask(self.lambda_, self.rows, _checked(text))
        assert isinstance(answer, List)
        count, value = answer[1].py(), answer[2]
        if value is anyq.NULL:
            return "(no value: the generic null)\n"
        shown = console.page(value, console.Style(rows=_lines(value, self.rows), columns=_WIDTH))
        if isinstance(count, int) and count > self.rows:
            shown += f"(the first {self.rows:,} of {count:,}; aggregate, or ask for a part with sublist or where)\n"
        return shown

    async def _ask(self, function: str, *arguments: object) -> Value:
        """Raises `ToolError`, whose text the model reads."""
        try:
            return await self.q(function, *arguments, timeout=self.seconds)
        except CallTimeout:
            raise ToolError(
                f"no answer within {self.seconds:g} s; ask for less: fewer partitions, an aggregate"
            ) from None
        except QError as error:
            raise ToolError(f"q error: '{error}") from None
        except Error as error:
            raise ToolError(f"{type(error).__name__}: {error}") from None


def _checked(text: str) -> bytes:
    """The text as a char vector. `ToolError` for what only a console may do."""
    text = text.strip()
    if text.startswith("\\"):
        raise ToolError("system commands are for the console; write q, such as: select count i by sym from trade")
    if not text:
        raise ToolError("the query is empty")
    return text.encode()


def _lines(value: Value, rows: int) -> int:
    """Lines of a console that show the value whole: a nested value may need more than its rows."""
    longest = max(rows, len(value) if isinstance(value, Vector | List | Dict | Table | KeyedTable) else 0)
    return longest + 10 if not isinstance(value, Atom) else 10
