"""Patterns: what a long text is cut into for the search changes nothing, and the search can be ended."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine import Interpreter
from anyq.engine.kernel import _patterns
from anyq.errors import QError

TEXTS = st.text("ab]-", max_size=24).map(str.encode)
CHARS = st.sampled_from(["a", "b", "?", "[ab]", "[^a]", "[]a]", "[a-]", "-"])
PARTS = st.lists(CHARS, max_size=4).map("".join)


def regex(pattern: str) -> bytes:
    """What Python has for a pattern without stars."""
    for ours, pythons in (("?", "."), ("[.]", "[?]"), ("[]a]", r"[\]a]")):
        pattern = pattern.replace(ours, pythons)
    return pattern.encode()


def nothing() -> None:
    """Nobody ends the search."""


@given(PARTS.filter(bool), TEXTS, st.integers(1, 12))
def test_matches_of_a_text_searched_in_pieces(pattern: str, text: bytes, places: int) -> None:
    (part,) = _patterns.cut(pattern.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_patterns, "_STEPS", -1)
        patch.setattr(_patterns, "_PLACES", places)
        found = list(_patterns.matches(part, text, nothing))
    assert found == [match.start() for match in re.finditer(regex(pattern), text, re.DOTALL)]


@given(st.lists(PARTS, min_size=1, max_size=4).map("*".join), TEXTS, st.integers(0, 12))
def test_long_texts_fit_as_short_ones_do(pattern: str, text: bytes, steps: int) -> None:
    expected = _patterns.test_of(pattern.encode(), nothing)(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_patterns, "_STEPS", steps)
        assert _patterns.test_of(pattern.encode(), nothing)(text) == expected


@pytest.mark.parametrize("query", ["x ss y", 'ssr[x;y;"z"]', 'x like "*",y,"*b"'])
def test_a_long_search_is_ended(query: str) -> None:
    """Any of these takes minutes to the end."""
    q = Interpreter()
    q.eval('x:3000000#"a"; y:(1000000#"?"),"b"')
    steps = 0

    def check() -> None:
        nonlocal steps
        steps += 1
        if steps == 5:
            raise QError("stop")

    q.check = check  # type: ignore[method-assign]
    with pytest.raises(QError, match="stop"):
        q.eval(query)
