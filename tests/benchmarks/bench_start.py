"""How long a console takes from its command to its end, with nothing to do in between."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROUNDS = 9
LIMIT = 0.300


def least(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """The least time that passed, and the least processor time: what a busy machine adds is not the command's."""
    passed, used = [], []
    for _ in range(ROUNDS):
        before, began = os.times(), time.perf_counter()
        subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, check=True)
        passed.append(time.perf_counter() - began)
        after = os.times()
        used.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return min(passed), min(used)


def test_start_of_a_console(tmp_path: Path) -> None:
    """With bytecode cached, as an installed package has it. Written to a folder of its own: the sources may be
    installed editable on a machine that writes none."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    console = [str(Path(sysconfig.get_path("scripts")) / "anyq"), "q", "-q"]
    subprocess.run(console, stdin=subprocess.DEVNULL, env=environment, check=True)
    numpy, _ = least([sys.executable, "-c", "import numpy"], environment)
    passed, used = least(console, environment)
    print(f"\nanyq q -q: {passed * 1e3:.0f} ms, {used * 1e3:.0f} ms of them computing (limit {LIMIT * 1e3:.0f} ms)")
    print(f"import numpy alone: {numpy * 1e3:.0f} ms")
    assert min(passed, used) < LIMIT  # on an idle machine they are one; a busy one makes the first say nothing
