"""The examples of serving, run as their readers run them."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import anyq

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server, when it has said on which port it listens."""
    command = [sys.executable, str(EXAMPLES / arguments[0]), *arguments[1:]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"127\.0\.0\.1:(\d+)", line)
            assert found, line + process.stdout.read()
            yield process, int(found[1])
        finally:
            process.kill()


@pytest.mark.parametrize("arguments", [["server.py", "0"], ["server_async.py", "0"], ["server_async.py", "0", "trio"]])
def test_servers_print_queries_and_results(arguments: list[str]) -> None:
    with running(*arguments) as (process, port):
        with pytest.raises(anyq.AuthenticationError):
            anyq.sync.connect("127.0.0.1", port, username="ann", password="wrong").__enter__()
        with anyq.sync.connect("127.0.0.1", port, username="ann", password="password") as q:
            assert q("40+2") == 42
            q.post("a:7")
            assert q("{x+a}", 1) == 8
            assert q("count tab") == 1000
            with pytest.raises(anyq.QError, match="type"):
                q("1+`a")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=10)
        assert process.returncode == 0
    for expected in ('"40+2"', "42", "Server stopped"):
        assert expected in output
    for sign in ("never retrieved", "never awaited", "Exception ignored"):  # the handler's own error is logged
        assert sign not in output


def test_a_server_that_is_polled() -> None:
    with running("raw_server.py", "0") as (process, port):
        with anyq.sync.connect("127.0.0.1", port) as q, anyq.sync.connect("127.0.0.1", port) as other:
            assert q("40+2") == 42
            other.post("a:7")
            assert other("{x+a}", 1) == 8
            with pytest.raises(anyq.QError, match="type"):
                q("1+`a")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=10)
        assert process.returncode == 0
    for expected in ('sync\n"40+2"\n42\n', 'async\n"a:7"\n', "Server stopped"):
        assert expected in output


def test_the_gateway_survives_a_worker() -> None:
    command = [sys.executable, str(EXAMPLES / "gateway.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "ten queries of 0.2 s: [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]" in done.stdout, done.stderr
    assert "an error arrives as 'type" in done.stdout
    assert done.returncode == 0
