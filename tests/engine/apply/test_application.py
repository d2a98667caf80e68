"""Application: every kind of function value to every number of arguments."""

from __future__ import annotations

import pytest
from tests.engine.asking import Q, error, holds

from anyq.engine import Interpreter
from anyq.engine.apply._application import arguments_of
from anyq.values import Atom, QType

FORMS = {
    "{x+y}": "12", "+": "12", "{x+y}[;]": "12", "'[{x};+]": "12", "{[a;b]a+b}": "12",
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_the_spellings_of_application_agree(text: str) -> None:
    wanted = FORMS[text]
    for spelled in ("f[5;7]", "f[5]7", "f . 5 7", ".[f;5 7]", "(f[;7])5", "f[5;]7"):
        assert holds(f"f:{text};({spelled})~{wanted}")


INDEXES = {"x[1]": "2", "x 1": "2", "x@1": "2", "x . enlist 1": "2", "x[0 2]": "1 3", "x[]": "x"}


@pytest.mark.parametrize("text", INDEXES)
def test_data_is_indexed(text: str) -> None:
    assert holds(f"x:1 2 3;({text})~{INDEXES[text]}")


@pytest.mark.parametrize("text", ["{x}[1;2]", "neg[1;2]", "{[]1}[1;2]", "+[1;2;3]", "(+/)[1;2;3]", "{x+y}[1;2;3]"])
def test_too_many_arguments_are_rank(text: str) -> None:
    assert error(text) == "rank"


@pytest.mark.parametrize("text", ["{x+y}[1]", "+[1]", "{x+y+z}[;1;]", 'ssr["a"]'])
def test_too_few_arguments_are_a_projection(text: str) -> None:
    assert holds(f"104h=type {text}")


def test_a_lambda_of_another_session_is_compiled_anew() -> None:
    one, two = Interpreter(), Interpreter()
    one.eval("n:1")
    two.eval("n:2")
    f = one.eval("{x+n}")
    assert one.apply(f, (one.eval("10"),)) == one.eval("11")
    assert two.apply(f, (two.eval("10"),)) == two.eval("12")


def test_arguments_of() -> None:
    assert arguments_of(Atom(QType.LONG, 1)) == (Atom(QType.LONG, 1),)
    assert arguments_of(Q.eval("1 2")) == (Atom(QType.LONG, 1), Atom(QType.LONG, 2))
