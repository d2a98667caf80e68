"""Over and scan: reduce, converge, do, while."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.engine.kernel._support import long
from anyq.testing import strategies as q
from anyq.values import Vector

lists = q.vectors("j", allow_infinities=False, allow_nulls=False, min_size=1, max_size=6)


@pytest.mark.parametrize("f", ["+", "*", "|", "&", "-", "{x-y}", "{(2*x)+y}"])
@given(x=lists)
def test_over_is_the_last_of_scan(f: str, x: Vector) -> None:
    assert holds(f"(({f})/[x])~last({f})\\[x]", x=x)
    assert holds(f"(({f})/[7;x])~last({f})\\[7;x]", x=x)


@pytest.mark.parametrize("f", ["+", "|", "{x-y}"])
@given(x=lists)
def test_reduce_is_a_loop(f: str, x: Vector) -> None:
    assert holds(f"r:x 0;i:1;while[i<count x;r:({f})[r;x i];i+:1];r~({f})/[x]", x=x)


@given(st.integers(0, 12))
def test_do_repeats(n: int) -> None:
    assert holds("(2 xexp n)={2*x}/[n;1]", n=long(n))
    assert holds("(1+n)=count{2*x}\\[n;1]", n=long(n))


@given(st.integers(0, 50))
def test_while_stops_at_the_condition(n: int) -> None:
    assert holds("n={x+1}/[{x<n};0]", n=long(n))


@given(st.integers(-100, 100))
def test_converge_ends_at_a_fixed_point(n: int) -> None:
    assert holds("0={x div 2}/[abs n]", n=long(n))
    assert holds("(last{x div 2}\\[abs n])={x div 2}/[abs n]", n=long(n))


@given(lists)
def test_join_over_is_raze(x: Vector) -> None:
    assert holds("((,/)enlist each x)~raze enlist each x", x=x)


@pytest.mark.parametrize("text", ["{x+y}/[1 2;3 4;5 6]", "{`a+x}/[3;1]"])
def test_refused(text: str) -> None:
    assert error(text) in ("rank", "type")
