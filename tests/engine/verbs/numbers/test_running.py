"""Running and windowed functions: each is its aggregate of a prefix or a window."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples
from tests.engine.asking import error, holds

from anyq.engine import Interpreter
from anyq.engine.kernel._support import long
from anyq.testing import strategies as q
from anyq.values import Atom, QType, Vector

longs = q.vectors("j", allow_infinities=False, allow_nulls=False, min_size=1, max_size=8).filter(
    lambda x: all(abs(int(item.raw)) < 10**6 for item in x)
)
WINDOWS = Interpreter()
WINDOWED = [("msum", "sum"), ("mmin", "min"), ("mmax", "max"), ("mcount", "count")]
PREFIXES = "x til each 1+til count x"


@pytest.mark.parametrize(("running", "whole"), [("sums", "sum"), ("prds", "prd"), ("mins", "min"), ("maxs", "max")])
@given(x=longs)
def test_running_is_the_aggregate_of_each_prefix(running: str, whole: str, x: Vector) -> None:
    assert holds(f"({running} x)~{whole} each {PREFIXES}", x=x)


@pytest.mark.parametrize(
    ("windowed", "whole"), [("msum", "sum"), ("mmin", "min"), ("mmax", "max"), ("mcount", "count")]
)
@given(x=longs, n=st.integers(1, 5))
def test_windowed_is_the_aggregate_of_each_window(windowed: str, whole: str, x: Vector, n: int) -> None:
    assert holds(f"all(n {windowed} x)={whole} each(neg n)sublist/:{PREFIXES}", x=x, n=long(n))


@given(longs, st.integers(1, 5))
def test_mavg_is_msum_over_mcount(x: Vector, n: int) -> None:
    assert holds("all 1e-9>abs(n mavg x)-(n msum x)%n mcount x", x=x, n=long(n))


@given(longs)
def test_deltas_undo_sums(x: Vector) -> None:
    assert holds("(deltas sums x)~x", x=x)
    assert holds("(sums deltas x)~x", x=x)


@given(longs, st.integers(-9, 9))
def test_xprev_moves(x: Vector, n: int) -> None:
    assert holds("(n xprev x)~x(til count x)-n", x=x, n=long(n))
    assert holds("((prev x)~1 xprev x)&(next x)~-1 xprev x", x=x)


@given(q.vectors("j", max_size=8))
def test_fills_carries_forward(x: Vector) -> None:
    assert holds("all(null x)|x=fills x", x=x)
    assert holds("(fills x)~{$[null y;x;y]}\\[x]", x=x) or holds("0=count x", x=x)


@pytest.mark.parametrize("text", ["sums`a`b", "2 msum`a`b", "`a mavg 1 2"])
def test_refused(text: str) -> None:
    assert error(text) == "type"


@given(
    st.lists(st.one_of(st.floats(-100, 100), st.sampled_from([0.0, float("nan")])), max_size=80),
    st.integers(0, 90),
    st.floats(0, 1),
)
@settings(max_examples=examples(40), deadline=None)
def test_windows_are_what_each_of_them_holds(items: list[float], size: int, factor: float) -> None:
    q = WINDOWS
    q.set("v", Vector(QType.FLOAT, np.array(items, np.float64)))
    windows = [items[max(0, at + 1 - size) : at + 1] for at in range(len(items))]
    kept = [[item for item in window if item == item] for window in windows]
    expected: dict[str, list[float]] = {
        "msum": [sum(window) for window in kept],
        "mavg": [float(np.mean(window)) if window else np.nan for window in kept],
        "mdev": [float(np.std(window)) if window else np.nan for window in kept],
    }
    if size:
        expected["mmax"] = [max(window, default=-np.inf) for window in kept]
    for verb, wanted in expected.items():
        found = q.eval(f"{size} {verb} v").array  # type: ignore[attr-defined]
        if verb != "mmax" or size > 1:
            np.testing.assert_allclose(found, np.array(wanted), rtol=1e-9, atol=1e-6)
    smoothed, last = [], items[0] if items else 0.0
    for item in items:
        last += factor * (item - last)
        smoothed.append(last)
    q.set("a", Atom(QType.FLOAT, factor))
    found = q.eval("a ema v").array  # type: ignore[attr-defined]
    np.testing.assert_allclose(found, np.array(smoothed), rtol=1e-9, atol=1e-9)
