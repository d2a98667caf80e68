"""The simulation of queues keeps to what is known without it."""

from __future__ import annotations

import pytest
from tests.benchmarks.scale import Load, simulated

PLAIN = Load(tasks=120, work=1.0, spread=0.0, overhead=0.0, answer=0.0)


@pytest.mark.parametrize(
    ("servers", "limit", "seconds"), [(1, 1, 120), (1, 8, 120), (4, 4, 30), (4, 2, 60), (4, 1, 120)]
)
def test_servers_alone(servers: int, limit: int, seconds: float) -> None:
    assert simulated(PLAIN, servers, limit) == pytest.approx(seconds)


@pytest.mark.parametrize("servers", [1, 3, 40])
def test_no_run_is_faster_than_its_bounds(servers: int) -> None:
    load = Load(tasks=200, overhead=0.01, answer=1e7, spread=0.0)
    assert simulated(load, servers, 2 * servers) >= max(load.bounds(servers).values())
    assert simulated(load, servers, 2 * servers) == simulated(load, servers, 2 * servers)
