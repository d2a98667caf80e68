"""Parse trees: evaluating one gives what its text gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q, ask, error, holds

from anyq.errors import QError
from anyq.values import Value

TERMS = ["1", "v", "2 3", "`a", '"xy"', "(1;`b)", "{x+1}", "neg", "(+)", "d", "()", "0n", "f[1]", "v 0", "d`a"]
JOINED = [
    "{}+{}",
    "{},{}",
    "{}~{}",
    "count {}{}",
    "({};{})",
    "$[v~v;{};{}]",
    "f[{};{}]",
    "{{x}}[{}]{}",
    "[{};{}]",
    "{}!{}",
]


@st.composite
def expressions(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(TERMS))
    for _ in range(draw(st.integers(0, 3))):
        text = draw(st.sampled_from(JOINED)).format(draw(st.sampled_from(TERMS)), f"({text})")
    return text


def outcome(text: str) -> Value | str:
    """The value, or the error's text."""
    try:
        return Q.eval(text)
    except QError as raised:
        return raised.text


@given(expressions())
def test_eval_of_parse(text: str) -> None:
    Q.eval("v:10 20;d:`a`b!1 2;f:{x,y}")
    whole, tree = outcome(text), outcome('eval parse "' + text.replace('"', '\\"') + '"')
    assert whole == tree or str(whole) == str(tree)  # functions are the same when their text is


@pytest.mark.parametrize(
    ("text", "tree"),
    [("a+1", "(+;`a;1)"), ("`a", "enlist`a"), ("f x", "(`f;`x)"), ("x:1", "(:;`x;1)"), ("a[1;2]", "(`a;1;2)"),
     ("-1 -1", "-1 -1"), ("(1;a)", "(enlist;1;`a)"), ("a;b", '(";";`a;`b)')],
)  # fmt: skip
def test_shapes(text: str, tree: str) -> None:
    assert holds(f'(parse"{text}")~{tree}')


def test_loops_and_conditions_as_trees() -> None:
    for text in ("i:0;while[i<5;i:i+1];i", "i:0;do[3;i:i+2];i", "i:0;if[1b;i:9];i", "$[0b;1;0b;2;3]"):
        assert ask(f'eval parse"{text}"') == ask(text)
    assert error("eval(`nix;1)") == "nix"
