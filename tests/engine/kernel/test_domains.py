"""Enumerations as places in a domain: there and back, and what becomes of them when the domain changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._domains import appendable, enumerated, extends, over, place, places, renumbered
from anyq.engine.kernel._enumeration import Domain, EnumeratedAtom, Enumeration
from anyq.engine.kernel._support import longs
from anyq.errors import QError
from anyq.values import Dict, List, Table, Vector, symbols

words = st.lists(st.text("abcdef", min_size=1, max_size=2), min_size=1, max_size=6, unique=True)


@st.composite
def within(draw: st.DrawFn) -> tuple[list[str], list[int]]:
    texts = draw(words)
    return texts, draw(st.lists(st.integers(0, len(texts) - 1), max_size=6))


@given(within())
def test_places_and_values_are_inverse(drawn: tuple[list[str], list[int]]) -> None:
    texts, at = drawn
    domain = Domain("sym", symbols(texts))
    made = over(domain, longs(at))
    assert list(made.plain().symbols) == [texts[k] for k in at]
    assert places(made) == longs(at)
    again = enumerated(domain, made.plain())
    assert isinstance(again, Enumeration)
    assert (again.domain, places(again)) == ("sym", longs(at))
    assert [place(item).raw for item in made if isinstance(item, EnumeratedAtom)] == at


@given(words, st.text("ghij", min_size=1, max_size=2))
def test_what_is_not_in_the_domain_is_a_cast_error(texts: list[str], other: str) -> None:
    domain = Domain("sym", symbols(texts))
    for y in (symbols([other]), symbols([texts[0], other])[1], List.of((symbols([texts[0]]), symbols([other])))):
        with pytest.raises(QError, match="cast"):
            enumerated(domain, y)
    with pytest.raises(QError, match="cast"):
        appendable(over(domain, longs([0])), symbols([other]))
    assert isinstance(enumerated(domain, symbols([""])), Enumeration)  # a null has no place


@given(words, st.lists(st.sampled_from(["x", "y", "z"]), max_size=3))
def test_a_longer_domain_extends(texts: list[str], more: list[str]) -> None:
    assert extends(symbols(texts), symbols(texts + more))
    assert not extends(symbols([*texts, "last"]), symbols(texts))
    assert not extends(symbols(texts), symbols(["other", *texts[1:], *more]))


@given(within())
def test_a_changed_domain_renames_by_place(drawn: tuple[list[str], list[int]]) -> None:
    texts, at = drawn
    domain = Domain("sym", symbols(texts))
    value = over(domain, longs(at))
    holder = List.of((value, Dict(symbols(["k"]), List.of((value,))), Table.of(symbols(["c"]), List.of((value,)))))
    old = Domain("sym", domain.words)
    domain.words = symbols([text.upper() for text in texts])
    wanted = [texts[k].upper() for k in at]
    made = renumbered(holder, old, domain)
    assert isinstance(made, List)
    plain, record, table = made.items
    assert isinstance(record, Dict)
    assert isinstance(table, Table)
    for found in (plain, record.value[0], table.column("c")):
        assert isinstance(found, Enumeration)
        assert list(found.plain().symbols) == wanted
    other = List.of((symbols(texts), longs(at)))
    assert renumbered(other, old, domain) is other


def test_values_of_other_types_are_refused() -> None:
    with pytest.raises(QError, match="type"):
        enumerated(Domain("sym", symbols(["a"])), longs([0]))
    with pytest.raises(QError, match="type"):
        enumerated(Domain("t"), Vector.of(longs([0]).qtype, longs([0]).data))
