"""The strategies give what they say, within the bounds that they were given, and shrink to what a reader expects."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import anyq
from anyq import codec
from anyq.testing import strategies as q
from anyq.values import FIXED_TYPES

KINDS = [*FIXED_TYPES, anyq.QType.SYMBOL]


@pytest.mark.parametrize("kind", KINDS, ids=lambda t: t.label)
def test_atoms_and_vectors_of_a_kind(kind: anyq.QType) -> None:
    @settings(max_examples=20)
    @given(q.atoms(kind, allow_nulls=False), q.vectors(kind.char, min_size=2, max_size=4, allow_nulls=False))
    def check(atom: anyq.Atom, vector: anyq.Vector) -> None:
        assert atom.qtype is kind
        assert not atom.is_null
        assert vector.qtype is kind
        assert 2 <= len(vector) <= 4
        assert not any(item.is_null for item in vector)

    check()


@pytest.mark.parametrize("kind", [t for t in KINDS if t.null is not None], ids=lambda t: t.label)
def test_nulls_are_found(kind: anyq.QType) -> None:
    assert find(q.atoms(kind), lambda atom: atom.is_null).is_null


@pytest.mark.parametrize("kind", [t for t in KINDS if t.inf is not None], ids=lambda t: t.label)
def test_infinities_are_found_unless_unwanted(kind: anyq.QType) -> None:
    def infinite(atom: anyq.Atom) -> bool:
        return atom.raw in (kind.inf, kind.ninf)

    assert infinite(find(q.atoms(kind), infinite))

    @settings(max_examples=20)
    @given(q.vectors(kind, allow_infinities=False))
    def check(vector: anyq.Vector) -> None:
        assert not any(infinite(atom) for atom in vector)

    check()


@given(q.vectors())
def test_attributes_are_true(vector: anyq.Vector) -> None:
    fields = [atom.raw for atom in vector]
    if vector.attr is anyq.Attr.UNIQUE:
        assert len(set(fields)) == len(fields)
    if vector.attr is anyq.Attr.SORTED and vector.qtype is anyq.QType.LONG:
        assert fields == sorted(fields)


@given(q.lists(), q.lists(allow_collapsible=True), q.string_lists(max_size=3))
def test_lists(canonical: anyq.List, any_list: anyq.List, texts: anyq.List) -> None:
    assert all(type(made) is anyq.List for made in (canonical, any_list, texts))
    kinds = {item.qtype if isinstance(item, anyq.Atom) else None for item in canonical}
    assert not canonical.items or len(kinds) > 1 or kinds == {None}
    assert len(texts) <= 3


@given(q.dicts("s", "j", min_size=1, max_size=3))
def test_dicts(made: anyq.Dict) -> None:
    assert isinstance(made.key, anyq.Vector)
    assert made.key.qtype is anyq.QType.SYMBOL
    assert 1 <= len(made) <= 3
    assert not made.sorted or made.key.attr is anyq.Attr.SORTED


@given(q.tables({"a": "j", "b": q.vectors("s", max_size=2), "c": q.lists()}, min_rows=1, max_rows=5))
def test_tables(table: anyq.Table) -> None:
    assert table.column_names == ["a", "b", "c"]
    assert 1 <= len(table) <= 5
    assert {len(column) for column in table.data.items} == {len(table)}


@given(q.keyed_tables({"k": "s"}, {"v": "f"}, max_rows=3) | q.keyed_tables())
def test_keyed_tables(table: anyq.KeyedTable) -> None:
    assert len(table.key_table) == len(table.value_table)
    assert not set(table.key_table.column_names) & set(table.value_table.column_names)


@given(q.messages(), q.messages(kind="sync", compress=False))
def test_messages(any_message: bytes, request: bytes) -> None:
    for message in (any_message, request):
        try:
            assert isinstance(codec.loads(message), anyq.Value)
        except anyq.QError:
            assert message[1] == 2
    assert request[1] in (1, 2)
    assert request[2] == 0


@pytest.mark.parametrize(
    "kind",
    [
        anyq.Value, anyq.Atom, anyq.Vector, anyq.List, anyq.Dict, anyq.Table, anyq.KeyedTable, anyq.Lambda,
        anyq.Primitive, anyq.Projection, anyq.Composition, anyq.Derived,
    ],
)  # fmt: skip
def test_types_lead_to_strategies(kind: type[anyq.Value]) -> None:
    @settings(max_examples=5)
    @given(st.from_type(kind))
    def check(value: anyq.Value) -> None:
        assert isinstance(value, kind)

    check()


def test_they_may_be_imported_before_hypothesis() -> None:
    subprocess.run([sys.executable, "-c", "import anyq.testing.strategies"], check=True)


@pytest.mark.parametrize(
    ("strategy", "condition", "smallest"),
    [
        (q.values(), lambda v: True, anyq.NULL),
        (q.values(allow_functions=False), lambda v: isinstance(v, anyq.Atom), anyq.long(0)),
        (q.vectors("j"), lambda v: len(v) > 2, anyq.vector("j", [0, 0, 0])),
        (q.atoms("f"), lambda v: v.raw > 1.5, anyq.float(2.0)),
        (q.vectors("s"), lambda v: "a" in v.symbols, anyq.symbols(["a"])),
        (q.string_lists(), lambda v: len(v) == 2, anyq.strings(["", ""])),
        (q.dicts("s", "j"), lambda v: len(v) == 1, anyq.Dict(anyq.symbols([""]), anyq.vector("j", [0]))),
        (q.tables(), lambda v: len(v) == 1, anyq.table({"a": anyq.vector("j", [0])})),
        (q.functions(), lambda v: True, anyq.NULL),
    ],
    ids=["values", "inert", "vectors", "floats", "symbols", "strings", "dicts", "tables", "functions"],
)
def test_shrinking(strategy: Any, condition: Any, smallest: anyq.Value) -> None:
    found = find(strategy, condition, settings=settings(max_examples=2000))
    assert anyq.identical(found, smallest), found


def test_arguments_that_make_no_sense() -> None:
    with pytest.raises(InvalidArgument):
        find(q.vectors(min_size=3, max_size=2), lambda _: True)
    with pytest.raises(anyq.ConversionError):
        q.atoms("no type")


def test_arrays_are_read_only() -> None:
    assert not np.asarray(find(q.vectors("j"), lambda v: len(v) > 0).data).flags.writeable
