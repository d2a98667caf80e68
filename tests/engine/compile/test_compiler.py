"""Compiled code: order of evaluation, places of errors, limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine import Interpreter
from anyq.errors import QError

FORMS = ["f[a 1;a 2]", "(a 1;a 2)", "(a 1)f a 2", "f[a 1]a 2", "([]x:a 1;y:a 2,3)", "$[a 1;a 2;3]"]


@pytest.mark.parametrize("text", FORMS)
def test_arguments_are_evaluated_from_the_right(text: str) -> None:
    q = Interpreter()
    q.eval("seen:();a:{seen,:first x;x};f:{x}")
    q.eval(f"@[{{{text}}};0;0];")
    wanted = "1 2" if text.startswith("$") else "2 1"
    assert q.eval("seen") == q.eval(wanted)


@given(st.integers(0, 6), st.integers(0, 6))
def test_control_words_run_as_loops_do(n: int, m: int) -> None:
    q = Interpreter()
    assert q.eval(f"{{i:0;r:0;while[i<{n};r+:i;i+:1];r}}[]") == q.eval(str(sum(range(n))))
    assert q.eval(f"{{r:0;do[{n};do[{m};r+:1]];r}}[]") == q.eval(str(n * m))
    assert q.eval(f"{{$[{n}>{m};`more;{n}={m};`same;`less]}}[]") == q.eval(
        "`more" if n > m else "`same" if n == m else "`less"
    )


@pytest.mark.parametrize(
    ("text", "place"), [("1+`a", 1), ("f:{x+`a}\nf 1", 9), ("(1;2;'bad)", 5), ("til each -1 2", 0)]
)
def test_an_error_names_its_place(text: str, place: int) -> None:
    with pytest.raises(QError) as raised:
        Interpreter().eval(text)
    assert raised.value.position is not None
    assert "^" in raised.value.detail or place == 0


@pytest.mark.parametrize("text", ["{{{{{{{{1}[]}[]}[]}[]}[]}[]}[]}[]", "{x}{x}{x}1", "{[a]{[b]b+1}a}3"])
def test_functions_nest(text: str) -> None:
    Interpreter().eval(text)


def test_a_local_is_not_seen_by_inner_functions() -> None:
    with pytest.raises(QError, match="v"):
        Interpreter().eval("{v:1;{v}[]}[]")


def test_a_local_that_is_not_set_yet() -> None:
    q = Interpreter()
    assert q.eval("{r:(v;1);v:2;r}[]") == q.eval("(();1)")


def test_the_silence_of_assignments() -> None:
    q = Interpreter()
    assert [q.program(text).silent for text in ("a:1", "a:1;a", "1;", "a[0]:1", "1")] == [
        True,
        False,
        True,
        True,
        False,
    ]
