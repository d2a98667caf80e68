"""Every scenario runs on asyncio and on Trio; on Trio with a clock that jumps, wherever no socket is involved."""

from __future__ import annotations

from typing import Any

import pytest
from trio.testing import MockClock


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    if request.param == "trio" and request.node.get_closest_marker("virtual_time"):
        return "trio", {"clock": MockClock(autojump_threshold=0)}
    return request.param


@pytest.fixture
def unit(anyio_backend: Any) -> float:
    """How long a second of the scenario takes: one of the jumping clock, or a little of the real one.

    Exact times hold on the jumping clock alone; on the real one the machine may be busy.
    """
    return 1.0 if isinstance(anyio_backend, tuple) else 0.04


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "virtual_time: on Trio the clock jumps when all tasks wait")
