"""Aggregates beside Python's own."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q, ask, error, holds

from anyq.testing import strategies as q
from anyq.values import Atom, Value, Vector

longs = st.lists(st.integers(-1000, 1000), min_size=1, max_size=12)


def given_longs(numbers: list[int]) -> str:
    return f"(0#0),{' '.join(map(str, numbers))}"


def number(value: Value) -> float:
    assert isinstance(value, Atom)
    return float(value.raw)


@given(longs)
def test_whole_numbers(numbers: list[int]) -> None:
    Q.set("x", ask(given_longs(numbers)))
    assert number(ask("sum x")) == sum(numbers)
    assert number(ask("prd x mod 7")) == math.prod(n % 7 for n in numbers)
    assert (number(ask("min x")), number(ask("max x"))) == (min(numbers), max(numbers))
    assert number(ask("avg x")) == pytest.approx(statistics.fmean(numbers))
    assert number(ask("med x")) == pytest.approx(statistics.median(numbers))
    assert number(ask("var x")) == pytest.approx(statistics.pvariance(numbers), abs=1e-6)
    assert number(ask("dev x")) == pytest.approx(statistics.pstdev(numbers), abs=1e-6)
    if len(numbers) > 1:
        assert number(ask("svar x")) == pytest.approx(statistics.variance(numbers), abs=1e-6)


@given(q.vectors("j", allow_infinities=False, max_size=8))
def test_nulls_do_not_count(x: Vector) -> None:
    assert holds("all(sum[x]~sum x where not null x;avg[x]~avg x where not null x)", x=x)
    assert holds("(min[x]~min x where not null x)&max[x]~max x where not null x", x=x)


@given(longs, st.integers(0, 11))
def test_weighted(numbers: list[int], shift: int) -> None:
    Q.set("x", ask(given_longs(numbers)))
    Q.set("w", ask(given_longs([abs(n) + 1 + shift for n in numbers])))
    assert holds("(w wsum x)=sum w*x")
    assert holds("abs[(w wavg x)-(sum w*x)%sum w]<1e-9")


@given(q.vectors("b", max_size=6))
def test_all_and_any(x: Vector) -> None:
    assert holds("(all[x]=not any not x)&any[x]=0<sum x", x=x)


@given(longs)
def test_covariance_of_a_list_with_itself_is_its_variance(numbers: list[int]) -> None:
    Q.set("x", ask(given_longs(numbers)))
    assert holds("(1e-6>abs(x cov x)-var x)|null var x")


@pytest.mark.parametrize("text", ["sum`a`b", "avg`a`b", "dev`a", "prd`a`b"])
def test_symbols_have_no_sum(text: str) -> None:
    assert error(text) == "type"
