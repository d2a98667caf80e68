"""Values that are small to send and huge to work on end with the time limit, whatever verb meets them.

Meanwhile the event loop goes on, and the process stays within its memory: see the program `tests.embedded.bombs`.
``ANYQ_BOMBS`` says how many expressions are tried (0: none); ``all`` tries each verb on each value.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

import pytest
from tests.embedded.bombs import BOMBS

from anyq.engine import Interpreter

CHOSEN: Final = os.environ.get("ANYQ_BOMBS", "60")
MEGABYTES: Final = 2000
"""What the process may take, as with ``anyq q -w``."""
LIMIT: Final = 1.0 if CHOSEN == "all" else 0.1
"""Seconds that an evaluation may take."""
LATE: Final = 2.0
"""Seconds of processor time by which it may end later."""
STILL: Final = 0.25
"""Seconds for which nothing else may run in the event loop."""

EXCEPT: Final = {
    "exit": "ends the process",
    "hopen": "connects; tests/embedded/test_waits.py",
    "system": "runs what its argument says",
    "value": "evaluates its argument",
    "read0": "reads files; test_waits.py",
}
"""Verbs that are not tried, and why."""
VERBS: Final = sorted(
    name
    for name in Interpreter().vocabulary.entries
    if name.isascii() and name not in EXCEPT and (name.isalpha() or not (name[0].isalnum() or name[0] in ".\\"))
)
SHAPES: Final = ("f[x]", "f[x;y]", "f'[x;y]", "f/[x;y]", "f\\[x]", "f/:[x;y]", "f\\:[x;y]", "f':[x]", "f[x;y;x]")


def expression(verb: str, shape: str, x: str, y: str) -> str:
    names = {"f": verb if verb.isalpha() else f"({verb})", "x": x, "y": y}
    return "".join(names.get(letter, letter) for letter in shape)


def expressions() -> list[str]:
    """Some of all that there are, the same each time; or for each verb and value with one argument and with two."""
    if CHOSEN == "all":
        return [expression(verb, shape, x, x) for verb in VERBS for shape in SHAPES[:2] for x in BOMBS]
    choose = random.Random(15)
    values = list(BOMBS)
    return [
        expression(choose.choice(VERBS), choose.choice(SHAPES), choose.choice(values), choose.choice(values))
        for _ in range(int(CHOSEN))
    ]


@pytest.fixture(scope="module")
def bombed() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.embedded.bombs", str(MEGABYTES), str(LIMIT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def test_few_verbs_are_excepted() -> None:
    assert len(EXCEPT) <= 5
    assert set(EXCEPT) <= set(Interpreter().vocabulary.entries)


@pytest.mark.parametrize("text", expressions())
def test_it_ends_with_the_time_limit_and_holds_nobody_up(bombed: subprocess.Popen[str], text: str) -> None:
    assert bombed.stdin is not None
    assert bombed.stdout is not None
    bombed.stdin.write(f"{text}\n")
    bombed.stdin.flush()
    for line in bombed.stdout:
        if line.startswith("= "):  # else it was shown
            _, seconds, still, came = line.split(" ", 3)
            assert float(seconds) < LIMIT + LATE, came
            assert float(still) < STILL, came
            assert not came.startswith("internal"), came
            return
    pytest.fail(f"the process ended: {bombed.wait()}")
