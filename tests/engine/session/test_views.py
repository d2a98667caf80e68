"""Views are computed when they are read, and kept until what they read changes."""

from __future__ import annotations

import pytest

from anyq.engine import Interpreter
from anyq.errors import QError


def session() -> Interpreter:
    q = Interpreter()
    q.eval("n:0;a:1;v::{n+:1;a*10}[]")
    return q


def test_a_view_is_computed_when_read_and_once() -> None:
    q = session()
    assert q.eval("(v;v)") == q.eval("10 10")
    assert q.eval("n") == q.eval("1")


def test_a_change_of_what_it_reads_makes_it_anew() -> None:
    q = Interpreter()
    q.eval("a:1;v::a*10")
    assert q.eval("v") == q.eval("10")
    q.eval("a:5")
    assert q.eval("v") == q.eval("50")


def test_a_view_of_a_view() -> None:
    q = Interpreter()
    q.eval("a:1;b::a+1;c::b+1")
    assert q.eval("c") == q.eval("3")
    q.eval("a:10")
    assert q.eval("c") == q.eval("12")


def test_a_view_that_needs_itself() -> None:
    q = Interpreter()
    q.eval("v::w+1;w::v+1")
    with pytest.raises(QError, match="loop"):
        q.eval("v")


def test_a_variable_takes_the_place_of_a_view() -> None:
    q = session()
    q.eval("v:3")
    assert q.eval("v") == q.eval("3")
    assert "v" not in q.names.views


def test_an_error_is_raised_again_at_each_reading() -> None:
    q = Interpreter()
    q.eval("v::1+a")
    for _ in range(2):
        with pytest.raises(QError, match="a"):
            q.eval("v")
    q.eval("a:1")
    assert q.eval("v") == q.eval("2")
