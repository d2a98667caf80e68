"""Rows of terms, folded from the right: the same value however it is bracketed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q, ask, error, holds

from anyq.engine.syntax._fold import Term, fold
from anyq.engine.syntax._nodes import Apply, Constant, Name, Verb
from anyq.values import long

glyphs = st.sampled_from("+-*&|,")


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.data())
def test_no_verb_binds_tighter(numbers: list[int], data: st.DataObject) -> None:
    verbs = [data.draw(glyphs) for _ in numbers[1:]]
    plain = str(numbers[0]) + "".join(f"{verb} {number}" for verb, number in zip(verbs, numbers[1:], strict=True))
    nested = str(numbers[-1])
    for number, verb in zip(reversed(numbers[:-1]), reversed(verbs), strict=True):
        nested = f"{number}{verb} ({nested})"
    assert ask(plain) == ask(nested)


@given(st.lists(st.sampled_from(["neg", "reverse", "count", "til", "first", "enlist"]), min_size=1, max_size=4))
def test_words_in_a_row_apply_one_after_the_other(words: list[str]) -> None:
    row, nested = " ".join(words) + " 3", "3"
    for word in reversed(words):
        nested = f"{word}[{nested}]"
    assert error(row) == error(nested)
    if not error(row):
        assert ask(row) == ask(nested)
        assert holds(f"({' '.join(words)}@)[3]~{row}")
        assert holds(f"('[{';'.join(words)}])[3]~{row}") or len(words) == 1


def test_a_row_ending_in_a_verb_waits_for_its_argument() -> None:
    for text, argument in (("3+", 4), ("count til@", 4), ("2*3+", 4), ("neg 1+", 4)):
        assert Q.eval(f"({text}){argument}") == Q.eval(f"{text.replace('@', ' ')}{argument}")


def test_terms_keep_their_places() -> None:
    terms = [Term(Name(0, 1, "a")), Term(Verb(1, 2, "+"), verb=True), Term(Constant(2, 3, long(1)))]
    node = fold(terms, k=False, top=True)
    assert isinstance(node, Apply)
    assert (node.start, node.end) == (1, 3)
    assert [part.start for part in node.arguments] == [0, 2]


@pytest.mark.parametrize(("text", "wanted"), [("#1 2", "#"), ("1+*2", "*"), ("(+)*2", "type"), ("-1", ""), ("- 1", "")])
def test_a_glyph_has_a_left_argument(text: str, wanted: str) -> None:
    assert error(text) == wanted
