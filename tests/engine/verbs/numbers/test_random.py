"""Drawing: bounds, counts, seeds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.engine import Interpreter
from anyq.engine.kernel._support import long
from anyq.testing import strategies as q
from anyq.values import Vector


@given(st.integers(0, 30), st.integers(1, 2**62))
def test_numbers_below(count: int, limit: int) -> None:
    assert holds("(n=count x)&all(x>=0)&m>x:n?m", n=long(count), m=long(limit))


@given(q.vectors(min_size=1, max_size=6), st.integers(0, 12))
def test_items_of_a_list(x: Vector, n: int) -> None:
    assert holds("(n=count y)&all(y:n?x)in x", x=x, n=long(n))


@given(st.integers(0, 20))
def test_dealing_does_not_repeat(n: int) -> None:
    assert holds("(n=count distinct x)&all(x:(neg n)?20)within 0 19", n=long(n))
    assert holds("(til 20)~asc(neg 20)?20")


@pytest.mark.parametrize("kind", ["1b", "0x0", "5h", "5i", "5f", "5e", "`3", "2020.01.01", "12:00", "1D", '"z"', "0Ng"])
def test_every_type_can_be_drawn(kind: str) -> None:
    if kind == "0Ng":
        assert error("3?0Ng") == "access"  # a guid takes the host's entropy
        return
    assert holds(f"3=count 3?{kind}") or error(f"3?{kind}") == "type"


def test_a_seed_repeats_the_sequence() -> None:
    one, two = Interpreter(), Interpreter()
    for session in (one, two):
        session.eval("\\S 42")
    drawn = [session.eval("(5?100;3?1f;4?`8)") for session in (one, two)]
    assert drawn[0] == drawn[1]
    assert one.eval("5?100") != drawn[0]


@pytest.mark.parametrize("text", ["-5?3", "-3?1 2", "3?`a`b`c,()", "`a?3 4"])
def test_more_than_there_is(text: str) -> None:
    assert error(text) in ("length", "type", "cast", "")
