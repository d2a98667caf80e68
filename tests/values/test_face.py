"""What each value offers: conversions by every class, and text as q prints it."""

from __future__ import annotations

import pytest
from hypothesis import given

from anyq import console
from anyq.testing import strategies as q
from anyq.values import Atom, Dict, KeyedTable, List, Table, Value, Vector


@given(q.values())
def test_the_text_is_the_consoles(value: Value) -> None:
    assert str(value) == console.text(value)


@given(q.vectors())
def test_conversions_keep_the_length(value: Vector) -> None:
    assert len(value.py()) == len(value.np()) == len(value)


@pytest.mark.parametrize("name", ["py", "np", "pd", "pa", "pl"])
def test_every_class_has_every_conversion(name: str) -> None:
    for kind in (Atom, Vector, List, Dict, Table, KeyedTable):
        assert callable(getattr(kind, name))
