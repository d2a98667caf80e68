"""`json.dumps` of a q value names the way that works; of everything else it says what it always said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

import anyq
from anyq.testing import strategies as q


@given(q.values())
def test_the_error_names_the_way(value: anyq.Value) -> None:
    with pytest.raises(TypeError, match=r"anyq\.json_default"):
        json.dumps([value])


@pytest.mark.parametrize("other", [object(), {1, 2}, 1j])
def test_other_objects_have_pythons_own_message(other: object) -> None:
    with pytest.raises(TypeError, match="is not JSON serializable"):
        json.dumps(other)


def test_the_way_works() -> None:
    assert json.loads(json.dumps({"a": anyq.vector("j", [1, 2])}, default=anyq.json_default)) == {"a": [1, 2]}
