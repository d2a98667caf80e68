"""Literals: what the console writes of a value reads as that value, for each type."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.console import literal
from anyq.engine.syntax._literals import date_number, numbers, string, symbols
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Atom, Attr, QType, Vector, chars, vector

WHOLE = [QType.SHORT, QType.INT, QType.LONG, QType.BOOLEAN, QType.BYTE]


@given(st.sampled_from(WHOLE).flatmap(q.atoms) | q.atoms("f"))
def test_atoms(x: Atom) -> None:
    assert numbers(literal(x)) == x


@given(st.sampled_from(WHOLE).flatmap(lambda kind: q.vectors(kind, min_size=2)))
def test_vectors(x: Vector) -> None:
    x = x.with_attr(Attr.NONE)
    assert numbers(literal(x)) == x


@given(st.dates(dt.date(1710, 1, 1), dt.date(2290, 12, 31)))
def test_dates(date: dt.date) -> None:
    days = (date - dt.date(2000, 1, 1)).days
    assert date_number(date.year, date.month, date.day) == days
    assert numbers(date.strftime("%Y.%m.%d").zfill(10)) == Atom(QType.DATE, days)


@given(st.lists(st.text("abcXYZ019._", max_size=4), min_size=1, max_size=4))
def test_symbols(names: list[str]) -> None:
    made = symbols("".join(f"`{name}" for name in names))
    assert ([made.raw] if isinstance(made, Atom) else list(made.symbols)) == names  # type: ignore[attr-defined]


@given(st.binary(max_size=6))
def test_strings_with_any_byte(data: bytes) -> None:
    text = "".join(f"\\{byte:03o}" for byte in data)
    assert string(f'"{text}"') == (Atom(QType.CHAR, data[0]) if len(data) == 1 else chars(data))


@given(st.text("0123456789.:DNWnwefhij-x ", min_size=1, max_size=10).filter(str.strip))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        made = numbers(text)
    except QError as error:
        assert error.text == text  # noqa: PT017
    else:
        assert isinstance(made, Atom | Vector)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("1 2f", vector("f", [1, 2])), ("1 2.5", vector("f", [1, 2.5])), ("0N 1", vector("j", [None, 1])),
     ("1 2i", vector("i", [1, 2])), ("101b", vector("b", [1, 0, 1])), ("0x0aff", vector("x", [10, 255])),
     ("-1 -1", vector("j", [-1, -1]))],
)  # fmt: skip
def test_the_last_word_types_the_vector(text: str, wanted: Vector) -> None:
    assert numbers(text) == wanted
