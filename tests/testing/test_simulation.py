"""The promises of anyq under simulation, and whether the simulation would see them broken."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from anyq.codec import Packed
from anyq.protocol import Calls, CallState
from anyq.protocol import Ledger as ProtocolLedger
from anyq.testing import simulate
from anyq.testing._entries import ENTRIES
from anyq.testing._served import SERVERS
from anyq.testing._simulation import played
from anyq.testing._world import draw_program

CALLS = int(os.environ.get("ANYQ_SIMULATED_CALLS", "8000"))
"""Messages of all entry points together."""
PARTS = 8
FOUND_WITHIN = 100_000


@pytest.mark.parametrize("part", range(PARTS))
def test_no_promise_is_broken(part: int, record_property: Callable[[str, object], None]) -> None:
    found = simulate(1_000_000 * part + 1, calls=CALLS // PARTS)
    record_property("calls", found.calls)
    assert found.calls >= CALLS // PARTS


@pytest.mark.newest
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_seed_decides_everything(entry: str) -> None:
    for server in SERVERS:
        program = attrs.evolve(draw_program(random.Random(server), 40, [entry]), server=server)
        first, second = (played(program, "asyncio", 7).trace for _ in range(2))
        assert first == second


@pytest.mark.newest
def test_other_processes_have_the_same_trace() -> None:
    command = (sys.executable, "-m", "anyq.testing", "--calls", "1800", "--seed", "11", "--jobs", "2")
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
    assert int(text.partition("trace ")[2].partition(":")[0], 16) == simulate(11, calls=1800).trace


# Planted faults


def give_the_reply_to_the_next_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """The place of a call that was abandoned is given to the next one."""
    answer = ProtocolLedger.answer

    def skip(self: Any) -> Any:
        call = answer(self)
        while call.state is CallState.ABANDONED and self.in_flight:
            call = answer(self)
        return call

    monkeypatch.setattr(ProtocolLedger, "answer", skip)


def send_buffers_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits to be sent is not copied."""
    monkeypatch.setattr(Packed, "settled", lambda self: self)


def resend_out_of_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a reconnect the newest goes first."""
    attach = Calls.attach

    def turned(self: Any, *arguments: Any) -> Any:
        self.parked = dict(reversed(self.parked.items()))
        return attach(self, *arguments)

    monkeypatch.setattr(Calls, "attach", turned)


FAULTS: dict[Callable[[pytest.MonkeyPatch], None], tuple[str, ...]] = {
    give_the_reply_to_the_next_caller: ("cancel-safe: call",),
    send_buffers_late: ("handed over: ", "one owner: "),  # the second where the next message was written into it
    resend_out_of_order: ("one owner: ",),
}


@pytest.mark.newest
@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    made: list[int] = []
    with pytest.raises(AssertionError) as caught:
        simulate(1, calls=FOUND_WITHIN, told=made.append)
    text = str(caught.value)
    assert text.startswith(FAULTS[plant]), text
    assert (made or [0])[-1] < FOUND_WITHIN
    seed = int(text.partition("--seed ")[2].split()[0])
    steps = int(text.partition(" to ")[2].split()[0])
    assert steps <= 40, text
    with pytest.raises(AssertionError) as again:
        simulate(seed)
    assert str(again.value) == text
