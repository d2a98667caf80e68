"""Compiled text: it runs any number of times, and knows what the console shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine import Interpreter
from anyq.engine.session._program import Program


@given(st.integers(-9, 9), st.integers(1, 4))
def test_a_program_runs_again(start: int, runs: int) -> None:
    q = Interpreter()
    q.eval(f"n:{start}")
    program = q.program("n+:1;n")
    assert isinstance(program, Program)
    assert [q.run(program).py() for _ in range(runs)] == list(range(start + 1, start + runs + 1))
    assert q.program("n+:1;n") is program


@pytest.mark.parametrize(
    ("text", "silent"),
    [("1+1", False), ("x:1", True), ("1;", True), ("x:1;x", False), ("", True), ("f:{x};f 1", False), ("x+:1", True)],
)
def test_assignments_and_final_semicolons_are_silent(text: str, silent: bool) -> None:
    assert Interpreter().program(text).silent is silent
