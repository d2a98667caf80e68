"""The registry of built-in names."""

from __future__ import annotations

import pytest

from anyq.engine import Entry, Native, Vocabulary
from anyq.engine.session._vocabulary import arity_of
from anyq.values import NULL, Primitive, QType, Value


def nothing(*_: Value) -> Value:
    return NULL


@pytest.mark.parametrize(
    ("name", "kind"), [("+", Primitive), ("count", Primitive), ("xbar", Native), (".Q.id", Native)]
)
def test_a_name_has_the_value_that_the_wire_knows(name: str, kind: type) -> None:
    vocabulary = Vocabulary()
    vocabulary.unary(name, nothing)
    value = vocabulary.entries[name].value
    assert type(value) is kind
    if isinstance(value, Primitive):
        assert vocabulary.primitive(value) is vocabulary.entries[name]


def test_a_rank_is_replaced_and_others_stay() -> None:
    vocabulary = Vocabulary()
    vocabulary.define("f", 1, nothing)
    vocabulary.define("f", 2, nothing)
    other = lambda x: x  # noqa: E731
    vocabulary.define("f", 1, other)
    entry = vocabulary.entries["f"]
    assert (entry.function(1), entry.function(2), entry.function(3)) == (other, nothing, None)


def test_any_rank_takes_what_no_rank_does() -> None:
    vocabulary = Vocabulary()
    vocabulary.define("f", None, nothing)
    assert vocabulary.entries["f"].function(7) is nothing


@pytest.mark.parametrize(("name", "infix"), [("div", True), (".a.f", False)])
def test_keywords_of_rank_two_are_infix(name: str, infix: bool) -> None:
    vocabulary = Vocabulary()
    vocabulary.binary(name, nothing)
    assert vocabulary.is_infix(name) is infix
    assert vocabulary.is_keyword(name) is infix


def test_infix_can_be_chosen() -> None:
    vocabulary = Vocabulary()
    vocabulary.define("f", 2, nothing, infix=False)
    assert not vocabulary.is_infix("f")
    assert not vocabulary.is_infix("unknown")


def test_an_alias_is_the_same_entry() -> None:
    vocabulary = Vocabulary()
    vocabulary.binary("&", nothing)
    vocabulary.alias("and", "&")
    assert vocabulary.entries["and"] is vocabulary.entries["&"]


def test_enlist_is_also_a_unary_primitive() -> None:
    vocabulary = Vocabulary()
    vocabulary.define("enlist", None, nothing)
    assert vocabulary.entries[",:"].function(1) is nothing


@pytest.mark.parametrize(
    ("entry", "arity"),
    [
        (Entry("+", Primitive(QType.OPERATOR, 1)), 2),
        (Entry("neg", Primitive(QType.UNARY, 2)), 1),
        (Entry("f", Native.named("f"), {3: nothing, 2: nothing}), 2),
        (Entry("f", Native.named("f")), 1),
    ],
)
def test_arity(entry: Entry, arity: int) -> None:
    assert arity_of(entry) == arity
