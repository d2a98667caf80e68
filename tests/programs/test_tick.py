"""KX's kdb+tick, unchanged: a tickerplant with its log, a real-time subscriber, a feed, a replay, the end of the day.

The scripts (repository KxSystems/kdb-tick: ``tick.q``, ``tick/u.q``, ``tick/r.q``) are not part of this project: put
them in a folder and name it in ``ANYQ_KDB_TICK``.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest

import anyq
from anyq.sync import Connection

FOLDER = os.environ.get("ANYQ_KDB_TICK", "")
SCHEMA = """
trade:([]time:`timespan$();sym:`symbol$();price:`float$();size:`long$())
quote:([]time:`timespan$();sym:`symbol$();bid:`float$();ask:`float$())
"""
BATCHES, ROWS, RATE = 200, 100, 10_000

pytestmark = pytest.mark.skipif(not FOLDER, reason="ANYQ_KDB_TICK names no folder with the scripts of kdb+tick")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The scripts, a schema, and the folder that the subscriber changes to."""
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / "tick" / "sym.q").write_text(SCHEMA)
    (tmp_path / "sym").mkdir()
    return tmp_path


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Connection]:
    """A q of this project with these arguments, and a connection to it."""
    port = free_port()
    command = [sys.executable, "-m", "anyq", "q", *arguments, "-p", str(port)]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            with eventually(lambda: anyq.sync.connect("localhost", port)) as q:
                yield q
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def eventually(attempt: Callable[[], Connection]) -> Connection:
    deadline = time.monotonic() + 30
    while True:
        try:
            return attempt()
        except anyq.ConnectError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def wait_until(q: Connection, condition: str) -> None:
    """Ask until it holds. What is not defined yet, as the script still loads, does not hold."""
    deadline = time.monotonic() + 30
    while not bool(q(f"@[{{{condition}}};0;0b]")):
        assert time.monotonic() < deadline, condition
        time.sleep(0.05)


def subscriber(folder: Path, plant: Connection) -> AbstractContextManager[Connection]:
    return running(folder, "tick/r.q", f":{plant.address.port}", ":1")


def test_a_day_of_trades(folder: Path) -> None:
    rng = np.random.default_rng(0)
    with ExitStack() as stack:
        plant = stack.enter_context(running(folder, "tick.q", "sym", "."))
        wait_until(plant, "`sub in key .u")
        rdb = stack.enter_context(subscriber(folder, plant))
        wait_until(plant, "all 0<count each .u.w")
        total = feed(plant, rng)
        wait_until(rdb, f"{total}=exec sum size from trade")
        assert rdb("count trade") == BATCHES * ROWS
        assert plant("-11!(-2;.u.L)") == BATCHES
        assert rdb("attr trade`sym") == "g"

        late = stack.enter_context(subscriber(folder, plant))
        wait_until(late, f"{BATCHES * ROWS}=count trade")
        assert late("exec sum size from trade") == total
        assert late("select last price by sym from trade") == rdb("select last price by sym from trade")

        day = str(plant(".u.d"))
        plant(".u.endofday[]")
        wait_until(rdb, "0=count trade")
        saved = folder / "sym" / day / "trade"
        assert saved.is_dir()
        assert plant("-11!(-2;.u.L)") == 0
        history = stack.enter_context(running(folder, "sym"))
        wait_until(history, "`trade in tables[]")
        assert history("exec sum size from trade") == total
        assert history("count quote") == 0
        assert history(f"attr(get`:{day}/trade)`sym") == "p"
        assert history("exec distinct date from trade") == plant("enlist .u.d-1")


def feed(plant: Connection, rng: np.random.Generator) -> int:
    """Batches of rows at the rate of a busy market; the sum of the sizes."""
    names = np.array(["IBM", "MSFT", "GE"], object)
    total = 0
    started = time.monotonic()
    for number in range(BATCHES):
        sizes = rng.integers(1, 1000, ROWS)
        rows = anyq.List(
            [
                anyq.symbols(names[rng.integers(0, 3, ROWS)]),
                anyq.vector("f", rng.random(ROWS)),
                anyq.vector("j", sizes),
            ]
        )
        plant.post(anyq.symbol(".u.upd"), anyq.symbol("trade"), rows)
        total += int(sizes.sum())
        time.sleep(max(0.0, started + (number + 1) * ROWS / RATE - time.monotonic()))
    plant.flush()
    return total
