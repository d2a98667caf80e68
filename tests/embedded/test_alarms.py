"""Callbacks after a time, on one thread."""

from __future__ import annotations

import threading

import pytest

from anyq.embedded._alarms import Alarms


def test_an_earlier_alarm_that_is_set_later_rings_first() -> None:
    alarms, rung, both = Alarms(), list[str](), threading.Event()

    def second() -> None:
        rung.append("second")
        both.set()

    alarms.add(1000.0, lambda: rung.append("never"))
    alarms.add(0.2, second)
    alarms.add(0.0, lambda: rung.append("first"))
    assert both.wait(60)
    assert rung == ["first", "second"]


def test_a_cancelled_alarm_does_not_ring_and_a_failing_one_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    alarms, rung, last = Alarms(), list[str](), threading.Event()
    cancel = alarms.add(0.1, lambda: rung.append("cancelled"))
    cancel()
    cancel()
    alarms.add(0.1, lambda: rung.remove("nothing"))
    alarms.add(0.2, last.set)
    assert last.wait(60)
    assert not rung
    assert "an alarm failed" in caplog.text
    again = threading.Event()
    alarms.add(0.0, again.set)  # the thread may have ended
    assert again.wait(60)


def test_without_a_thread_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    alarms, rung = Alarms(), threading.Event()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            alarms.add(0.0, rung.set)
    assert not alarms._pending
    alarms.add(0.0, rung.set)
    assert rung.wait(60)
