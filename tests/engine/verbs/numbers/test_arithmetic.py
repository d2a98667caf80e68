"""Laws of arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.engine.kernel._support import long
from anyq.engine.kernel._support import longs as longs_of
from anyq.testing import strategies as q
from anyq.values import Value

longs = q.vectors("j", allow_infinities=False, max_size=6)
small = st.integers(-(10**6), 10**6)
NUMBERS = "bxhijef"


@given(longs, q.atoms("j"))
def test_longs_wrap_and_keep_nulls(x: Value, y: Value) -> None:
    assert holds("(x+y)~y+x", x=x, y=y)
    assert holds("null[x+y]~null[x]|null y", x=x, y=y) or holds("any 0N=(0^x)+0^y", x=x, y=y)


@given(longs)
def test_identities(x: Value) -> None:
    assert holds("all(x~x+0;x~x*1;(neg neg x)~x;(x-x)~0*x)", x=x)


@given(small, small.filter(bool))
def test_div_and_mod_are_pythons(a: int, b: int) -> None:
    assert holds(f"(({a})div {b})={a // b}")
    assert holds(f"(({a})mod {b})={a % b}")


@pytest.mark.parametrize("left", NUMBERS)
@pytest.mark.parametrize("right", NUMBERS)
def test_every_pair_of_numbers_adds_and_divides(left: str, right: str) -> None:
    assert holds(f'2="j"$("{left}"$1)+"{right}"$1')
    assert holds(f'1f~"f"$("{left}"$1)%"{right}"$1')
    assert holds(f'-9h=type("{left}"$1)%"{right}"$1')


@pytest.mark.parametrize("text", ["1+`a", "`a-1", "2*`a`b", "neg`a", "abs`a", "sqrt`a", "(1 2)+1 2 3", "1 2 mod 1 2 3"])
def test_refused(text: str) -> None:
    assert error(text) in ("type", "length")


@given(q.vectors("f", max_size=5))
def test_signum_abs_reciprocal(x: Value) -> None:
    assert holds("all(abs[x]~x*signum x)|(null x)|x in -0w 0w 0f", x=x)
    assert holds("(reciprocal x)~1%x", x=x)


@given(st.integers(1, 50), st.lists(st.integers(-(2**61), 2**61)).map(longs_of))
def test_xbar_is_the_multiple_below(n: int, x: Value) -> None:
    assert holds("all(null x)|(0=(n xbar x)mod n)&(x>=n xbar x)&x<n+n xbar x", x=x, n=long(n))


@given(st.lists(st.integers(-(10**9), 10**9)).map(longs_of))
def test_floor_and_ceiling_surround(x: Value) -> None:
    assert holds("all(floor[y]<=y)&(y<=ceiling y)&1>=ceiling[y]-floor y:x%8", x=x)
