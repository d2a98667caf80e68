"""Patterns on the left of a colon, generated with the values that fit them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine import Interpreter
from anyq.errors import QError

Q = Interpreter()


@st.composite
def fitting(draw: st.DrawFn, depth: int = 2) -> tuple[str, str, list[str]]:
    """A pattern, text of a value that fits it, and what its names get, left to right."""
    kind = draw(
        st.sampled_from(["name", "any", "constant", "type", "list", "dict"] if depth else ["name", "any", "constant"])
    )
    number = str(draw(st.integers(0, 99)))
    if kind == "name":
        return "$N", number, [number]
    if kind == "any":
        return "", number, []
    if kind == "constant":
        return number, number, []
    if kind == "type":
        return "$N:`j", number, [number]
    parts = draw(st.lists(fitting(depth - 1), min_size=2, max_size=3))
    got = [name for _, _, names in parts for name in names]
    if kind == "list":
        return f"({';'.join(p for p, _, _ in parts)})", f"({';'.join(v for _, v, _ in parts)})", got
    keys = "`a`b`c"[: 2 * len(parts)]
    return f"({keys}!({';'.join(p for p, _, _ in parts)}))", f"({keys}!({';'.join(v for _, v, _ in parts)}))", got


def named(pattern: str) -> tuple[str, int]:
    """The pattern with a name of its own in each place."""
    parts = pattern.split("$N")
    return "".join(part + (f"n{at}" if at < len(parts) - 1 else "") for at, part in enumerate(parts)), len(parts) - 1


@given(fitting().filter(lambda drawn: drawn[0].startswith("(")))
def test_a_fitting_value_is_taken_apart(drawn: tuple[str, str, list[str]]) -> None:
    pattern, value, got = drawn
    text, count = named(pattern)
    wanted = [int(item) for item in got]
    names = ";".join(f"n{k}" for k in range(count)) or "0"
    assert Q.eval(f"({value})~{text}:{value}") == 1  # the value is the value of the assignment
    for made in (Q.eval(f"{text}:{value};({names};0)"), Q.eval(f"{{{text}:{value};({names};0)}}[]")):
        assert [item.py() for item in made][: len(wanted)] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("(a;b):1 2 3", "length"), ("(a;2):1 3", "match"), ("(a:`j;b):(`x;1)", "type"), ("(`a`b!(u;v)):1", "type"),
     ("(`a`z!(u;v)):`a`b!1 2", "match"), ("(a:{'no};b):1 2", "no")],
)  # fmt: skip
def test_what_does_not_fit(text: str, wanted: str) -> None:
    for form in (text, f"{{{text}}}[]"):
        with pytest.raises(QError, match=f"^{wanted}$"):
            Q.eval(form)


def test_a_filter_changes_what_is_kept() -> None:
    assert Q.eval("(a:{x+1};b):1 2;(a;b)").py() == [2, 2]
