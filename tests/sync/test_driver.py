"""Links one after the other: losses, reconnecting, and what is sent again."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from tests.sync.peer import Client, Peer, echo

import anyq
from anyq.sync import connect
from anyq.values import Value


def test_requests_of_the_server_are_answered(peer: Peer) -> None:
    peer.greet = lambda client: client.ask(5)

    def double(value: Value) -> Value:
        if value.py() == b"bad":
            raise KeyError
        return anyq.long(value.py() * 2)

    with connect("127.0.0.1", peer.port, on_request=double) as q:
        assert q("a") == "a"
        peer.clients[0].ask(b"bad")
        assert q("b") == "b"
        q("c")
    first, second = peer.clients[0].responses
    assert first == 10
    assert str(second) == "KeyError"
    with connect("127.0.0.1", peer.port) as q:
        q("a")
        q("b")
    assert str(peer.clients[1].responses[0]) == "nyi"


def cut(client: Client, value: Value) -> None:
    client.cut()


def test_a_lost_connection_says_what_became_of_the_call(q: anyq.sync.Connection, peer: Peer) -> None:
    peer.on_sync = cut
    with pytest.raises(anyq.ConnectionLost) as caught:
        q("x")
    assert caught.value.outcome == "unknown"
    assert q.state == "lost"
    with pytest.raises(anyq.ConnectionLost) as caught:
        q("y")
    assert caught.value.outcome == "not sent"


def test_a_loss_while_idle_is_noticed_before_sending(q: anyq.sync.Connection, peer: Peer) -> None:
    q("x")
    peer.clients[0].cut()
    time.sleep(0.02)
    with pytest.raises(anyq.ConnectionLost) as caught:
        q("y")
    assert caught.value.outcome == "not sent"


@pytest.mark.parametrize("function", [None, lambda delay: delay])
def test_reconnecting(caplog: pytest.LogCaptureFixture, function: Callable[[float], float] | None) -> None:
    caplog.set_level(logging.INFO, "anyq")
    first = Peer().start()
    states: list[str] = []
    options: anyq.client.ConnectOptions = {
        "reconnection_attempts": 5,
        "reconnection_delay": 0.02,
        "on_state": states.append,
    }
    if function is not None:
        options["reconnection_function"] = function
    with connect("127.0.0.1", first.port, **options) as q:
        q("a")
        first.close()
        time.sleep(0.01)
        second: list[Peer] = []
        starter = threading.Timer(0.04, lambda: second.append(Peer(port=first.port).start()))
        starter.start()
        assert q("b") == "b"
        starter.join()
        assert q.statistics().reconnects == 1
        assert states == ["connected", "lost", "reconnected"]
    second[0].close()
    delays = [0.02, 0.04] if function is None else [0.02] * 3
    lines = [record.getMessage().partition(" [")[0] for record in caplog.records if record.levelno >= logging.INFO]
    assert lines[0] == "WARNING: Connection lost attempting to reconnect."
    assert lines[1:3] == [f"Failed to reconnect, trying again in {delay} seconds." for delay in delays[:2]]
    assert lines[-1] == "Connection successfully reestablished."


def test_reconnecting_gives_up(caplog: pytest.LogCaptureFixture) -> None:
    peer = Peer().start()
    with connect("127.0.0.1", peer.port, reconnection_attempts=2, reconnection_delay=0.01) as q:
        peer.close()
        time.sleep(0.01)
        with pytest.raises(anyq.ConnectError):
            q("x")
        assert "WARNING: Could not reconnect to server within 2 attempts." in caplog.text
        with pytest.raises(anyq.CallTimeout):
            q("x", timeout=0.005)


def test_only_idempotent_calls_are_sent_again(peer: Peer) -> None:
    with connect("127.0.0.1", peer.port, reconnection_attempts=2) as q:
        answer, peer.on_sync = peer.on_sync, cut
        with pytest.raises(anyq.ConnectionLost, match="outcome unknown"):
            q("x")
        seen = len(peer.asked)

        def cut_once(client: Client, value: Value) -> None:
            peer.on_sync = answer
            client.cut()

        peer.on_sync = cut_once
        assert q("y", idempotent=True) == "y"
        assert len(peer.asked) == seen + 2


def test_a_time_limit_ends_reconnecting_to_a_peer_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def accept_once() -> None:
            sock, _ = listening.accept()
            with sock:
                sock.recv(100)
                sock.sendall(b"\6")
            # The next one is in the backlog, and nobody answers its login.

        accepting = threading.Thread(target=accept_once)
        accepting.start()
        with connect("127.0.0.1", port, reconnection_attempts=0) as q:
            accepting.join()
            with pytest.raises(anyq.CallTimeout):
                q("1", timeout=0.05, idempotent=True)


@pytest.mark.parametrize("compress", [False, True])
def test_a_weaker_server_gets_what_it_can_take(peer: Peer, compress: bool) -> None:
    zeros = anyq.vector("j", np.zeros(10_000, np.int64))
    submitted = threading.Event()

    def weaken(client: Client, value: Value) -> None:
        submitted.wait(10)  # what is submitted after a reconnect is encoded for the weaker server at once
        peer.on_sync, peer.capability = echo, peer.capability - 3
        client.cut()

    peer.on_sync = weaken
    with connect("127.0.0.1", peer.port, reconnection_attempts=0, reconnection_delay=0.01, compress=compress) as q:
        first, waiting, guid = q.submit("x"), q.submit("f", zeros), q.submit("f", anyq.guid(None))
        submitted.set()
        assert anyq.match(waiting.result(10), anyq.List([anyq.chars("f"), zeros]))
        assert guid.result(10).py() == [b"f", anyq.guid(None).py()]
        with pytest.raises(anyq.ConnectionLost):
            first.result()
        assert q.capability == 3
        peer.on_sync = weaken
        submitted.clear()
        lost = q.submit("x")
        waiting, guid = q.submit("f", zeros), q.submit("f", anyq.guid(None))
        submitted.set()
        assert anyq.match(waiting.result(10), anyq.List([anyq.chars("f"), zeros]))
        with pytest.raises(anyq.EncodeError, match="capability 0"):
            guid.result(10)
        with pytest.raises(anyq.ConnectionLost):
            lost.result()
        assert q.capability == 0
