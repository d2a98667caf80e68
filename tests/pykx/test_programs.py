"""Programs with ``import pykx``, run by ``python -m anyq.pykx``; those that PyKX's documents name, written anew."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import anyq
from anyq import pykx as kx

pytestmark = pytest.mark.skipif(os.environ.get("ANYQ_BOMBS") == "0", reason="on the newest Python only")
HERE = Path(__file__).parent / "programs"


def started(name: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "anyq.pykx", str(HERE / f"{name}.py"), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def output(name: str, *arguments: object) -> str:
    with started(name, *arguments) as running:
        text, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    return text


@pytest.fixture
def port() -> Iterator[int]:
    with anyq.sync.serve(port=0) as server:
        yield server.port


def test_two_long_queries_at_once(port: int) -> None:
    with anyq.sync.serve(port=0) as other:
        lines = output("async_query", port, other.port).splitlines()
    assert lines[:2] == ["0 1 2 3 4 5 6 7 8 9 10 11 12", "0 1 2 3 4 5 6 7 8 9"]
    assert lines[2].startswith("took ")


@pytest.mark.parametrize("name", ["threads", "asyncio_threading"])
def test_many_upsert_into_one_table(port: int, name: str) -> None:
    assert output(name, port).splitlines()[-1] == "110"


@pytest.mark.parametrize("how", ["polled", "async"])
def test_a_server(how: str) -> None:
    port = free_port()
    with started("server", port, how) as running:
        assert running.stdout is not None
        line = ""
        while line != "Server Initialized\n":
            line = running.stdout.readline()
        with pytest.raises(kx.QError, match="access"):
            kx.SyncQConnection(port=port, username="u", password="wrong")
        with kx.SyncQConnection(port=port, username="u", password="password") as q:
            assert q("2+2").py() == 4
            with pytest.raises(kx.QError, match="type"):
                q("1+`a")
            q("done:1b", wait=False)
        text, _ = running.communicate(timeout=60)
    assert "sync\n2+2\n4\n" in text


@pytest.mark.parametrize("how", ["polled", "async"])
def test_a_subscriber(port: int, how: str) -> None:
    assert output("subscriber", port, how) == "{'x': [5], 'price': [10.0]}\n"


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
