"""The example of two servers queried at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "async_querying.py"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_two_servers_answer_in_the_time_of_the_slower(backend: str) -> None:
    command = [sys.executable, str(EXAMPLE), "--backend", backend, "--sleep", "1", "0.5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    first, second, took = done.stdout.splitlines()
    assert first == "0 1 2 3 4 5 6 7 8 9 10 11 12"
    assert second == "0 1 2 3 4 5 6 7 8 9"
    seconds = float(took.removeprefix("took ").removesuffix(" seconds"))
    assert 1 <= seconds < 1.45
