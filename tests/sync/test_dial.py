"""Opening sockets: TCP, unix sockets, TLS, and nobody there."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import sys
import threading
import time
from pathlib import Path

import pytest
import trustme
from tests.sync.peer import Peer

import anyq
from anyq.sync import connect


def interrupt_after(seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    return timer


def test_nobody_there_or_silent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(anyq.ConnectError, match=str(port)):
            connect("127.0.0.1", port)
        free.listen()
        start = time.monotonic()
        with pytest.raises(anyq.ConnectTimeout):
            connect("127.0.0.1", port, connect_timeout=0.1)
        assert time.monotonic() - start < 1


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no unix sockets here")
def test_unix_sockets(tmp_path: Path) -> None:
    for name in (b"\0" + os.fsencode(tmp_path / "kx.1"), os.fsencode(tmp_path / "kx.1")):
        if name.startswith(b"\0") and sys.platform != "linux":
            continue
        peer = Peer(family=socket.AF_UNIX)
        peer._listener.bind(name)
        with peer, connect(f"unix://{tmp_path / 'kx.1'}") as q:
            assert q("a") == "a"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def test_tls(authority: trustme.CA, tmp_path: Path) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(server)
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    big = anyq.vector("j", range(1 << 19))
    with Peer(tls=server) as peer:
        with connect("localhost", peer.port, tls=True, ca_file=str(trusted)) as q:
            assert q("a") == "a"
            assert q(big) == big
            with pytest.raises(anyq.CallTimeout):
                q("sleep 0.1 x", timeout=0.01)
            interrupt_after(0.02)
            with pytest.raises(KeyboardInterrupt):
                q("sleep 0.1 x")
            assert q("b") == "b"
        with pytest.raises(anyq.ConnectError, match="TLS"):
            connect("localhost", peer.port, tls=True)
        with pytest.raises(anyq.ConnectError, match="TLS"):
            connect("127.0.0.1", peer.port, tls=True, ca_file=str(trusted))
        with connect("127.0.0.1", peer.port, tls=True, verify=False) as q:
            assert q("c") == "c"
        assert len(peer.logins) == 2
        with pytest.raises(anyq.ConnectError):
            connect("localhost", peer.port, connect_timeout=1)
    with Peer() as plain:
        with pytest.raises(anyq.ConnectError, match="TLS"):
            connect("localhost", plain.port, tls=True, ca_file=str(trusted), connect_timeout=1)
        assert not plain.logins
