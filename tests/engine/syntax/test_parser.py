"""Nodes: the shape of phrases, what they refuse, and that no text hurts."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.amounts import examples

from anyq.engine import Interpreter
from anyq.engine.syntax._lexer import MAX_NESTING
from anyq.engine.syntax._nodes import (
    Apply,
    Assign,
    Block,
    Compose,
    Cond,
    Elided,
    Function,
    Iterated,
    Name,
    Node,
    Query,
    Verb,
)
from anyq.engine.syntax._parser import parse
from anyq.errors import QError

Q = Interpreter()
PIECES = [
    *"+-*%!&|<>=~,^#_$?@.()[]{};: \n'/\\`", "1 2.5", "`a", '"x"', "x", "y", "a", "t", "':", "/:", "\\:", "::",
    "select ", "from ", "where ", "by ", "each ", "count ", "if[", "while[", "do[", "$[",
    "0N", "0x", "+:", "t[", "0:", "([]",
    "distinct ",
]  # fmt: skip


def nodes(text: str) -> Block:
    return parse(text, Q.words)


def one(text: str) -> Node:
    (node,) = nodes(text).statements
    return node


def test_a_phrase_is_read_from_the_right() -> None:
    node = one("a+b*c")
    assert isinstance(node, Apply)
    assert isinstance(node.function, Verb)
    assert node.function.name == "+"
    assert isinstance(node.arguments[1], Apply)


def test_carets_stand_under_what_is_applied() -> None:
    node = one("ab+cd")
    assert isinstance(node, Apply)
    assert node.function.start == 2
    assert node.end == 5


def test_lambdas_know_their_names() -> None:
    node = one("{[a]b:a+c;d::b}")
    assert isinstance(node, Function)
    assert (node.params, node.locals, node.globals) == (("a",), ("b",), ("c", "d"))
    assert node.source == "{[a]b:a+c;d::b}"


@pytest.mark.parametrize(
    ("text", "params"), [("{x}", "x"), ("{y}", "xy"), ("{z;x}", "xyz"), ("{1}", "x"), ("{{y}}", "x")]
)
def test_implicit_parameters(text: str, params: str) -> None:
    node = one(text)
    assert isinstance(node, Function)
    assert "".join(node.params) == params


@pytest.mark.parametrize(
    ("text", "kind"),
    [("a:1", Assign), ("a[1]:2", Assign), ("f'", Iterated), ("til count@", Compose), ("$[a;b;c]", Cond),
     ("select from t", Query), ("a", Name), ("2+", Apply)],
)  # fmt: skip
def test_kinds(text: str, kind: type) -> None:
    assert isinstance(one(text), kind)


def test_elided_arguments() -> None:
    node = one("f[1;;3]")
    assert isinstance(node, Apply)
    assert [isinstance(a, Elided) for a in node.arguments] == [False, True, False]


def test_query_phrases() -> None:
    node = one("select[5;>p]a,s:sum b by c from t where d>1,e")
    assert isinstance(node, Query)
    assert [name for name, _ in node.columns] == ["a", "s"]
    assert [name for name, _ in node.by or ()] == ["c"]
    assert (len(node.where), len(node.limits)) == (2, 1)
    assert node.order is not None
    assert node.order[0] == ">"


@pytest.mark.parametrize("bracket", ["(", "[", "{", "f[", "(1;", "{x+", "select from ("])
def test_nesting_is_bounded(bracket: str) -> None:
    for depth in (10 * MAX_NESTING, 100_000):
        with pytest.raises(QError) as caught:
            nodes(bracket * depth)
        assert caught.value.text in {"limit", "(", "[", "{"}


def test_long_phrases_are_no_recursion() -> None:
    assert Q.eval("+".join(["1"] * 3_000)) == 3_000
    assert Q.eval("neg " * 3_001 + "1") == -1
    assert Q.eval(";".join(["1"] * 3_000)) == 1
    assert len(Q.eval("(" + ";".join(["1"] * 3_000) + ")")) == 3_000


@settings(max_examples=examples(300), deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)))
def test_any_text_is_a_program_or_an_error(text: str) -> None:
    start = time.perf_counter()
    position = None
    tracemalloc.start()
    try:
        Q.program(text)
    except QError as error:
        position = error.position
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert time.perf_counter() - start < 1
    assert peak < 200 * 2**20
    assert position is None or 0 <= position <= len(text.encode("utf-8", "surrogateescape"))
