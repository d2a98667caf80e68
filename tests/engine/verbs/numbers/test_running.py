"""Running and windowed functions: each is its aggregate of a prefix or a window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.engine.kernel._support import long
from anyq.testing import strategies as q
from anyq.values import Vector

longs = q.vectors("j", allow_infinities=False, allow_nulls=False, min_size=1, max_size=8).filter(
    lambda x: all(abs(int(item.raw)) < 10**6 for item in x)
)
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
