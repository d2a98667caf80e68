"""Remote functions against an embedded q that may run Python, and against one that may not."""

from __future__ import annotations

import numpy as np
import pytest

import anyq
from anyq.remote import AsyncSession, function, session

pytestmark = pytest.mark.anyio


async def test_remote_functions() -> None:
    async with anyq.serve(port=0, allow_python=True) as server, anyq.connect("127.0.0.1", server.port) as q:
        there = session(q)
        assert isinstance(there, AsyncSession)
        await there.libraries({"np": "numpy"})

        @function(there)
        def zero() -> int:
            return 10

        @function(there)
        def single(x: int) -> int:
            return x + 10

        @function(there)
        def multi(x: int, y: int, *, scale: int = 1) -> int:
            return scale * (x + y)

        @function(there)
        def total(numbers: np.ndarray) -> float:
            return float(np.sum(numbers))

        @function(there)
        def broken() -> None:
            raise KeyError("lost")

        assert await zero() == 10
        assert await single(10) == 20
        assert await multi(10, 20) == 30
        assert await multi(10, 20, scale=2) == 60
        assert await total(np.array([1.5, 2.5])) == 4.0
        with pytest.raises(anyq.QError, match=r"^KeyError: 'lost'$"):
            await broken()
        assert await q(".pykx.get[`zero;<][]") == 10
        with pytest.raises(anyq.QError, match="name 'nothing' is not defined"):
            await q(".pykx.get[`nothing;<]")
        with pytest.raises(anyq.QError, match="SyntaxError"):
            await q(".pykx.pyexec", anyq.chars("def"))


async def test_a_server_without_python_says_so() -> None:
    async with anyq.serve(port=0) as server, anyq.connect("127.0.0.1", server.port) as q:

        @function(session(q))
        def zero() -> int:
            return 10

        with pytest.raises(anyq.QError, match="runs no Python"):
            await zero()
