"""The parser's words change with the session: ``.q`` and views."""

from __future__ import annotations

import pytest

from anyq.engine import Interpreter
from anyq.engine.session._words import NO_MEMBERS, SessionWords


@pytest.mark.parametrize(
    ("source", "infix"), [("{x+y}", True), ("{x}", False), ("{x+y+z}", False), ("(+)", True), ("3", False)]
)
def test_an_extension_of_rank_two_is_infix(source: str, infix: bool) -> None:
    q = Interpreter()
    words = SessionWords(q.vocabulary, q.names)
    assert not words.is_extension("plus")
    q.eval(f".q.plus:{source}")
    assert words.is_extension("plus")
    assert words.is_infix("plus") is infix
    if infix:
        assert q.eval("1 plus 2") == 3


def test_keywords_stay_keywords() -> None:
    q = Interpreter()
    words = SessionWords(q.vocabulary, q.names)
    for name, entry in q.vocabulary.entries.items():
        if q.vocabulary.is_keyword(name):
            assert words.is_keyword(name)
            assert words.is_infix(name) is q.vocabulary.is_infix(name), entry
    assert not words.is_extension("count")
    for name in NO_MEMBERS:
        assert words.is_keyword(name)
