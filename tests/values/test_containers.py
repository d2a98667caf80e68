"""Constructors of vectors, lists, dicts and tables."""

from __future__ import annotations

import pytest

import anyq


def test_a_table_is_made_of_names_and_columns() -> None:
    for names, columns in ((["a"], anyq.List([[1]])), (anyq.symbols(["a"]), [[1]])):
        with pytest.raises(anyq.ConversionError, match=r"anyq\.table"):
            anyq.Table(names, columns)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [t for t in anyq.values.FIXED_TYPES if t is not anyq.QType.CHAR])
def test_vectors_by_the_name_of_their_type(kind: anyq.QType) -> None:
    make = getattr(anyq, f"{kind.label}s")
    assert make.__name__ == f"{kind.label}s"
    assert make() == anyq.vector(kind)
    some = [bytes(16)] if kind is anyq.QType.GUID else [1, 0]
    assert make(some) == anyq.vector(kind, some)
    assert make(some, "u").attr is anyq.Attr.UNIQUE
