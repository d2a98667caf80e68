"""Python source being written: each line keeps its place, constants come once, limits hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.compile._lines import MAX_INDENT, Lines, Unit
from anyq.errors import QError


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(-9, 9)), max_size=8))
def test_each_line_has_its_place(steps: list[tuple[int, int]]) -> None:
    unit = Unit("source", [])
    lines = Lines(unit)
    lines.header("def q():", [])
    for place, number in steps:
        lines.mark = place
        lines.temporary(str(number))
    lines.emit(f"return {' + '.join(f't{k}' for k in range(len(steps))) or '0'}")
    assert len(unit.marks) == len(lines.lines)
    assert unit.marks[2 : 2 + len(steps)] == [place for place, _ in steps]
    made = lines.finish({"S": type("Stop", (), {"stop": False}), "halt": None})
    assert made() == sum(number for _, number in steps)


@given(st.lists(st.integers(0, 3), max_size=9))
def test_an_object_is_one_constant(picks: list[int]) -> None:
    lines = Lines(Unit("", []))
    objects = [object() for _ in range(4)]
    names = [lines.constant(objects[at]) for at in picks]
    assert len(lines.constants) == len(set(picks))
    assert [lines.constants[name] for name in names] == [objects[at] for at in picks]


def test_limits() -> None:
    lines = Lines(Unit("", []))
    for _ in range(MAX_INDENT - 1):
        lines.indented()
    with pytest.raises(QError, match="limit"):
        lines.indented()
    many = Lines(Unit("", []))
    many.header("def q():", ["pass"] * 30_000)
    with pytest.raises(QError, match="limit"):
        many.finish({})
