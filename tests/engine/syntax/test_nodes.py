"""Nodes: every one has its place in the text, and lies inside the one it is part of."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q

from anyq.engine.syntax import _nodes
from anyq.engine.syntax._nodes import Assign, Block, Constant, Elided, Function, Node, Query
from anyq.engine.syntax._scope import children

TEXTS = [
    "a+b*c", "f[x;y]", "(1;a;`b)", "([]a:1;b:c)", "{[a]a+b}[1]", "x:y", "x[1]+:y", "select a by b from t where c>1",
    "$[a;b;c]", "if[a;b]", "f/x", "'err", ":x", "count each x", "a b c", "(a;b):c", "x::y+1", "f[;1]",
]  # fmt: skip


@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_parts_lie_inside_the_whole(first: str, second: str) -> None:
    text = f"{first};{second}"
    todo: list[Node] = [Q.parsed(text)]
    while todo:
        node = todo.pop()
        assert 0 <= node.start <= node.end <= len(text)
        if isinstance(node, Function):
            assert text[node.start : node.end] == node.source
            todo.extend(node.body)
        if isinstance(node, Constant | Elided) or not isinstance(node, Block | Query):
            todo.extend(children(node))


@pytest.mark.parametrize("name", [name for name in dir(_nodes) if attrs.has(getattr(_nodes, name))])
def test_nodes_are_immutable(name: str) -> None:
    kind = getattr(_nodes, name)
    values = [0] * len([field for field in attrs.fields(kind) if field.default is attrs.NOTHING])
    made = kind(*values)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.start = 1


@pytest.mark.parametrize(("text", "view"), [("v::1", True), ("v:1", False), ("v[0]::1", False), ("v+::1", False)])
def test_a_view_is_a_plain_double_colon(text: str, view: bool) -> None:
    (node,) = Q.parsed(text).statements
    assert isinstance(node, Assign)
    assert node.is_view is view
