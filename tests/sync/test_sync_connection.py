"""The blocking connection against a scripted server."""

from __future__ import annotations

import gc
import logging
import os
import random
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import numpy as np
import pytest
import trio
import trustme
from tests.sync.peer import Client, Peer, echo

import anyq
from anyq.values import Value

connect = anyq.sync.connect


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


@pytest.fixture
def q(peer: Peer) -> Iterator[anyq.sync.Connection]:
    with connect("127.0.0.1", peer.port) as connection:
        yield connection


def interrupt_after(seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    return timer


# Calls


def test_calls_and_arguments(q: anyq.sync.Connection, peer: Peer) -> None:
    assert q("1+1") == "1+1"
    assert q("{x+y}", 1, 2).py() == [b"{x+y}", 1, 2]
    assert q("a", wait=False) == anyq.NULL
    q("b")
    assert [value.py() for value in peer.posted] == [b"a"]
    assert q.statistics().calls == 3
    assert q.statistics().answered == 3
    with pytest.raises(TypeError, match="8"):
        q("f", *range(9))
    with pytest.raises(anyq.QError, match=r"^type$"):
        q("'type")
    assert q("after") == "after"


def test_handles_may_be_asked_in_any_order(q: anyq.sync.Connection) -> None:
    handles = [q.submit(str(number)) for number in range(10)]
    assert not handles[9].done()
    assert [handle.result() for handle in reversed(handles)] == [str(number) for number in range(9, -1, -1)]
    assert handles[0].result() == "0"


def test_pipelining(peer: Peer) -> None:
    with connect("127.0.0.1", peer.port, max_in_flight=64) as q:
        handles = [q.submit(str(number)) for number in range(200)]
        assert [int(str(handle.result().py())) for handle in handles] == list(range(200))


def test_a_cancelled_handle_leaves_the_others_alone(q: anyq.sync.Connection) -> None:
    first, second, third = (q.submit(text) for text in ("sleep 0.05 1", "2", "3"))
    first.cancel()
    second.cancel()
    assert third.result() == "3"
    with pytest.raises(anyq.ClosedError, match="cancelled"):
        first.result()
    assert q.statistics().replies_dropped == 1


def test_time_outs_leave_the_connection_usable(q: anyq.sync.Connection) -> None:
    start = time.monotonic()
    with pytest.raises(anyq.CallTimeout) as caught:
        q("sleep 0.2 late", timeout=0.05)
    assert time.monotonic() - start < 0.15
    assert isinstance(caught.value, TimeoutError)
    assert q("next") == "next"
    handle = q.submit("sleep 0.1 slow")
    with pytest.raises(anyq.CallTimeout):
        handle.result(0.01)
    assert handle.result() == "slow"


def test_large_messages_both_ways_at_once(q: anyq.sync.Connection, peer: Peer) -> None:
    big = anyq.vector("j", range(1 << 20))

    def push_and_echo(client: Client, value: Value) -> None:
        for _ in range(4):
            client.post(big)
        client.answer(value)

    peer.on_sync = push_and_echo
    for _ in range(2):
        assert q("f", big) == anyq.as_q([b"f", big])


def test_deferred_and_dedicated(q: anyq.sync.Connection, peer: Peer) -> None:
    peer.on_async = lambda client, value: client.post("answer")
    assert q.deferred("later") == "answer"
    assert q("later", wait=False, reuse=False) == "answer"
    assert q("sleep 0.01 own", reuse=False) == "own"
    assert len(peer.logins) == 4
    with pytest.raises(anyq.CallTimeout):
        q("sleep 1 own", reuse=False, timeout=0.05)


def test_messages(q: anyq.sync.Connection, peer: Peer) -> None:
    def push(client: Client, value: Value) -> None:
        for number in range(3):
            client.post(number)
        client.answer("done")

    peer.on_sync = push
    q("nobody listens")
    assert q.statistics().messages_dropped == 3
    with q.messages() as feed:
        assert q("somebody listens") == "done"
        assert [feed.receive().py() for _ in range(3)] == [0, 1, 2]
        with pytest.raises(anyq.CallTimeout):
            feed.receive(0.01)
        peer.clients[0].post(7)
        assert next(feed) == 7
    with pytest.raises(anyq.ClosedError):
        next(feed)
    for overflow, kept in (("drop-oldest", [1, 2]), ("error", [0, 1])):
        feed = q.messages(buffer=2, overflow=overflow)  # type: ignore[arg-type]
        q("x")
        assert [feed.receive().py() for _ in range(2)] == kept
        assert feed.dropped == 1
        if overflow == "error":
            with pytest.raises(anyq.LimitError):
                feed.receive()
        feed.close()


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


def test_names_and_files(q: anyq.sync.Connection, peer: Peer, tmp_path: Path) -> None:
    def known(client: Client, value: Value) -> None:
        texts = value.py() if isinstance(value, anyq.List) else [value.py()]
        if b"value x" in texts[0]:
            client.answer(texts[1] in (b".test", b".test.addition"))
        elif texts[0] == b"bad":
            client.fail("oops")
        else:
            client.answer(value if len(texts) > 1 else texts[0].decode())

    peer.on_sync = known
    assert q.test.addition(4, 2).py() == [b".test.addition", 4, 2]
    asked = len(peer.asked)
    assert q.test.addition(1).py() == [b".test.addition", 1]
    assert len(peer.asked) == asked + 1
    with pytest.raises(AttributeError, match=r"QError: '\.test\.unavailable"):
        _ = q.test.unavailable
    path = tmp_path / "script.q"
    path.write_text("a\nb\n c\n")
    assert q.execute_file(path) == "b\n c"
    results = q.file_execute(path, return_all=True)
    assert results == ["a", "b\n c"]
    path.write_text("a\nbad\n")
    with pytest.raises(anyq.QError) as caught:
        q.execute_file(path)
    assert "line 2" in caught.value.detail
    with connect("127.0.0.1", peer.port, no_ctx=True) as other, pytest.raises(AttributeError):
        _ = other.test


# Opening and closing


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


def test_use_after_close(q: anyq.sync.Connection) -> None:
    handle = q.submit("sleep 0.05 x")
    q.close()
    q.close()
    assert q.state == "closed"
    for use in (lambda: q("x"), lambda: q.submit("x"), lambda: q.post("x"), q.flush, q.messages, handle.result):
        with pytest.raises(anyq.ClosedError):
            use()


def test_a_connection_belongs_to_one_scope(peer: Peer) -> None:
    with connect("127.0.0.1", peer.port) as q:
        with pytest.raises(anyq.BusyError, match="with block"), q:
            pass
        assert q("a") == "a"
    with pytest.raises((anyq.BusyError, anyq.ClosedError)), q:
        pass


def test_closing_while_another_thread_waits(q: anyq.sync.Connection) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            q("sleep 5 x")
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.05)
    q.close()
    thread.join(1)
    assert [type(error) for error in errors] == [anyq.ClosedError]


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


