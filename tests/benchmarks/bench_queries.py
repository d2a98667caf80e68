"""What loops and queries cost beside the same work in Python and pandas."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from anyq.engine import Interpreter

ROUNDS = 5
LOOP_LIMIT = 10
QUERY_LIMIT = 3
STEPS = 1_000_000
IN_PLACE_LIMIT = 2


def best(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of the fastest round."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def compare(name: str, ours: float, theirs: float, limit: float) -> None:
    print(f"\n{name}: {ours * 1e3:.1f} ms, {ours / theirs:.2f} x the same elsewhere (limit {limit} x)")
    assert ours < limit * theirs


def test_scalar_loop() -> None:
    """``{x+1}/[1000000;0]`` beside the same loop of calls of a Python function."""
    q = Interpreter()
    program = q.program(f"{{x+1}}/[{STEPS};0]")

    def step(x: int) -> int:
        return x + 1

    def loop() -> int:
        x = 0
        for _ in range(STEPS):
            x = step(x)
        return x

    compare("scalar loop", best(lambda: q.run(program), 3), best(loop, 3), LOOP_LIMIT)


def test_amend_in_place() -> None:
    """A step of ``v[i]+:1`` costs the same for a long vector as for a short one: only the changed item is written."""
    q = Interpreter()
    loops = [q.program(f"{{v:til {size};i:0;while[i<20000;v[i mod 100]+:1;i+:1];v 0}}[]") for size in (100, 1_000_000)]
    short, long = (best(lambda loop=loop: q.run(loop), 3) for loop in loops)  # type: ignore[misc]
    compare("amend of a long vector", long, short, IN_PLACE_LIMIT)


@pytest.fixture(scope="module")
def session() -> tuple[Interpreter, Any, Any]:
    """A session with ``trade``, ``quote`` and ``ref``, and the first two as frames."""
    pytest.importorskip("pandas")
    q = Interpreter()
    q.eval(
        "n:1000000;s:`a`b`c`d`e`f`g`h;trade:([]sym:n?s;time:asc n?1D;price:n?100f;size:n?1000);"
        "quote:([]sym:n?s;time:asc n?1D;bid:n?100f);ref:([sym:s]lot:til 8)"
    )
    frames = [q.eval(name).pd().astype({"sym": object}) for name in ("trade", "quote")]
    return q, frames[0], frames[1]


QUERIES: list[tuple[str, Callable[[Any, Any, Any], object]]] = [
    (
        "select sum size, avg price by sym from trade",
        lambda pd, t, u: t.groupby("sym").agg({"size": "sum", "price": "mean"}),
    ),
    ("select from trade where sym=`a,price>50", lambda pd, t, u: t[(t.sym == "a") & (t.price > 50)]),
    ("aj[`sym`time;trade;quote]", lambda pd, t, u: pd.merge_asof(t, u, on="time", by="sym")),
    (
        "trade lj ref",
        lambda pd, t, u: t.join(pd.DataFrame({"lot": range(8)}, index=list("abcdefgh")), on="sym"),
    ),
    ("`sym xasc trade", lambda pd, t, u: t.sort_values("sym", kind="stable")),
]


@pytest.mark.parametrize(("query", "pandas"), QUERIES, ids=[query for query, _ in QUERIES])
def test_queries(session: tuple[Interpreter, Any, Any], query: str, pandas: Callable[[Any, Any, Any], object]) -> None:
    pd = pytest.importorskip("pandas")
    q, trade, quote = session
    program = q.program(query)
    compare(query, best(lambda: q.run(program)), best(lambda: pandas(pd, trade, quote)), QUERY_LIMIT)
