"""Assignments compiled: a local and a global variable change alike, and as Python's would."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine import Interpreter
from anyq.errors import QError

items = st.lists(st.integers(-9, 9), min_size=1, max_size=5)
OPERATORS: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "|": lambda x, y: max(x, y),
    "&": lambda x, y: min(x, y),
}


def text(values: list[int]) -> str:
    return f"(),{' '.join(map(str, values))}" if values else "0#0"


def both(setup: str, change: str, name: str = "v") -> tuple[object, object]:
    """The variable after a change as a global, and as a local of a lambda."""
    q = Interpreter()
    q.eval(f"{setup};{change}")
    return q.eval(name), Interpreter().eval(f"{{{setup};{change};{name}}}[]")


@given(items, st.data(), st.sampled_from(sorted(OPERATORS)), st.integers(-9, 9))
def test_amending_an_item(values: list[int], data: st.DataObject, glyph: str, more: int) -> None:
    at = data.draw(st.integers(0, len(values) - 1))
    wanted = [*values]
    wanted[at] = OPERATORS[glyph](wanted[at], more)
    for found in both(f"v:{text(values)}", f"v[{at}]{glyph}:{more}"):
        assert found.py() == wanted  # type: ignore[attr-defined]


@given(items, items)
def test_amending_all_and_appending(values: list[int], more: list[int]) -> None:
    for found in both(f"v:{text(values)}", f"v,:{text(more)}"):
        assert found.py() == values + more  # type: ignore[attr-defined]
    for found in both(f"v:{text(values)}", f"v*:{more[0]}"):
        assert found.py() == [item * more[0] for item in values]  # type: ignore[attr-defined]


@given(items, st.integers(0, 3))
def test_what_was_read_before_stays(values: list[int], at: int) -> None:
    """A value that another name holds is copied, not changed."""
    at %= len(values)
    for found in both(f"v:{text(values)};w:v", f"v[{at}]:99", "w"):
        assert found.py() == values  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [("v+:1", "2"), ("v,:1", "1 1"), ("v[]:5", "5"), ("(v;w):3 4;v+:w", "7"), ("v:w:4;v+:w", "8"), ("v:{x+1}3", "4")],
)
def test_forms(change: str, wanted: str) -> None:
    q = Interpreter()
    for setup in ("v:enlist 1", "v:1"):
        q.eval(setup)
    if "[]" in change:
        q.eval("v:1 2")
        wanted = "5 5"
    if change == "v,:1":
        q.eval("v:enlist 1")
    q.eval(change)
    assert q.eval(f"v~{wanted}") == 1


def test_a_name_that_is_not_set() -> None:
    q = Interpreter()
    q.eval("n+:1;m,:2;p:5")
    assert q.eval("(n;m)~(1;enlist 2)") == 1
    with pytest.raises(QError, match=r"^nix$"):
        q.eval("nix[0]:1")
    with pytest.raises(QError, match="type"):
        q.eval("p[0]:1;p[`a]:2")
