"""Waits that look, between two steps, whether somebody gave them up."""

from __future__ import annotations

import socket
import threading

import pytest

from anyq.sync import _watched
from anyq.sync._watched import apart, in_steps, look_up, watched, watching


class GaveUp(Exception):
    pass


def give_up() -> None:
    raise GaveUp


def test_watching_ends_with_the_block_and_belongs_to_one_thread() -> None:
    elsewhere: list[bool] = []
    with watched(give_up):
        assert watching()
        with watched(lambda: None):
            assert in_steps(lambda seconds: True, None)
        with pytest.raises(GaveUp):
            in_steps(lambda seconds: False, None)
        thread = threading.Thread(target=lambda: elsewhere.append(watching()))
        thread.start()
        thread.join()
    assert not watching()
    assert elsewhere == [False]


def test_an_unwatched_wait_is_one_step() -> None:
    given: list[float | None] = []

    def wait(seconds: float | None) -> bool:
        given.append(seconds)
        return False

    assert not in_steps(wait, 7.0)
    assert given == [7.0]


def test_a_watched_wait_takes_short_steps_until_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, steps = [0.0], list[float]()
    monkeypatch.setattr(_watched, "monotonic", lambda: clock[0])

    def wait(seconds: float | None) -> bool:
        assert seconds is not None
        steps.append(seconds)
        clock[0] += seconds
        return False

    with watched(lambda: None):
        assert not in_steps(wait, 0.12)
    assert steps == pytest.approx([0.05, 0.05, 0.02])


def test_a_name_is_looked_up_in_a_thread_that_can_be_given_up() -> None:
    gate = threading.Event()
    with watched(give_up), pytest.raises(GaveUp):
        apart(lambda: gate.wait(10))
    with pytest.raises(TimeoutError):
        apart(lambda: gate.wait(10), deadline=0.0)
    gate.set()
    assert apart(lambda: 5) == 5


def test_a_failed_look_up_raises_its_own_error() -> None:
    def fail() -> None:
        raise socket.gaierror(1, "no such name")

    with pytest.raises(socket.gaierror, match="no such name"):
        apart(fail)


def test_addresses_in_numbers_need_no_thread() -> None:
    with watched(give_up):
        assert look_up("127.0.0.1", 5000, None)[0][4] == ("127.0.0.1", 5000)
