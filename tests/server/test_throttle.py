"""Addresses that try passwords wait longer and longer; others never."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.server import Limits, Server
from anyq.server._throttle import FORGET, LONGEST, MOST_ADDRESSES, Throttle

from .peer import peer


def test_delays_grow_and_are_forgotten() -> None:
    throttle = Throttle(3)
    delays = []
    for n in range(20):
        delays.append(throttle.delay("a", n))
        throttle.refused("a", n)
    assert delays[:3] == [0, 0, 0]
    assert delays == sorted(delays)
    assert delays[3] > 0
    assert delays[-1] == LONGEST
    assert throttle.delay("b", 20) == 0
    assert throttle.delay("a", 20 + FORGET) == 0
    assert throttle.refused("a", 21 + FORGET) == 1


def test_it_can_be_turned_off() -> None:
    throttle = Throttle(None)
    for n in range(100):
        throttle.refused("a", n)
    assert (throttle.delay("a", 100), len(throttle)) == (0, 0)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60), st.integers(1, 5))
def test_an_address_waits_for_its_own_refusals_alone(events: list[tuple[str, bool]], free: int) -> None:
    throttle, counts = Throttle(free), dict.fromkeys("abcd", 0)
    for now, (address, refused) in enumerate(events):
        assert (throttle.delay(address, now) > 0) == (counts[address] >= free)
        assert throttle.delay(address, now) <= LONGEST
        if refused:
            counts[address] += 1
            assert throttle.refused(address, now) == counts[address]


def test_memory_is_bounded() -> None:
    throttle = Throttle(1)
    for n in range(MOST_ADDRESSES + 1000):
        throttle.refused(f"2001:db8::{n:x}", 0)
    assert len(throttle) == MOST_ADDRESSES


@pytest.mark.anyio
async def test_a_server_slows_down_who_guesses(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="anyq")
    limits = Limits(refused_logins=2)
    async with Server(
        lambda message: message, port=0, authenticate=lambda user, password: user == "ann", limits=limits
    ) as server:
        for _ in range(3):
            async with peer(server.port, login=False) as q:
                assert not await q.login("eve", "guess")
        async with peer(server.port, "ann"):
            pass
        assert server.stats.refused == 3
        assert server.stats.slowed == 2
    lines = [record.getMessage() for record in caplog.records]
    assert sum("of 'eve' is refused" in line for line in lines) == 3
    assert sum("from now on logins from there wait" in line for line in lines) == 1
    assert sum("'ann' logged in from 127.0.0.1" in line for line in lines) == 1
    assert sum("'ann' left" in line for line in lines) == 1
    assert any(line.startswith("serving on 127.0.0.1:") for line in lines)
