"""The examples with threads and subscriptions, run as programs."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(name: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments], capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("name", "rows"), [("threads.py", 1000), ("asyncio_threading.py", 100), ("trio_threading.py", 100)]
)
def test_scenario_69_no_row_is_lost(name: str, rows: int) -> None:
    lines = run(name, "--rows", str(rows))
    assert lines[0] == "Initial table:"
    assert "Final table:" in lines
    assert lines[-1] == str(10 + 20 * rows)


def test_publisher() -> None:
    """By itself it runs until it is interrupted, which is no error."""
    with subprocess.Popen(
        [sys.executable, str(EXAMPLES / "publisher.py")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().split()[-1])
        lines = run("subscriber.py", str(port), "--updates", "2")
        assert lines[-1] == "2 updates, 0 dropped"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "stopped\n"
        assert process.wait(10) == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_subscriber(backend: str) -> None:
    lines = run("subscriber.py", "--updates", "3", "--symbols", "AAPL", "--backend", backend)
    assert lines[0] == "subscribed to trade:"
    assert lines.count("trade got") == 3
    assert sum(line.startswith("AAPL") for line in lines) == 3
    assert lines[-1] == "3 updates, 0 dropped"
