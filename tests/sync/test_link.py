"""One link: messages both ways, liveness, and a peer that breaks the protocol."""

from __future__ import annotations

import time

import anyio
import pytest
from tests.sync.peer import Client, Peer

import anyq
from anyq.sync import connect
from anyq.values import Value


def test_pipelining(peer: Peer) -> None:
    with connect("127.0.0.1", peer.port, max_in_flight=64) as q:
        handles = [q.submit(str(number)) for number in range(200)]
        assert [int(str(handle.result().py())) for handle in handles] == list(range(200))


def test_large_messages_both_ways_at_once(q: anyq.sync.Connection, peer: Peer) -> None:
    big = anyq.vector("j", range(1 << 20))

    def push_and_echo(client: Client, value: Value) -> None:
        for _ in range(4):
            client.post(big)
        client.answer(value)

    peer.on_sync = push_and_echo
    for _ in range(2):
        assert q("f", big) == anyq.as_q([b"f", big])


def test_logins(peer: Peer) -> None:
    peer.accepts = lambda user, password: password == "secret"
    with connect(f"127.0.0.1:{peer.port}:me:secret") as q:
        assert q("a") == "a"
        assert "secret" not in repr(q)
    with pytest.raises(anyq.AuthenticationError) as caught:
        connect("127.0.0.1", peer.port, username="me", password="hush-42")
    assert "hush-42" not in str(caught.value)
    assert peer.logins == [("me", "secret"), ("me", "hush-42")]
    with pytest.raises(TypeError):
        connect("localhost")
    with pytest.raises(TypeError, match="dial"):
        connect("localhost", 5000, dial=anyio.connect_unix)  # type: ignore[arg-type]


def test_lower_capabilities(peer: Peer) -> None:
    peer.capability = 1
    with connect("127.0.0.1", peer.port) as q:
        assert q.capability == 1
        with pytest.raises(anyq.EncodeError):
            q("f", anyq.guid(bytes(16)))
        assert q("a") == "a"


def test_protocol_errors_end_the_connection(q: anyq.sync.Connection, peer: Peer) -> None:
    peer.on_sync = lambda client, value: client.send(b"\1\7\0\0\x09\0\0\0\0")
    with pytest.raises(anyq.ConnectionCorrupted):
        q("x")
    assert q.state == "lost"


def test_a_body_that_is_no_value(q: anyq.sync.Connection, peer: Peer) -> None:
    peer.on_sync = lambda client, value: client.send(b"\1\2\0\0\x09\0\0\0\3")
    with pytest.raises(anyq.DecodeError):
        q("x")
    assert q.state == "lost"


def test_liveness(peer: Peer) -> None:
    with connect("127.0.0.1", peer.port, liveness=0.05) as q:
        time.sleep(0.1)
        assert q("a") == "a"
        with pytest.raises(anyq.ConnectionLost, match="liveness"):
            q("sleep 1 x")
