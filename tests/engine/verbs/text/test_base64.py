"""Base 64 and base 36 beside Python's own."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import holds

from anyq.values import chars


@given(st.binary(max_size=20))
def test_bytes_there_and_back(data: bytes) -> None:
    assert holds("y~.Q.btoa x", x=chars(data), y=chars(base64.b64encode(data)))


@pytest.mark.parametrize("number", [0, 1, 35, 36, 64, 10**9])
def test_numbers_there_and_back(number: int) -> None:
    assert holds(f"{number}=.Q.j10 .Q.x10 {number}")
    assert holds(f"{number}=.Q.j12 .Q.x12 {number}")


def test_the_alphabets_are_q_s() -> None:
    assert holds("64=count .Q.b6")
