"""Settings that hold for every test.

Deadlines are off: the suite runs in as many processes as there are processors, and how long one example takes
says nothing then. What the gate says of a change is to be the same again tomorrow, so its examples are; fresh ones are
for ``pytest`` by itself, and for ``nox -s fuzz``.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from tests.processes import serving_console

import anyq.speedups

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background job; our children would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

TEST_LIMIT: Final = int(os.environ.get("ANYQ_TEST_LIMIT", "100"))
"""Seconds a test may take; then it has failed, or if nothing can interrupt it, its process ends."""
RUN_LIMIT: Final = 15 * TEST_LIMIT
"""Seconds that a run in several processes may take."""
STDERR: Final = pytest.StashKey[int]()

NEWEST: Final = (
    *("cli/test_console.py", "cli/test_recording.py", "cli/test_service.py", "cli/test_serving.py", "cli/test_tap.py"),
    *(
        "cli/test_terminal.py",
        "console/",
        "convert/",
        "dbapi/",
        "examples/",
        "guide/",
        "interop/",
        "mcp/",
        "partitions/",
    ),
    *(
        "embedded/test_atomic.py",
        "embedded/test_bombs.py",
        "embedded/test_data_folder.py",
        "embedded/test_misbehaving.py",
    ),
    *(
        "embedded/test_exhaustion.py",
        "gateway/",
        "hooks/test_otel.py",
        "engine/apply/",
        "engine/compile/",
        "engine/kernel/",
        "engine/query/",
    ),
    *("engine/syntax/", "engine/test_differential.py", "engine/test_display.py", "engine/test_properties.py"),
    *("engine/test_verbs.py", "engine/verbs/", "portal/test_stress.py", "programs/", "pykx/", "query/"),
    *("scenarios/test_gigabytes.py", "testing/test_plugin.py", "testing/test_strategies.py"),
)
"""Files and folders whose tests depend neither on the Python nor on the accelerator.

The gate runs them on the newest Python alone. What the others run as well is what differs between them: event loops,
threads, signals, interrupts, buffers, pickling, argument parsing, every case of q, and the loops in pure Python.
"""

settings.register_profile("anyq", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", settings.get_profile("anyq"), derandomize=True, max_examples=40)
settings.register_profile("quick", settings.get_profile("gate"), max_examples=20)
settings.register_profile("fuzz", settings.get_profile("anyq"), max_examples=400, database=None)
settings.load_profile("anyq")


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if item.path.relative_to(folder).as_posix().startswith(NEWEST):
            item.add_marker("newest")


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
    return f"anyq: {'accelerator' if anyq.speedups.COMPILED else 'pure Python'}"


def pytest_configure(config: pytest.Config) -> None:
    """Nothing hangs: what takes too long shows where its threads stand, and ends."""
    stderr = config.stash[STDERR] = os.dup(2)  # nothing captures it yet

    def too_long(number: int, frame: FrameType | None) -> None:
        faulthandler.dump_traceback(file=stderr)
        pytest.fail(f"it took more than {TEST_LIMIT} s; standard error shows where each thread was")

    signal.signal(signal.SIGALRM, too_long)
    if config.getoption("numprocesses", None):  # this process waits for others
        faulthandler.dump_traceback_later(RUN_LIMIT, exit=True, file=stderr)


def pytest_unconfigure(config: pytest.Config) -> None:
    faulthandler.dump_traceback_later(60, exit=True, file=config.stash[STDERR])


def pytest_runtest_setup() -> None:
    """``nox -s fuzz`` sets a time on the clock after which no test begins."""
    if time.time() > float(os.environ.get("ANYQ_FUZZ_UNTIL", "inf")):
        pytest.skip("the time is up")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    faulthandler.dump_traceback_later(TEST_LIMIT + 30, exit=True, file=item.config.stash[STDERR])
    signal.alarm(TEST_LIMIT)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        faulthandler.cancel_dump_traceback_later()
