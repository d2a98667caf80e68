"""Every entry point through the same programs of everything that can happen, on both event loops.

Hypothesis draws the programs that a simulation plays, and shrinks one that breaks a promise: calls and their
cancellation anywhere, posts, pushes, requests of the server, bytes that trickle, stall, are late and are cut off, a
server that goes down and comes back. `anyq.testing.simulate` draws longer ones from a seed.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anyq.engine import Interpreter
from anyq.testing._entries import ENTRIES
from anyq.testing._served import SERVERS
from anyq.testing._simulation import played
from anyq.testing._virtual import Backend
from anyq.testing._world import STEPS, Program, Step

pytestmark = pytest.mark.hypothesis  # for `nox -s fuzz`, which does not see the property inside the test

LEAST, MOST = 50, 60
PARTS = 2
EXAMPLES = max(1, int(os.environ.get("ANYQ_PROGRAMS", "20")) // PARTS)
"""Programs of each part: a busy machine has the time for one part that a test may take."""


Interpreter()  # the first one raises the recursion limit, which Hypothesis wants to be the same before and after

often = [name for name, (weight, _) in STEPS.items() for _ in range(1 + weight // 10)]


def fitted(drawn: tuple[str, int, int]) -> Step:
    """A step with as many arguments as it takes, each within its bounds: the digits of one number."""
    name, turns, number = drawn
    arguments = []
    for bound in STEPS[name][1]:
        number, digit = divmod(number, bound)
        arguments.append(digit)
    return (name, turns, *arguments)


step = st.tuples(st.sampled_from(often), st.integers(0, 6), st.integers(0, 2000)).map(fitted)
programs = st.lists(step, min_size=LEAST, max_size=MOST).map(tuple)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_program_breaks_a_promise(
    part: int, entry: str, backend: Backend, record_property: Callable[[str, object], None]
) -> None:
    """In the gate at least 20,000 steps for each entry point, on all Pythons together."""

    def machine(steps: tuple[Step, ...], in_flight: int, attempts: int, seed: int, server: str) -> None:
        counts.append(len(steps))
        played(Program(entry, in_flight, attempts, steps, server), backend, seed)

    counts: list[int] = []
    machine.__name__ = f"part_{part}"  # by which Hypothesis draws other programs for it
    seeds, servers = st.integers(0, 1 << 30), st.sampled_from(list(SERVERS))
    drawn = given(programs, st.integers(1, 4), st.sampled_from([0, 0, -1]), seeds, servers)(machine)
    settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))(drawn)()
    record_property("steps", sum(counts))
    assert sum(counts) >= LEAST * EXAMPLES