# Loss and reconnecting


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


# Ctrl-C


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_scenario_22_control_c_in_a_blocking_call(q: anyq.sync.Connection) -> None:
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.05, press)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        q("sleep 0.3 interrupted")
    assert time.perf_counter() - pressed[0] < 0.1
    assert q("next") == "next"
    assert q.statistics().replies_dropped == 1


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers")
def test_control_c_at_any_moment() -> None:
    """Thousands of small calls, interrupted wherever that happens to be: each gets its own answer."""
    rng = random.Random(1)
    interrupts = 0

    def press(number: int, frame: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGALRM, press)
    try:
        with Peer() as peer, connect("127.0.0.1", peer.port) as q:
            number, until = 0, time.monotonic() + 1.5
            while time.monotonic() < until:
                try:
                    signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.00001, 0.0006))
                    for _ in range(500):  # not for ever: a destructor swallows what is raised inside it
                        number += 1
                        assert q(str(number)) == str(number)
                except KeyboardInterrupt:
                    interrupts += 1
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert q.state == "connected"
            assert len(peer.logins) == 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert interrupts > 100


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # sockets that were just being opened
def test_other_signal_handlers_may_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a handler raises at an unlucky moment may cost the connection, but never gives a wrong answer.

    Nothing is logged meanwhile: `logging` would keep a lock for ever, and other threads would wait for it.
    """
    monkeypatch.setattr(logging.getLogger("anyq"), "disabled", True)

    class Alarm(Exception):
        pass

    def alarm(number: int, frame: object) -> None:
        raise Alarm

    rng = random.Random(2)
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)  # which would be interrupted too
    before = signal.signal(signal.SIGALRM, alarm)
    lost = alarms = number = 0
    try:
        with Peer() as peer, connect("127.0.0.1", peer.port, reconnection_attempts=1) as q:
            until = time.monotonic() + 1
            while time.monotonic() < until:
                try:
                    signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.0001, 0.0006))
                    for _ in range(200):  # not for ever: a destructor swallows what is raised inside it
                        number += 1
                        assert q(str(number)) == str(number)
                except Alarm:
                    alarms += 1
                except (anyq.ConnectionLost, anyq.ConnectError):
                    lost += 1
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.collect()
    assert alarms > 100


def test_the_handler_of_control_c_is_put_back(peer: Peer) -> None:
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with connect("127.0.0.1", peer.port), connect("127.0.0.1", peer.port):
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_closes_the_last_connection(peer: Peer) -> None:
    """Event loops deal with Ctrl-C only where they find Python's own handler."""
    q = connect("127.0.0.1", peer.port)
    closing = threading.Thread(target=q.close)
    closing.start()
    closing.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


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


