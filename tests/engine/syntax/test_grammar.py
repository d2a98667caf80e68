"""The tables of glyphs and words: each code once, and what the wire carries has a name."""

from __future__ import annotations

from tests.engine.asking import Q, holds

from anyq.engine.syntax._grammar import GLYPHS, ITERATORS, OPERATOR_CODES, UNARY_CODES, UNARY_OF_GLYPH
from anyq.values import Primitive, QType


def test_codes_are_dense() -> None:
    assert sorted(OPERATOR_CODES.values()) == list(range(len(OPERATOR_CODES)))
    assert sorted(UNARY_CODES.values()) == list(range(len(UNARY_CODES)))
    assert len(set(ITERATORS)) == len(ITERATORS)


def test_every_code_is_a_value_that_the_session_knows() -> None:
    for name in GLYPHS:
        assert Q.eval(f"({name})") == Primitive(QType.OPERATOR, OPERATOR_CODES[name])
    for name, code in UNARY_CODES.items():
        if name not in Q.vocabulary.entries:
            assert name in ("::", "2::")  # what the parser makes itself
            continue
        assert Q.vocabulary.primitive(Primitive(QType.UNARY, code)) is not None, name


def test_a_glyph_with_one_argument_is_its_word() -> None:
    for glyph, word in UNARY_OF_GLYPH.items():
        if word.isalpha() and glyph in GLYPHS and word not in ("value", "key", "get", "string"):
            assert holds(f'((parse"{word} x")0)~first parse"({glyph}:)x"') or holds(f"({word})~({glyph}:)")
