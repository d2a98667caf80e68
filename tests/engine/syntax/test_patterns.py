"""Expressions read as patterns: names and expressions in the order a match needs them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q

from anyq.engine.syntax._nodes import AssignPattern, Pattern
from anyq.engine.syntax._patterns import expressions_of, targets_of
from anyq.errors import QError


def pattern(text: str) -> Pattern:
    (node,) = Q.parsed(f"{text}:v").statements
    assert isinstance(node, AssignPattern)
    return node.pattern


@st.composite
def written(draw: st.DrawFn, depth: int = 2) -> tuple[str, list[str], int]:
    """A pattern's text, the names it assigns, and how many expressions it needs."""
    kind = draw(st.integers(0, 5 if depth else 2))
    if kind == 0:
        name = draw(st.sampled_from("abc"))
        return name, [name], 0
    if kind == 1:
        return "", [], 0
    if kind == 2:
        return str(draw(st.integers(0, 9))), [], 1
    parts = draw(st.lists(written(depth - 1), min_size=2, max_size=3))
    names = [name for _, found, _ in parts for name in found]
    count = sum(number for _, _, number in parts)
    if kind == 3:
        return f"({';'.join(text for text, _, _ in parts)})", names, count
    if kind == 4:
        return f"(`k`l`m!({';'.join(text for text, _, _ in parts)}))", names, count + 1
    return f"({';'.join(text for text, _, _ in parts)};d:`j)", [*names, "d"], count + 1


@given(written().filter(lambda drawn: drawn[0].startswith("(")))
def test_targets_and_expressions(drawn: tuple[str, list[str], int]) -> None:
    text, names, count = drawn
    made = pattern(text)
    assert [target.name for target in targets_of(made)] == names
    assert len(list(expressions_of(made))) == count


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(a;b)", "list"),
        ("([k:v])", "entries"),
        ("(a!b)", "dict"),
        ("(`a`b!(x;y))", "keys"),
        ("([]a)", "table"),
        ("(flip a)", "flip"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert pattern(text).kind == kind


@pytest.mark.parametrize("text", ["(a+b;c)", "({x};b)", "(a;1+1)"])
def test_other_expressions_are_refused(text: str) -> None:
    with pytest.raises(QError, match="assign"):
        Q.parsed(f"{text}:v")
