"""Enumerated vectors and atoms: what keeps the domain, and what is plain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel._enumeration import EnumeratedAtom, Enumeration
from anyq.errors import QError
from anyq.values import Attr, List, QType, Vector, collapse, symbols

texts = st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=5)


@given(texts, st.integers(0, 4), st.integers(0, 4))
def test_items_slices_and_copies_keep_the_domain(items: list[str], start: int, stop: int) -> None:
    x = Enumeration.over("sym", symbols(items))
    for made in (x[start:stop], x[np.arange(len(items))[::-1]], x.with_attr(Attr.GROUPED), x.with_data(x.data)):
        assert isinstance(made, Enumeration)
        assert made.domain == "sym"
    assert [type(item) for item in x] == [EnumeratedAtom] * len(items)
    assert [item.plain() for item in x if isinstance(item, EnumeratedAtom)] == list(symbols(items))
    assert type(x.plain()) is Vector


@given(texts, st.sampled_from(["sym", "other"]))
def test_atoms_of_one_domain_are_gathered(items: list[str], domain: str) -> None:
    atoms = [*Enumeration.over("sym", symbols(items)), EnumeratedAtom(QType.SYMBOL, "a", domain)]
    made = collapse(atoms)
    assert isinstance(made, Enumeration if domain == "sym" else List)
    assert len(made) == len(atoms)


@given(texts)
def test_other_items_are_checked_for_their_type(items: list[str]) -> None:
    x = Enumeration.over("sym", symbols(items))
    assert x.with_items(list(symbols(["b"]))) == x.like(symbols(["b"]))
    assert len(x.with_items([])) == 0
    with pytest.raises(QError, match="type"):
        x.with_items(list(Vector.of(QType.LONG, np.arange(2))))
