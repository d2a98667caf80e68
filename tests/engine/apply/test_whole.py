"""Iterators in one stroke give what visiting each item gives: the same values, types and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples

from anyq.engine import Interpreter
from anyq.engine.kernel._records import records
from anyq.errors import QError
from anyq.values import Atom, QType, Value, Vector, collapse, match

Q: Final = Interpreter()
LONGS: Final = [
    0,
    1,
    -1,
    2,
    3,
    7,
    -5,
    10**6,
    2**31,
    2**53 + 1,
    2**61,
    2**62,
    -(2**62),
    2**63 - 1,
    -(2**63),
    -(2**63) + 1,
]
FLOATS: Final = [0.0, -0.0, 1.0, 0.1, 0.1 + 1e-16, 0.3, -2.5, 1e-300, 1e18, float("inf"), -float("inf"), float("nan")]
FUNCTIONS: Final = ["{x+1}", "{x*x}", "{a:x+1;a*2}", "{x}", "{1}", "{x<`b}", "{neg x}", "{not x}", "neg", "{0<x}"]
BINARY: Final = ["+", "-", "*", "%", "<", ">", "=", "<=", ">=", "<>", "&", "|", " div ", " mod ", "^", ","]
UNARY: Final = ["neg ", "abs ", "not ", "null ", "floor "]

numbers = st.sampled_from([*(Atom(QType.LONG, n) for n in LONGS), *(Atom(QType.FLOAT, n) for n in FLOATS)])
leaves = st.sampled_from(["x", "y", "1", "0", "2.5", "3", "0n", "0N", "1b", "0w"])
bodies = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("({}{}{})".format, inner, st.sampled_from(BINARY), inner),
        st.builds("({}{})".format, st.sampled_from(UNARY), inner),
        st.builds("$[{};{};{}]".format, inner, inner, inner),
    ),
    max_leaves=6,
)


@st.composite
def columns(draw: st.DrawFn) -> Vector:
    kind = draw(st.sampled_from([QType.LONG, QType.FLOAT]))
    items: list[int] | list[float] = LONGS if kind is QType.LONG else FLOATS
    made = collapse([Atom(kind, draw(st.sampled_from(items))) for _ in range(5)])
    assert isinstance(made, Vector)
    return made


def outcome(run: Callable[[], Value]) -> Value | str:
    try:
        return run()
    except QError as error:
        return error.text


def same(x: Value | str, y: Value | str) -> bool:
    return x == y if isinstance(x, str) or isinstance(y, str) else match(x, y) and str(x) == str(y)


def visited(f: Value, *lists: Vector) -> Callable[[], Value]:
    return lambda: records([Q.apply(f, row) for row in zip(*lists, strict=True)])


@given(bodies, columns(), columns())
@settings(max_examples=examples(150), deadline=None)
def test_each(body: str, x: Vector, y: Vector) -> None:
    f = Q.eval(f"{{[x;y] {body}}}")
    each = Q.eval("{x'[y;z]}")
    assert same(outcome(lambda: Q.apply(each, (f, x, y))), outcome(visited(f, x, y)))


@given(bodies, columns(), numbers)
@settings(max_examples=examples(150), deadline=None)
def test_scan_and_over(body: str, x: Vector, seed: Atom) -> None:
    f = Q.eval(f"{{[x;y] {body}}}")

    def steps(state: Value, items: list[Atom]) -> Callable[[], Value]:
        def run() -> Value:
            out = [state]
            for item in items:
                out.append(Q.apply(f, (out[-1], item)))
            return records(out)

        return run

    whole = outcome(steps(x[0], list(x)[1:]))
    assert same(outcome(lambda: Q.apply(Q.eval("{x\\[y]}"), (f, x))), whole)
    seeded = outcome(steps(seed, list(x)))
    found = outcome(lambda: Q.apply(Q.eval("{(enlist y),x\\[y;z]}"), (f, seed, x)))
    assert same(found, seeded)
    last = seeded if isinstance(seeded, str) else list(seeded)[-1]
    assert same(outcome(lambda: Q.apply(Q.eval("{x/[y;z]}"), (f, seed, x))), last)


LISTS: Final = [
    "til 5",
    "5 0N 7",
    "1 2f",
    "0n 1",
    "`a`b",
    '"ab"',
    "01b",
    "2024.01.01 2024.01.02",
    "()",
    "0#0",
    "`s#1 2",
]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("items", LISTS)
def test_item_wise_lambdas_of_any_list(function: str, items: str) -> None:
    x = Q.eval(items)
    f = Q.eval(function)
    expected = outcome(lambda: records([Q.apply(f, (item,)) for item in x]))
    found = outcome(lambda: Q.apply(Q.eval("{x each y}"), (f, x)))
    assert same(found, expected)


@pytest.mark.parametrize("verb", ["+", "-", "*", "%", "=", "<", "&", "|", "^", "~", ",", "div", "in"])
def test_verbs_between_items(verb: str) -> None:
    for left in LISTS[:8]:
        for right in LISTS[:8]:
            x, y = Q.eval(left), Q.eval(right)
            f = Q.eval(f"{{x {verb} y}}")
            given = outcome(lambda x=x, y=y: Q.apply(Q.eval(f"{{x {verb}'y}}"), (x, y)))  # type: ignore[misc]
            if len(x) != len(y):
                assert given == "length"
            else:
                assert same(given, outcome(visited(f, x, y)))  # type: ignore[arg-type]


PRIOR: Final = [*"-+*%&|<>=~:^,", "{x-y}", "{x+2*y}", "{x<y}", "{y}"]


@pytest.mark.parametrize("function", PRIOR)
@pytest.mark.parametrize("items", LISTS)
def test_each_prior(function: str, items: str) -> None:
    """As item by item after a seed, which is how the first item is told from the others."""
    x = Q.eval(items)
    f = Q.eval(f"({function})") if len(function) == 1 else Q.eval(function)
    found = outcome(lambda: Q.apply(Q.eval("{x':[y]}"), (f, x)))
    general = outcome(lambda: Q.apply(Q.eval("{(enlist first x':[enlist first y]),{x[y;z]}[x]'[1_y;-1_y]}"), (f, x)))
    if len(x) > 1:
        assert same(found, general)


@given(columns())
@settings(max_examples=examples(60), deadline=None)
def test_scans_of_verbs(x: Vector) -> None:
    step = Q.eval("{[a;b] a^b}")
    assert same(
        outcome(lambda: Q.apply(Q.eval("{(^\\)x}"), (x,))), outcome(lambda: Q.apply(Q.eval("{x\\[y]}"), (step, x)))
    )
