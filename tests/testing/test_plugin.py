"""The fixtures that our users' tests get."""

from __future__ import annotations

import subprocess
import sys

import pytest

import anyq
from anyq import sync
from anyq.testing._plugin import QServer


def test_a_connection_to_a_fresh_q(q: sync.Connection, q_server: QServer) -> None:
    assert q("1+1") == 2
    q("a:1")
    with sync.connect(q_server.host, q_server.port) as other:
        assert other("a") == 1


def test_each_test_has_its_own(q: sync.Connection) -> None:
    with pytest.raises(anyq.QError, match=r"^a$"):
        q("a")


@pytest.mark.anyio
async def test_async_connections(q_server: QServer) -> None:
    async with q_server.connect(no_ctx=True) as q:
        assert await q("til 3") == anyq.vector("j", [0, 1, 2])


def test_strategies_without_hypothesis_say_what_to_install() -> None:
    program = "import sys; sys.modules['hypothesis'] = None; import anyq.testing, anyq.testing.strategies"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.splitlines()[-1] == "ImportError: strategies need hypothesis: pip install 'anyq[testing]'"
