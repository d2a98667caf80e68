"""Ctrl-C and other signals while a blocking connection works."""

from __future__ import annotations

import gc
import logging
import os
import random
import signal
import sys
import threading
import time

import pytest
from tests.sync.peer import Peer

import anyq
from anyq.sync import connect


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
