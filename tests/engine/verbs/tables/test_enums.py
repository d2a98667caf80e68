"""Enumerations in a session: ``$ ? !`` and foreign keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q, ask, error, holds

from anyq.engine.verbs.tables._enums import foreign_keys, with_new
from anyq.values import Table, symbols

words = st.lists(st.sampled_from(["a", "b", "c", "dd"]), min_size=1, max_size=4, unique=True)
texts = st.lists(st.sampled_from(["a", "b", "c", "dd", "e"]), max_size=6)


@given(words, texts)
def test_cast_to_a_domain(domain: list[str], items: list[str]) -> None:
    ask("d:x", x=symbols(domain))
    if set(items) <= set(domain):
        assert holds("x~value`d$x", x=symbols(items))
        assert holds('(d?x)~"j"$`d$x', x=symbols(items))
        assert holds("(type`d$x)within 20 76h", x=symbols(items))
        assert holds("(`d$x)~`d!d?x", x=symbols(items))
    else:
        assert error("`d$x", x=symbols(items)) == "cast"


@given(words, texts)
def test_extending_a_domain_keeps_its_places(domain: list[str], items: list[str]) -> None:
    ask("d:x", x=symbols(domain))
    assert holds("x~value`d?x", x=symbols(items))
    assert holds("d~distinct y,x", x=symbols(items), y=symbols(domain))
    assert with_new(symbols(domain), symbols(items)) == Q.get("d")


@given(words, st.data())
def test_foreign_keys_follow_their_table(names: list[str], data: st.DataObject) -> None:
    ask("ref:([s:x]lot:10*til count x)", x=symbols(names))
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=5))
    ask("t:([]s:`ref$x;v:til count x)", x=symbols(chosen))
    assert Q.eval("exec s.lot from t").py() == [10 * names.index(name) for name in chosen]
    assert holds("(fkeys t)~(enlist`s)!enlist`ref")
    table = Q.get("t")
    assert isinstance(table, Table)
    assert foreign_keys(table) == {"s": "ref"}


@pytest.mark.parametrize(
    "text",
    ["update s:`b from te where v=1", "@[te;0;:;`s`v!(`b;9)]", "te upsert(`b;9)",
     "-1 rotate te", "te uj te",
     "select from te where v>1",
     "`v xdesc te",
     "update s:s from te"],
)  # fmt: skip
def test_a_column_stays_enumerated(text: str) -> None:
    """Whatever changes rows of a table keeps the type of its enumerated column."""
    Q.eval("esym:`a`b`c;te:([]s:`esym$`a`b`a;v:1 2 3)")
    assert holds(f"20h=type({text})`s")


def test_items_beside_an_enumeration_have_its_type() -> None:
    """Out of range, before the first, or asked for by an empty list: the null of the domain."""
    Q.eval("esym:`a`b;e:`esym$`b`a")
    for text in ("e 5", "first prev e", "last next e", "e 0", "first e"):
        assert holds(f"-20h=type {text}")
    for text in (
        "e 5 6",
        "prev e",
        "0#e",
        "5#0#e",
        "prev 0#e",
        "asc e",
        "desc e",
        "e 0N 0",
        "2#e",
        "1_e",
        "reverse e",
        "e,e",
    ):
        assert holds(f"20h=abs type {text}")
