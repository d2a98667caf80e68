"""A signal that comes when the main thread is about to sleep, but does not sleep yet."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator

import pytest

import anyq
from anyq.portal import Owner, start_portal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def in_the_gap() -> None:
    """A signal that does not wake the main thread from its sleep: another thread takes it, and it is noted."""
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)


class Noted(Exception):
    """What the signal's handler raises."""


@pytest.fixture
def raising() -> Iterator[None]:
    def handler(number: int, frame: object) -> None:
        raise Noted

    before = signal.signal(signal.SIGUSR1, handler)
    yield
    signal.signal(signal.SIGUSR1, before)


def noted_while_it_waits(gate: threading.Event) -> bool:
    in_the_gap()
    return gate.wait(20)


@pytest.mark.parametrize("timeout", [None, 15.0])
def test_a_job_that_is_waited_for(raising: None, timeout: float | None) -> None:
    owner, gate = Owner("patience"), threading.Event()
    owner.start()
    try:
        job = owner.submit(noted_while_it_waits, gate)
        with pytest.raises(Noted):
            job.wait(timeout)
        assert not job.done()
    finally:
        gate.set()
        owner.stop()
    assert job.result() is True


def test_a_call_of_a_portal(raising: None) -> None:
    gate = threading.Event()
    with start_portal() as owner:
        with pytest.raises(Noted):
            owner.call(noted_while_it_waits, gate)
        gate.set()


def test_an_evaluation_of_the_embedded_q(raising: None) -> None:
    with anyq.sync.open_embedded() as q:
        q["signal"] = lambda x: in_the_gap()
        with pytest.raises(Noted):
            q('signal 0;system"sleep 20"')
        assert q("1+1") == 2


def test_an_interrupted_sleep_stops(raising: None) -> None:
    with anyq.sync.open_embedded() as q:
        signal.signal(signal.SIGUSR1, lambda number, frame: q.interrupt())
        q["signal"] = lambda x: in_the_gap()
        with pytest.raises(anyq.QError, match="stop"):
            q('signal 0;system"sleep 20"')


def test_a_timeout_is_kept() -> None:
    owner, gate = Owner("patience"), threading.Event()
    owner.start()
    try:
        job = owner.submit(gate.wait, 20)
        with pytest.raises(anyq.CallTimeout):
            job.wait(0.3)
        with pytest.raises(anyq.CallTimeout):
            job.wait(0)
    finally:
        gate.set()
        owner.stop()
