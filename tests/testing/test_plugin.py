"""The fixtures that our users' tests get."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


PROGRAM = """
import anyio
import pytest
import anyq
{imports}

def test_blocking(q):
    assert q("1+1") == 2

{mark}
async def test_q(q):
    assert await q("1+1") == 2
    pending = q.submit("{{x*y}}", 6, 7)
    await q.post("a:1")
    await q.flush()
    assert await pending == 42
    feed = q.messages()
    await q("(neg .z.w)`hello")
    assert await anext(feed) == anyq.symbol("hello")
    await q("double:{{2*x}}")
    assert await q.double(4) == 8
    with pytest.raises(anyq.QError, match="type"):
        await q("1+`a")
    with anyio.move_on_after(0) as scope:
        await q("1+1")
    assert scope.cancelled_caught
    assert await q("a") == 1

{mark}
async def test_many(q, async_q):
    assert await q("b:2") is not None
    assert await async_q("b") == 2

{fixture}
async def loaded(async_q):
    await async_q("t:([]a:til 3)")
    yield async_q
    assert await async_q("count t") == 3

{mark}
async def test_a_fixture_of_ours(loaded):
    assert await loaded("count t") == 3

{fixture}
async def server():
    async with anyq.serve(port=0) as made:
        yield made

{fixture}
async def opened(server):
    async with anyq.open_embedded() as made:
        yield made

{mark}
async def test_servers_and_embedded(server, opened):
    assert server.port
    assert await opened("1+1") == 2
"""

PLUGINS = {
    "asyncio": (
        "import pytest_asyncio",
        "@pytest.mark.asyncio",
        "@pytest_asyncio.fixture",
        "asyncio_default_fixture_loop_scope=function",
    ),
    "anyio": ("", "@pytest.mark.anyio", "@pytest.fixture", "addopts=-p no:asyncio"),
}


@pytest.mark.parametrize("plugin", PLUGINS)
def test_the_fixtures_under_each_plugin(plugin: str, tmp_path: Path) -> None:
    if plugin == "asyncio":
        pytest.importorskip("pytest_asyncio")
    imports, mark, fixture, setting = PLUGINS[plugin]
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{setting}\n")
    program = PROGRAM.format(imports=imports, mark=mark, fixture=fixture)
    (tmp_path / "test_program.py").write_text(program)
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_strategies_without_hypothesis_say_what_to_install() -> None:
    program = "import sys; sys.modules['hypothesis'] = None; import anyq.testing, anyq.testing.strategies"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.splitlines()[-1] == "ImportError: strategies need hypothesis: pip install 'anyq[testing]'"
