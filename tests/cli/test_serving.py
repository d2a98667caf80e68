"""`anyq q -p`: what its options mean to clients, and what signals do."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

import anyq

COMMAND = [sys.executable, "-m", "anyq", "q", "-q"]


@contextmanager
def serving(*options: str, **variables: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A console with a port, and the port."""
    with subprocess.Popen(
        [*COMMAND, "-p", "0W", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **variables},
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(b"\\p\n")
            process.stdin.flush()
            yield process, int(process.stdout.readline().strip().removesuffix(b"i"))
        finally:
            process.kill()


def test_an_interrupt_stops_the_query_of_a_client() -> None:
    with serving() as (process, port), anyq.sync.connect("127.0.0.1", port) as q:
        q("a:0")
        slow = q.submit('a:1; -1"begun"; system"sleep 30"')
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        with anyq.sync.connect("127.0.0.1", port) as other:  # logged in while the query runs
            process.send_signal(signal.SIGINT)
            with pytest.raises(anyq.QError, match="stop"):
                slow.result()
            assert other("a") == 1
        assert process.poll() is None


def test_the_time_limit_of_queries() -> None:
    with serving("-T", "1") as (_, port), anyq.sync.connect("127.0.0.1", port) as q:
        with pytest.raises(anyq.QError, match="stop"):
            q("while[1b;0]")
        assert q("1+1") == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="abstract names are Linux'")
def test_the_unix_socket_of_the_port() -> None:
    with serving() as (_, port), anyq.sync.connect(f"unix://{port}") as q:
        assert q("1+1") == 2


def test_a_unix_socket_alone(tmp_path: Path) -> None:
    path = tmp_path / "kx.sock"
    with subprocess.Popen(
        [*COMMAND, "-p", f"unix:{path}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(b"\\p\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"0i\n"
            with anyq.sync.connect(f"unix://{path}") as q:
                assert q("1+1") == 2
            process.terminate()
            process.wait(10)
            assert not path.exists()
        finally:
            process.kill()


@pytest.mark.parametrize("mode", ["1", "2"])
def test_tls(mode: str, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with serving("-E", mode, KX_SSL_CERT_FILE=str(chain), KX_SSL_KEY_FILE=str(key)) as (_, port):
        with anyq.sync.connect("localhost", port, tls=context) as q:
            assert q("1+1") == 2
        if mode == "1":
            with anyq.sync.connect("localhost", port) as q:
                assert q("1+1") == 2
        else:
            with pytest.raises(anyq.ConnectError):
                anyq.sync.connect("localhost", port, username="somebody")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits the data of the process")
def test_a_memory_limit() -> None:
    with serving("-w", "200") as (_, port), anyq.sync.connect("127.0.0.1", port) as q:
        with pytest.raises(anyq.QError, match="wsfull"):
            q("til 100000000")
        assert q("1+1") == 2


@pytest.mark.parametrize("allowed", [False, True])
def test_what_clients_may_do(allowed: bool, tmp_path: Path) -> None:
    script = tmp_path / "some.q"
    script.write_text("loaded:1\n")
    options = ["--allow-shell", "--allow-files", "--allow-python"] if allowed else []
    with serving(*options) as (_, port), anyq.sync.connect("127.0.0.1", port) as q:
        for query in ('system"echo 1"', f'system"l {script}"', '.pykx.pyexec "x = 1"'):
            if allowed:
                q(query)
            else:
                with pytest.raises(anyq.QError):
                    q(query)