# Misuse


def test_two_threads_at_once(q: anyq.sync.Connection) -> None:
    entered = threading.Event()

    def work() -> None:
        entered.set()
        q("sleep 0.1 x")

    thread = threading.Thread(target=work)
    thread.start()
    entered.wait()
    time.sleep(0.02)
    with pytest.raises(anyq.BusyError, match="portal"):
        q("y")
    thread.join()
    assert q("z") == "z"


def test_scenario_67_in_an_event_loop(q: anyq.sync.Connection, peer: Peer) -> None:
    async def main() -> None:
        for use in (lambda: q("x"), lambda: q.submit("x"), lambda: q.post("x"), q.flush):
            with pytest.raises(anyq.MisuseError, match=r"anyq\.connect"):
                use()
        with pytest.raises(anyq.MisuseError, match=r"anyq\.connect"):
            connect("127.0.0.1", peer.port)

    trio.run(main)
    anyio.run(main)
    assert q("after") == "after"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_scenario_70_fork_after_use(q: anyq.sync.Connection) -> None:
    assert q("a") == "a"
    child = os.fork()
    if child == 0:
        code = 1
        try:
            q("b")
        except anyq.MisuseError as error:
            code = 0 if f"process {os.getppid()}" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert q("c") == "c"


def test_a_hook_cannot_close_the_connection_in_the_middle_of_its_call(peer: Peer) -> None:
    errors: list[Exception] = []

    def close(report: object) -> None:
        try:
            held.close()
        except anyq.MisuseError as error:
            errors.append(error)

    with connect("127.0.0.1", peer.port, on_call=close) as held:
        assert held("a") == "a"
        assert held("b") == "b"
    assert len(errors) == 2


def test_a_close_says_what_became_of_each_call(peer: Peer) -> None:
    with connect("127.0.0.1", peer.port) as q:
        sent, waiting = q.submit("sleep 0.2 x"), q.submit("y")
    outcomes = []
    for call in (sent, waiting):
        with pytest.raises(anyq.ClosedError) as caught:
            call.result()
        outcomes.append(caught.value.outcome)
    assert outcomes == ["unknown", "not sent"]
    with pytest.raises(anyq.ClosedError) as caught:
        q("z")
    assert caught.value.outcome == "not sent"


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


def test_a_report_of_a_query_that_is_not_utf_8(peer: Peer) -> None:
    reports: list[anyq.client.CallReport] = []
    with connect("127.0.0.1", peer.port, on_call=reports.append) as q:
        q(b"`\xff")
    assert [report.query for report in reports] == ["`\\xff"]
