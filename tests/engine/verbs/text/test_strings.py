"""Strings: trim, pad, case, like, ss and ssr beside Python's own."""

from __future__ import annotations

import fnmatch

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import error, holds

from anyq.engine.kernel._support import long
from anyq.testing import strategies as q
from anyq.values import Value, chars

texts = st.text("ab c*", max_size=8)
words = st.text("ab", max_size=6)


@given(texts)
def test_trim_is_strip(text: str) -> None:
    x = chars(text.encode())
    assert holds("y~trim x", x=x, y=chars(text.strip(" ").encode()))
    assert holds("(trim x)~ltrim rtrim x", x=x)


@given(texts)
def test_case_there_and_back(text: str) -> None:
    assert holds("x~lower upper x", x=chars(text.encode()))


@given(words, st.integers(-9, 9))
def test_pad_has_the_width(text: str, width: int) -> None:
    assert holds("abs[n]=count n$x", x=chars(text.encode()), n=long(width))


@given(words, st.text("ab?*", max_size=5))
def test_like_is_a_shell_pattern(text: str, pattern: str) -> None:
    wanted = fnmatch.fnmatchcase(text, pattern)
    assert holds("x like y", x=chars(text.encode()), y=chars(pattern.encode())) is wanted


@given(words, st.text("ab", min_size=1, max_size=2), words)
def test_ssr_is_replace(text: str, old: str, new: str) -> None:
    wanted = chars(text.replace(old, new).encode())
    assert holds("w~ssr[x;y;z]", x=chars(text.encode()), y=chars(old.encode()), z=chars(new.encode()), w=wanted)


@given(words, st.text("ab", min_size=1, max_size=2))
def test_ss_finds_what_is_there(text: str, part: str) -> None:
    x, y = chars(text.encode()), chars(part.encode())
    assert holds("all y~/:x(x ss y)+\\:til count y", x=x, y=y)
    assert holds("0<count x ss y", x=x, y=y) is (part in text)


@given(q.vectors("j", max_size=5))
def test_string_is_itemwise(x: Value) -> None:
    assert holds("(string x)~string each x", x=x)


@given(words)
def test_md5_has_16_bytes(text: str) -> None:
    assert holds("(16=count md5 x)&4h=type md5 x", x=chars(text.encode()))


def test_refused() -> None:
    assert error('"abc"ss 1') != ""
