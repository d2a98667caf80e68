"""`anyq.mcp`, by the SDK's own client."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import anyq
from anyq.cli import main

pytest.importorskip("mcp")
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import TextContent

from anyq.mcp import Opens, sandbox, server

pytestmark = pytest.mark.anyio

SCRIPT = """
trade:([]time:09:30:00.000+til 5000;sym:5000#`AAPL`MSFT`IBM;price:5000#1 2 3 4f;size:til 5000)
ref:([sym:`AAPL`MSFT]name:("Apple";"Microsoft"))
"""


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "tables.q"
    path.write_text(SCRIPT)
    return path


@pytest.fixture
async def client(script: Path) -> AsyncIterator[Client]:
    async with Client(server(sandbox(script), rows=100)) as client:
        yield client


async def call(client: Client, name: str, **arguments: Any) -> tuple[bool, str]:
    result = await client.call_tool(name, arguments)
    text = "".join(block.text for block in result.content if isinstance(block, TextContent))
    return bool(result.is_error), text


async def structured(client: Client, name: str, **arguments: Any) -> Any:
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    found = result.structured_content
    assert found is not None
    return found.get("result", found)


async def test_tools_are_read_only(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"tables", "meta", "explain", "query"}
    assert all(tool.annotations and tool.annotations.read_only_hint and tool.description for tool in tools.values())


async def test_tables_and_columns(client: Client) -> None:
    ref, trade = await structured(client, "tables")
    assert trade == {
        "name": "trade", "rows": 5000, "partitioned": False, "keys": [], "columns": ["time", "sym", "price", "size"],
    }  # fmt: skip
    assert ref["keys"] == ["sym"]
    columns = await structured(client, "meta", table="trade")
    assert [(column["name"], column["type"]) for column in columns] == [
        ("time", "t"), ("sym", "s"), ("price", "f"), ("size", "j"),
    ]  # fmt: skip
    failed, text = await call(client, "meta", table="nothing")
    assert failed
    assert "no table nothing" in text


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("1+1", ["2"]),
        ("2", ["2"]),
        ("exec sum size by sym from trade where sym<>`IBM", ["AAPL| 4165833", "MSFT| 4167500"]),
        ("a:3;a*a", ["9"]),
        ("::", ["(no value: the generic null)"]),
        ("ref", ["sym | name", "----| -----------", 'AAPL| "Apple"', 'MSFT| "Microsoft"']),
        ('`$"\u00e9"', ["`\u00e9"]),
    ],
)
async def test_answers(client: Client, query: str, lines: list[str]) -> None:
    failed, text = await call(client, "query", text=query)
    if query.startswith("a:"):  # a global of the server
        assert failed
        assert "noupdate" in text
        return
    assert not failed
    assert [line.rstrip() for line in text.splitlines()] == lines


@pytest.mark.parametrize(
    "query", ["trade", "til 5000", "string til 5000", "exec sym!size from trade", "`time xkey trade"]
)
async def test_long_answers_are_cut_and_say_so(client: Client, query: str) -> None:
    failed, text = await call(client, "query", text=query)
    assert not failed
    assert "first 100 of 5,000" in text
    assert len(text.splitlines()) <= 110


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select from nothing", "nothing"),
        ("t:1", "noupdate"),
        ("`trade insert trade", "noupdate"),
        ("delete from `trade", "noupdate"),
        ("\\ls", "console"),
        ('system"ls"', ""),
        ("read0`:/etc/hostname", ""),
        ("hopen 1", ""),
        ("`:x set 1", ""),
        ("(", ""),
        ("", "empty"),
    ],
)
async def test_what_fails_says_why_and_changes_nothing(client: Client, query: str, said: str) -> None:
    failed, text = await call(client, "query", text=query)
    assert failed
    assert said in text
    assert (await call(client, "query", text="count trade")) == (False, "5000\n")


async def test_explain(client: Client) -> None:
    found = await structured(client, "explain", text="select from trade where sym=`IBM")
    assert found["table"] == "trade"
    assert found["partitions"] is None
    assert found["rows"] == 5000
    assert found["form"].startswith("(?;`trade;")


async def test_a_partitioned_database(tmp_path: Path) -> None:
    async with anyq.open_embedded() as q:
        await q("{t::([]sym:`a`b`a;size:1 2 3);{.Q.dpft[x;y;`sym;`t]}[hsym `$x] each 2024.01.01+til 5}", str(tmp_path))
    async with Client(server(sandbox(database=tmp_path), rows=10)) as client:
        (t,) = await structured(client, "tables")
        assert t["partitioned"]
        assert t["rows"] == 15
        for where, partitions in [
            ("", 5),
            ("where date=2024.01.02", 1),
            ("where date within 2024.01.02 2024.01.04,size>1", 3),
            ("where size>1", 5),
            ("where date in `date$()", 0),
        ]:
            found = await structured(client, "explain", text=f"select from t {where}")
            assert (found["partitions"], found["of_partitions"], found["rows"]) == (partitions, 5, 3 * partitions)
            assert ("all 5 partitions" in found["advice"]) == (partitions == 5)
        assert (await call(client, "query", text="t"))[1].endswith("with sublist or where)\n")


async def test_write(script: Path) -> None:
    async with Client(server(sandbox(script, write=True), write=True)) as client:
        (query,) = [tool for tool in (await client.list_tools()).tools if tool.name == "query"]
        assert query.annotations
        assert not query.annotations.read_only_hint
        assert await call(client, "query", text="x:3;x*x") == (False, "9\n")
        assert (await call(client, "query", text="`:x set 1"))[0]


async def test_a_query_without_end(script: Path) -> None:
    async with Client(server(sandbox(script, seconds=0.2), seconds=0.3)) as client:
        failed, text = await call(client, "query", text="{while[1b;x+:1]} 0")
        assert failed
        assert "stop" in text or "no answer within 0.3 s" in text
        assert await call(client, "query", text="1+1") == (False, "2\n")


async def test_over_a_connection_to_a_server() -> None:
    async with anyq.serve(port=0) as served:
        assert served.q is not None
        await served.q("t:([]a:1 2)")
        opens: Opens = lambda: anyq.connect("127.0.0.1", served.port)  # noqa: E731
        async with Client(server(opens)) as client:
            assert await call(client, "query", text="exec a from t") == (False, "1 2\n")
            assert (await call(client, "query", text="t:1"))[0]


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_the_command(script: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "anyq", "mcp", "--load", str(script), "--rows", "5"]
    )
    async with Client(command) as client:
        assert "the first 5 of 5,000" in (await call(client, "query", text="trade"))[1]


@pytest.mark.parametrize("arguments", [["--rows", "0"], ["--seconds", "0"], ["localhost:5000", "--load", "x.q"]])
def test_options_that_do_not_fit(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", *arguments]) == 2
    assert capsys.readouterr().err.startswith("anyq mcp: ")
