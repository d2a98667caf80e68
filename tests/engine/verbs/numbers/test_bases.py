"""``vs`` and ``sv`` undo each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.engine.kernel._support import long, longs
from anyq.values import Value, chars, symbols


@given(st.integers(0, 2**62), st.integers(2, 60))
def test_digits_of_a_base(number: int, base: int) -> None:
    assert holds("x=b sv b vs x", x=long(number), b=long(base))
    assert holds("all(b vs x)within(0;b-1)", x=long(number), b=long(base))


@given(st.lists(st.integers(0, 23), min_size=1, max_size=4))
def test_mixed_bases(numbers: list[int]) -> None:
    assert holds("(24 60 60 vs x)~24 60 60 vs x", x=longs(numbers))
    assert holds("x=24 60 60 sv 24 60 60 vs x", x=long(sum(numbers)))


@pytest.mark.parametrize("kind", ["h", "i", "j"])
@given(x=st.integers(-(2**15) + 1, 2**15 - 1))
def test_bytes_and_bits(kind: str, x: int) -> None:
    assert holds(f'x=0x0 sv 0x0 vs x:"{kind}"${x}')
    assert holds(f'x=0b sv 0b vs x:"{kind}"${x}')


@given(st.lists(st.text("abc", max_size=3), min_size=1, max_size=4))
def test_texts_are_cut_and_joined(parts: list[str]) -> None:
    whole: Value = chars(",".join(parts).encode())
    assert holds('x~"," sv "," vs x', x=whole)


@given(st.lists(st.text("abc", max_size=3), min_size=1, max_size=4).map(symbols))
def test_symbols_are_joined_by_dots(x: Value) -> None:
    assert holds('(` sv x)~`$"." sv string x', x=x)


@pytest.mark.parametrize("text", ["`a vs 1", "2 sv`a`b", "0n vs 1"])
def test_refused(text: str) -> None:
    assert error(text) != ""
