"""Attributes are checked where they are set, and shown by ``attr``."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.engine.asking import error, holds

from anyq.testing import strategies as q
from anyq.values import Vector

plain = q.vectors(max_size=6, allow_attributes=False)


@given(plain)
def test_sorted_is_given_to_what_is_sorted(x: Vector) -> None:
    sorted_already = holds("x~x iasc x", x=x)
    assert (error("`s#x", x=x) == "") is sorted_already
    assert holds("`s=attr asc x", x=x)


@given(plain)
def test_unique_is_given_to_what_is_distinct(x: Vector) -> None:
    assert (error("`u#x", x=x) == "") is holds("(count x)=count distinct x", x=x)


@given(plain)
def test_parted_is_given_to_what_is_in_parts(x: Vector) -> None:
    assert (error("`p#x", x=x) == "") is holds("(sum differ x)=count distinct x", x=x)
    assert holds("`p=attr`p#x iasc x", x=x)


@given(plain)
def test_an_attribute_changes_no_item(x: Vector) -> None:
    assert holds("(x~`g#x)&`g=attr`g#x", x=x)
    assert holds("`=attr`#`g#x", x=x)


@pytest.mark.parametrize("text", ["`z#1 2", "`s#2 1", "`u#1 1", "`p#1 2 1", "`s#5"])
def test_refused(text: str) -> None:
    assert error(text) in ("type", "s-fail", "u-fail")
