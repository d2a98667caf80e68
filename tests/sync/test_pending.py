"""Handles of calls: results in any order, time-outs, cancelling."""

from __future__ import annotations

import time

import pytest
from tests.sync.peer import Peer

import anyq
from anyq.sync import connect


def test_handles_may_be_asked_in_any_order(q: anyq.sync.Connection) -> None:
    handles = [q.submit(str(number)) for number in range(10)]
    assert not handles[9].done()
    assert [handle.result() for handle in reversed(handles)] == [str(number) for number in range(9, -1, -1)]
    assert handles[0].result() == "0"


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
