"""Item-wise verbs: shapes of arguments, and the fast path of two longs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import holds

from anyq.engine.kernel._itemwise import extend1, extend2
from anyq.engine.kernel._support import items_of, symbols, vec
from anyq.engine.verbs.numbers import _arithmetic, _comparison
from anyq.errors import QError
from anyq.testing import strategies as q
from anyq.values import Atom, Dict, List, QType, Table, Value, match

EDGES = [0, 1, -1, 2**31, -(2**31), 2**62, -(2**62), 2**63 - 1, -(2**63) + 1, -(2**63)]
longs = st.sampled_from(EDGES).flatmap(lambda edge: st.integers(-2, 2).map(lambda step: edge + step))
long_atoms = longs.filter(lambda raw: -(2**63) <= raw < 2**63).map(lambda raw: Atom(QType.LONG, raw))
FAST: dict[str, Any] = {
    "+": _arithmetic.add, "-": _arithmetic.subtract, "*": _arithmetic.multiply, "=": _comparison.equal,
    "|": _comparison.greater, "&": _comparison.lesser, "%": _arithmetic.divide, "div": _arithmetic.div,
}  # fmt: skip


@pytest.mark.parametrize("name", FAST)
@given(x=long_atoms, y=long_atoms)
def test_the_fast_path_gives_what_the_verb_gives(name: str, x: Atom, y: Atom) -> None:
    verb = FAST[name]
    assert match(verb.fast()(x, y), verb(x, y))


@pytest.mark.parametrize("name", FAST)
@given(x=q.atoms("f") | q.atoms("j") | q.vectors("j", max_size=3), y=q.atoms("f") | q.atoms("i") | q.atoms("b"))
def test_other_types_go_to_the_verb(name: str, x: Value, y: Value) -> None:
    verb: Any = FAST[name]
    assert outcome(verb.fast(), x, y) == outcome(verb, x, y)


def outcome(verb: Callable[[Value, Value], Value], x: Value, y: Value) -> str:
    try:
        return repr(verb(x, y))
    except QError as error:
        return error.text


@pytest.mark.parametrize("name", ["+", "*", "&"])
@given(x=q.vectors("j", max_size=4), y=q.atoms("j"))
def test_an_atom_goes_with_every_item(name: str, x: Value, y: Atom) -> None:
    verb = FAST[name]
    assert items_of(verb(x, y)) == [verb(item, y) for item in items_of(x)]
    assert items_of(verb(y, x)) == [verb(y, item) for item in items_of(x)]


@given(q.lists(max_size=4) | q.dicts() | q.tables(max_rows=3))
def test_extend1_keeps_the_shape(x: Value) -> None:
    made = extend1(lambda item: item, x)
    if isinstance(x, Dict | Table):
        assert type(made) is type(x)
    assert len(items_of(made)) == len(items_of(x))


def test_lists_of_other_counts_do_not_go_together() -> None:
    with pytest.raises(QError, match="length"):
        extend2(_arithmetic.add, List.of((Atom(QType.LONG, 1),) * 2), List.of((Atom(QType.LONG, 1),) * 3))


entries = st.dictionaries(st.sampled_from("abcd"), st.integers(-1, 2), max_size=4).map(
    lambda found: Dict(symbols(list(found)), vec(QType.LONG, np.array(list(found.values()), np.int64)))
)


@pytest.mark.parametrize("glyph", ["=", "<", ">", "<=", ">=", "<>"])
@given(x=entries, y=entries)
def test_dicts_compare_by_key(glyph: str, x: Dict, y: Dict) -> None:
    """Keys of both in the order they come; what one lacks is a null."""
    assert holds(f"(x{glyph}y)~k!(x k){glyph}y k:key[x]union key y", x=x, y=y)
