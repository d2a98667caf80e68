"""Settings that hold for every test.

Deadlines are off: the suite runs in as many processes as there are processors, and how long one example takes
says nothing then.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from tests.processes import serving_console

import anyq.twin

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background job; our children would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("anyq", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("anyq"), max_examples=20)
settings.register_profile("fuzz", settings.get_profile("anyq"), max_examples=400, database=None)
settings.load_profile("anyq")


@pytest.fixture(autouse=True)
def _levels_of_loggers() -> Iterator[None]:
    """What a test, or an example that it runs, sets for the log does not reach the next test."""
    loggers = [logging.getLogger(name) for name in ("anyq", "anyq.server")]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture(scope="session")
def served() -> Iterator[int]:
    """The port of an `anyq q` in a process of its own, which may run Python."""
    with serving_console("--allow-python") as port:
        yield port


def pytest_report_header() -> str:
    return f"anyq: {'compiled twin' if anyq.twin.COMPILED else 'pure Python'}"
