"""Variables and functions of q, at each entry point."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anyq
import anyq.sync
from anyq.client import check_name

BAD_NAMES = ["", "a b", "1", "select", "a;b", "`a", ":file", "a.", ".", "é", "a\n", None, 3, b"a", "{exit 1}"]


@asynccontextmanager
async def connection() -> AsyncIterator[anyq.Connection]:
    async with anyq.serve(port=0) as server, anyq.connect("localhost", server.port) as q:
        yield q


@asynccontextmanager
async def pool() -> AsyncIterator[anyq.Pool]:
    async with anyq.serve(port=0) as server, anyq.Pool("localhost", server.port) as q:
        yield q


ASYNC: dict[str, Callable[[], AbstractAsyncContextManager[Any]]] = {
    "connection": connection, "pool": pool, "embedded": anyq.open_embedded,
}  # fmt: skip


@contextmanager
def blocking(kind: str) -> Iterator[Any]:
    if kind == "embedded":
        with anyq.sync.open_embedded() as opened:
            yield opened
        return
    with anyq.sync.serve(port=0) as server, anyq.start_portal() as portal:
        made: dict[str, Callable[[], AbstractContextManager[Any]]] = {
            "connection": lambda: anyq.sync.connect("localhost", server.port),
            "pool": lambda: anyq.sync.Pool("localhost", server.port),
            "portal": lambda: portal.connect("localhost", server.port),
            "portal's pool": lambda: portal.pool("localhost", server.port),
        }
        with made[kind]() as opened:
            yield opened


BLOCKING = ("embedded", "connection", "pool", "portal", "portal's pool")
FRAME = pd.DataFrame({"a": [1, 2], "b": [1.5, 2.5]})
TABLE = "([]a:1 2;b:1.5 2.5)"


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ASYNC)
async def test_async_faces(kind: str) -> None:
    async with ASYNC[kind]() as q:
        await q.set("t", FRAME)
        assert await q.get("t") == await q(TABLE)
        await q.set(".n.x", [1, 2], timeout=10)
        assert await q.get(".n.x", timeout=10) == anyq.vector("j", [1, 2])
        add = q.fn("{x+y}")
        assert await add(1, 2) == 3
        assert await q.fn("{[]5}")(timeout=10) == 5
        assert await q.fn(anyq.Lambda("", "{neg x}"))(np.int64(2)) == -2
        assert repr(add) == "<Function {x+y}>"
        for bad in BAD_NAMES:
            with pytest.raises(TypeError, match="no name of a q variable"):
                await q.set(bad, 1)
            with pytest.raises(TypeError, match="no name of a q variable"):
                await q.get(bad)
        with pytest.raises(anyq.QError, match="missing"):
            await q.get("missing")
        with pytest.raises(TypeError, match="object"):
            await q.set("t", object())
        with pytest.raises(TypeError, match=r"await q.get"):
            q["t"]
        with pytest.raises(AttributeError, match=r"`await q.set\('trade', value\)`"):
            q.trade = FRAME
        if kind == "embedded":
            q["u"] = 5
            assert await q.get("u") == 5
        else:
            with pytest.raises(TypeError, match=r"await q.set"):
                q["t"] = 5


@pytest.mark.parametrize("kind", BLOCKING)
def test_blocking_faces(kind: str) -> None:
    with blocking(kind) as q:
        q["t"] = FRAME
        assert q["t"] == q(TABLE)
        q.set(".n.x", [1, 2], timeout=10)
        assert q.get(".n.x", timeout=10) == anyq.vector("j", [1, 2])
        add = q.fn("{x+y}")
        assert add(1, 2) == 3
        assert q.fn("{[]5}")(timeout=10) == 5
        assert q.fn(anyq.Lambda("", "{neg x}"))(np.int64(2)) == -2
        assert repr(add) == "<BlockingFunction {x+y}>"
        for bad in BAD_NAMES:
            with pytest.raises(TypeError, match="no name of a q variable"):
                q[bad] = 1
            with pytest.raises(TypeError, match="no name of a q variable"):
                q[bad]
        with pytest.raises(anyq.QError, match="missing"):
            q["missing"]
        with pytest.raises(TypeError, match="object"):
            q["t"] = object()
        with pytest.raises(AttributeError, match=r"`q\['trade'\] = value`"):
            q.trade = FRAME


@given(st.text(max_size=8))
def test_a_name_is_checked(name: str) -> None:
    """A name that passes is one token of q text, that q takes for a variable."""
    try:
        check_name(name)
    except anyq.ConversionError:
        return
    assert name.replace(".", "").replace("_", "").isalnum()
    assert name.isascii()


def test_what_a_class_declares_can_be_set() -> None:
    pool = anyq.Pool("localhost", 1)
    pool.max_waiting = 5
    assert pool.max_waiting == 5
    with pytest.raises(AttributeError, match="no attribute 'max_wait'"):
        pool.max_wait = 5  # type: ignore[attr-defined]
