"""Stopping evaluations that do not look whether they should."""

from __future__ import annotations

import contextlib
import cProfile
import threading
import time

import pytest

from anyq.embedded import SystemHost
from anyq.engine import Interpreter
from anyq.errors import QError

ENDLESS = "f:{{(x;x)}/[40;1]};"
"""Each of these does more than a day's work in one primitive, which never looks at the stop flag."""


def _interrupt_soon(q: Interpreter) -> None:
    while not q.state.running:
        time.sleep(0)
    q.interrupt()


@pytest.mark.parametrize(
    "text",
    ["neg f[]", "string f[]", "-8!f[]", "f[]~f[]", ".Q.s1 f[]", "@[neg;f[];{`caught}]", "{neg x}f[]", "raze/[f[]]"],
)
def test_interrupt_ends_a_primitive_that_never_looks(text: str) -> None:
    q = Interpreter(SystemHost())
    q.eval(ENDLESS)
    threading.Thread(target=_interrupt_soon, args=(q,)).start()
    with pytest.raises(QError, match=r"^stop$"):
        q.eval(text)
    assert q.eval("1+1").py() == 2


def test_nothing_is_left_pending_behind_an_evaluation() -> None:
    q = Interpreter(SystemHost())
    for _ in range(300):
        timer = threading.Timer(0.0, q.interrupt)
        timer.start()
        with contextlib.suppress(QError):
            q.eval("til 10")
        timer.join()
        assert not q.state.stop
    assert q.eval("sum til 10").py() == 45


def test_an_interrupt_without_an_evaluation_is_nothing() -> None:
    q = Interpreter(SystemHost())
    q.interrupt()
    assert q.eval("2+2").py() == 4


def test_a_time_limit_ends_a_primitive_too() -> None:
    q = Interpreter(SystemHost())
    q.eval(ENDLESS)
    q.time_limit = 0.05
    with pytest.raises(QError, match=r"^stop$"):
        q.guarded(lambda: q.eval("neg f[]"))
    assert q.eval("1+1").py() == 2


def test_a_profiler_sees_evaluations() -> None:
    """CPython 3.11 hangs under a profiler or debugger behind an exception that was withdrawn from its thread."""
    q = Interpreter(SystemHost())
    q.eval(ENDLESS)
    q.time_limit = 0.05
    with pytest.raises(QError, match=r"^stop$"):
        q.guarded(lambda: q.eval("neg f[]"))
    q.eval("1+1")
    profile = cProfile.Profile()
    assert profile.runcall(q.eval, "{x+1}/[10;0]").py() == 10
    assert any("q" in str(entry.code) for entry in profile.getstats())
