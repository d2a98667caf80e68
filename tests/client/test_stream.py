"""Results in parts, from every kind of connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

import anyq
from anyq import col, select

pytestmark = pytest.mark.anyio

SETUP = "t:([]a:til 25;b:25#`x`y`z);e:0#t;k:([a:til 5]b:til 5)"


@pytest.fixture
def port() -> Iterator[int]:
    with anyq.sync.serve(port=0) as server, anyq.sync.connect("127.0.0.1", server.port) as q:
        q(SETUP)
        yield server.port


async def test_parts_of_a_table(port: int) -> None:
    async with anyq.connect("127.0.0.1", port) as q:
        parts = [part async for part in q.stream(select("t"), rows=10)]
        assert [len(part) for part in parts] == [10, 10, 5]
        assert anyq.match(await q("raze", parts), await q("t"))
        query = select("t", {"c": col("a") * 2}, where=[col("b") == "x", col("a") > 12])
        assert [part.py() async for part in q.stream(query, rows=10)] == [{"c": [30, 36]}, {"c": [42, 48]}]
        assert [part async for part in q.stream(select("e"), rows=10)] == []
    async with anyq.Pool("127.0.0.1", port) as pool:
        assert len([part async for part in pool.stream(select("t"), rows=20)]) == 2
    async with anyq.open_embedded() as embedded:
        await embedded(SETUP)
        assert len([part async for part in embedded.stream(select("t"), rows=20)]) == 2


async def test_parts_of_a_partitioned_table(tmp_path: Path) -> None:
    async with anyq.open_embedded() as q:
        await q(SETUP)
        await q("{[d] .Q.dpft[d;;`b;`t] each 2024.01.01 2024.01.02}", anyq.symbol(f":{tmp_path}"))
        await q("system", f"l {tmp_path}".encode())
        parts = [part async for part in q.stream(select("t"), rows=10)]
        assert [len(part) for part in parts] == [10, 10, 5] * 2
        assert anyq.match(await q("raze", parts), await q("select from t"))
        day = select("t", where=[col("date") == anyq.date(8767), col("a") < 3])
        rows = [part async for part in q.stream(day, rows=10)]
        assert anyq.match(await q("raze", rows), await q("select from t where date=2024.01.02,a<3"))


async def test_a_cancelled_reader_goes_on_with_the_same_part(port: int) -> None:
    async with anyq.connect("127.0.0.1", port) as q:
        stream = q.stream(select("t"), rows=10)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anext(stream)
        parts = [await anext(stream)]
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anext(stream)
        parts += [part async for part in stream]
        assert anyq.match(await q("raze", parts), await q("t"))


WRONG: list[tuple[Any, type[Exception], str]] = [
    ("select from t", TypeError, "anyq.select"),
    (select("t", {"n": anyq.query.count("a")}, by=["b"]), ValueError, "by="),
    (select("t", limit=3), ValueError, "limit="),
    (select("t", distinct=True), ValueError, "distinct="),
    (select("t", order=anyq.query.asc("a")), ValueError, "order="),
    (anyq.query.exec("t", "a"), ValueError, "a stream is of a select"),
    (select(select("t")), ValueError, "a stream is of a select"),
]


@pytest.mark.parametrize(("query", "error", "text"), WRONG)
async def test_queries_that_have_no_parts(port: int, query: Any, error: type[Exception], text: str) -> None:
    async with anyq.connect("127.0.0.1", port) as q:
        with pytest.raises(error, match=text):
            q.stream(query)
        with pytest.raises(ValueError, match="at least one row"):
            q.stream(select("t"), rows=0)
        with pytest.raises(anyq.QError, match="nowhere"):
            await anext(q.stream(select("nowhere")))


def test_blocking_connections_and_arrow(port: int) -> None:
    pa = pytest.importorskip("pyarrow")
    with anyq.sync.connect("127.0.0.1", port) as q:
        assert [len(part) for part in q.stream(select("t"), rows=10)] == [10, 10, 5]
        reader = q.stream(select("t"), rows=10).arrow()
        assert isinstance(reader, pa.RecordBatchReader)
        assert reader.read_all().equals(q("t").pa())
        assert pa.RecordBatchReader.from_stream(q.stream(select("t"), rows=7)).read_all().num_rows == 25
        empty = q.stream(select("e"), rows=10).arrow()
        assert empty.schema.names == ["a", "b"]
        assert empty.read_all().num_rows == 0
    with anyq.start_portal() as portal:
        shared = portal.connect("127.0.0.1", port)
        assert len(list(shared.stream(select("t"), rows=10))) == 3
    with anyq.sync.open_embedded() as embedded:
        embedded(SETUP)
        assert len(list(embedded.stream(select("t"), rows=10))) == 3
