"""Ranks of function values."""

from __future__ import annotations

import pytest

from anyq.engine import Interpreter
from anyq.engine.session._functions import holes, is_function, project, rank_of
from anyq.values import Projection

Q = Interpreter()
RANKS = {
    "+": 2, "neg": 1, "{}": 1, "{x+y}": 2, "{x+z}": 3, "{[]1}": 0, "{[a;b;c;d]}": 4, "{x+y}[1]": 1, "{x+y+z}[;2]": 2,
    "+[;1]": 1, "(+/)": 1, "+'": 2, "neg'": 1, "+/:": 2, "+\\:": 2, "'[neg;+]": 2, "'[neg;{x+y+z}]": 3, "xbar": 2,
    "1 2 3": 1, "`a`b!1 2": 1, "ssr": 3, "insert": 2,
}  # fmt: skip


@pytest.mark.parametrize("text", RANKS)
def test_rank(text: str) -> None:
    assert rank_of(Q.eval(text), Q.vocabulary) == RANKS[text]


@pytest.mark.parametrize("text", ["+", "{}", "+/", "+[1]", "'[neg;neg]", "xbar"])
def test_functions_are_told_from_data(text: str) -> None:
    assert is_function(Q.eval(text))
    assert not is_function(Q.eval(f"enlist({text})"))


def test_holes_are_the_arguments_to_come() -> None:
    made = Q.eval("{x+y+z}[;2;]")
    assert isinstance(made, Projection)
    assert holes(made) == 2
    assert Q.apply(made, (Q.eval("1"), Q.eval("3"))) == Q.eval("6")
    assert Q.apply(project(Q.eval("+"), (Q.eval("1"),)), (Q.eval("3"),)) == Q.eval("4")
